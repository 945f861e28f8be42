"""Reminders and escalations from the schedule to the mail server, with real processes: each goes out once, also after an hour
without the server.

A beat and two workers on PostgreSQL and Redis, an SMTP server that listens or does not, and a clock that the test moves: the days
around the first of July, when rent is announced, due, and late, while a report of a payment waits for an answer and listings wait
for a reviewer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from background import Background
from books import HERE
from paying import Till
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.db.engine import Database
from atlasbahamas.jobs.models import FAILED, TAKEN, WAITING, OutboxEntry
from atlasbahamas.jobs.running import schedules_of, zone_of
from atlasbahamas.jobs.schedules import any_due
from atlasbahamas.mail.models import Mail
from atlasbahamas.mail.services import SEND_MAIL
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import Membership, Organisation, Person
from atlasbahamas.people.services import PersonDetails, register_person
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer, free_port, need
from atlasbahamas.testing.site import START, Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas.web.formats import NASSAU, money
from atlasbahamas_plugins.leasing.models import RUNNING, Lease, LeaseParty
from atlasbahamas_plugins.portfolio.contacts.models import Contact

INI = """[app:main]
use = egg:atlasbahamas
atlas.profile = test
atlas.secret = for-tests-only
atlas.plugins = portfolio listings leasing ledger shifted
atlas.limits = sqlite:///{folder}/limits.sqlite
atlas.files.store = file://{folder}/files
atlas.broker = {broker}
atlas.workers = 2
sqlalchemy.url = {url}
mail.transport = smtp
mail.host = 127.0.0.1
mail.port = {port}
mail.security = none
mail.timeout = 5
"""
FIRST, LAST = date(2026, 6, 26), date(2026, 7, 9)
DUE_ON = date(2026, 7, 1)
REMINDERS = ("ledger.due", "ledger.late")
REPORT, REVIEW = ESCALATIONS = ("ledger.waits", "listings.waiting")
REPORTED_ON, REPORTED_CENTS, TOLD_ON = date(2026, 6, 28), 4_321, date(2026, 7, 1)
"""After the morning of the one, so that its two days are over on the morning of the other."""
NIGHT, MORNING = time(0, 55), time(8, 15)
AWAY = timedelta(hours=1)
STEP = timedelta(minutes=10)


@dataclass
class Town:
    """The processes, their clock, and the mail server's port."""

    background: Background
    site: Site
    clock: Path
    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    smtp: SmtpServer | None = None

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.clock.read_text()))

    def move_to(self, moment: datetime) -> None:
        """Move the clock of every process, and wait until what is due by then is done or put off."""
        self.set_clock(moment)
        self.background.wait(self._is_quiet, f"quiet at {moment:%d %B %H:%M}", seconds=180, every=0.3)

    def set_clock(self, moment: datetime) -> None:
        unfinished = self.clock.with_suffix(".new")
        unfinished.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        unfinished.rename(self.clock)

    def at(self, day: date, hour: time) -> None:
        self.move_to(moment_of(day, hour))

    def _is_quiet(self) -> bool:
        registry, now = self.site.app.registry, self.now()
        with self.background.database.transaction("read") as db:
            if any_due(db, schedules_of(registry), now=now, zone=zone_of(registry)):
                return False
            open_entry = (OutboxEntry.state == TAKEN) | ((OutboxEntry.state == WAITING) & (OutboxEntry.due <= now))
            return not db.scalar(select(func.count()).select_from(OutboxEntry).where(open_entry))

    def waiting(self) -> Counter[str]:
        """How many of each category were asked for and not sent."""
        with self.background.database.transaction("read") as db:
            return Counter(
                db.scalars(select(Mail.category).where(Mail.state == "waiting", Mail.category.in_(REMINDERS + ESCALATIONS)))
            )

    def report(self, cents: int) -> None:
        """A tenant says that they paid; until somebody answers, no one reminds them of their rent."""
        self.site.clock.moment = self.now()
        Till.of_tenant(self.site, "andre").report(cents, REPORTED_ON)

    def open_the_post(self) -> None:
        self.smtp = SmtpServer(self.port)

    def close_the_post(self) -> None:
        if self.smtp is not None:
            self.smtp.stop()
            self.mails += self.smtp.messages
            self.recipients += self.smtp.recipients
            self.smtp = None


def moment_of(day: date, hour: time) -> datetime:
    """An hour of a day in Nassau."""
    return datetime.combine(day, hour, NASSAU).astimezone(UTC)


