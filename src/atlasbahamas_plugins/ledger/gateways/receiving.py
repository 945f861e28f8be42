"""What a gateway tells: each fact is kept once, and the payment follows from all that are known, in whatever order they came.

Whoever receives has the head of the organisation's journal, so that of two deliveries at once the second sees what the first did.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.ledger.gateways.interface import (
    FAILED,
    METHOD_FAILED,
    METHOD_SAVED,
    OF_METHODS,
    OF_PAYMENTS,
    PAID,
    REFUND_SETTLED,
    REFUNDED,
    SETTLED,
    Event,
)
from atlasbahamas_plugins.ledger.gateways.models import GatewayEvent, GatewayPayment, SavedMethod
from atlasbahamas_plugins.ledger.gateways.services import words_of
from atlasbahamas_plugins.ledger.journal.models import LedgerEntry
from atlasbahamas_plugins.ledger.journal.services import first_open_day, open_journal, post
from atlasbahamas_plugins.ledger.payments import services as payments
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.rails import PaymentRail
from atlasbahamas_plugins.ledger.payments.telling import REFUSED, tell_tenants
from atlasbahamas_plugins.ledger.services import AccountKey, Entry, EntryKind, Source, Transfer, accounts

SETTLEMENT = EntryKind("settlement", "Paid out by the gateway")
TAKEN_BACK = EntryKind("refund_settled", "Given back through the gateway")
SOURCE = "online payment"
CHARGE_FAILED = "ledger.charge_failed"
"""The job that is asked for when money could not be taken by a saved method."""

AHEAD = timedelta(minutes=5)
"""How far a gateway's clock may be ahead of ours."""

_CARD_NUMBER = re.compile(r"([0-9][ -]?){12,19}")


class UnknownOrder(Exception):
    """The event is about something that this gateway was never asked for."""


class ContradictoryEvent(Exception):
    """The event does not fit what was asked for, or an earlier one of the same id. The message says in what."""


def receive(db: Session, rail: PaymentRail, gateway: str, event: Event, body: bytes, *, now: datetime, today: date) -> bool:
    """Keep what a gateway told, and do what follows; gives False where it was told before, and then nothing is done.

    Raises UnknownOrder, ContradictoryEvent, and Refused where the books cannot take it now.
    """
    if event.kind in OF_METHODS:
        return _receive_method(db, gateway, event, body, now)
    if event.kind not in OF_PAYMENTS:
        raise ContradictoryEvent("there is no such kind of event")
    payment = db.scalar(select(GatewayPayment).where(GatewayPayment.gateway == gateway, GatewayPayment.ref == event.ref))
    if payment is None:
        raise UnknownOrder
    open_journal(db, payment.organisation_id)
    db.refresh(payment)
    _compare(payment, event, now)
    if _known(db, gateway, event, body):
        return False
    _keep(db, gateway, event, body, now, gateway_payment_id=payment.id)
    _follow(db, rail, payment, now=now, today=today)
    return True


def _compare(payment: GatewayPayment, event: Event, now: datetime) -> None:
    if event.happened > now + AHEAD or event.happened < payment.created - AHEAD:
        raise ContradictoryEvent("it happened at another time than it can have")
    if event.kind != FAILED and (event.cents, event.currency) != (payment.cents, "BSD"):
        raise ContradictoryEvent("it is about another amount than was asked for")
    if not 0 <= event.fee_cents < payment.cents:
        raise ContradictoryEvent("the fee is none")
    if event.kind != FAILED and (not event.remote_ref or payment.remote_ref not in ("", event.remote_ref)):
        raise ContradictoryEvent("it is about another payment than the one that is known")


def _known(db: Session, gateway: str, event: Event, body: bytes) -> bool:
    same = select(GatewayEvent.digest).where(GatewayEvent.gateway == gateway, GatewayEvent.event_id == event.id)
    digest = db.scalar(same)
    if digest is not None and digest != hashlib.sha256(body).hexdigest():
        raise ContradictoryEvent("an event of this id said something else")
    return digest is not None


