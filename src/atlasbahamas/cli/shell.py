"""What `pshell` offers by name: `db`, a session that is never committed by itself, and everybody's models.

`models` are the core's; a feature's have the feature's name.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.people import models


def setup(env: dict[str, Any]) -> None:
    """Fill the shell's names."""
    registry = env["request"].registry
    env["db"] = registry.atlas_db.session("write")
    env["db"].info[ACTOR] = COMMAND
    env["models"] = models
    for manifest in registry.atlas_plugins:
        if manifest.models:
            env[manifest.name] = import_module(manifest.models)
