"""What becomes of leases when their property is another organisation's from now on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.traversal.keys import new_key
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.leasing.models import RUNNING, Clause, Deposit, Lease, LeaseParty, RentTerm
from atlasbahamas_plugins.leasing.services import lock_lease, move_lease, record_in_audit, told, whole_lease
from atlasbahamas_plugins.leasing.writing.services import bind
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contact
from atlasbahamas_plugins.portfolio.models import Unit

HANDED_OVER = "The property was handed over"
_COPIED = (
    *("origin", "kind", "rolls_over", "term_last_day", "since", "period", "timing", "due_day", "grace_days"),
    *("late_fee_kind", "late_fee_cents", "late_fee_hundredths", "late_fee_cap_cents"),
)


class LeasesGoOn:
    """Listens to properties that change hands (the portfolio's point `property-handed-over`).

    The tenants stay: the giver's lease ends on the day before, and one of the taker's continues it with the same terms, so each
    side has its own time and no day is lost. What nobody agreed to yet is called off.
    """

    def property_handed_over(self, db: Session, property_id: int, from_id: int, to_id: int, *, now: datetime) -> None:
        """End the giver's leases, and continue them with the taker."""
        today = now.astimezone(NASSAU).date()
        of_it = select(Lease).join(Unit, Unit.id == Lease.unit_id).where(Unit.property_id == property_id)
        mine = of_it.where(Lease.organisation_id == from_id, Lease.state.in_(("draft", "sent", *RUNNING)))
        taken: dict[int, Lease] = {}
        # What was continued comes before what continues it, and so it does with the taker.
        for lease in db.scalars(mine.order_by(Lease.starts, Lease.id)).unique().all():
            lock_lease(db, lease)
            if lease.state in RUNNING:
                _continue(db, lease, to_id, taken, today=today, now=now)
            elif lease.state in ("draft", "sent"):
                move_lease(db, lease, "cancelled", "cancelled", reason=HANDED_OVER)


def _continue(db: Session, lease: Lease, to_id: int, taken: dict[int, Lease], *, today: date, now: datetime) -> None:
    state, last_day = lease.state, lease.last_day
    if lease.starts >= today:
        move_lease(db, lease, "cancelled", "handed_over", reason=HANDED_OVER)
    else:
        until = min(last_day or today, today - timedelta(days=1))
        move_lease(db, lease, "ended", "handed_over", last_day=until, reason=HANDED_OVER)
    if last_day is not None and last_day < today:
        return
    former = taken.get(lease.continues_id or 0)
    following = _copy(db, whole_lease(db, lease), to_id, former, today=today, now=now)
    taken[lease.id] = following
    bind(db, following, today=today, last_day=last_day)
    if state == "notice":
        following.state = "notice"
        db.flush()
    record_in_audit(db, "taken_over", following, after=told(following))


def _copy(db: Session, lease: Lease, to_id: int, former: Lease | None, *, today: date, now: datetime) -> Lease:
    """A draft of the taker's with the same terms from today on; its tenants become contacts of the taker."""
    starts = max(lease.starts, today)
    following = Lease(
        ref=new_key("lease"),
        organisation_id=to_id,
        unit=lease.unit,
        state="draft",
        starts=starts,
        reason="",
        continues_id=former.id if former is not None else None,
        taken_over_id=lease.id,
        created=now,
        **{name: getattr(lease, name) for name in _COPIED},
    )
    following.parties = [
        LeaseParty(contact=_contact(db, party.contact, to_id, now=now), role=party.role, position=party.position)
        for party in lease.parties
    ]
    rent = lease.rent_on(starts)
    later = [RentTerm(starts=term.starts, cents=term.cents) for term in lease.rents if term.starts > starts]
    following.rents = [*([] if rent is None else [RentTerm(starts=starts, cents=rent)]), *later]
    following.deposits = [Deposit(kind=deposit.kind, cents=deposit.cents) for deposit in lease.deposits]
    following.clauses = [Clause(position=clause.position, words=clause.words) for clause in lease.clauses]
    db.add(following)
    db.flush()
    return following


def _contact(db: Session, contact: Contact, to_id: int, *, now: datetime) -> Contact:
    """The same person as a contact of the taker, who needs to know them from now on."""
    details = ContactDetails(contact.name, contact.email, contact.phone)
    following = add_contact(db, to_id, details, now=now)
    following.person_id = contact.person_id
    db.flush()
    return following
