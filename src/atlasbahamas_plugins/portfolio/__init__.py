"""Properties and their units: what an organisation has to let."""

from atlasbahamas.plugins.manifest import PLUGIN_API, Permission, Plugin

EVERYBODY = ("owner", "manager", "bookkeeper", "leasing", "maintenance", "viewer", "admin")
EDITORS = ("owner", "manager", "admin")

PLUGIN = Plugin(
    name="portfolio",
    title="Portfolio",
    summary="Properties, units, addresses by island, and who occupies what",
    version="0.1.0",
    api=PLUGIN_API,
    wiring="atlasbahamas_plugins.portfolio.wiring:includeme",
    models="atlasbahamas_plugins.portfolio.tables",
    migrations="atlasbahamas_plugins.portfolio.migrations",
    demo="atlasbahamas_plugins.portfolio.demo:load_demo",
    data_export="atlasbahamas_plugins.portfolio.personal:export",
    data_erase="atlasbahamas_plugins.portfolio.personal:erase",
    data_stays=(
        ("portfolio_handover.offered_by", "both organisations keep who offered a property; the number leads to a pseudonym"),
        ("portfolio_handover.answered_by", "both organisations keep who answered; the number leads to a pseudonym"),
        ("portfolio_bulk_edit.made_by", "an organisation keeps who changed its rents; the number leads to a pseudonym"),
        ("portfolio_bulk_edit.undone_by", "an organisation keeps who changed its rents back; the number leads to a pseudonym"),
    ),
    permissions=(
        Permission("portfolio:property:view", "See properties and units", EVERYBODY),
        Permission("portfolio:property:edit", "Add, change and archive properties and units", EDITORS),
        Permission("portfolio:property:hand_over", "Hand a property to another organisation, and take one", ("owner", "admin")),
        Permission("portfolio:former:view", "Look back at properties that were handed over", (*EDITORS, "bookkeeper")),
        Permission("portfolio:hold:edit", "Hold a unit for somebody", (*EDITORS, "leasing")),
        Permission("portfolio:contact:view", "See an organisation's contacts", (*EDITORS, "bookkeeper")),
        Permission("portfolio:contact:edit", "Add and change contacts", EDITORS),
        Permission("portfolio:owner:view", "See who owns a property", (*EDITORS, "bookkeeper")),
        Permission("portfolio:owner:edit", "Say who owns a property", EDITORS),
        Permission("portfolio:place:edit", "Keep islands, settlements and utilities", ("admin",)),
        Permission("portfolio:out_of_service:edit", "Take a unit out of service and bring it back", (*EDITORS, "maintenance")),
    ),
)
