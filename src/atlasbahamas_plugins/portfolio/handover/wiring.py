"""Registers offers of properties, their answers, and what an organisation keeps of a property that it had."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.portfolio.handover import jobs, resources, services, views
from atlasbahamas_plugins.portfolio.handover.events import PROPERTY_HANDED_OVER, HandoverListener
from atlasbahamas_plugins.portfolio.handover.resources import FORMER, HAND_OVER
from atlasbahamas_plugins.portfolio.resources import PropertyNode

FORM = ("GET", "POST")
JUST_AFTER_MIDNIGHT = time(0, 5)


def _home(request: Any, context: Any) -> str:
    if not request.layout.organisations:
        return ""
    roles = [role for role in request.registry.atlas_roles if HAND_OVER in request.grants_of(role)]
    offered = services.to_answer(request.db, request.identity.person_id, roles)
    return slot_content(request, "portfolio/handovers_home.jinja2", {"offered": offered}) if offered else ""


def includeme(config: Any) -> None:
    """The point that others listen at, the job of each night, and the pages."""
    config.add_extension_point(PROPERTY_HANDED_OVER, HandoverListener)
    config.contribute(CATEGORIES, services.HANDOVERS, name="handovers")
    config.add_job("portfolio.hand_over", jobs.hand_over)
    config.add_schedule("portfolio.hand_over", "portfolio.hand_over", at=JUST_AFTER_MIDNIGHT)
    config.contribute("slot:home", Slot(_home), name="handovers", order=30)
    config.add_child(OrganisationNode, "handovers", resources.Handovers)
    config.add_child(OrganisationNode, "former-properties", resources.FormerProperties)
    page = config.add_view
    page(
        views.offer,
        context=PropertyNode,
        name="hand-over",
        permission=HAND_OVER,
        accept_methods=FORM,
        renderer="portfolio/hand_over.jinja2",
    )
    page(views.handovers, context=resources.Handovers, permission=HAND_OVER, renderer="portfolio/handovers.jinja2")
    page(views.show_handover, context=resources.HandoverNode, permission=HAND_OVER, renderer="portfolio/handover.jinja2")
    for name, view in (("accept", views.accept), ("decline", views.decline), ("withdraw", views.withdraw)):
        page(
            view,
            context=resources.HandoverNode,
            name=name,
            permission=HAND_OVER,
            accept_methods=FORM,
            renderer="confirm.jinja2",
        )
    for node, name, former in (
        (resources.FormerProperties, "former_properties", views.former_properties),
        (resources.FormerPropertyNode, "former_property", views.former_property),
    ):
        page(former, context=node, permission=FORMER, renderer=f"portfolio/{name}.jinja2")
