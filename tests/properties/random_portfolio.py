"""Random organisations, people, and what hangs under them, for Hypothesis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st
from random_books import a_file, account_of_before, day, keep_books
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.files.gallery.models import PhotoColumns
from atlasbahamas.jobs.models import OutboxEntry
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import MEMBER_ROLES, Invitation, MemberLimit, Membership, Organisation, Person, PersonRole
from atlasbahamas.people.photo.models import PersonPhoto
from atlasbahamas.testing.site import START
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.inviting.models import InvitationFile, InvitationRow
from atlasbahamas_plugins.leasing.leaving.models import Deduction
from atlasbahamas_plugins.leasing.leaving.services import number_of, send_statement, statement_content
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty, RentTerm
from atlasbahamas_plugins.leasing.notices.models import Notice, Serving
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.listings.models import ENDED, STATES, Listing
from atlasbahamas_plugins.listings.offers.models import Offer, OfferPhoto
from atlasbahamas_plugins.listings.versions.models import ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit, BulkEditItem
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.limits.models import LimitedProperty
from atlasbahamas_plugins.portfolio.models import Hold, Property, PropertyPhoto, Settlement, Unit, UnitPhoto
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService

ORGANISATIONS, PEOPLE, PROPERTIES, UNITS = 3, 4, 3, 4
# A role of the platform as a member's, and a member's as the platform's: neither may count where it does not belong.
ROLES = (*MEMBER_ROLES, "admin", "unheard-of")


@dataclass(frozen=True)
class Drawn:
    """One random world: numbers stand for the first, second, ... row of a kind."""

    memberships: list[tuple[int, int, str, bool, frozenset[int] | None]]
    platform: set[tuple[int, str]]
    properties: list[tuple[int, bool]]
    units: list[tuple[int, bool]]
    holds: list[tuple[int, int]]
    times_out: list[tuple[int, int]]
    contacts: list[int]
    bulk_edits: list[tuple[int, int]]
    listings: list[tuple[int, str, int | None]]
    leases: list[int]


def _at_most_one_current(listings: list[tuple[int, str, int | None]]) -> bool:
    current = [unit for unit, state, _ in listings if state not in ENDED]
    return len(current) == len(set(current))


def worlds() -> st.SearchStrategy[Drawn]:
    """Members with roles that run and roles that ended, archived things, holds, and listings in every state."""
    organisation, person = st.integers(0, ORGANISATIONS - 1), st.integers(0, PEOPLE - 1)
    unit = st.integers(0, UNITS - 1)
    limit = st.none() | st.frozensets(st.integers(0, PROPERTIES - 1))
    membership = st.tuples(organisation, person, st.sampled_from(ROLES), st.booleans(), limit)
    listing = st.tuples(unit, st.sampled_from(sorted(STATES)), st.none() | organisation)
    return st.builds(
        Drawn,
        memberships=st.lists(membership, max_size=6, unique_by=lambda drawn: drawn[:3]),
        platform=st.sets(st.tuples(person, st.sampled_from(ROLES)), max_size=2),
        properties=st.lists(st.tuples(organisation, st.booleans()), min_size=PROPERTIES, max_size=PROPERTIES),
        units=st.lists(st.tuples(st.integers(0, PROPERTIES - 1), st.booleans()), min_size=UNITS, max_size=UNITS),
        holds=st.lists(st.tuples(unit, st.integers(0, 5)), max_size=3, unique=True),
        times_out=st.lists(st.tuples(unit, st.integers(0, 5)), max_size=3, unique=True),
        contacts=st.lists(organisation, max_size=3),
        bulk_edits=st.lists(st.tuples(organisation, unit), max_size=3),
        listings=st.lists(listing, max_size=4).filter(_at_most_one_current),
        leases=st.lists(unit, max_size=3),
    )


def matrices(permissions: list[str]) -> st.SearchStrategy[dict[str, frozenset[str]] | None]:
    """None for the roles as they were declared; or a matrix in which every role that exists gives any permissions."""
    anything = st.frozensets(st.sampled_from(permissions))
    return st.none() | st.fixed_dictionaries(dict.fromkeys((*MEMBER_ROLES, "admin"), anything))


def write(db: Session, drawn: Drawn) -> list[int]:
    """Put a world into the database; gives the people's ids. The last of them administers the platform."""
    db.info[ACTOR] = COMMAND
    settlement = db.scalars(select(Settlement.id).order_by(Settlement.id).limit(1)).one()
    organisations = [Organisation(ref=f"o{n}", name=f"Organisation {n}", created=START) for n in range(ORGANISATIONS)]
    people = [Person(name=f"Person {n}", created=START) for n in range(PEOPLE + 1)]
    db.add_all([*organisations, *people])
    db.flush()
    properties = [
        Property(
            ref=f"p{n}", organisation_id=organisations[owner - 1].id, name=f"Property {n}", kind="house",
            settlement_id=settlement, street="", po_box="", notes="", amenities=[], amenities_more="", assessment_number="",
            tax_class="",
            created=START, archived=START if archived else None,
        )
        for n, (owner, archived) in enumerate(drawn.properties)
    ]  # fmt: skip
    units = [
        Unit(
            ref=f"u{n}", property=properties[above], label=f"Unit {n}", beds=1, baths=1, rent_cents=100, deposit_cents=0,
            furnished=False, pets=False, created=START, archived=START if archived else None,
        )
        for n, (above, archived) in enumerate(drawn.units)
    ]  # fmt: skip
    db.add_all([*properties, *units])
    db.flush()
    for n, unit in enumerate(units):
        account_of_before(db, unit, n)
    db.flush()
    for n, (owner, _) in enumerate(drawn.properties):
        _take_over(db, properties[n], n, organisations[owner - 1], organisations[owner], people)
    db.add_all(_memberships(db, drawn, organisations, people, properties))
    db.add_all(PersonRole(person_id=people[person].id, role=role) for person, role in sorted(drawn.platform))
    db.add(PersonRole(person_id=people[PEOPLE].id, role="admin"))
    db.add_all(
        Hold(ref=f"h{n}", unit_id=units[unit].id, starts=day(month), ends=day(month + 1), reason="", created=START)
        for n, (unit, month) in enumerate(drawn.holds)
    )
    db.add_all(
        OutOfService(ref=f"t{n}", unit_id=units[unit].id, starts=day(month), ends=day(month + 1), reason="", created=START)
        for n, (unit, month) in enumerate(drawn.times_out)
    )
    db.add_all(
        Contact(ref=f"c{n}", organisation_id=organisations[owner].id, name=f"Contact {n}", email="", phone="", created=START)
        for n, owner in enumerate(drawn.contacts)
    )
    for n, (owner, unit) in enumerate(drawn.bulk_edits):
        edit = BulkEdit(
            ref=f"b{n}", organisation_id=organisations[owner].id, form_key=f"{n}", digest="", words="", units=1,
            made=START, made_by=people[0].id,
        )  # fmt: skip
        item = BulkEditItem(
            bulk_edit=edit, unit_id=units[unit].id, label="", field="pets", before_value=0, after_value=1, version=1
        )
        db.add_all([edit, item])
    listings = [
        Listing(
            ref=f"l{n}", unit=units[unit], title="A home", description="", category="long_term", price_cents=100,
            organisation_id=units[unit].property.organisation_id if other is None else organisations[other].id,
            price_period="month", available=date(2026, 7, 1), state=state, created=START, published=START,
        )
        for n, (unit, state, other) in enumerate(drawn.listings)
    ]  # fmt: skip
    db.add_all(listings)
    db.flush()
    _write_versions(db, listings)
    leases = [
        Lease(
            ref=f"k{n}", unit=units[unit], organisation_id=units[unit].property.organisation_id, state="draft", origin="oral",
            kind="month_to_month", rolls_over=True, starts=day(0), since=day(0), period="monthly", timing="advance", due_day=1,
            grace_days=0, late_fee_kind="none", late_fee_cents=0, late_fee_hundredths=0, reason="", created=START,
        )
        for n, unit in enumerate(drawn.leases)
    ]  # fmt: skip
    db.add_all(leases)
    db.flush()
    _write_files(db, leases, people)
    _write_what_hangs_on(db, leases)
    keep_books(db, leases, people)
    db.add_all(
        Listing(
            ref=f"v{n}", title="A car", description="", category="vehicle", price_cents=100, organisation_id=organisation.id,
            price_period="day", available=date(2026, 7, 1), state="draft", created=START,
        )
        for n, organisation in enumerate(organisations)
    )  # fmt: skip
    db.add_all(_handovers(organisations, properties, people))
    # Two entries of each organisation, and one of none: which is whose is what the lists have to tell.
    db.add_all(
        AuditEntry(at=START, role="person", organisation_id=row.id, action="atlas:thing:done", request_id="")
        for row in (*organisations, *organisations)
    )
    db.add(AuditEntry(at=START, role="visitor", action="atlas:thing:done", request_id=""))
    db.flush()
    db.add_all(list(_of_the_core(db, organisations, people)))
    offers = [
        Offer(
            ref=f"s{n}", name="Somebody", email="", phone="1", settlement_id=settlement, kind="land", words="", state="new",
            created=START,
        )
        for n in range(2)
    ]  # fmt: skip
    db.add_all(offers)
    db.flush()
    db.add_all(_photos(db, [*properties[1:], *units[1:], *offers[1:]]))
    db.flush()
    return [person.id for person in people]


