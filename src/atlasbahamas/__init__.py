"""AtlasBahamas: renting a home in The Bahamas.

This module is the app factory and nothing else. `main()` registers nothing itself, it only includes: views registered here
would be replaced by a feature's without a word (house.md section 3).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

CORE = (
    "atlasbahamas.observability",
    "atlasbahamas.plugins.directives",
    "atlasbahamas.metrics.wiring",
    "atlasbahamas.clock",
    "atlasbahamas.db.request",
    "atlasbahamas.security.policy",
    "atlasbahamas.security.limits",
    "atlasbahamas.traversal.resolver",
    "atlasbahamas.readonly.refusing",
    "atlasbahamas.web.requests",
    "atlasbahamas.web.sessions",
    "atlasbahamas.web.methods",
    "atlasbahamas.web.tweens",
    "atlasbahamas.web.kept",
    "atlasbahamas.web.layout",
    "atlasbahamas.web.static",
    "atlasbahamas.web.errors",
    "atlasbahamas.web.health",
    "atlasbahamas.files.wiring",
    "atlasbahamas.people.wiring",
    "atlasbahamas.admin.wiring",
    "atlasbahamas.audit.wiring",
    "atlasbahamas.personal.wiring",
    "atlasbahamas.jobs.wiring",
    "atlasbahamas.mail.wiring",
    "atlasbahamas.reporting.wiring",
    "atlasbahamas.notifications.wiring",
)


def main(global_config: dict[str, str], **raw: str) -> Any:
    """The WSGI application that an INI file describes.

    Raises SettingsError or PluginError with everything that the operator has to change.
    """
    from pyramid.config import Configurator

    from atlasbahamas.plugins.assembly import assemble
    from atlasbahamas.plugins.discovery import load_manifests, resolve
    from atlasbahamas.settings import CORE_SECTIONS, enabled_plugins, load

    manifests = load_manifests(enabled_plugins(raw, environ=os.environ))
    sections = [resolve(manifest.settings) for manifest in manifests if manifest.settings]
    settings = load(raw, (*CORE_SECTIONS, *sections), file=global_config.get("__file__"), environ=os.environ)
    # Pyramid reads its own keys as the Configurator is made: what the environment says of them has to be there by then.
    with Configurator(settings={**raw, **settings.as_pyramid()}) as config:
        config.registry.atlas_settings = settings
        config.registry.atlas_plugins = manifests
        config.registry.atlas_folder = Path(global_config.get("here", "."))
        for part in CORE:
            config.include(part)
        for manifest in manifests:
            config.include_plugin(manifest)
        return assemble(config)


def from_ini(global_config: dict[str, str], **raw: str) -> Any:
    """What `use = egg:atlasbahamas` starts: `main`, whose complaints an operator reads without a trace, one a line."""
    from atlasbahamas.observability import take_over_last_words
    from atlasbahamas.plugins.discovery import PluginError
    from atlasbahamas.settings import AtlasSettings, SettingsError

    try:
        app = main(global_config, **raw)
    except (PluginError, SettingsError) as error:
        raise SystemExit(str(error)) from None
    if app.registry.atlas_settings.section(AtlasSettings).profile == "production":
        take_over_last_words()
    return app
