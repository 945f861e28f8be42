"""Nodes of payments: below the ledger of a lease at either of its addresses, and as a list of an organisation.

Whoever may see a lease sees its payments. Recording and deciding takes `ledger:payment:record`; reporting is what a tenant does
about their own home.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.people.resources import LimitableList
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas.web.formats import local_date, money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease, Leases
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentProof
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import organisation_above

RECORD = "ledger:payment:record"


class PaymentNode(RowNode):
    """`.../leases/<ref>/ledger/payments/<payment>/`: a payment for the lease above."""

    model = Payment
    key = Payment.ref
    row: Payment

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Payment.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """How much, from which day."""
        return f"{money(self.row.cents)}, {local_date(self.row.received_on)}"


class LeasePayments(Collection):
    """`.../leases/<ref>/ledger/payments/`: what was paid for the lease above, or is said to be."""

    item = PaymentNode
    permission = VIEW
    title = "Payments"

    def rows(self) -> Select[Any]:
        """All of the lease's."""
        return select(Payment).where(Payment.lease_id == self.above(AnyLease).row.id)


class ProofNode(RowNode):
    """`.../payments/<payment>/proofs/<proof>/`: a proof of the payment above."""

    model = PaymentProof
    key = PaymentProof.ref
    row: PaymentProof

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By payment."""
        return PaymentProof.payment_id == Payment.id


class Proofs(Collection):
    """`.../payments/<payment>/proofs/`. It only leads on; the page of the payment lists them."""

    item = ProofNode
    permission = VIEW

    def rows(self) -> Select[Any]:
        """All of the payment's."""
        return select(PaymentProof).where(PaymentProof.payment_id == self.above(PaymentNode).row.id)


class Payments(LimitableList):
    """`/portfolio/<org>/payments/`: the payments of all leases of the organisation."""

    permission = VIEW
    also = (RECORD,)
    title = "Payments"

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By the unit of the lease."""
        unit_id = select(Lease.unit_id).where(Lease.id == Payment.lease_id).correlate(Payment).scalar_subquery()
        return reaches_unit(limit_id, unit_id)

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Payment).where(Payment.organisation_id == organisation_above(self).row.id)

    def node_of(self, payment: Payment) -> PaymentNode:
        """Where a payment is: below its lease."""
        return payment_node(Leases(self.request, organisation_above(self), "leases").node_of(payment.lease), payment)


def payment_node(lease: Any, payment: Payment) -> PaymentNode:
    """The node of a payment below that of its lease."""
    node = lease.child("ledger").child("payments").node_of(payment)
    assert isinstance(node, PaymentNode)
    return node
