"""The ways in which money goes back to tenants, and from where."""

from __future__ import annotations

from typing import NamedTuple

from atlasbahamas_plugins.ledger.payments.rails import RAILS


class RefundRail(NamedTuple):
    """A way in which money goes back: `from_account` is the kind of account that it leaves (journal/kinds.py)."""

    title: str
    from_account: str
    needs_reference: str = ""


REFUND_RAILS = {
    "cash": RefundRail(RAILS["cash"].title, "undeposited"),
    "transfer": RefundRail(RAILS["transfer"].title, "bank"),
    "cheque": RefundRail(RAILS["cheque"].title, "bank", "Write the number of the cheque."),
    "sand_dollar": RefundRail(RAILS["sand_dollar"].title, "clearing"),
    "suncash": RefundRail(RAILS["suncash"].title, "clearing"),
    "kanoo": RefundRail(RAILS["kanoo"].title, "clearing"),
}
