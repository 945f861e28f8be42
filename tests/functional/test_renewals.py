"""What comes after: an agreement that continues a lease, a new rent, and saying that a term rolls over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from test_leases import lease_path, no_two_leases_share_a_day, record, unit_path
from test_signing import ask, sign
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.files.models import DOCUMENT
from atlasbahamas.files.uploads import Upload
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import Person
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.agreements.services import send_lease, signed_on_paper
from atlasbahamas_plugins.leasing.models import Lease, RentTerm
from atlasbahamas_plugins.leasing.renewals import services as renewals
from atlasbahamas_plugins.leasing.renewals.services import write_following
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property, Unit


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def row(site: Site, path: str) -> Lease:
    with site.db.transaction("read") as db:
        found = db.scalars(select(Lease).where(Lease.ref == path.split("/")[-2])).one()
        db.expunge_all()
        return found


def renew(keva: TestApp, lease: str, status: int = 303, **typed: Any) -> Any:
    form = keva.get(f"{lease}renew").forms["form"]
    for name, value in typed.items():
        if name == "kind":
            form[name].select(text=value)
        else:
            form[name] = value
    return form.submit(status=status)


def sign_all(site: Site, keva: TestApp, lease: str) -> Any:
    keva.get(f"{lease}send").forms["form"].submit(status=303)
    for name, link in ask(keva, lease).items():
        sign(site.browser(), link, name)
    form = keva.get(f"{lease}sign").forms["form"]
    form["full_name"], form["agrees"] = "Keva Thompson", True
    return form.submit(status=303).follow()


def test_a_renewal_continues_a_lease_when_all_have_signed(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "active")
    before = row(site, lease)
    assert before.term_last_day is not None
    day = before.term_last_day + timedelta(days=1)
    term = {"kind": "For a fixed term", "term_last_day": (day + timedelta(days=364)).isoformat(), "rent_cents": "3,500"}
    new = renew(keva, lease, **term).location.removeprefix("http://localhost")
    drafted = row(site, new)
    assert (drafted.starts, drafted.since, drafted.continues_id, drafted.state) == (day, before.since, before.id, "draft")
    assert row(site, lease).last_day is None  # nothing is agreed yet
    assert "written already" in renew(keva, lease, 422, **term).text
    assert "New terms from" in keva.get(lease).text
    assert "Signed</span>" in sign_all(site, keva, new).text
    after = row(site, lease)
    assert (after.state, after.last_day) == ("active", before.term_last_day)
    assert no_two_leases_share_a_day(site)
    form = keva.get(f"{lease}end").forms["form"]
    form["last_day"] = "2026-06-30"
    assert "Call that off first" in form.submit(status=422).html.find(id="last_day-error").text
    # Called off, what was there goes on as it would have.
    form = keva.get(f"{new}cancel").forms["form"]
    form["reason"] = "They changed their mind"
    form.submit(status=303)
    assert (row(site, lease).state, row(site, lease).last_day) == ("active", None)
    renew(keva, lease, **term)  # and can be renewed again


def test_an_amendment_from_today_on_replaces_what_was_agreed(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "active")
    new = renew(keva, lease, starts="2026-06-01", kind="Month to month", clause_words="Two dogs.")
    path = new.location.removeprefix("http://localhost")
    assert "Active</span>" in sign_all(site, keva, path).text
    assert (row(site, lease).state, row(site, lease).last_day) == ("ended", date(2026, 5, 31))
    assert no_two_leases_share_a_day(site)
    page = site.browser("andre").get("/home/").html.find("section", {"aria-labelledby": "my-leases"}).text
    assert "Ended on 31 May 2026" in page
    assert "a month, due on day" in page


def test_a_renewal_of_what_does_not_go_on_until_then_is_not_signed(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "active")
    for begins in ("2027-03-01", row(site, lease).starts.isoformat()):
        new = renew(keva, lease, kind="Month to month").location.removeprefix("http://localhost")
        form = keva.get(f"{new}edit").forms["form"]
        form["starts"] = begins
        form.submit(status=303)
        if begins == "2027-03-01":
            form = keva.get(f"{lease}end").forms["form"]
            form["last_day"] = "2026-12-31"
            form.submit(status=303)
        keva.get(f"{new}send").forms["form"].submit(status=303)
        for name, link in ask(keva, new).items():
            sign(site.browser(), link, name)
        form = keva.get(f"{new}sign").forms["form"]
        form["full_name"], form["agrees"] = "Keva Thompson", True
        assert "does not go on until then" in form.submit(status=422).text
        assert row(site, new).state == "sent"
        form = keva.get(f"{new}cancel").forms["form"]
        form["reason"] = "It was not to be"
        form.submit(status=303)
        if begins == "2027-03-01":
            keva.get(f"{lease}keep").forms["form"].submit(status=303)


def test_a_change_of_hands_takes_a_renewal_along(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Port Lucaya Villas", "Villa 1")
    term = {"kind": "fixed", "term_last_day": "2026-09-30"}
    lease = record(keva, unit, starts="2025-03-01", name_0="Dwight Ferguson", **term).location
    lease = lease.removeprefix("http://localhost")
    new = renew(keva, lease, kind="Month to month").location.removeprefix("http://localhost")
    sign_all(site, keva, new)
    marva = site.browser("marva")
    theirs = marva.get("/portfolio/").follow().request.path
    offer = marva.get(f"{theirs}handovers/").html.find("a", string="Port Lucaya Villas")["href"]
    marva.get(f"{offer}accept").forms["form"].submit(status=303)
    site.clock.move(days=30)
    site.drain_jobs()
    former, following = row(site, lease), row(site, new)
    with site.db.transaction("read") as db:
        copies = select(Lease).where(Lease.taken_over_id.in_([former.id, following.id]))
        found = [(copy.state, copy.starts, copy.last_day) for copy in db.scalars(copies.order_by(Lease.starts))]
    assert found == [("active", date(2026, 7, 1), date(2026, 9, 30)), ("signed", date(2026, 10, 1), None)]
    assert no_two_leases_share_a_day(site)


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ("2020-01-01", "begin later"),
        ("2026-02-30", ""),
        ("9999-12-31", ""),
        ("", "fill this in"),
        ("soon", ""),
    ],
)
def test_a_start_that_cannot_be_is_said_beside_it(site: Site, keva: TestApp, starts: str, words: str) -> None:
    answer = renew(keva, lease_path(site, "active"), 422, starts=starts, kind="Month to month")
    assert answer.forms["form"]["starts"].value == starts
    assert words in answer.html.find(id="starts-error").text


def test_a_new_rent_keeps_the_term_and_the_time_that_a_notice_takes(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "active")
    before = row(site, lease)

    def refused(starts: date, cents: str = "3,600") -> str:
        form = keva.get(f"{lease}rent").forms["form"]
        form["starts"], form["rent_cents"] = starts.isoformat(), cents
        return str(form.submit(status=422).text)

    assert before.term_last_day is not None
    assert "takes an agreement that all sign" in refused(before.term_last_day)
    site.clock.move(hours=24 * 90)  # the term is over, and it rolls on
    keva.get("/sign-in")
    keva = site.browser("keva")
    today = site.clock.today()
    assert "the earliest day is" in refused(today + timedelta(days=2))
    for bad in ("0", "-1", "1" * 21, "x", ""):
        form = keva.get(f"{lease}rent").forms["form"]
        form["rent_cents"] = bad
        assert form.submit(status=422).html.find(id="rent_cents-error") is not None, bad
    form = keva.get(f"{lease}rent").forms["form"]
    starts = date.fromisoformat(form["starts"].value)
    form["rent_cents"] = "3,600"
    form.submit(status=303)
    with site.db.transaction("read") as db:
        mine = select(RentTerm.starts, RentTerm.cents).where(RentTerm.lease_id == before.id).order_by(RentTerm.starts)
        rents = [tuple(term) for term in db.execute(mine)]
    assert rents[-1] == (starts, 360_000)
    assert rents[:-1] == [(before.starts, 340_000)]  # what was due before stays
    assert "That is what it is already" in refused(starts + timedelta(days=40))
    assert "said already" in refused(starts, "3,700")
    assert "Your rent is B$3,600" in site.browser("andre").get("/notifications/").text


def test_people_are_told_once_that_a_term_rolls_over(site: Site, keva: TestApp) -> None:
    def told(name: str) -> int:
        return str(site.browser(name).get("/notifications/").text).count("goes on from month to month")

    assert told("andre") == 0
    site.clock.move(hours=24)  # his term is over in 45 days
    site.drain_jobs()
    assert (told("andre"), told("keva")) >= (1, 1)
    seen = told("andre")
    site.clock.move(hours=24)
    site.drain_jobs()
    assert told("andre") == seen


def test_who_has_no_sign_in_is_mailed_once_that_a_term_rolls_over(mailing: Site, smtp: SmtpServer) -> None:
    """Andre has a sign-in and is told there; Kendra, who rents with him, has none (all of it works without one)."""
    with mailing.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        for name in ("Andre Sturrup", "Kendra Sturrup"):
            db.scalars(select(Contact).where(Contact.name == name)).one().email = f"{name.split()[0].lower()}@example.net"
    for _ in range(2):
        mailing.clock.move(hours=24)
        mailing.drain_jobs()
    told = [(message["To"], message["Subject"]) for message in smtp.messages if "month to month" in message["Subject"]]
    assert [each for each in told if each[0].endswith("example.net")] == [
        ("kendra@example.net", "No 1, Sandyport Mews: the term ends on 15 July 2026 and goes on from month to month")
    ]


def test_people_are_told_once_that_a_lease_ends_with_its_term_unless_it_is_continued(site: Site) -> None:
    """The term of a lease that does not roll over: its landlord and its tenants hear of it 60 days before."""
    ends = site.clock.today() + timedelta(days=50)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        term = Terms(ends - timedelta(days=364), "fixed", ends, False, 100_000)
        free = select(Unit).join(Property).where(Property.name == "Cable Beach Court", Unit.label.in_(("1A", "1B")))
        for unit in db.scalars(free.order_by(Unit.label)).all():
            details = LeaseDetails(term, [PartyLine(None, ContactDetails(f"Tenant of {unit.label}"), "primary")])
            lease = record_lease(db, unit, "oral", details, now=site.clock.now(), today=site.clock.today())
            lease.parties[0].contact.person_id = db.scalars(select(Person.id).where(Person.user_name == "desmond")).one()
        following = Terms(ends + timedelta(days=1), "month_to_month", None, True, 100_000)
        parties = [PartyLine(lease.parties[0].contact_id, ContactDetails(""), "primary")]
        later = write_following(db, lease, LeaseDetails(following, parties), now=site.clock.now())
        clock = {"now": site.clock.now(), "today": site.clock.today()}
        send_lease(db, site.store, later, seen=later.version, **clock)
        paper = Upload(DOCUMENT, "application/pdf", "signed.pdf", data=samples.pdf())
        signed_on_paper(db, site.store, later, paper, site.clock.today(), **clock)

    def told() -> list[str]:
        with site.db.transaction("read") as db:
            about = Notification.subject.contains("the lease ends with its term")
            return list(db.scalars(select(Notification.subject).where(about).order_by(Notification.id)))

    for _ in range(2):
        site.clock.move(hours=24)
        site.drain_jobs()
    # The tenant, and those who look after leases: the owner, the manager, and who does the leasing.
    assert told() == [f"1A, Cable Beach Court: the lease ends with its term, on {local_date(ends)}"] * 4


def test_however_many_terms_end_all_are_told_the_same_morning(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A landlord whose 400 leases end on one day learns of all of them 60 days before, and not of some of them each day."""
    monkeypatch.setattr(renewals, "AT_ONCE", 1)
    ends = site.clock.today() + timedelta(days=55)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        free = select(Unit).join(Property).where(Property.name == "Cable Beach Court", Unit.label.in_(("1A", "1B")))
        for unit in db.scalars(free).all():
            term = Terms(ends - timedelta(days=364), "fixed", ends, True, 100_000)
            details = LeaseDetails(term, [PartyLine(None, ContactDetails(f"Tenant of {unit.label}"), "primary")])
            record_lease(db, unit, "oral", details, now=site.clock.now(), today=site.clock.today())
    site.clock.move(hours=24)
    site.drain_jobs()
    with site.db.transaction("read") as db:
        untold = select(Lease.id).where(Lease.term_last_day <= ends, Lease.state == "active", Lease.roll_over_told.is_(None))
        assert db.scalars(untold.where(Lease.term_last_day >= site.clock.today())).all() == []


def test_the_database_keeps_a_renewal_to_its_home(site: Site, keva: TestApp) -> None:
    former = row(site, lease_path(site, "active"))
    with site.db.transaction("read") as db:
        columns = [column.name for column in Lease.__table__.c if column.name != "id"]
        values = {name: getattr(former, name) for name in columns} | {"state": "draft", "ref": "lease-x1", "last_day": None}
        unit = db.scalars(select(Unit.id).where(Unit.property_id == former.unit.property_id, Unit.id != former.unit_id)).first()

    def refused(**other: Any) -> str | None:
        with site.db.transaction() as db, pytest.raises(IntegrityError) as caught:
            db.execute(Lease.__table__.insert().values({**values, "continues_id": former.id, **other}))
        return violated_constraint(caught.value, metadata)  # type: ignore[arg-type]

    assert refused(unit_id=unit) == "leasing_lease_continues"
    assert refused(starts=former.starts - timedelta(days=1)) == "leasing_lease_continues"
    # What nobody took over here cannot be called so, to go without signatures.
    assert refused(continues_id=None, taken_over_id=former.id) == "leasing_lease_continues"
