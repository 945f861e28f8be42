"""Listings: a unit on the market, and the public catalogue."""

from atlasbahamas.plugins.manifest import PLUGIN_API, Permission, Plugin

PLUGIN = Plugin(
    name="listings",
    title="Listings",
    summary="Write listings, have them reviewed; the public catalogue",
    version="0.1.0",
    api=PLUGIN_API,
    requires=("portfolio",),
    wiring="atlasbahamas_plugins.listings.wiring:includeme",
    models="atlasbahamas_plugins.listings.tables",
    migrations="atlasbahamas_plugins.listings.migrations",
    demo="atlasbahamas_plugins.listings.demo:load_demo",
    settings="atlasbahamas_plugins.listings.settings:ListingSettings",
    data_export="atlasbahamas_plugins.listings.personal:export",
    data_erase="atlasbahamas_plugins.listings.personal:erase",
    data_stays=(("listings_version.decided_by_id", "who let something become public is part of the organisation's record"),),
    permissions=(
        Permission(
            "listings:listing:view",
            "See an organisation's listings",
            ("owner", "manager", "bookkeeper", "leasing", "viewer", "admin"),
        ),
        Permission(
            "listings:listing:edit",
            "Write, submit, pause and withdraw listings",
            ("owner", "manager", "leasing", "admin"),
        ),
        Permission("listings:listing:review", "Review listings before the public sees them", ("admin",)),
    ),
)
