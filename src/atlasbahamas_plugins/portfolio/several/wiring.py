"""Registers the pages on which several units are added."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.portfolio.resources import UnitsOfProperty
from atlasbahamas_plugins.portfolio.several import views

EDIT = "portfolio:property:edit"
FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """Three pages below the units of a property."""
    page = config.add_view
    page(
        views.add_several,
        context=UnitsOfProperty,
        name="several",
        permission=EDIT,
        accept_methods=FORM,
        renderer="portfolio/several_units.jinja2",
    )
    page(
        views.import_units,
        context=UnitsOfProperty,
        name="import",
        permission=EDIT,
        accept_methods=FORM,
        renderer="imports/page.jinja2",
    )
    page(views.units_template, context=UnitsOfProperty, name="template.csv", permission=EDIT)
