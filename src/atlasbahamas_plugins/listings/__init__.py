"""Listings: a unit on the market, and the public catalogue."""

from atlasbahamas.plugins.manifest import PLUGIN_API, Permission, Plugin

PLUGIN = Plugin(
    name="listings",
    title="Listings",
    summary="Draft and publish listings; the public catalogue",
    version="0.1.0",
    api=PLUGIN_API,
    requires=("portfolio",),
    wiring="atlasbahamas_plugins.listings.wiring:includeme",
    models="atlasbahamas_plugins.listings.models",
    migrations="atlasbahamas_plugins.listings.migrations",
    demo="atlasbahamas_plugins.listings.demo:load_demo",
    declined=(
        ("data_export", "a listing is an organisation's and points to nobody; who wrote it is in the audit"),
        ("data_erase", "nothing here points to a person"),
    ),
    permissions=(
        Permission(
            "listings:listing:view",
            "See an organisation's listings",
            ("owner", "manager", "bookkeeper", "leasing", "viewer", "admin"),
        ),
        Permission(
            "listings:listing:edit",
            "Write, publish, pause and withdraw listings",
            ("owner", "manager", "leasing", "admin"),
        ),
    ),
)
