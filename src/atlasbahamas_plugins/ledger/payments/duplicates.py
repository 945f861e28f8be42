"""What may be one payment entered twice: a warning with both side by side, and nothing more (domain.md 3.4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.files.models import File
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentProof

WITHIN = timedelta(days=5)
COUNTED = ("reported", "waiting", "confirmed")
MOST = 10


class Alike(NamedTuple):
    """Another payment that may be the same, and why."""

    payment: Payment
    reasons: tuple[str, ...]


def look_alike(
    db: Session,
    lease: Lease,
    *,
    cents: int,
    received_on: date,
    reference: str = "",
    digests: frozenset[str] = frozenset(),
    but: int | None = None,
) -> list[Alike]:
    """Payments of the organisation that may be the same as this one: of the same lease with the same amount within five days,
    with the same reference, or with the same file as proof (its SHA-256). `but` is the id of the payment itself.
    """
    close = Payment.received_on.between(received_on - WITHIN, received_on + WITHIN)
    same: list[ColumnElement[bool]] = [(Payment.lease_id == lease.id) & (Payment.cents == cents) & close]
    if reference:
        same.append(Payment.reference == reference)
    proofs = select(PaymentProof.payment_id).join(File, File.id == PaymentProof.file_id).where(File.digest.in_(digests))
    if digests:
        same.append(Payment.id.in_(proofs))
    query = select(Payment).where(Payment.organisation_id == lease.organisation_id, Payment.state.in_(COUNTED), or_(*same))
    if but is not None:
        query = query.where(Payment.id != but)
    found = db.scalars(query.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(MOST)).all()
    with_proof = set(db.scalars(proofs.where(PaymentProof.payment_id.in_([each.id for each in found])))) if digests else set()
    return [Alike(each, tuple(_reasons(each, lease, cents, received_on, reference, each.id in with_proof))) for each in found]


def alike_of(db: Session, payment: Payment) -> list[Alike]:
    """The same for a payment that is there."""
    digests = frozenset(proof.file.digest for proof in payment.proofs)
    lease = db.get_one(Lease, payment.lease_id)
    return look_alike(
        db,
        lease,
        cents=payment.cents,
        received_on=payment.received_on,
        reference=payment.reference,
        digests=digests,
        but=payment.id,
    )


def _reasons(other: Payment, lease: Lease, cents: int, day: date, reference: str, same_proof: bool) -> list[str]:
    reasons = []
    if other.lease_id == lease.id and other.cents == cents and abs(other.received_on - day) <= WITHIN:
        reasons.append("The same amount for this lease within five days")
    if reference and other.reference == reference:
        reasons.append("The same reference")
    if same_proof:
        reasons.append("The same file as proof")
    return reasons