def _keep(
    db: Session,
    gateway: str,
    event: Event,
    body: bytes,
    now: datetime,
    *,
    gateway_payment_id: int | None = None,
    method_id: int | None = None,
) -> None:
    db.add(
        GatewayEvent(
            gateway=gateway,
            event_id=event.id,
            kind=event.kind,
            gateway_payment_id=gateway_payment_id,
            method_id=method_id,
            remote_ref=event.remote_ref,
            happened=event.happened,
            received=now,
            fee_cents=event.fee_cents,
            reason=event.reason[:200],
            digest=hashlib.sha256(body).hexdigest(),
        )
    )
    db.flush()


def _follow(db: Session, rail: PaymentRail, payment: GatewayPayment, *, now: datetime, today: date) -> None:
    """Bring a payment to where the facts that are known lead."""
    facts = _first_of_each(db.scalars(_facts_of(payment)))
    if PAID in facts and payment.state in ("started", "failed"):
        _pay(db, rail, payment, facts[PAID], now=now, today=today)
    elif FAILED in facts and payment.state == "started":
        fail(db, payment, facts[FAILED].reason, now=now)
    if payment.payment_id is None:
        return
    if SETTLED in facts and payment.settled_entry is None:
        fact = facts[SETTLED]
        payment.settled_entry = _settle(db, payment, fact.happened, fact.fee_cents, now=now)
    if REFUNDED in facts and payment.state == "paid":
        _refund(db, payment, facts[REFUNDED], now=now)
    if REFUND_SETTLED in facts and payment.state == "refunded" and payment.refund_settled_entry is None:
        payment.refund_settled_entry = _settle_refund(db, payment, facts[REFUND_SETTLED].happened, now=now)
    db.flush()


def _facts_of(payment: GatewayPayment) -> Select[GatewayEvent]:
    return select(GatewayEvent).where(GatewayEvent.gateway_payment_id == payment.id).order_by(GatewayEvent.id)


def _first_of_each(events: Iterable[GatewayEvent]) -> dict[str, GatewayEvent]:
    found: dict[str, GatewayEvent] = {}
    for event in events:
        found.setdefault(event.kind, event)
    return found


def _pay(db: Session, rail: PaymentRail, payment: GatewayPayment, fact: GatewayEvent, *, now: datetime, today: date) -> None:
    on = min(_day(fact.happened), today)
    paid = payments.Paid(payment.cents, on, rail.name, reference=fact.remote_ref)
    there = payments.receive_payment(db, payment.lease, paid, now=now, today=today)
    payment.state, payment.payment_id, payment.remote_ref, payment.reason = "paid", there.id, fact.remote_ref, ""
    db.flush()
    _record(db, "paid", payment)


def fail(db: Session, payment: GatewayPayment, reason: str, *, now: datetime) -> None:
    """The money was not taken: whoever wanted to pay is told, and what is behind a saved method."""
    payment.state, payment.reason = "failed", reason[:200] or "The payment was not made."
    db.flush()
    _record(db, "failed", payment, note=payment.reason)
    if payment.by_person_id is not None:
        path = f"/home/leases/{payment.lease.ref}/ledger/payments/online/{payment.ref}/"
        subject = f"Not paid: {words_of(payment)}"[:200]
        notify(db, [payment.by_person_id], REFUSED, subject, TOLD_TEMPLATE, path=path, now=now)
    if payment.way == "charge":
        enqueue(db, CHARGE_FAILED, {"gateway_payment_id": payment.id}, now=now)