@pytest.fixture
def town(tmp_path: Path, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    server = need("POSTGRESQL")
    url, port = sites.copy_postgresql(server), free_port()
    ini, clock = tmp_path / "site.ini", tmp_path / "clock"
    ini.write_text(INI.format(folder=tmp_path, broker=redis_server.url, url=url, port=port))
    (tmp_path / "alembic").symlink_to(sites.ROOT / "alembic")
    clock.write_text("0")
    monkeypatch.setenv("ATLAS_TEST_CLOCK", str(clock))
    # It tells which schedules there are; the processes do the work.
    telling = sites.start(url, tmp_path)
    give_accounts(telling)
    background = Background(ini, Database(url), tmp_path / "log")
    made = Town(background, telling, clock, port)
    try:
        yield made
    finally:
        made.close_the_post()
        background.close()
        telling.close()
        sites.drop_postgresql(server, url)


def give_accounts(site: Site) -> None:
    """An account with an address for every party of a lease that runs: the demo data has it for some."""
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        query = select(Contact).join(LeaseParty, LeaseParty.contact_id == Contact.id).join(Lease, Lease.id == LeaseParty.lease_id)
        query = query.where(Lease.state.in_(RUNNING), Contact.person_id.is_(None)).distinct()
        for number, contact in enumerate(db.scalars(query.order_by(Contact.id)).all()):
            details = PersonDetails(name=contact.name, email=f"tenant-{number}@example.com")
            person = register_person(db, details, "guava duff on Sunday", now=START)
            person.email_confirmed = START
            db.flush()
            contact.person_id = person.id


def written(db: Session) -> Counter[tuple[str, str]]:
    """(address, subject) of every mail of leasing, listings and ledger that was asked for."""
    query = select(Person.email, Mail.content).join(Person, Person.id == Mail.person_id)
    ours = or_(*(Mail.category.like(f"{feature}.%") for feature in ("ledger", "leasing", "listings")))
    query = query.where(ours, Person.email_confirmed.is_not(None))
    return Counter((str(email), " ".join(content["subject"].split())) for email, content in db.execute(query))


def expected(db: Session, categories: Sequence[str]) -> Counter[tuple[str, str]]:
    """(address, subject) of each notification that was written, for each who reads mail."""
    query = select(Person.email, Notification.subject).join(Person, Person.id == Notification.person_id)
    query = query.where(Notification.category.in_(categories), Person.email_confirmed.is_not(None))
    return Counter((str(email), subject) for email, subject in db.execute(query))


def to_be_told(db: Session) -> set[tuple[str, str]]:
    """(address, reference of the lease) of the tenants who can be told of their rent, from the leases and not from the ledger."""
    query = select(Person.email, Lease.ref).select_from(Lease).join(LeaseParty, LeaseParty.lease_id == Lease.id)
    query = query.join(Contact, Contact.id == LeaseParty.contact_id).join(Person, Person.id == Contact.person_id)
    query = query.where(Lease.state.in_(RUNNING), LeaseParty.role != "guarantor", Person.email_confirmed.is_not(None))
    return {(str(email), ref) for email, ref in db.execute(query)}


def received_of(town: Town, subjects: str) -> list[tuple[str, EmailMessage]]:
    return [(to, mail) for to, mail in zip(town.recipients, town.mails, strict=True) if re.search(subjects, subject_of(mail))]


def days_told(db: Session, category: str) -> dict[str, list[date]]:
    """The days in Nassau on which each was told of something, by their address."""
    query = select(Person.email, Notification.created).join(Person, Person.id == Notification.person_id)
    days: dict[str, list[date]] = {}
    for email, created in db.execute(query.where(Notification.category == category).order_by(Notification.created)):
        days.setdefault(str(email), []).append(created.astimezone(NASSAU).date())
    return days


def members(db: Session, role: str) -> set[str]:
    """The addresses of an organisation's members in a role."""
    query = select(Person.email).join(Membership, Membership.person_id == Person.id)
    query = query.join(Organisation, Organisation.id == Membership.organisation_id)
    return set(map(str, db.scalars(query.where(Organisation.name == HERE, Membership.role == role, Membership.until.is_(None)))))


def subject_of(mail: EmailMessage) -> str:
    """As it was written: a long one comes in several lines."""
    return " ".join(str(mail["Subject"]).split())


def words(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def live_through(town: Town) -> tuple[int, Counter[str]]:
    """Each day of them; gives how many mornings began with an hour without a mail server, and what waited through those."""
    hours_away, held = 0, Counter[str]()
    day = FIRST
    while day <= LAST:
        town.at(day, NIGHT)
        # Closed when the morning's mails are written, so that whatever is to go out meets nobody.
        town.close_the_post()
        town.at(day, MORNING)
        waiting = town.waiting()
        # Reviewers are told each morning: an hour without a server on each of them would prove nothing more.
        if set(waiting) - {REVIEW}:
            sent, until = len(town.mails), town.now() + AWAY
            while town.now() < until:
                town.move_to(town.now() + STEP)
            assert (town.waiting(), len(town.mails)) == (waiting, sent)
            hours_away, held = hours_away + 1, held + waiting
        town.open_the_post()
        if day == REPORTED_ON:
            town.report(REPORTED_CENTS)
        for _ in range(12):
            if not town.waiting():
                break
            town.move_to(town.now() + timedelta(minutes=30))
        assert not town.waiting(), f"mails that were never sent on {day}"
        day += timedelta(days=1)
    town.close_the_post()
    return hours_away, held


def each_once(received: Sequence[tuple[str, EmailMessage]], wanted: Counter[tuple[str, str]]) -> None:
    """What came is what was asked for, and no mail came twice."""
    assert Counter((to, subject_of(mail)) for to, mail in received) == wanted
    assert len({(to, str(mail["Message-ID"])) for to, mail in received}) == len(received)


def check_rent(town: Town, db: Session) -> str:
    """The reminders of rent."""
    received, wanted, tenants = received_of(town, "to pay by|of the rent from"), expected(db, REMINDERS), to_be_told(db)
    each_once(received, wanted)
    assert set(wanted.values()) == {1}
    announced = {
        (to, link[1])
        for to, mail in received
        if "to pay by 1 July 2026" in subject_of(mail) and (link := re.search(r"/home/leases/([^/]+)/", words(mail)))
    }
    assert len(announced) >= 5
    assert announced <= tenants
    late = [mail for _, mail in received if "of the rent from" in subject_of(mail)]
    assert late
    return (
        f"{len(received)} reminders of rent ({len(late)} of them that it is late), each once;"
        f" {len(announced)} of {len(tenants)} tenants with an address were told of the rent of {DUE_ON:%d %B}"
    )


def check_escalations(town: Town, db: Session) -> str:
    """The report that waited, to the owners, and what waits for review, to each reviewer on each morning."""
    received = received_of(town, "^Nobody confirmed or refused|for you to look at$")
    each_once(received, expected(db, ESCALATIONS))
    of_the_report = [(to, mail) for to, mail in received if money(REPORTED_CENTS) in subject_of(mail)]
    assert {to for to, _ in of_the_report} == members(db, "owner")
    assert {days[-1] for to, days in days_told(db, REPORT).items() if to in members(db, "owner")} == {TOLD_ON}
    mornings = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    reviewers = days_told(db, REVIEW)
    assert reviewers
    assert all(days == mornings for days in reviewers.values()), reviewers
    return (
        f"escalations, each once: {len(of_the_report)} of a report of a payment that had waited two days,"
        f" {len(received_of(town, 'for you to look at$'))} of what waits for review, to {len(reviewers)} on each morning"
    )


def test_each_reminder_and_escalation_goes_out_once_also_after_an_hour_without_a_mail_server(
    town: Town, say: Callable[[str], None]
) -> None:
    town.set_clock(moment_of(FIRST, time(0, 5)))
    for part in ("work", "work", "beat"):
        town.background.start("jobs", part)
    town.move_to(town.now())
    hours_away, held = live_through(town)
    with town.background.database.transaction("read") as db:
        rent, escalations, asked_for = check_rent(town, db), check_escalations(town, db), written(db)
        tried = db.scalar(select(func.max(OutboxEntry.attempts)).where(OutboxEntry.name == SEND_MAIL)) or 0
        failed = db.scalar(select(func.count()).select_from(OutboxEntry).where(OutboxEntry.state == FAILED))
    everything = Counter((to, subject_of(mail)) for to, mail in zip(town.recipients, town.mails, strict=True))
    assert {key: everything[key] for key in asked_for} == asked_for
    assert hours_away >= 2
    assert all(held[category] for category in REMINDERS + ESCALATIONS), held
    assert tried >= 4
    assert failed == 0
    say(
        f"{(LAST - FIRST).days + 1} days; {rent}; {escalations};"
        f" {asked_for.total()} mails of leasing, listings and ledger in all;"
        f" {held.total()} of them met no mail server for an hour, {hours_away} times, and were tried up to {tried} times"
    )
