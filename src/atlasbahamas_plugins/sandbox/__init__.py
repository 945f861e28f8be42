"""Sandbox: a payment gateway without money, to try paying by card on. Production refuses it."""

from atlasbahamas.plugins.manifest import PLUGIN_API, Plugin

NOTHING_KEPT = "it has no tables: what went through it is the ledger's"

PLUGIN = Plugin(
    name="sandbox",
    title="Sandbox",
    summary="A payment gateway without money, in a process of its own, to try paying by card on",
    version="0.1.0",
    api=PLUGIN_API,
    requires=("ledger",),
    wiring="atlasbahamas_plugins.sandbox.wiring:includeme",
    settings="atlasbahamas_plugins.sandbox.settings:SandboxSettings",
    commands="atlasbahamas_plugins.sandbox.cli:sandbox",
    beside=("sandbox", "serve"),
    declined=(("data_export", NOTHING_KEPT), ("data_erase", NOTHING_KEPT)),
)