def _refund(db: Session, payment: GatewayPayment, fact: GatewayEvent, *, now: datetime) -> None:
    """It counted until it was given back; from then on it pays nothing, and its receipt is void."""
    paid = db.get_one(Payment, payment.payment_id)
    db.refresh(paid)
    reason = payment.refund_reason or fact.reason or "The gateway gave the money back."
    if paid.state == "confirmed":
        counted = db.get_one(LedgerEntry, (paid.organisation_id, paid.entry_number)).effective
        on = first_open_day(db, payment.organisation_id, max(_day(fact.happened), counted))
        payments.take_back(db, paid, reason, by=payment.refund_by_id, now=now, effective=on)
        tell_tenants(db, paid, REFUSED, "Given back", now=now)
    payment.state = "refunded"
    db.flush()
    _record(db, "refunded", payment, note=reason)


def _settle(db: Session, payment: GatewayPayment, happened: datetime, fee_cents: int, *, now: datetime) -> int:
    """The gateway paid out, less its fee."""
    keys = [AccountKey("bank"), AccountKey("gateway"), AccountKey("payment_cost")]
    found = accounts(db, payment.organisation_id, keys)
    bank, gateway, cost = (found[key] for key in keys)
    transfers = [Transfer(bank, gateway, payment.cents - fee_cents)]
    if fee_cents:
        transfers.append(Transfer(cost, gateway, fee_cents))
    return _post(db, payment, SETTLEMENT, happened, transfers, now)


def _settle_refund(db: Session, payment: GatewayPayment, happened: datetime, *, now: datetime) -> int:
    """The gateway took back from the bank what it gave to the tenant."""
    keys = [AccountKey("gateway"), AccountKey("bank")]
    found = accounts(db, payment.organisation_id, keys)
    return _post(db, payment, TAKEN_BACK, happened, [Transfer(found[keys[0]], found[keys[1]], payment.cents)], now)


def _post(
    db: Session, payment: GatewayPayment, kind: EntryKind, happened: datetime, transfers: list[Transfer], now: datetime
) -> int:
    day = first_open_day(db, payment.organisation_id, _day(happened))
    [number] = post(db, payment.organisation_id, [Entry(kind, day, transfers, Source(SOURCE, payment.ref))], now=now)
    return number


def _day(moment: datetime) -> date:
    return moment.astimezone(NASSAU).date()


def _receive_method(db: Session, gateway: str, event: Event, body: bytes, now: datetime) -> bool:
    of_ref = select(SavedMethod).where(SavedMethod.gateway == gateway, SavedMethod.ref == event.ref)
    method = db.scalar(of_ref.with_for_update().execution_options(populate_existing=True))
    if method is None:
        raise UnknownOrder
    if _known(db, gateway, event, body):
        return False
    given = event.method
    if event.kind == METHOD_SAVED and (given is None or not given.token or not given.label):
        raise ContradictoryEvent("a saved method needs a token and a label")
    if given is not None and (_CARD_NUMBER.search(given.label) or _CARD_NUMBER.fullmatch(given.token)):
        raise ContradictoryEvent("the number of a card has no place here")
    _keep(db, gateway, event, body, now, method_id=method.id)
    if event.kind == METHOD_SAVED and given is not None and method.state in ("asked", "failed"):
        if _is_kept(db, gateway, given.token):
            method.state, method.label = "failed", "This card is saved already."
        else:
            method.state, method.token = "saved", given.token
            method.label, method.expires = given.label[:200], given.expires
    elif event.kind == METHOD_FAILED and method.state == "asked":
        method.state, method.label = "failed", event.reason[:200]
    db.flush()
    about, after = ("method", method.ref), {"state": method.state}
    record(db, "ledger:method:answered", about=about, organisation_id=None, after=after)
    return True


def _is_kept(db: Session, gateway: str, token: str) -> bool:
    same = select(SavedMethod.id).where(SavedMethod.gateway == gateway, SavedMethod.token == token)
    return db.scalar(same) is not None


def _record(db: Session, verb: str, payment: GatewayPayment, note: str = "") -> None:
    about, after = ("online payment", payment.ref), {"state": payment.state, "cents": payment.cents}
    record(db, f"ledger:online_payment:{verb}", about=about, organisation_id=payment.organisation_id, after=after, note=note)