def _of_the_core(db: Session, organisations: list[Organisation], people: list[Person]) -> Iterator[Any]:
    """What each person was told, whom each organisation invited, what was done there, and a job."""
    for n, person in enumerate(people):
        yield Notification(
            ref=f"n{n}", person_id=person.id, category="atlas.members", subject="Told", path="/home/", template="", content={},
            created=START, waits_for_digest=False,
        )  # fmt: skip
        yield PersonPhoto(person_id=person.id, ref=f"a{n}", file=a_file(db, f"face-{n}"))
    for n, organisation in enumerate(organisations):
        yield Invitation(
            ref=f"i{n}", organisation_id=organisation.id, name="Somebody", role="viewer", invited_by_id=people[-1].id,
            created=START, sent=START, expires=START,
        )  # fmt: skip
        yield AuditEntry(at=START, role="", organisation_id=organisation.id, action="property.added", request_id=f"r{n}")
    yield AuditEntry(at=START, role="", action="person.registered", request_id="r")
    yield OutboxEntry(name="atlas.tested", payload={}, state="waiting", created=START, due=START, attempts=0)


def _write_versions(db: Session, listings: list[Listing]) -> None:
    """Two versions of each listing, with a photo and a document each: one that is public or was decided, and a draft."""
    for n, listing in enumerate(listings):
        for number, after in ((1, "approved" if n % 2 else "dropped"), (2, "draft")):
            row = ListingVersion(
                ref=f"v{n}-{number}", listing=listing, number=number, title="A home", description="", state="draft", created=START
            )
            db.add(row)
            db.flush()
            db.add(
                ListingPhoto(ref=f"lp{n}-{number}", version_id=row.id, position=1, caption="", file=a_file(db, f"fp{n}-{number}"))
            )
            db.add(ListingDocument(ref=f"ld{n}-{number}", version_id=row.id, file=a_file(db, f"fd{n}-{number}"), created=START))
            db.flush()
            if after == "approved":
                row.state, row.submitted = "submitted", START
                db.flush()
                row.decided = START
            row.state = after
            db.flush()


