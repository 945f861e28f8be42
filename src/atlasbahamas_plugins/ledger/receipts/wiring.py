"""Registers receipts."""

from __future__ import annotations

from typing import Any

from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas_plugins.leasing.resources import VIEW
from atlasbahamas_plugins.ledger.payments.resources import PaymentNode
from atlasbahamas_plugins.ledger.receipts import views
from atlasbahamas_plugins.ledger.receipts.resources import ReceiptCheck, ReceiptChecks


def includeme(config: Any) -> None:
    """A receipt below its payment, and the page at which anybody can check it."""
    config.add_mount("receipts", ReceiptChecks)
    page = config.add_view
    page(views.show_receipt, context=PaymentNode, name="receipt", permission=VIEW, renderer="ledger/receipt.jinja2")
    page(views.receipt_pdf, context=PaymentNode, name="receipt.pdf", permission=VIEW)
    page(views.check_receipt, context=ReceiptCheck, permission=PUBLIC, renderer="ledger/receipt_check.jinja2")
