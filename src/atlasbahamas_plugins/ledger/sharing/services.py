"""Shares among tenants: how a lease is shared, who owes and paid what, and changing that. Raises Refused where a rule says no.

A roommate's part is worked out from the lease's charges, credits and payments (parts.py). What is moved between roommates when
the shares change is an entry between accounts of theirs, which together are nothing: what the lease owes does not move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from atlasbahamas.audit.services import record
from atlasbahamas.db.statements import is_one_of
from atlasbahamas.errors import Refused
from atlasbahamas.traversal.keys import long_key
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty, RentTerm
from atlasbahamas_plugins.ledger.charges.models import Charge, Credit
from atlasbahamas_plugins.ledger.charges.services import owed_by
from atlasbahamas_plugins.ledger.journal.accounts import Balance
from atlasbahamas_plugins.ledger.journal.kinds import REALLOCATION
from atlasbahamas_plugins.ledger.journal.models import AccountBalance, LedgerAccount
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.services import AccountKey, Entry, Source, Transfer, accounts, first_open_day, open_journal, post
from atlasbahamas_plugins.ledger.sharing.models import WHOLE, Payer, Share, Sharing
from atlasbahamas_plugins.ledger.sharing.parts import Counted, Movements, Part, Term, parts, reallocation
from atlasbahamas_plugins.ledger.sharing.telling import tell_tenants

ACCOUNT = "roommate"
"""The kind of account on which something is moved between roommates."""


@dataclass(frozen=True)
class Shared:
    """A lease that is shared: how, now; each tenant's part; and what all of them owe together, in cents."""

    sharing: Sharing
    parts: Mapping[int, Part]
    balance_cents: int


def sharings_of(db: Session, lease: Lease) -> Sequence[Sharing]:
    """How a lease is shared, from its first day on; nothing where it is not."""
    query = select(Sharing).where(Sharing.lease_id == lease.id).options(selectinload(Sharing.shares))
    return db.scalars(query.order_by(Sharing.starts)).all()


def shared(db: Session, lease: Lease, *, today: date) -> Shared | None:
    """Who owes what of a lease; None where it is not shared."""
    sharings = sharings_of(db, lease)
    if not sharings:
        return None
    movements = _movements(db, lease)
    now = next((each for each in reversed(sharings) if each.starts <= today), sharings[0])
    return Shared(now, parts([_term(each) for each in sharings], movements), movements.balance_cents)


def _term(sharing: Sharing) -> Term:
    return Term(sharing.starts, {share.party_id: share.weight for share in sharing.shares})


def _movements(db: Session, lease: Lease) -> Movements:
    charges = select(Charge.due_on, Charge.cents).where(Charge.lease_id == lease.id, Charge.voided_by.is_(None))
    credits = select(Credit.counts_on, Credit.cents).where(Credit.lease_id == lease.id, Credit.voided_by.is_(None))
    payments = select(Payment.received_on, Payment.cents, Payer.party_id).outerjoin(Payer, Payer.payment_id == Payment.id)
    payments = payments.where(Payment.lease_id == lease.id, is_one_of(Payment.state, "confirmed"))
    mine = (LedgerAccount.lease_id == lease.id, LedgerAccount.kind == ACCOUNT)
    moved = select(LedgerAccount.party_id, AccountBalance.debit_cents, AccountBalance.credit_cents)
    moved = moved.join(AccountBalance, AccountBalance.account_id == LedgerAccount.id).where(*mine)
    return Movements(
        owed_by(db, lease).cents,
        [Counted(*row) for row in db.execute(charges.order_by(Charge.id))],
        [Counted(*row) for row in db.execute(credits.order_by(Credit.id))],
        [Counted(*row) for row in db.execute(payments.order_by(Payment.id))],
        {party_id: Balance(ACCOUNT, debit, credit).cents for party_id, debit, credit in db.execute(moved) if party_id},
    )


@dataclass(frozen=True)
class Agreed:
    """What tenants agreed on: from a local day on, weights by their parties' ids, for what each answers, in words.

    `anew`: what is owed until then is shared by it, too. `ref` is the key of the form: sent twice, it is done once.
    """

    starts: date
    kind: str
    liability: str
    weights: Mapping[int, int]
    reason: str
    anew: bool
    ref: str


