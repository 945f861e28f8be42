"""Nodes at which anybody can check a receipt whose address they have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.keys import is_key
from atlasbahamas.traversal.nodes import Node, RowNode
from atlasbahamas_plugins.ledger.payments.models import Payment


class ReceiptCheck(RowNode):
    """`/receipts/<token>/`: whether a receipt is one. Whoever has it may look."""

    model = Payment
    key = Payment.receipt_token
    row: Payment
    organisation: Organisation

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Add whose it is."""
        return select.join(Organisation, Organisation.id == Payment.organisation_id).add_columns(Organisation), 1

    def receive(self, row: Any, extras: list[tuple[Any, ...]]) -> None:
        """Keep the payment, and whose receipt it is."""
        super().receive(row, extras)
        self.organisation = extras[0][0]


class ReceiptChecks(Node):
    """`/receipts/`. It only leads on, and lists nothing: an address here cannot be guessed."""

    def child(self, segment: str) -> Node | None:
        """The receipt with this token."""
        return super().child(segment) or (ReceiptCheck(self.request, self, segment) if is_key(segment) else None)
