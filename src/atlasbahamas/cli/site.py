"""What an INI file describes, read without starting the application: the repair tools work when it does not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import plaster

from atlasbahamas.db.engine import Database
from atlasbahamas.db.migrations import Component, components
from atlasbahamas.files.store import Store, store_of
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.plugins.manifest import Plugin
from atlasbahamas.settings import CORE_SECTIONS, DatabaseSettings, FileSettings, Section, Settings, enabled_plugins, load


def resolve(dotted: str) -> Any:
    """The object that `package.module:name` names."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


@dataclass(frozen=True)
class Site:
    """An INI file, its raw keys, and the manifests of the features that it switches on."""

    ini: Path
    raw: dict[str, str]
    manifests: tuple[Plugin, ...]

    @classmethod
    def read(cls, ini: str | Path) -> Site:
        """Read an INI file. Raises PluginError for a feature that is not there, FileNotFoundError for no file."""
        path = Path(ini).resolve()
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        raw = dict(plaster.get_settings(str(path), "app:main", defaults={"here": str(path.parent), "__file__": str(path)}))
        return cls(path, raw, load_manifests(enabled_plugins(raw, environ=os.environ)))

    def sections(self) -> list[type[Section]]:
        """The sections of the active features."""
        return [resolve(manifest.settings) for manifest in self.manifests if manifest.settings]

    def settings(self) -> Settings:
        """Typed settings. Raises SettingsError with everything that is wrong."""
        return load(self.raw, (*CORE_SECTIONS, *self.sections()), file=str(self.ini), environ=os.environ)

    def database(self) -> Database:
        """The database, reached without the application."""
        settings = self.settings().section(DatabaseSettings)
        return Database(settings.url, **settings.engine_options())

    def store(self) -> Store:
        """The store of files, reached without the application."""
        return store_of(self.settings().section(FileSettings))

    def components(self) -> tuple[Component, ...]:
        """The core and every active feature that has tables."""
        return components(self.ini.parent / "alembic", self.manifests)
