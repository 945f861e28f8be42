"""What a feature says of itself before any of its code is imported.

Stands at the bottom of the plugin system: no Pyramid, no SQLAlchemy, so that the repair tools can read manifests when the
application cannot start. What a feature does belongs in its wiring.py, never here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PLUGIN_API = 1
"""The version of the plugin API that this core offers."""

_NAME = re.compile(r"[a-z][a-z_]{1,30}")
_PERMISSION = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")


@dataclass(frozen=True)
class Permission:
    """Something that a person may be allowed to do, with the roles that may do it unless an administrator says otherwise.

    `name` is `<plugin>:<thing>:<action>` (house.md section 1); `title` is shown to administrators.
    """

    name: str
    title: str
    roles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _PERMISSION.fullmatch(self.name):
            raise ValueError(f"permission {self.name!r} is not of the form plugin:thing:action")


@dataclass(frozen=True)
class Plugin:
    """The manifest of one feature.

    Every heavy part is a dotted string that is resolved when it is needed, so listing plugins imports none of their code.
    `name` is also the prefix of the feature's settings, tables, templates, static path and log field.

    `data_export` and `data_erase` are functions for a person's own data (personal/leaving.py says what they take and give); a
    feature that holds none says why in `declined`, as ("data_export", reason). `data_stays` names columns that still point to
    an erased person, as ("table.column", reason). `commands` is a click group, which `atlas` has under the plugin's name.
    `beside` are the words of an `atlas` command, one that knows `--supervised`, which `atlas serve` runs beside the site.
    """

    name: str
    title: str
    summary: str
    version: str
    api: int
    wiring: str
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    settings: str | None = None
    permissions: tuple[Permission, ...] = ()
    models: str | None = None
    migrations: str | None = None
    demo: str | None = None
    commands: str | None = None
    beside: tuple[str, ...] = ()
    data_export: str | None = None
    data_erase: str | None = None
    data_stays: tuple[tuple[str, str], ...] = ()
    declined: tuple[tuple[str, str], ...] = ()
    critical: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"plugin name {self.name!r} is not lower-case letters and underscores")
        for permission in self.permissions:
            if not permission.name.startswith(f"{self.name}:"):
                raise ValueError(f"plugin {self.name} declares the permission {permission.name} of another plugin")
        if bool(self.data_export) != bool(self.data_erase):
            raise ValueError(f"plugin {self.name} has one of data_export and data_erase without the other")
