"""Loads the demo leases; what they are is in demo_content.py."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.files.gallery.services import Album, add_photos
from atlasbahamas.files.models import DOCUMENT, PICTURE
from atlasbahamas.files.store import Store, read_all
from atlasbahamas.files.uploads import Upload
from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.leasing.agreements.services import send_lease, signed_on_paper
from atlasbahamas_plugins.leasing.demo_content import LEASES, DemoLease
from atlasbahamas_plugins.leasing.demo_papers import draw_page
from atlasbahamas_plugins.leasing.leaving.models import DeductionPhoto
from atlasbahamas_plugins.leasing.leaving.services import (
    Step,
    add_deduction,
    number_of,
    send_statement,
    statement_content,
    take_step,
    vacate,
)
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.notices.models import HERE
from atlasbahamas_plugins.leasing.notices.services import NoticeDetails, Served, give_notice
from atlasbahamas_plugins.leasing.papers.services import NewPapers, add_papers
from atlasbahamas_plugins.leasing.settings import LeasingSettings
from atlasbahamas_plugins.leasing.writing import services as writing
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contact
from atlasbahamas_plugins.portfolio.demo_photos import SIZE, paint
from atlasbahamas_plugins.portfolio.models import Property, Unit

NOTICE_BEFORE = timedelta(days=75)
"""How long before the last day, or today, the demo notices were given: long enough for the rule."""


def load_demo(db: Session, *, store: Store, now: datetime) -> None:
    """Record every demo lease and say who leaves; write those that nobody signed yet. Deterministic; the first is the oldest."""
    today = now.astimezone(NASSAU).date()
    for position, entry in enumerate(LEASES):
        unit = db.scalars(
            select(Unit)
            .join(Property, Property.id == Unit.property_id)
            .where(Property.name == entry.property_name, Unit.label == entry.unit_label)
        ).one()
        code = demo_code(f"{entry.property_name}/{entry.unit_label}/{entry.tenants[0].name}")
        when = now - timedelta(hours=len(LEASES) - position)
        details = _details(db, unit.property.organisation_id, entry, today, now=now)
        if entry.state:
            _write(db, store, unit, details, entry.state, when, today, code)
            continue
        lease = writing.record_lease(db, unit, entry.origin, details, now=when, today=today, code=code)
        if entry.scanned:
            _keep_scan(db, store, lease, entry, now=when)
        if entry.leaves_in_days is not None:
            _leave(db, store, lease, entry, now=now, today=today)
            if entry.deductions:
                _move_out(db, store, lease, entry, now=now, today=today)


def _keep_scan(db: Session, store: Store, lease: Lease, entry: DemoLease, *, now: datetime) -> None:
    """The page that both sides signed."""
    landlord = db.get_one(Organisation, lease.organisation_id).name
    page = draw_page("Tenancy agreement", entry.scanned, (landlord, *[tenant.name for tenant in entry.tenants]))
    add_papers(db, store, lease, NewPapers("The agreement as it was signed", [page]), person_id=None, now=now)


def _leave(db: Session, store: Store, lease: Lease, entry: DemoLease, *, now: datetime, today: date) -> None:
    """A notice of the tenants: who has an account gave it on the site, and somebody else by a letter."""
    assert entry.leaves_in_days is not None
    last_day = today + timedelta(days=entry.leaves_in_days)
    party, given = lease.tenants[0], min(last_day, today) - NOTICE_BEFORE
    details = NoticeDetails("tenant", given, last_day, entry.reason)
    served = Served(HERE, party.contact.name, given, party=party)
    if party.contact.person_id is None:
        width, height = SIZE
        letter = Upload(PICTURE, "image/jpeg", "letter.jpg", data=paint("front", 5), width=width, height=height)
        served = Served("hand", party.contact.name, given, letter)
    least = LeasingSettings().notice_for(lease.period)
    give_notice(db, store, lease, details, served, least=least, now=now, today=today)


def _move_out(db: Session, store: Store, lease: Lease, entry: DemoLease, *, now: datetime, today: date) -> None:
    """What is to be taken from the deposits, with photos; of those who have left also meters, keys and the statement."""
    assert lease.last_day is not None
    take_step(db, lease, Step("date", lease.last_day), person_id=None, now=now, today=today)
    for position, details in enumerate(entry.deductions):
        deduction = add_deduction(db, lease, details, now=now, code=demo_code(f"{lease.ref}/{position}"))
        photo = Upload(PICTURE, "image/jpeg", "room.jpg", data=paint("room", position), width=SIZE[0], height=SIZE[1])
        add_photos(db, store, Album(DeductionPhoto, deduction, lease.organisation_id), [photo], person_id=None, now=now)
    if lease.state != "ended":
        return
    for step in (Step("meter", lease.last_day, "BPL 55-0102", "48213"), Step("keys", lease.last_day, count=3)):
        take_step(db, lease, step, person_id=None, now=now, today=today)
    send_statement(db, lease, seen=number_of(statement_content(db, lease)), person_id=None, now=now)
    vacate(db, lease, lease.last_day, person_id=None, now=now, today=today)


def _write(
    db: Session, store: Store, unit: Unit, details: writing.LeaseDetails, state: str, now: datetime, today: date, code: str
) -> None:
    lease = writing.write_draft(db, unit, details, now=now, code=code)
    if state in ("sent", "printed"):
        document = send_lease(db, store, lease, seen=lease.version, now=now, today=today)
    if state == "printed":
        scan = read_all(store, document.pdf_digest, document.pdf.size)
        paper = Upload(DOCUMENT, "application/pdf", "signed-agreement.pdf", data=scan)
        signed_on_paper(db, store, lease, paper, today, now=now, today=today)


def _details(db: Session, organisation_id: int, entry: DemoLease, today: date, *, now: datetime) -> writing.LeaseDetails:
    starts = today + timedelta(days=entry.starts_in_days)
    terms = writing.Terms(
        starts=starts,
        kind="fixed" if entry.term_days else "month_to_month",
        term_last_day=starts + timedelta(days=entry.term_days - 1) if entry.term_days else None,
        rolls_over=entry.rolls_over,
        rent_cents=entry.rent_cents,
        grace_days=5,
        late_fee=writing.LateFee(*entry.late_fee),
    )
    parties = []
    for tenant in entry.tenants:
        who = ContactDetails(tenant.name, tenant.email, tenant.phone)
        contact = add_contact(db, organisation_id, who, now=now, code=demo_code(tenant.name))
        if tenant.user_name:
            contact.person_id = db.scalars(select(Person.id).where(Person.user_name == tenant.user_name)).one()
        parties.append(writing.PartyLine(contact.id, who, tenant.role))
    return writing.LeaseDetails(terms, parties, dict(entry.deposits), entry.clauses)