def _write_files(db: Session, leases: list[Lease], people: list[Person]) -> None:
    """Each lease came with a file, and another one skipped its tenant, who has a sign-in. The first one is the administrator."""
    for n, lease in enumerate(leases):
        of_it = {"organisation_id": lease.organisation_id, "made": START, "made_by": people[0].id}
        contact = Contact(
            ref=f"t{n}", organisation_id=lease.organisation_id, name=f"Tenant {n}", email="", phone="", created=START,
            person_id=people[PEOPLE - n].id,
        )  # fmt: skip
        party = LeaseParty(lease_id=lease.id, contact=contact, role="primary", position=0)
        brought = LeaseImport(ref=f"li{n}", leases=1, **of_it)
        sent = InvitationFile(ref=f"tf{n}", invited=1, skipped=1, **of_it)
        db.add_all([contact, party, brought, sent])
        db.flush()
        db.add(Opening(lease_id=lease.id, import_id=brought.id, brought_in=START.date(), paid_to=None, balance_cents=0))
        db.add(InvitationRow(file_id=sent.id, number=2, party_id=party.id, skipped="no_email"))
        db.flush()


def _write_what_hangs_on(db: Session, leases: list[Lease]) -> None:
    """Each lease has a document. The first one of a unit is under notice, and the final statement of some of those was sent."""
    let: set[int] = set()
    for n, lease in enumerate(leases):
        pdf = {"pdf": a_file(db, f"pdf{n}"), "pdf_digest": "0" * 64}
        db.add(RentTerm(lease_id=lease.id, starts=lease.starts, cents=100))
        db.add(Document(ref=f"d{n}", lease_id=lease.id, number=1, content="{}", digest="0" * 64, frozen=START, **pdf))
        for shared in (True, False):
            of_it = {"lease_id": lease.id, "shared": shared, "file": a_file(db, f"beside{n}-{shared}"), "created": START}
            db.add(Paper(ref=f"beside-{n}-{int(shared)}", title="A letter", **of_it))
        db.flush()
        if lease.unit_id in let:
            continue
        let.add(lease.unit_id)
        lease.state, lease.agreed = "active", day(0)
        db.flush()
        lease.state, lease.last_day = "notice", day(1)
        db.flush()
        of_it = {"lease_id": lease.id, "words": "", "created": START}
        notice = Notice(ref=f"no{n}", giver="landlord", given=day(0), last_day=day(1), rule_last_day=day(1), **of_it)
        notice.servings.append(Serving(ref=f"sv{n}", way="hand", served_by="Somebody", served_on=day(0), created=START))
        db.add_all([notice, Deduction(ref=f"de{n}", kind="other", reason="", cents=0, wear_cents=0, **of_it)])
        db.flush()
        if n % 2:
            send_statement(db, lease, seen=number_of(statement_content(db, lease)), person_id=None, now=START)


