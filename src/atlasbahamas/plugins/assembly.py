"""The end of the wiring: every deferred action is carried out, and what goes wrong then still says whose it is.

Pyramid names files and lines of the actions; an operator needs the plugin's name and one line.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyramid.exceptions import ConfigurationConflictError, ConfigurationExecutionError

from atlasbahamas.plugins.directives import CORE, named
from atlasbahamas.plugins.discovery import PluginError
from atlasbahamas.plugins.manifest import Plugin


def assemble(config: Any) -> Any:
    """The WSGI application of a Configurator that has included everything.

    Raises PluginError with the names of the plugins that want the same thing, or of the one whose action failed.
    """
    try:
        return config.make_wsgi_app()
    except ConfigurationConflictError as error:
        raise PluginError(_conflicts(config.registry.atlas_plugins, error._conflicts)) from error
    except ConfigurationExecutionError as error:
        if isinstance(error.evalue, PluginError):
            raise error.evalue from error
        files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
        owner = _owner(config.registry.atlas_plugins, *reversed(files))
        raise PluginError(f"{named(owner)} cannot be wired: {error.etype.__name__}: {error.evalue}") from error


def _conflicts(manifests: tuple[Plugin, ...], conflicts: Mapping[Any, Any]) -> str:
    lines = []
    for discriminator, infos in conflicts.items():
        owners = [_owner(manifests, info.file) for info in infos]
        lines.append(f"{named(*owners)} claim the same {_thing(discriminator)}; each needs a name of its own")
    return "; ".join(lines)


def _owner(manifests: tuple[Plugin, ...], *files: str | None) -> str:
    """The plugin to which the first of these files that is a plugin's belongs; else the core."""
    folders = {manifest.name: _folder(manifest) for manifest in manifests}
    for file in files:
        for name, folder in folders.items():
            if folder in Path(file or "").parents:
                return name
    return CORE


def _folder(manifest: Plugin) -> Path:
    spec = find_spec(manifest.wiring.partition(":")[0])
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _thing(discriminator: Any) -> str:
    match discriminator:
        case ("view", type() as context, name, *_):
            return f"view {name!r} of {context.__name__}"
        case (str() as kind, *names):
            return f"{kind} {' '.join(str(name) for name in names)}"
    return str(discriminator)
