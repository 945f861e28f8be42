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
    settings="atlasbahamas_plugins.listings.settings:ListingsSettings",
    models="atlasbahamas_plugins.listings.tables",
    migrations="atlasbahamas_plugins.listings.migrations",
    demo="atlasbahamas_plugins.listings.demo:load_demo",
    data_export="atlasbahamas_plugins.listings.personal:export",
    data_erase="atlasbahamas_plugins.listings.personal:erase",
    data_stays=(
        ("listings_offer_note.by_id", "an offer keeps which administrator did what with it; the number leads to a pseudonym"),
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
        Permission("listings:offer:view", "See property that is offered for sale", ("admin",)),
        Permission("listings:offer:edit", "Work through property that is offered for sale", ("admin",)),
    ),
)
