"""A plugin of the tests that gives processes a clock which a test moves: theirs, so many seconds ahead as a file says."""

from atlasbahamas.plugins import PLUGIN_API, Plugin

PLUGIN = Plugin(
    name="shifted",
    title="Shifted",
    summary="A clock that a test moves.",
    version="1.0",
    api=PLUGIN_API,
    wiring="shifted_plugin.wiring:includeme",
)
