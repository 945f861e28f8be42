"""What `pshell` offers by name: `db`, a session that is never committed by itself, and everybody's models.

`models` has the core's; a feature's have the feature's name, those of its parts too.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import DeclarativeBase

from atlasbahamas.audit.actor import ACTOR, COMMAND


def setup(env: dict[str, Any]) -> None:
    """Fill the shell's names."""
    registry = env["request"].registry
    env["db"] = registry.atlas_db.session("write")
    env["db"].info[ACTOR] = COMMAND
    env["models"] = _models_in("atlasbahamas")
    for manifest in registry.atlas_plugins:
        if manifest.models:
            env[manifest.name] = _models_in(manifest.models.rpartition(".")[0])


def _models_in(package: str) -> SimpleNamespace:
    """The mapped classes that a package defines, by their names."""
    mapped = [mapper.class_ for base in DeclarativeBase.__subclasses__() for mapper in base.registry.mappers]
    return SimpleNamespace(**{kind.__name__: kind for kind in mapped if kind.__module__.startswith(f"{package}.")})
