"""What `pshell` offers by name: `db`, a session that is never committed by itself, and the core's models."""

from __future__ import annotations

from typing import Any

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.people import models


def setup(env: dict[str, Any]) -> None:
    """Fill the shell's names."""
    env["db"] = env["request"].registry.atlas_db.session("write")
    env["db"].info[ACTOR] = COMMAND
    env["models"] = models