PHOTOS: dict[type, type[PhotoColumns]] = {Property: PropertyPhoto, Unit: UnitPhoto, Offer: OfferPhoto}


def _photos(db: Session, things: list[Any]) -> Iterator[Any]:
    """One of each thing."""
    for n, thing in enumerate(things):
        made: Any = PHOTOS[type(thing)]
        file = a_file(db, f"f{n}")
        yield made(ref=f"g{n}", position=1, caption="", file_id=file.id, **{f"{made.thing}_id": thing.id})


def _take_over(db: Session, above: Property, n: int, before: Organisation, here: Organisation, people: list[Person]) -> None:
    """A property comes to an organisation from the one that had it before."""
    was = Handover(ref=f"x{n}", giver=before, taker=here, answer="accepted", answered=START, **_offer(above, people))
    db.add(was)
    db.flush()
    above.organisation_id = here.id
    db.flush()
    was.done = START
    db.add(
        FormerProperty(
            ref=f"z{n}", property_id=above.id, organisation=before, handover=was, ends=day(0), name="Was ours", facts={}
        )
    )
    db.flush()


def _handovers(organisations: list[Organisation], properties: list[Property], people: list[Person]) -> Iterator[Any]:
    """Each property is offered to the next organisation."""
    for n, above in enumerate(properties):
        at = next(place for place, row in enumerate(organisations) if row.id == above.organisation_id)
        here, after = (organisations[(at + step) % ORGANISATIONS] for step in range(2))
        yield Handover(ref=f"y{n}", giver=here, taker=after, **_offer(above, people))


def _offer(above: Property, people: list[Person]) -> dict[str, Any]:
    return {"property_id": above.id, "property_name": "", "day": day(0), "offered": START, "offered_by": people[-1].id}


# Something of everything: what no mutant of a list may leave unnoticed.
RICH = Drawn(
    memberships=[
        (0, 0, "owner", False, None), (0, 1, "maintenance", False, None), (1, 1, "viewer", False, None),
        (0, 2, "manager", True, None), (1, 2, "leasing", False, None), (2, 3, "unheard-of", False, None),
        (1, 0, "bookkeeper", True, None), (0, 3, "manager", False, frozenset({0})), (0, 3, "viewer", False, frozenset({1})),
        (1, 3, "manager", True, frozenset({2})), (0, 2, "leasing", False, frozenset()),
    ],
    platform={(3, "owner")},
    properties=[(0, False), (0, True), (1, False)],
    units=[(0, False), (0, False), (1, True), (2, False)],
    holds=[(0, 0), (1, 0), (3, 2)],
    times_out=[(0, 1), (3, 3)],
    contacts=[0, 1],
    bulk_edits=[(0, 0), (0, 1), (1, 2)],
    listings=[(0, "approved", None), (1, "draft", None), (2, "paused", None), (3, "approved", 0), (3, "withdrawn", None)],
    leases=[0, 2, 3, 0],
)  # fmt: skip


def _memberships(
    db: Session, drawn: Drawn, organisations: list[Organisation], people: list[Person], properties: list[Property]
) -> Iterator[Any]:
    """Members; an owner is never limited, and a limit reaches only properties of its organisation."""
    for n, (organisation, person, role, ended, some) in enumerate(drawn.memberships):
        organisation_id, limit_id = organisations[organisation].id, None
        if some is not None and role != "owner":
            limit = MemberLimit(organisation_id=organisation_id)
            db.add(limit)
            db.flush()
            limit_id = limit.id
            mine = [properties[at].id for at in sorted(some) if properties[at].organisation_id == organisation_id]
            db.add_all(LimitedProperty(limit_id=limit_id, property_id=id_, organisation_id=organisation_id) for id_ in mine)
        yield Membership(
            ref=f"m{n}",
            organisation_id=organisation_id,
            person_id=people[person].id,
            role=role,
            since=START,
            until=START if ended else None,
            limit_id=limit_id,
        )
