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
    settings="atlasbahamas_plugins.leasing.settings:LeasingSettings",
    wiring="atlasbahamas_plugins.leasing.wiring:includeme",
    models="atlasbahamas_plugins.leasing.tables",
    migrations="atlasbahamas_plugins.leasing.migrations",
    demo="atlasbahamas_plugins.leasing.demo:load_demo",
    data_export="atlasbahamas_plugins.leasing.personal:export",
    data_erase="atlasbahamas_plugins.leasing.personal:erase",
    data_stays=(
        ("leasing_move_out_step.person_id", "who wrote a step down stays with it; the number leads to a pseudonym"),
        ("leasing_statement.person_id", "a statement keeps who sent it; the number leads to a pseudonym"),
        ("leasing_deduction_answer.written_by_id", "an answer keeps who wrote it down; the number leads to a pseudonym"),
        ("leasing_statement_link.asked_by_id", "a tenant's link keeps who made it; the number leads to a pseudonym"),
        ("leasing_signature.person_id", "an agreement keeps who signed it; the number leads to a pseudonym"),
        ("leasing_signing_link.asked_by_id", "who asked for a signature belongs to how it came to be; it leads to a pseudonym"),
        ("leasing_invitation.invited_by_id", "the landlord keeps who invited a tenant; the number leads to a pseudonym"),
        ("leasing_invitation.answered_by_id", "the landlord keeps that a tenant answered; the number leads to a pseudonym"),
        ("leasing_invitation_file.made_by", "the landlord keeps who invited tenants; the number leads to a pseudonym"),
        ("leasing_paper.person_id", "the landlord keeps who put a document there; the number leads to a pseudonym"),
        ("leasing_import.made_by", "an organisation keeps who brought its leases in; the number leads to a pseudonym"),
        ("leasing_import.undone_by", "an organisation keeps who took them away again; the number leads to a pseudonym"),
    ),
    permissions=(
        Permission("leasing:lease:view", "See leases and who lives where", (*WRITERS, "bookkeeper", "viewer")),
        Permission("leasing:lease:edit", "Write, record, end and cancel leases", WRITERS),
        Permission("leasing:lease:sign", "Sign one's own lease"),
        Permission("leasing:lease:answer", "Answer as a tenant about one's own home"),
        Permission("leasing:template:edit", "Say what agreements say", ("owner", "manager", "admin")),
    ),
)
