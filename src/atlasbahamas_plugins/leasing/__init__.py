"""Leases: who lives where, from when until when, and what was agreed."""

from atlasbahamas.plugins.manifest import PLUGIN_API, Permission, Plugin

WRITERS = ("owner", "manager", "leasing", "admin")

PLUGIN = Plugin(
    name="leasing",
    title="Leasing",
    summary="Leases with their parties, terms, rent and deposits; which units are let",
    version="0.1.0",
    api=PLUGIN_API,
    requires=("portfolio",),
    wiring="atlasbahamas_plugins.leasing.wiring:includeme",
    models="atlasbahamas_plugins.leasing.tables",
    migrations="atlasbahamas_plugins.leasing.migrations",
    demo="atlasbahamas_plugins.leasing.demo:load_demo",
    data_export="atlasbahamas_plugins.leasing.personal:export",
    data_erase="atlasbahamas_plugins.leasing.personal:erase",
    data_stays=(
        ("leasing_import.made_by", "an organisation keeps who brought its leases in; the number leads to a pseudonym"),
        ("leasing_import.undone_by", "an organisation keeps who took them away again; the number leads to a pseudonym"),
        ("leasing_signature.person_id", "an agreement keeps who signed it for the landlord; the number leads to a pseudonym"),
    ),
    permissions=(
        Permission("leasing:lease:view", "See leases and who lives where", (*WRITERS, "bookkeeper", "viewer")),
        Permission("leasing:lease:edit", "Write, record, end and cancel leases", WRITERS),
        Permission("leasing:lease:answer", "Sign and answer as a tenant, in one's own lease"),
        Permission("leasing:template:edit", "Say what agreements say", ("owner", "manager", "admin")),
    ),
)
