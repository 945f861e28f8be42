"""Registers the times out of service: their nodes and pages, and the occupancy source."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.portfolio.occupancy import OCCUPANCY
from atlasbahamas_plugins.portfolio.out_of_service import resources, views
from atlasbahamas_plugins.portfolio.out_of_service.services import OutOfServiceSource
from atlasbahamas_plugins.portfolio.resources import UnitNode

EDIT = "portfolio:out_of_service:edit"
FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """Three pages below a unit."""
    config.add_child(UnitNode, "out-of-service", resources.TimesOutOfService)
    config.contribute(OCCUPANCY, OutOfServiceSource(), name="out-of-service")
    forms = (
        (views.take_out, resources.TimesOutOfService, "new", "portfolio/out_of_service_form.jinja2"),
        (views.change, resources.OutOfServiceNode, "edit", "portfolio/out_of_service_form.jinja2"),
        (views.bring_back, resources.OutOfServiceNode, "end", "confirm.jinja2"),
    )
    for view, node, name, template in forms:
        config.add_view(view, context=node, name=name, permission=EDIT, accept_methods=FORM, renderer=template)
