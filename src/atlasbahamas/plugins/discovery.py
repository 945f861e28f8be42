"""Finds features through the entry-point group and puts them in the order in which they are included.

Reads manifests only. What happens with a manifest is in plugins/directives.py.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from atlasbahamas.plugins.manifest import PLUGIN_API, Plugin

ENTRY_POINT_GROUP = "atlasbahamas.plugins"


class PluginError(Exception):
    """A plugin cannot be used; the message names it and says what to do."""


def resolve(dotted: str) -> Any:
    """The object that `package.module:name` names. Raises ImportError or AttributeError when there is none."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


def installed_names() -> tuple[str, ...]:
    """Names of every installed plugin, whether an INI file lists it or not."""
    return tuple(sorted({point.name for point in entry_points(group=ENTRY_POINT_GROUP)}))


def load_manifests(names: Sequence[str]) -> tuple[Plugin, ...]:
    """Manifests of the plugins that `atlas.plugins` names, in the order of inclusion: after what they require.

    Raises PluginError for a plugin that is not installed, was written for another plugin API, requires one that is not
    listed, or stands in a circle of requirements.
    """
    found = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    manifests: dict[str, Plugin] = {}
    for name in names:
        if name in manifests:
            raise PluginError(f"atlas.plugins names {name!r} twice")
        if name not in found:
            near = difflib.get_close_matches(name, found, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "; is its package installed?"
            raise PluginError(f"atlas.plugins names {name!r}, and no installed plugin has that name{hint}")
        manifests[name] = _load(name, found[name].load)
    return _ordered(manifests)


def _load(name: str, load: object) -> Plugin:
    try:
        manifest = load()  # type: ignore[operator]
    except Exception as error:
        raise PluginError(f"plugin {name!r}: its manifest cannot be imported: {error!r}") from error
    if not isinstance(manifest, Plugin):
        raise PluginError(f"plugin {name!r}: its entry point is not a Plugin")
    if manifest.name != name:
        raise PluginError(f"plugin {name!r}: its manifest says that its name is {manifest.name!r}")
    if manifest.api != PLUGIN_API:
        raise PluginError(f"plugin {name!r} was written for plugin API {manifest.api}; this core offers {PLUGIN_API}")
    return manifest


def _ordered(manifests: dict[str, Plugin]) -> tuple[Plugin, ...]:
    graph: TopologicalSorter[str] = TopologicalSorter()
    for manifest in manifests.values():
        for required in manifest.requires:
            if required not in manifests:
                raise PluginError(f"plugin {manifest.name!r} requires {required!r}: add it to atlas.plugins")
        graph.add(manifest.name, *manifest.requires, *(name for name in manifest.after if name in manifests))
    try:
        return tuple(manifests[name] for name in graph.static_order())
    except CycleError as error:
        raise PluginError(f"plugins require each other in a circle: {' -> '.join(error.args[1])}") from error
