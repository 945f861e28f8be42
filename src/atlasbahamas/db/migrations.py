"""Bringing the database to head: the core first, then each active feature, every one with its own version table.

alembic/env.py and `atlas db upgrade` both end here, so there is one way to migrate (house.md section 3). Reads manifests only:
it works when the application does not.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from atlasbahamas.db.engine import BUSY_SECONDS, Patience, is_passing
from atlasbahamas.db.grants import grant
from atlasbahamas.db.metadata import metadata
from atlasbahamas.db.triggers import Trigger, apply_triggers, drop_triggers, kept_triggers, stale_triggers
from atlasbahamas.plugins.manifest import Plugin

CORE_MODELS = (
    "atlasbahamas.people.models",
    "atlasbahamas.audit.models",
    "atlasbahamas.jobs.models",
    "atlasbahamas.files.models",
    "atlasbahamas.people.photo.models",
    "atlasbahamas.mail.models",
    "atlasbahamas.notifications.models",
    "atlasbahamas.readonly.models",
    "atlasbahamas.reporting.models",
)


EXPAND, CONTRACT = "expand", "contract"
KINDS = {
    EXPAND: "The code of before it works on, because it only adds what that code does not need to know.",
    CONTRACT: "The code of before it does not: it takes something away, or demands something new.",
}
"""What each revision says of itself, in `kind`."""
LOCK = 0x41544C4153
"""The key of the advisory lock under which PostgreSQL is migrated."""
WAITS_SECONDS = 3600
"""How long a migration waits for another one to end."""
MIGRATING = Patience(lock=2)
"""A statement of a migration may take long, but waits only a moment for a table: whoever comes next waits behind it."""
TRIES, PAUSE_SECONDS = 30, 1.0
HELD = "somebody holds a table that has to be changed, so nothing is changed; run it again at a quieter moment"


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
    def _known(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """By version table: the revisions with which this code can work, and all of them."""
        known = {}
        for component in self._components:
            if (component.scripts / "versions").is_dir():
                # The newest first. What only takes away is still waiting in the middle of a rolling upgrade.
                scripts = list(script_directory(component).walk_revisions())
                waiting = list(takewhile(lambda script: kind_of(script) == CONTRACT, scripts))
                enough = frozenset(script.revision for script in scripts[: len(waiting) + 1])
                known[component.version_table] = (enough, frozenset(script.revision for script in scripts))
        return known

    def are_there(self, connection: Connection) -> bool:
        """Whether no component is behind, but for revisions that only take something away; one query.

        Raises what the database says when a component was never migrated.
        """
        each = [f"SELECT '{table}' AS place, version_num FROM {table}" for table in self._known]  # noqa: S608 - our own names
        if not each:
            return True
        rows: dict[str, str] = dict(connection.execute(text(" UNION ALL ".join(each))).all())
        return all(self._is_there(table, rows.get(table)) for table in self._known)

    def _is_there(self, table: str, here: str | None) -> bool:
        enough, known = self._known[table]
        # A revision that the code does not know is a later one.
        return here is not None and (here in enough or here not in known)


@contextmanager
def migrating(engine: Engine, found: Iterable[Component], *, application_role: str | None = None) -> Iterator[Connection]:
    """A connection in one transaction for a whole migration, alone, without triggers and, on SQLite, without foreign keys.

    A table that SQLite rebuilds would take the rows that point to it along, and cannot be rebuilt while a trigger speaks of it.
    At the end the triggers of every component that is at head are put back; what they are for an older revision, only the
    older code knows. `application_role` is granted what the site needs. Raises MigrationError for a row that points nowhere
    then; nothing is changed.
    """
    found = tuple(found)
    with _alone(engine) as connection:
        with _without_triggers(connection, found):
            yield connection
        if application_role is not None:
            _grant(connection, application_role)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other migration is in at the same time: a second one waits here until the first is over."""
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute(f"PRAGMA busy_timeout = {WAITS_SECONDS * 1000}")
        try:
            with connection.begin():
                if not sqlite:
                    _lock(connection)
                yield connection
                if sqlite:
                    _refuse_broken_keys(connection)
        finally:
            # One that a signal interrupted in a statement is closed already.
            if sqlite and not connection.invalidated:
                raw.execute("PRAGMA foreign_keys = ON")
                raw.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def _lock(connection: Connection) -> None:
    patience = connection.scalar(text("SHOW lock_timeout"))
    connection.execute(text(f"SET LOCAL lock_timeout = '{WAITS_SECONDS}s'"))
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    connection.execute(text(f"SET LOCAL lock_timeout = '{patience}'"))


