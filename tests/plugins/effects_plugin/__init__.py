"""A plugin of the tests whose jobs leave rows that can be counted. Processes find it through PYTHONPATH."""

from atlasbahamas.plugins import PLUGIN_API, Plugin

PLUGIN = Plugin(
    name="effects",
    title="Effects",
    summary="Jobs that leave rows.",
    version="1.0",
    api=PLUGIN_API,
    wiring="effects_plugin.wiring:includeme",
    models="effects_plugin.models",
    migrations="effects_plugin.migrations",
)