def share(db: Session, lease: Lease, agreed: Agreed, *, by: int, now: datetime, today: date) -> Sharing:
    """Share a lease among its tenants from a day on; they are told. The same `ref` again gives the same. Raises Refused."""
    open_journal(db, lease.organisation_id)
    there = db.scalar(select(Sharing).where(Sharing.ref == agreed.ref))
    if there is not None:
        return there
    before = sharings_of(db, lease)
    _check(db, lease, agreed, before)
    number = _move(db, lease, agreed, before, by=by, now=now, today=today) if before and agreed.anew else None
    rows = [
        {"lease_id": lease.id, "starts": agreed.starts, "party_id": key, "weight": each} for key, each in agreed.weights.items()
    ]
    # The row that they are of seals them, so it comes after them.
    db.execute(insert(Share), rows)
    row = Sharing(
        ref=agreed.ref,
        organisation_id=lease.organisation_id,
        lease_id=lease.id,
        starts=agreed.starts,
        kind=agreed.kind,
        liability=agreed.liability,
        total=sum(agreed.weights.values()),
        reason=agreed.reason.strip(),
        entry_number=number,
        by_person_id=by,
        made=now,
    )
    db.add(row)
    db.flush()
    after = {"starts": agreed.starts, "kind": agreed.kind, "liability": agreed.liability, "anew": number is not None}
    _record(db, "shared", lease, after=after, note=row.reason)
    tell_tenants(db, lease, f"Shared anew from {local_date(agreed.starts)}" if before else "Shared", now=now)
    return row


def _check(db: Session, lease: Lease, agreed: Agreed, before: Sequence[Sharing]) -> None:
    if lease.state not in BINDING:
        raise Refused("This lease binds nobody, so nothing of it is shared.")
    if len(lease.tenants) < 2:
        raise Refused("One tenant owes all of it. There is nothing to share.")
    if set(agreed.weights) != {party.id for party in lease.tenants}:
        raise Refused("Say the part of each tenant.")
    if not agreed.reason.strip():
        raise Refused("Say what was agreed, and when: the tenants read it.", "reason")
    if before and agreed.starts <= before[-1].starts:
        raise Refused(f"It is shared since {local_date(before[-1].starts)}. Choose a later day.", "starts")
    if agreed.kind == "percent" and sum(agreed.weights.values()) != WHOLE:
        raise Refused("The parts have to add up to 100 %.", "kind")
    if agreed.kind == "amount":
        rent = _rent_on(db, lease, agreed.starts)
        if sum(agreed.weights.values()) != rent:
            raise Refused(f"The parts have to add up to the rent, {money(rent)}.", "kind")


def _rent_on(db: Session, lease: Lease, day: date) -> int:
    terms = select(RentTerm.cents).where(RentTerm.lease_id == lease.id)
    found = db.scalar(terms.where(RentTerm.starts <= day).order_by(RentTerm.starts.desc()).limit(1))
    return found or db.scalars(terms.order_by(RentTerm.starts).limit(1)).one()


def _move(
    db: Session, lease: Lease, agreed: Agreed, before: Sequence[Sharing], *, by: int, now: datetime, today: date
) -> int | None:
    """Move between tenants what they owe, so that it is shared as what comes; gives the number of the entry, None for none."""
    term = Term(agreed.starts, agreed.weights)
    found = parts([*(_term(each) for each in before), term], _movements(db, lease))
    now_owed = {party_id: part.cents for party_id, part in found.items()}
    moves = reallocation(now_owed, term)
    if not moves:
        return None
    keys = {party_id: AccountKey(ACCOUNT, lease.id, party_id) for party_id in now_owed.keys() | agreed.weights.keys()}
    refs = accounts(db, lease.organisation_id, keys.values())
    transfers = [Transfer(refs[keys[move.to_id]], refs[keys[move.from_id]], move.cents) for move in moves]
    day = first_open_day(db, lease.organisation_id, today)
    entry = Entry(REALLOCATION, day, transfers, Source("sharing", agreed.ref), by=by)
    [number] = post(db, lease.organisation_id, [entry], now=now)
    return number


def payer_of(db: Session, payment: Payment) -> int | None:
    """The party that a payment came from, where that is known."""
    return db.scalar(select(Payer.party_id).where(Payer.payment_id == payment.id))


def say_who_paid(db: Session, lease: Lease, payment: Payment, party: LeaseParty | None) -> None:
    """Say which tenant a payment came from; None: nobody knows. Raises Refused for what is no payment any more."""
    open_journal(db, lease.organisation_id)
    db.refresh(payment)
    if payment.state in ("refused", "returned", "reversed"):
        raise Refused("This payment does not count, so it is nobody's.")
    row = db.get(Payer, payment.id)
    before = row.party_id if row is not None else None
    if row is not None and party is None:
        db.delete(row)
    elif row is not None and party is not None:
        row.party_id = party.id
    elif party is not None:
        db.add(Payer(payment_id=payment.id, party_id=party.id))
    db.flush()
    after = {"payment": payment.ref, "party_id": party.id if party is not None else None}
    _record(db, "payer_said", lease, before={"party_id": before}, after=after)


def new_ref() -> str:
    """A key for a sharing."""
    return long_key("sharing")


def _record(db: Session, verb: str, lease: Lease, **changed: Any) -> None:
    record(db, f"ledger:sharing:{verb}", about=("lease", lease.ref), organisation_id=lease.organisation_id, **changed)
