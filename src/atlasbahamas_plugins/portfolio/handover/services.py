"""Offering a property, answering, and handing it over on the day. Raises Refused where a rule says no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.db import metadata
from atlasbahamas.db.statements import made_once
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.notifications import NotificationCategory
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Membership, Organisation
from atlasbahamas.people.services import lock_organisation
from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.portfolio.handover.events import HandoverListener
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.limits.models import LimitedProperty
from atlasbahamas_plugins.portfolio.models import PROPERTY_KINDS, Hold, Property, Unit

HANDOVERS = NotificationCategory(
    "portfolio.handovers", "Properties that change hands", "A property is offered to you, or one that you offered was answered."
)
NOBODY = Refused("No organisation has this key. The others find theirs on the page on which they edit their organisation.", "to")
OVER = Refused("This was answered or carried out already. Look at it again.")
NOT_YOURS = Refused("Only the organisation to which it is offered can answer.")
NOT_OFFERED = Refused("Only the organisation that offered it can take it back.")


def offer_property(db: Session, above: Property, to: str, day: date, *, person_id: int, now: datetime, today: date) -> Handover:
    """Offer a property to the organisation with the key `to`; its owners are told. Raises Refused at the field."""
    if day < today:
        raise Refused("Choose today or a later day.", "day")
    taker = db.scalar(select(Organisation).where(Organisation.ref == to.strip().lower()))
    if taker is None:
        raise NOBODY
    if taker.id == above.organisation_id:
        raise Refused("This is your own organisation.", "to")
    handover = Handover(
        ref=new_key("y"),
        property_id=above.id,
        property_name=above.name,
        giver=above.organisation,
        taker=taker,
        day=day,
        offered=now,
        offered_by=person_id,
    )
    try:
        with db.begin_nested():
            db.add(handover)
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != "uq_portfolio_handover_under_way":
            raise
        raise Refused("This property is offered to somebody already. Take that back first.", "to") from error
    _record(db, "offered", handover, handover.from_id, after={"property": above.ref, "to": taker.ref, "day": day})
    _record(db, "received", handover, handover.to_id, after={"from": above.organisation.ref, "day": day})
    _tell(db, handover, handover.taker, f"{above.organisation.name} offers you the property {above.name}", now=now)
    return handover


def accept_handover(
    db: Session,
    handover: Handover,
    organisation_id: int,
    listeners: Sequence[HandoverListener],
    *,
    person_id: int,
    now: datetime,
    today: date,
) -> None:
    """Take a property, on its day, or at once when that has come. Raises Refused for whoever it is not offered to."""
    if organisation_id != handover.to_id:
        raise NOT_YOURS
    _answer(db, handover, "accepted", person_id, now)
    handover.day = max(handover.day, today)
    db.flush()
    told = f"{handover.taker.name} takes {handover.property_name} on {local_date(handover.day)}"
    _tell(db, handover, handover.giver, told, now=now)
    if handover.day <= today:
        carry_out(db, handover, listeners, now=now)


def decline_handover(db: Session, handover: Handover, organisation_id: int, *, person_id: int, now: datetime) -> None:
    """Say no to a property. Raises Refused for whoever it is not offered to."""
    if organisation_id != handover.to_id:
        raise NOT_YOURS
    _answer(db, handover, "declined", person_id, now)
    _tell(db, handover, handover.giver, f"{handover.taker.name} does not take {handover.property_name}", now=now)


def withdraw_handover(db: Session, handover: Handover, organisation_id: int, *, person_id: int, now: datetime) -> None:
    """Take an offer back, also one that was accepted, as long as its day has not come. Raises Refused."""
    if organisation_id != handover.from_id:
        raise NOT_OFFERED
    _answer(db, handover, "withdrawn", person_id, now, also="accepted")
    _tell(db, handover, handover.taker, f"{handover.giver.name} keeps {handover.property_name} after all", now=now)


def carry_out_due(db: Session, listeners: Sequence[HandoverListener], *, now: datetime, today: date) -> int:
    """Hand over what was accepted and whose day has come; gives how many."""
    due = select(Handover).where(Handover.answer == "accepted", Handover.done.is_(None), Handover.day <= today)
    found = db.scalars(due.order_by(Handover.id)).all()
    for handover in found:
        carry_out(db, handover, listeners, now=now)
    return len(found)


def carry_out(db: Session, handover: Handover, listeners: Iterable[HandoverListener], *, now: datetime) -> None:
    """Move the property to its new organisation. What the giver wrote down for itself stays with the giver, or goes.

    The limits of its members on the property end, and so do its holds; its notes stay with the giver.
    """
    _lock(db, handover)
    if handover.done is not None or handover.answer != "accepted":
        return
    above = db.get_one(Property, handover.property_id)
    db.add(former_property(db, handover, above))
    db.execute(delete(LimitedProperty).where(LimitedProperty.property_id == above.id))
    units = select(Unit.id).where(Unit.property_id == above.id)
    db.execute(delete(Hold).where(Hold.unit_id.in_(units)))
    above.notes, above.organisation_id = "", handover.to_id
    db.flush()
    db.refresh(above)
    for listener in listeners:
        listener.property_handed_over(db, above.id, handover.from_id, handover.to_id, now=now)
    handover.done = now
    db.flush()
    _record(db, "given", handover, handover.from_id, after={"property": above.ref, "to": handover.taker.ref})
    _record(db, "taken", handover, handover.to_id, after={"property": above.ref, "from": handover.giver.ref})
    for organisation in (handover.giver, handover.taker):
        _tell(db, handover, organisation, f"{handover.property_name} is with {handover.taker.name} now", now=now)


def under_way(db: Session, above: Property) -> Handover | None:
    """The offer of a property that is not answered yet, or accepted and not carried out."""
    open_ones = select(Handover).where(Handover.property_id == above.id, Handover.done.is_(None))
    return db.scalar(open_ones.where(func.coalesce(Handover.answer, "accepted") == "accepted"))


def to_answer(db: Session, person_id: int, roles: Sequence[str]) -> Sequence[Handover]:
    """What is offered to the organisations in which a person has one of some roles and may answer, the oldest first."""
    return db.scalars(_offered_to_person(), {"person_id": person_id, "roles": list(roles)}).all()


@made_once
def _offered_to_person() -> Select[Handover]:
    mine = (Membership.person_id == bindparam("person_id"), Membership.until.is_(None), Membership.limit_id.is_(None))
    answering = select(Membership.organisation_id).where(*mine, Membership.role.in_(bindparam("roles", expanding=True)))
    offered = select(Handover).where(Handover.answer.is_(None), Handover.done.is_(None), Handover.to_id.in_(answering))
    return offered.order_by(Handover.id).limit(20)


def _answer(db: Session, handover: Handover, answer: str, person_id: int, now: datetime, *, also: str | None = None) -> None:
    _lock(db, handover)
    if handover.done is not None or handover.answer not in (None, also):
        raise OVER
    handover.answer, handover.answered, handover.answered_by = answer, now, person_id
    db.flush()
    for organisation_id in (handover.from_id, handover.to_id):
        _record(db, answer, handover, organisation_id)


def _lock(db: Session, handover: Handover) -> None:
    """Queue for both organisations, in the order of their numbers, and see the offer as it is then."""
    for organisation_id in sorted((handover.from_id, handover.to_id)):
        lock_organisation(db, organisation_id)
    db.refresh(handover)


def former_property(db: Session, handover: Handover, above: Property, *, ref: str | None = None) -> FormerProperty:
    """What the giver keeps of a property as it is now. `ref` fixes its key (demo data)."""
    before = select(func.max(FormerProperty.ends)).where(FormerProperty.property_id == above.id)
    return FormerProperty(
        ref=ref or new_key("z"),
        property_id=above.id,
        organisation=handover.giver,
        handover=handover,
        starts=db.scalar(before),
        ends=handover.day,
        name=above.name,
        facts=_facts(db, above),
    )


def _facts(db: Session, above: Property) -> dict[str, Any]:
    """The property and its units as they are now, for whoever has it no longer."""
    units = db.scalars(select(Unit).where(Unit.property_id == above.id).order_by(Unit.label_key)).all()
    return {
        "kind": PROPERTY_KINDS[above.kind],
        "place": f"{above.settlement.name}, {above.settlement.island.name}",
        "street": above.street,
        "po_box": above.po_box,
        "assessment_number": above.assessment_number,
        "notes": above.notes,
        "units": [{"label": unit.label, "beds": unit.beds, "baths": unit.baths, "rent_cents": unit.rent_cents} for unit in units],
    }


def _tell(db: Session, handover: Handover, organisation: Organisation, subject: str, *, now: datetime) -> None:
    owners = select(Membership.person_id).where(
        Membership.organisation_id == organisation.id, Membership.role == "owner", Membership.until.is_(None)
    )
    path = f"/portfolio/{organisation.ref}/handovers/{handover.ref}/"
    notify(db, db.scalars(owners.order_by(Membership.id)), HANDOVERS, subject, TOLD_TEMPLATE, path=path, now=now)


def _record(db: Session, verb: str, handover: Handover, organisation_id: int, **changed: Any) -> None:
    record(db, f"portfolio:handover:{verb}", about=("handover", handover.ref), organisation_id=organisation_id, **changed)
