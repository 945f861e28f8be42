"""Inviting tenants from a file: whom its rows name, what would be sent, and sending it, all or none.

Who can be invited, and when again, is said by the invitations themselves (tenancy/services.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, insert, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.leasing.inviting.models import InvitationFile, InvitationRow
from atlasbahamas_plugins.leasing.models import RUNNING, Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import lock_leases
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation
from atlasbahamas_plugins.leasing.tenancy.services import (
    INVITABLE,
    NOTHING_TO_SEE,
    SignIn,
    make_invitations,
    sign_ins_for,
    was_just_invited,
)
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, edit_contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

BY_UNIT = ("sent", *RUNNING)
"""States of the leases that the name of a unit can mean; what has ended is told by its reference alone."""

CHANGED = Refused("Something changed since these rows were shown, so nobody was invited. Please look again.", "file")
NOBODY = Refused("There is nobody in this file to invite. Choose another one.", "file")


@dataclass(frozen=True)
class Named:
    """Somebody to be invited, as a row of a file names them; what is empty was not said.

    The lease is told by its reference, or by its unit, and where that is not enough, its property; `who` is a name or an e-mail
    address. `number` is that of the row.
    """

    number: int
    lease: str
    above: str
    unit: str
    who: str
    email: str


@dataclass(frozen=True)
class Planned:
    """What a row would do: an invitation to `email`, or nothing, for the reason `skipped` (a key of SKIPPED)."""

    number: int
    lease: Lease
    sign_in: SignIn
    email: str
    skipped: str | None

    @property
    def contact(self) -> Contact:
        """Whom it is about."""
        return self.sign_in.party.contact


@dataclass(frozen=True)
class Wrong:
    """Why a row will not do, and in which column."""

    number: int
    column: str
    message: str


def plan_invitations(db: Session, leases: Select[Lease], named: Sequence[Named], *, now: datetime) -> list[Planned | Wrong]:
    """What each row would do, or why it will not do. Writes nothing.

    `leases` is the SELECT of those whose tenants the caller may invite: another one is not told from one that is not there.
    """
    known = _find_leases(db, leases, named)
    meant = [_meant(each, known) for each in named]
    parties = [each[1] for each in meant if not isinstance(each, Wrong)]
    sign_ins = {found.party.id: found for found in sign_ins_for(db, parties)}
    seen: dict[int, int] = {}
    told: dict[int, tuple[str, int]] = {}
    planned: list[Planned | Wrong] = []
    for each, of_row in zip(named, meant, strict=True):
        if isinstance(of_row, Wrong):
            planned.append(of_row)
            continue
        lease, party = of_row
        problem = _twice(each, party, seen) or _another_address(each, party.contact, told)
        planned.append(problem or _planned(each, lease, sign_ins[party.id], now))
    return planned


def invite_from_file(
    db: Session, organisation_id: int, leases: Select[Lease], named: Sequence[Named], *, by_id: int, now: datetime
) -> InvitationFile:
    """Invite whom a file names, as one: an e-mail address is written to a contact that has none, and gets the invitation.

    `leases` as in `plan_invitations`. Raises Refused where a row will not do, and where nobody is left to invite.
    """
    _lock(db, _all_right(plan_invitations(db, leases, named, now=now)))
    planned = _all_right(plan_invitations(db, leases, named, now=now))
    due: dict[Lease, list[SignIn]] = {}
    for each in planned:
        if each.skipped is None:
            due.setdefault(each.lease, []).append(each.sign_in)
            if not each.contact.email:
                edit_contact(db, each.contact, ContactDetails(each.contact.name, each.email, each.contact.phone))
    if not due:
        raise NOBODY
    invitations = {made.party_id: made.id for made in make_invitations(db, organisation_id, due, by_id=by_id, now=now)}
    row = InvitationFile(
        ref=new_key("tf"),
        organisation_id=organisation_id,
        invited=len(invitations),
        skipped=len(planned) - len(invitations),
        made=now,
        made_by=by_id,
    )
    db.add(row)
    db.flush()
    outcomes = [
        {
            "file_id": row.id,
            "number": each.number,
            "party_id": each.sign_in.party.id,
            "invitation_id": invitations.get(each.sign_in.party.id),
            "skipped": each.skipped,
        }
        for each in planned
    ]
    db.execute(insert(InvitationRow), outcomes)
    counted = {"invited": row.invited, "skipped": row.skipped}
    record(db, "leasing:invitations:sent", about=("invitation_file", row.ref), organisation_id=organisation_id, after=counted)
    return row


def to_be_invited(db: Session, leases: Select[Lease], *, most: int, now: datetime) -> list[tuple[Lease, Contact]]:
    """Tenants of the leases that run who have neither a sign-in nor an open invitation, each once, by property and unit."""
    open_ones = select(LeaseParty.contact_id).join(TenantInvitation, TenantInvitation.party_id == LeaseParty.id)
    open_ones = open_ones.where(TenantInvitation.answer.is_(None), TenantInvitation.expires > now)
    waiting = select(Lease, Contact).join(LeaseParty, LeaseParty.lease_id == Lease.id).join(Contact)
    waiting = waiting.join(Unit, Unit.id == Lease.unit_id).join(Property, Property.id == Unit.property_id)
    waiting = waiting.where(
        Lease.id.in_(leases.with_only_columns(Lease.id)),
        Lease.state.in_(RUNNING),
        LeaseParty.role != "guarantor",
        Contact.person_id.is_(None),
        Contact.id.not_in(open_ones),
    )
    # Whoever has two leases, an old one and its renewal, is asked once.
    once: dict[int, tuple[Lease, Contact]] = {}
    by_place = waiting.order_by(Property.name, Property.id, Unit.label_key, Lease.starts, Lease.id, LeaseParty.position)
    for lease, contact in db.execute(by_place):
        once.setdefault(contact.id, (lease, contact))
    return list(once.values())[:most]


@dataclass(frozen=True)
class _Known:
    """The leases that rows may mean: all that were named by `ref`; those that run, or are about to, by the label of the unit."""

    by_ref: Mapping[str, Lease]
    by_label: Mapping[str, Sequence[Lease]]


def _find_leases(db: Session, leases: Select[Lease], named: Sequence[Named]) -> _Known:
    """With their parties, as they are now."""
    refs = {each.lease.lower() for each in named if each.lease}
    labels = {name_key(each.unit) for each in named if not each.lease and each.unit}
    units = select(Unit.id).where(Unit.label_key.in_(labels))
    wanted = leases.where(or_(Lease.ref.in_(refs), Lease.unit_id.in_(units) & Lease.state.in_(BY_UNIT)))
    wanted = wanted.order_by(Lease.id).options(selectinload(Lease.parties).options(joinedload(LeaseParty.contact)))
    found = db.scalars(wanted.execution_options(populate_existing=True)).unique().all()
    by_label: dict[str, list[Lease]] = {}
    for lease in found:
        if lease.state in BY_UNIT:
            by_label.setdefault(lease.unit.label_key, []).append(lease)
    return _Known({lease.ref: lease for lease in found}, by_label)


def _meant(each: Named, known: _Known) -> tuple[Lease, LeaseParty] | Wrong:
    """The lease and the party that a row means."""
    found = _leases_meant(each, known)
    if isinstance(found, Wrong):
        return found
    parties = [(lease, party) for lease in found for party in lease.parties if _is_called(party.contact, each.who)]
    if not parties:
        return Wrong(each.number, "tenant", "The lease names nobody like that.")
    if len({lease.id for lease, _ in parties}) > 1:
        return Wrong(each.number, "lease", "More than one lease of this unit names them. Say which, by its reference.")
    if len(parties) > 1:
        parties = [(lease, party) for lease, party in parties if each.email and _has_address(party.contact, each.email)]
    if len(parties) != 1:
        words = "The lease names more than one like that. Say who by the e-mail address, or invite them on the lease's page."
        return Wrong(each.number, "tenant", words)
    return parties[0]


def _leases_meant(each: Named, known: _Known) -> Sequence[Lease] | Wrong:
    """The lease with the reference, or those of the unit."""
    if each.lease:
        column, none_such = "lease", "You have no lease with this reference."
        found: Sequence[Lease] = [known.by_ref[ref]] if (ref := each.lease.lower()) in known.by_ref else []
    else:
        column, none_such = "unit", "No unit of yours with this name has a lease that runs."
        found = known.by_label.get(name_key(each.unit), []) if each.unit else []
    if not (each.lease or each.unit):
        return Wrong(each.number, "lease", "Say which lease, by its reference, or which unit.")
    if not found:
        return Wrong(each.number, column, none_such)
    found = [lease for lease in found if not each.unit or lease.unit.label_key == name_key(each.unit)]
    if not found:
        return Wrong(each.number, "unit", "The lease with this reference is of another unit.")
    found = [lease for lease in found if not each.above or name_key(lease.unit.property.name) == name_key(each.above)]
    if not found:
        return Wrong(each.number, "property", "This property has no such unit with a lease.")
    if len({lease.unit_id for lease in found}) > 1:
        return Wrong(each.number, "property", "More than one property has such a unit. Say which.")
    if found[0].state not in INVITABLE:
        return Wrong(each.number, column, NOTHING_TO_SEE)
    return found


def _is_called(contact: Contact, who: str) -> bool:
    return contact.name_key == name_key(who) or _has_address(contact, who)


def _has_address(contact: Contact, email: str) -> bool:
    return bool(contact.email) and contact.email.lower() == email.lower()


def _twice(each: Named, party: LeaseParty, seen: dict[int, int]) -> Wrong | None:
    first = seen.setdefault(party.id, each.number)
    return None if first == each.number else Wrong(each.number, "tenant", f"Row {first} invites them already.")


def _another_address(each: Named, contact: Contact, told: dict[int, tuple[str, int]]) -> Wrong | None:
    """What a contact is reached by is theirs: a file adds what nobody knew, and changes nothing."""
    if not each.email:
        return None
    if contact.email:
        if _has_address(contact, each.email):
            return None
        return Wrong(each.number, "email", f"They have another address here, {contact.email}. Correct one of the two.")
    address, first = told.setdefault(contact.id, (each.email.lower(), each.number))
    return None if address == each.email.lower() else Wrong(each.number, "email", f"Row {first} gives them another address.")


def _planned(each: Named, lease: Lease, sign_in: SignIn, now: datetime) -> Planned:
    contact, skipped = sign_in.party.contact, None
    if contact.person_id is not None:
        skipped = "joined"
    elif was_just_invited(sign_in, now):
        skipped = "recent"
    elif not (contact.email or each.email):
        skipped = "no_email"
    return Planned(each.number, lease, sign_in, contact.email or each.email, skipped)


def _all_right(planned: Sequence[Planned | Wrong]) -> list[Planned]:
    right = [each for each in planned if isinstance(each, Planned)]
    if len(right) < len(planned):
        raise CHANGED
    return right


def _lock(db: Session, planned: Sequence[Planned]) -> None:
    """Queue for the leases and then for the contacts, in one order for everybody: whoever accepts does the same."""
    lock_leases(db, list({each.lease.id: each.lease for each in planned}.values()))
    contacts = select(Contact).where(Contact.id.in_({each.contact.id for each in planned})).order_by(Contact.id)
    db.scalars(contacts.with_for_update().execution_options(populate_existing=True)).all()
