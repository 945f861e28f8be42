"""What an INI file describes, read without starting the application: the repair tools work when it does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import plaster
from sqlalchemy import Connection, Engine, make_url

from atlasbahamas.db.engine import Database
from atlasbahamas.db.migrations import MIGRATING, Component, Upgrade, components, migrating, upgrade_all
from atlasbahamas.files.store import Store, store_of
from atlasbahamas.plugins.discovery import load_manifests, resolve
from atlasbahamas.plugins.manifest import Plugin
from atlasbahamas.settings import CORE_SECTIONS, DatabaseSettings, FileSettings, Section, Settings, enabled_plugins, load


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

    @contextmanager
    def for_migrations(self) -> Iterator[tuple[Engine, str | None]]:
        """The database as the role that its tables belong to, and the name of the site's own role where that is another one."""
        settings = self.settings().section(DatabaseSettings)
        database = Database(settings.migration_url or settings.url, patience=MIGRATING, **settings.engine_options())
        try:
            yield database.write_engine, make_url(settings.url).username if settings.migration_url else None
        finally:
            database.dispose()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A connection for a migration, in one transaction (`db.migrations.migrating`)."""
        found = self.components()
        with self.for_migrations() as (engine, role), migrating(engine, found, application_role=role) as connection:
            yield connection

    def upgrade(self, *, expand_only: bool = False) -> Upgrade:
        """Bring every component to head, or as far as `expand_only` goes. Raises MigrationError."""
        with self.for_migrations() as (engine, role):
            return upgrade_all(engine, self.components(), application_role=role, expand_only=expand_only)

    def store(self) -> Store:
        """The store of files, reached without the application."""
        return store_of(self.settings().section(FileSettings))

    def components(self) -> tuple[Component, ...]:
        """The core and every active feature that has tables."""
        return components(self.ini.parent / "alembic", self.manifests)
