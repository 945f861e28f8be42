"""Bringing the database to head: the core first, then each active feature, every one with its own version table.

alembic/env.py and `atlas db upgrade` both end here, so there is one way to migrate (house.md section 3). Reads manifests only:
it works when the application does not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from atlasbahamas.db.metadata import metadata
from atlasbahamas.db.triggers import Trigger, apply_triggers, drop_triggers
from atlasbahamas.plugins.manifest import Plugin

CORE_MODELS = (
    "atlasbahamas.people.models",
    "atlasbahamas.audit.models",
    "atlasbahamas.jobs.models",
    "atlasbahamas.files.models",
    "atlasbahamas.people.photo.models",
    "atlasbahamas.mail.models",
    "atlasbahamas.notifications.models",
    "atlasbahamas.reporting.models",
)


class MigrationError(Exception):
    """The database cannot be migrated; the message says which component and why."""


@dataclass(frozen=True)
class Component:
    """The core or one feature, as far as its tables go. `scripts` is the folder that holds `versions/`.

    `models` are the dotted names of the modules that declare its tables.
    """

    name: str
    scripts: Path
    models: tuple[str, ...]

    @property
    def version_table(self) -> str:
        """Where this component's revision is kept."""
        return "atlas_migrations" if self.name == "core" else f"atlas_migrations_{self.name}"

    def triggers(self) -> tuple[Trigger, ...]:
        """The triggers that its models modules list."""
        return tuple(trigger for module in self.models for trigger in getattr(importlib.import_module(module), "TRIGGERS", ()))

    def owns(self, table: str) -> bool:
        """True for a table of this component: a feature's carry its name, the core's none."""
        if table.startswith("atlas_migrations"):
            return False
        return _component_of(table) == self.name


_FEATURES: set[str] = set()


def _component_of(table: str) -> str:
    return next((name for name in sorted(_FEATURES, key=len, reverse=True) if table.startswith(f"{name}_")), "core")


def components(core_scripts: Path, plugins: Sequence[Plugin]) -> tuple[Component, ...]:
    """The core and every feature that has tables, in the order in which they migrate."""
    found = [Component("core", core_scripts, CORE_MODELS)]
    for plugin in plugins:
        if plugin.models and plugin.migrations:
            package = importlib.import_module(plugin.migrations)
            found.append(Component(plugin.name, Path(next(iter(package.__path__))), (plugin.models,)))
    for component in found:
        for module in component.models:
            importlib.import_module(module)
    _FEATURES.update(component.name for component in found[1:])
    return tuple(found)


def script_directory(component: Component) -> ScriptDirectory:
    """Alembic's view of the component's revisions."""
    return ScriptDirectory(str(component.scripts), version_locations=[str(component.scripts / "versions")])


def upgrade(connection: Connection, component: Component, target: str = "head") -> None:
    """Bring one component to `target` inside the connection's transaction."""
    script = script_directory(component)
    _run(connection, component, lambda revision, context: script._upgrade_revs(target, revision))


def downgrade(connection: Connection, component: Component, target: str) -> None:
    """Take one component back to `target` inside the connection's transaction."""
    script = script_directory(component)
    _run(connection, component, lambda revision, context: script._downgrade_revs(target, revision))


def _run(connection: Connection, component: Component, steps: Callable[[Any, Any], Any]) -> None:
    context = MigrationContext.configure(
        connection,
        opts={
            "script": script_directory(component),
            "version_table": component.version_table,
            "fn": steps,
            "target_metadata": metadata,
            "render_as_batch": True,
        },
    )
    with Operations.context(context):
        context.run_migrations()


def current(connection: Connection, component: Component) -> str | None:
    """The revision that the database has of this component, or None before its first migration."""
    context = MigrationContext.configure(connection, opts={"version_table": component.version_table})
    return context.get_current_revision()


def head(component: Component) -> str | None:
    """The newest revision that the code has of this component."""
    return script_directory(component).get_current_head()


class KnownRevisions:
    """The revisions that the code knows, to ask quickly and often whether a database has them all.

    The scripts are read once, when it is asked for the first time. A component whose scripts are not where they are looked for,
    as the core's when a site is not started from its INI file, is left out.
    """

    def __init__(self, found: Sequence[Component]) -> None:
        self._components = found

    @cached_property
    def _known(self) -> dict[str, tuple[str | None, frozenset[str]]]:
        """By version table: the newest revision, and all of them."""
        known = {}
        for component in self._components:
            if (component.scripts / "versions").is_dir():
                scripts = script_directory(component)
                known[component.version_table] = (
                    scripts.get_current_head(),
                    frozenset(script.revision for script in scripts.walk_revisions()),
                )
        return known

    def are_there(self, connection: Connection) -> bool:
        """Whether no component is behind; one query. Raises what the database says when a component was never migrated."""
        each = [f"SELECT '{table}' AS place, version_num FROM {table}" for table in self._known]  # noqa: S608 - our own names
        if not each:
            return True
        rows: dict[str, str] = dict(connection.execute(text(" UNION ALL ".join(each))).all())
        return all(self._is_there(table, rows.get(table)) for table in self._known)

    def _is_there(self, table: str, here: str | None) -> bool:
        newest, known = self._known[table]
        # A revision that the code does not know is a later one.
        return here is not None and (here == newest or here not in known)


@contextmanager
def migrating(engine: Engine, found: Iterable[Component]) -> Iterator[Connection]:
    """A connection in one transaction for a whole migration, without triggers and, on SQLite, without foreign keys.

    A table that SQLite rebuilds would take the rows that point to it along, and cannot be rebuilt while a trigger speaks of it.
    At the end the triggers of every component that is at head are put back; what they are for an older revision, only the
    older code knows. Raises MigrationError for a row that points nowhere then; nothing is changed.
    """
    found = tuple(found)
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                for component in found:
                    drop_triggers(connection, component.triggers())
                yield connection
                for component in found:
                    if current(connection, component) == head(component):
                        apply_triggers(connection, component.triggers())
                if sqlite:
                    _refuse_broken_keys(connection)
        finally:
            # One that a signal interrupted in a statement is closed already.
            if sqlite and not connection.invalidated:
                raw.execute("PRAGMA foreign_keys = ON")


def _refuse_broken_keys(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise MigrationError(f"after the migration rows point nowhere: {[tuple(row) for row in broken[:10]]}")


def upgrade_all(engine: Engine, found: Iterable[Component]) -> None:
    """Bring every component to head in one transaction. Raises MigrationError as `migrating` does."""
    found = tuple(found)
    with migrating(engine, found) as connection:
        for component in found:
            upgrade(connection, component)


def comparing(component: Component) -> dict[str, Any]:
    """Options of a comparison that sees this component's tables only: others' would look like tables to drop."""
    return {
        "version_table": component.version_table,
        "include_object": lambda item, name, kind, reflected, other: kind != "table" or component.owns(name),
        "include_name": lambda name, kind, parents: kind != "table" or component.owns(name or ""),
        "compare_type": True,
        "render_as_batch": True,
        "target_metadata": metadata,
    }


def differences(connection: Connection, component: Component) -> list[Any]:
    """What the component's models say and the database does not have, or the other way round; empty at head."""
    return list(compare_metadata(MigrationContext.configure(connection, opts=comparing(component)), metadata))
