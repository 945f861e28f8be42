"""Registers what tenants see."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import Home
from atlasbahamas_plugins.leasing.resources import VIEW, MyLease, MyLeases
from atlasbahamas_plugins.leasing.tenancy import views


def includeme(config: Any) -> None:
    """A tenant's own leases."""
    config.add_child(Home, "leases", MyLeases)
    config.add_view(views.show_my_lease, context=MyLease, permission=VIEW, renderer="leasing/my_lease.jinja2")
