"""Registers figures."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing.resources import VIEW, Leases
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.figures import views
from atlasbahamas_plugins.ledger.figures.resources import Charges
from atlasbahamas_plugins.ledger.figures.unpaid import show_unpaid
from atlasbahamas_plugins.portfolio.resources import VIEW as SEE_UNITS
from atlasbahamas_plugins.portfolio.resources import Units


def _due_at_home(request: Any, leases: Any) -> str:
    found = views.due_at_home(request, leases)
    return slot_content(request, "ledger/due_at_home.jinja2", found) if found["dues"] else ""


def _not_paid_at_home(request: Any, context: Any) -> str:
    found = views.not_paid_at_home(request)
    return slot_content(request, "ledger/not_paid_at_home.jinja2", found) if found["organisations"] else ""


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/figures_card.jinja2", {"node": context})


def includeme(config: Any) -> None:
    """What home begins with, and the pages of figures."""
    config.add_child(OrganisationNode, "charges", Charges)
    config.contribute("slot:organisation", Slot(_organisation_card), name="figures", order=57)
    config.contribute("slot:my-leases", Slot(_due_at_home), name="due", order=10)
    config.contribute("slot:home", Slot(_not_paid_at_home), name="not-paid", order=5)
    page = config.add_view
    for view, node, name, permission, template in (
        (views.rent_roll, Leases, "rent-roll", VIEW, "rent_roll"),
        (views.ageing, Leases, "ageing", VIEW, "ageing"),
        (views.charges, Charges, "", VIEW, "all_charges"),
        (views.collection, Charges, "collection", VIEW, "collection"),
        (show_unpaid, LeaseLedger, "unpaid", VIEW, "unpaid"),
        (views.occupancy, Units, "occupancy", SEE_UNITS, "occupancy"),
    ):
        page(view, context=node, name=name, permission=permission, renderer=f"ledger/{template}.jinja2")
