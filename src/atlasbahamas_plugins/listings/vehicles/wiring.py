"""Registers what vehicles have of their own: the form."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.listings.resources import OwnListings
from atlasbahamas_plugins.listings.vehicles import views


def includeme(config: Any) -> None:
    """ "Rent out a vehicle", under an organisation's listings."""
    config.add_view(
        views.rent_out,
        context=OwnListings,
        name="vehicle",
        permission="listings:listing:edit",
        accept_methods=("GET", "POST"),
        renderer="listings/form.jinja2",
    )
