"""The only place where leasing registers anything."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing import jobs, resources, telling, views
from atlasbahamas_plugins.leasing.ending.services import LAST_DAY_TEMPLATE
from atlasbahamas_plugins.leasing.occupancy import LeaseSource
from atlasbahamas_plugins.leasing.resources import EDIT, VIEW
from atlasbahamas_plugins.leasing.services import TURN
from atlasbahamas_plugins.portfolio.occupancy import OCCUPANCY
from atlasbahamas_plugins.portfolio.resources import UnitNode

FORM = ("GET", "POST")
AFTER_THE_HANDOVERS = time(0, 15)
PARTS = (
    *("agreements", "papers", "signing", "handover", "tenancy", "notices"),
    *("leaving", "statements", "renewals", "importing", "inviting"),
)


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "leasing/organisation_card.jinja2", {"node": context})


def _of_unit(request: Any, context: Any) -> str:
    return slot_content(request, "leasing/of_unit.jinja2", views.of_unit(request, context))


def includeme(config: Any) -> None:
    """Leases under an organisation, the occupancy source, the job of each night, and what the portfolio's pages show of it."""
    config.add_child(OrganisationNode, "leases", resources.Leases)
    config.contribute(OCCUPANCY, LeaseSource(), name="leases")
    config.add_extension_point("slot:lease", Slot)
    config.contribute("slot:organisation", Slot(_organisation_card), name="leases", order=55)
    config.contribute("slot:unit", Slot(_of_unit), name="leases", order=10)
    for name, category in (("mine", telling.MY_LEASE), ("answers", telling.TENANTS_ANSWER), ("terms", telling.LANDLORDS_LEASES)):
        config.contribute(CATEGORIES, category, name=name)
    config.add_mail_template(LAST_DAY_TEMPLATE)
    config.add_job(TURN, jobs.turn)
    config.add_schedule(TURN, TURN, at=AFTER_THE_HANDOVERS)

    for part in PARTS:
        config.include(f"atlasbahamas_plugins.leasing.{part}.wiring")

    page = config.add_view
    page(views.leases, context=resources.Leases, permission=VIEW, renderer="leasing/leases.jinja2")
    page(views.show_lease, context=resources.LeaseNode, permission=VIEW, renderer="leasing/lease.jinja2")
    forms = (
        (views.record_lease, UnitNode, "record-lease", "leasing/lease_form.jinja2"),
        (views.end_lease, resources.LeaseNode, "end", "leasing/end_form.jinja2"),
        (views.keep_lease, resources.LeaseNode, "keep", "confirm.jinja2"),
        (views.cancel_lease, resources.LeaseNode, "cancel", "leasing/cancel_form.jinja2"),
    )
    for view, node, name, template in forms:
        page(view, context=node, name=name, permission=EDIT, accept_methods=FORM, renderer=template)
