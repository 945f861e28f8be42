"""What may be one payment entered twice: a warning with both side by side, and nothing more (domain.md 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atlasbahamas.files.models import File
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment, PaymentProof
from atlasbahamas_plugins.ledger.payments.rails import CHEQUE

WITHIN = timedelta(days=5)
COUNTED = ("reported", "waiting", "confirmed")
MOST = 500
"""How many are looked at together; who has more alike has another problem."""


@dataclass(frozen=True)
class Said:
    """What is compared: of a payment that is there (`id`), or of one that somebody is about to write down.

    `digests` are the SHA-256 of its proofs.
    """

    organisation_id: int
    lease_id: int
    cents: int
    received_on: date
    reference: str = ""
    digests: frozenset[str] = frozenset()
    id: int | None = None
    cheque_number: str = ""


class Alike(NamedTuple):
    """Another payment that may be the same, and why."""

    payment: Payment
    reasons: tuple[str, ...]


def said_of(payment: Payment) -> Said:
    """What is compared of a payment that is there."""
    digests = frozenset(proof.file.digest for proof in payment.proofs)
    key = (payment.organisation_id, payment.lease_id, payment.cents, payment.received_on, payment.reference)
    cheque = payment.cheque if payment.rail == CHEQUE else None
    return Said(*key, digests, payment.id, cheque.number if cheque is not None else "")


def look_alike(db: Session, said: Sequence[Said]) -> list[list[Alike]]:
    """For each of some payments of one organisation, those that may be the same: of the same lease with the same amount within
    five days or with the same cheque, with the same reference, or with the same file as proof. With two queries for any number.
    """
    if not said:
        return []
    days = [each.received_on for each in said]
    close = Payment.received_on.between(min(days) - WITHIN, max(days) + WITHIN)
    of_leases = and_(
        Payment.lease_id.in_({each.lease_id for each in said}), Payment.cents.in_({each.cents for each in said}), close
    )
    same: list[ColumnElement[bool]] = [of_leases]
    if references := {each.reference for each in said if each.reference}:
        same.append(Payment.reference.in_(references))
    if digests := {digest for each in said for digest in each.digests}:
        proofs = select(PaymentProof.payment_id).join(File, File.id == PaymentProof.file_id)
        same.append(Payment.id.in_(proofs.where(File.digest.in_(digests))))
    if numbers := {each.cheque_number for each in said if each.cheque_number}:
        cheques = select(Cheque.payment_id).where(Cheque.number.in_(numbers))
        same.append(and_(Payment.lease_id.in_({each.lease_id for each in said}), Payment.id.in_(cheques)))
    query = select(Payment).where(Payment.organisation_id == said[0].organisation_id, Payment.state.in_(COUNTED), or_(*same))
    query = query.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(MOST)
    query = query.options(selectinload(Payment.proofs), joinedload(Payment.cheque))
    others = [(payment, said_of(payment)) for payment in db.scalars(query).unique()]
    return [[Alike(payment, reasons) for payment, other in others if (reasons := _reasons(each, other))] for each in said]


def _reasons(one: Said, other: Said) -> tuple[str, ...]:
    if one.id is not None and one.id == other.id:
        return ()
    reasons = []
    if (one.lease_id, one.cents) == (other.lease_id, other.cents) and abs(one.received_on - other.received_on) <= WITHIN:
        reasons.append("The same amount for this lease within five days")
    if one.cheque_number and (one.lease_id, one.cheque_number) == (other.lease_id, other.cheque_number):
        reasons.append("A cheque with the same number for this lease")
    if one.reference and one.reference == other.reference:
        reasons.append("The same reference")
    if one.digests & other.digests:
        reasons.append("The same file as proof")
    return tuple(reasons)
