"""Registers the pages that explain what a lease owes."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.resources import VIEW
from atlasbahamas_plugins.ledger.charges.resources import ChargeNode, CreditNode, LeaseLedger
from atlasbahamas_plugins.ledger.explaining import views
from atlasbahamas_plugins.ledger.explaining.resources import LeaseEntries, LeaseEntryNode


def includeme(config: Any) -> None:
    """The ledger of a lease, its explanation on a page and on paper, and a page for each thing in it."""
    config.add_child(LeaseLedger, "entries", LeaseEntries)
    page = config.add_view
    for view, node, name, template in (
        (views.show_ledger, LeaseLedger, "", "lease_ledger"),
        (views.show_explanation, LeaseLedger, "explain", "explanation"),
        (views.show_charge, ChargeNode, "", "charge"),
        (views.show_credit, CreditNode, "", "credit"),
        (views.show_entry, LeaseEntryNode, "", "lease_entry"),
    ):
        page(view, context=node, name=name, permission=VIEW, renderer=f"ledger/{template}.jinja2")
    page(views.explanation_pdf, context=LeaseLedger, name="explain.pdf", permission=VIEW)
