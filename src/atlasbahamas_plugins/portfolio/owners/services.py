"""Who owns a property from a day on. Raises Refused where a rule says no."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.expression import ScalarSelect

from atlasbahamas.audit.services import record
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import name_key
from atlasbahamas.people.services import lock_organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import percent
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contact
from atlasbahamas_plugins.portfolio.models import Property
from atlasbahamas_plugins.portfolio.owners.models import WHOLE, Ownership, Share


@dataclass(frozen=True)
class ShareLine:
    """An owner, a contact of the organisation or the name of a new one, and a share in hundredths of a percent."""

    contact_id: int | None
    name: str
    hundredths: int


def set_owners(
    db: Session,
    above: Property,
    starts: date,
    lines: Sequence[ShareLine],
    *,
    person_id: int | None,
    now: datetime,
    code: str | None = None,
    known: Collection[int] | None = None,
) -> Ownership:
    """Say who owns a property from a day on. A set of the same day is replaced; the same one said twice stays as it is.

    `known`: ids of the contacts that the caller may choose; None for all of the organisation's. Raises Refused unless the shares
    make 100 % and each owner is named once.
    """
    _check(lines)
    lock_organisation(db, above.organisation_id)
    before = owners_on(db, above, starts)
    same_day = before if before is not None and before.starts == starts else None
    if same_day is not None:
        if _says_the_same(same_day, lines):
            return same_day
        same_day.replaced = now
        db.flush()
    contacts = [_contact(db, above, line, known, now=now) for line in lines]
    ownership = Ownership(
        ref=new_key("w", code=code),
        property_id=above.id,
        organisation_id=above.organisation_id,
        starts=starts,
        complete=False,
        made=now,
        made_by=person_id,
    )
    db.add(ownership)
    db.flush()
    db.add_all(
        Share(ownership=ownership, contact=contact, hundredths=line.hundredths)
        for contact, line in zip(contacts, lines, strict=True)
    )
    db.flush()
    ownership.complete = True
    db.flush()
    record(
        db,
        "portfolio:ownership:set",
        about=("property", above.ref),
        organisation_id=above.organisation_id,
        before=_told(before),
        after=_told(ownership),
    )
    return ownership


def owners_on(db: Session, above: Property, day: date) -> Ownership | None:
    """The owners of a property on a day, as the organisation that has it now knows them; None before the first."""
    return owners_known_to(db, above.id, above.organisation_id, day)


def owners_known_to(db: Session, property_id: int, organisation_id: int, day: date) -> Ownership | None:
    """The owners of a property on a day, as one of the organisations that have or had it knows them."""
    mine = (Ownership.property_id == property_id, Ownership.organisation_id == organisation_id)
    query = select(Ownership).where(*mine, Ownership.complete, Ownership.replaced.is_(None), Ownership.starts <= day)
    query = query.order_by(Ownership.starts.desc()).limit(1).options(joinedload(Ownership.shares))
    return db.scalars(query).unique().one_or_none()


def ever_owners(db: Session, above: Property) -> set[int]:
    """Ids of the contacts that own, owned or will own a property, as the organisation that has it now knows them."""
    mine = (Ownership.property_id == above.id, Ownership.organisation_id == above.organisation_id)
    return set(db.scalars(select(Share.contact_id).join(Ownership, Ownership.id == Share.ownership_id).where(*mine)))


def next_start() -> ScalarSelect[date]:
    """The day on which the set of a Share's Ownership ends because another begins, as a column for a query; NULL: none does."""
    later = alias_of(Ownership, "later")
    same = (later.property_id == Ownership.property_id, later.organisation_id == Ownership.organisation_id)
    counts = (later.complete, later.replaced.is_(None), later.starts > Ownership.starts)
    return select(later.starts).where(*same, *counts).order_by(later.starts).limit(1).correlate(Ownership).scalar_subquery()


def _check(lines: Sequence[ShareLine]) -> None:
    total = sum(line.hundredths for line in lines)
    if total != WHOLE:
        raise Refused(f"These shares add up to {percent(total)}. Together they have to be 100 %.", "total")


def _says_the_same(ownership: Ownership, lines: Sequence[ShareLine]) -> bool:
    """True when the lines name the owners that the set has; a new name means the contact that was made of it."""
    if len(lines) != len(ownership.shares):
        return False
    by_id = {(share.contact_id, share.hundredths) for share in ownership.shares}
    by_name = {(share.contact.name_key, share.hundredths) for share in ownership.shares}
    return all(
        (line.contact_id, line.hundredths) in by_id if line.contact_id else (name_key(line.name), line.hundredths) in by_name
        for line in lines
    )


def _contact(db: Session, above: Property, line: ShareLine, known: Collection[int] | None, *, now: datetime) -> Contact:
    if line.contact_id is None:
        return add_contact(db, above.organisation_id, ContactDetails(line.name), now=now)
    found = db.get(Contact, line.contact_id)
    if found is None or found.organisation_id != above.organisation_id or (known is not None and found.id not in known):
        raise Refused("Choose owners of the list.")
    return found


def _told(ownership: Ownership | None) -> dict[str, object] | None:
    """A set for the audit: contacts by their refs, because names are personal."""
    if ownership is None:
        return None
    return {
        "starts": ownership.starts,
        "shares": [f"{share.contact.ref}: {percent(share.hundredths)}" for share in ownership.shares],
    }
