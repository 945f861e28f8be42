"""What a person's home page shows of the leases that bind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, case, func, select
from sqlalchemy.orm import Session, defaultload, joinedload, lazyload

from atlasbahamas.db.statements import Rows, among, made_once
from atlasbahamas_plugins.leasing.agreements.services import last_document
from atlasbahamas_plugins.leasing.leaving.answers import unanswered_by
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.services import unread_by
from atlasbahamas_plugins.leasing.resources import SHOWN_TO_PARTIES
from atlasbahamas_plugins.leasing.signing.links import signed_by
from atlasbahamas_plugins.leasing.statements.services import STATEMENT_FOR
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

MOST_LEASES_AT_HOME = 20


@dataclass(frozen=True)
class LeaseAtHome:
    """A lease with its rents, as what it binds the person, and what waits for them: `unread` and `document` are the
    keys of a notice and of what was sent last to sign, if any.
    """

    lease: Lease
    party: LeaseParty
    signed: bool
    unread: str | None
    unanswered: bool
    document: str | None


def leases_at_home(db: Session, person_id: int, *, now: datetime) -> list[LeaseAtHome]:
    """Some of a person's leases: what runs or waits, before what is over; the newest first. One query."""
    found = db.execute(_leases_at_home(), {"person_id": person_id, "since": now - STATEMENT_FOR})
    return [LeaseAtHome(*row) for row in found.unique()]


@made_once
def _leases_at_home() -> Rows:
    me: BindParameter[int] = bindparam("person_id")
    # They are found first: SQLite would walk all leases that are in such a state. Who is bound twice is so as the first.
    mine = select(LeaseParty.lease_id, func.min(LeaseParty.position).label("position"))
    mine = mine.join(Contact, Contact.id == LeaseParty.contact_id).where(Contact.person_id == me).group_by(LeaseParty.lease_id)
    bound = mine.cte("bound").prefix_with("MATERIALIZED")
    over = case((Lease.state == "ended", 1), else_=0)
    asked = (signed_by(me), unread_by(me), unanswered_by(me, since=bindparam("since")), last_document())
    # A home is told by its name; rents are few.
    home = defaultload(Lease.unit).load_only(Unit.label).defaultload(Unit.property)
    parts = (home.load_only(Property.name).lazyload(Property.settlement), joinedload(Lease.rents), lazyload(LeaseParty.contact))
    return (
        select(Lease, LeaseParty, *asked)
        .join(bound, bound.c.lease_id == Lease.id)
        .join(LeaseParty, (LeaseParty.lease_id == Lease.id) & (LeaseParty.position == bound.c.position))
        .where(among(Lease.state, SHOWN_TO_PARTIES))
        .order_by(over, Lease.starts.desc(), Lease.id.desc())
        .limit(MOST_LEASES_AT_HOME)
        .options(*parts)
    )