def _grant(connection: Connection, role: str) -> None:
    if connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}) == 0:
        raise MigrationError(f"there is no role {role}, which sqlalchemy.url names; nothing is changed. Make it first")
    grant(connection, role)


@contextmanager
def _without_triggers(connection: Connection, found: Sequence[Component]) -> Iterator[None]:
    for component in found:
        drop_triggers(connection, component.triggers())
    yield
    for component in found:
        if current(connection, component) == head(component):
            apply_triggers(connection, component.triggers())


@contextmanager
def _with_the_same_triggers(connection: Connection, found: Sequence[Component]) -> Iterator[None]:
    """For the time in which older code still runs: triggers stay what they are to it, and tables that are new get theirs."""
    before = set(inspect(connection).get_table_names())
    with kept_triggers(connection):
        yield
    for component in found:
        apply_triggers(connection, [trigger for trigger in component.triggers() if trigger.table not in before])


def _refuse_broken_keys(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise MigrationError(f"after the migration rows point nowhere: {[tuple(row) for row in broken[:10]]}")


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade did: the revisions that were run, and those that wait until no older code runs any more."""

    done: tuple[str, ...]
    waiting: tuple[str, ...]


def upgrade_all(
    engine: Engine, found: Iterable[Component], *, application_role: str | None = None, expand_only: bool = False
) -> Upgrade:
    """Bring every component to head in one transaction, and its triggers to what the code says; else touch nothing.

    `expand_only` stops each component before its first revision that older code could not live with; on an empty database, where
    there is no older code, it stops nowhere. A table that somebody
    holds is waited for a moment only, because whoever comes after us waits as well, and then all is tried again. Raises
    MigrationError as `migrating` does, and where a table is held for too long.
    """
    found = tuple(found)
    for left in reversed(range(TRIES)):
        try:
            return _upgrade_once(engine, found, application_role, expand_only)
        except DBAPIError as error:
            if engine.dialect.name == "sqlite" or not is_passing(error):
                raise
            if not left:
                raise MigrationError(HELD) from error
            time.sleep(PAUSE_SECONDS)
    raise AssertionError("there is at least one try")


def _upgrade_once(engine: Engine, found: Sequence[Component], application_role: str | None, expand_only: bool) -> Upgrade:
    with _alone(engine) as connection:
        expand_only = expand_only and any(current(connection, component) for component in found)
        steps = {component: _steps(connection, component, expand_only) for component in found}
        done = tuple(step.revision for to_do, _ in steps.values() for step in to_do)
        waiting = tuple(step.revision for _, later in steps.values() for step in later)
        if done or (not expand_only and any(stale_triggers(connection, component.triggers()) for component in found)):
            with _with_the_same_triggers(connection, found) if expand_only else _without_triggers(connection, found):
                for component, (to_do, _) in steps.items():
                    if to_do:
                        upgrade(connection, component, to_do[-1].revision)
        if application_role is not None:
            _grant(connection, application_role)
    return Upgrade(done, waiting)


def _steps(connection: Connection, component: Component, expand_only: bool) -> tuple[list[Script], list[Script]]:
    """The revisions that the database does not have yet, the oldest first: those to run now, and those that wait."""
    here = current(connection, component)
    missing = list(script_directory(component).iterate_revisions("head", here or "base"))[::-1]
    if not expand_only:
        return missing, []
    now = list(takewhile(lambda step: kind_of(step) == EXPAND, missing))
    return now, missing[len(now) :]


def kind_of(step: Script) -> str:
    """What a revision says of itself: whether the code of before it can go on working after it. Raises MigrationError."""
    kind = getattr(step.module, "kind", None)
    if kind not in KINDS:
        raise MigrationError(f"{step.path} does not say which kind it is: kind = {EXPAND!r} or {CONTRACT!r}")
    return str(kind)


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
