"""Migrations of the core and of every feature, up and down, on both databases."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from examples import examples
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from atlasbahamas.db.engine import Database
from atlasbahamas.db.metadata import metadata
from atlasbahamas.db.migrations import (
    Component,
    MigrationError,
    components,
    current,
    differences,
    downgrade,
    head,
    migrating,
    script_directory,
    upgrade,
    upgrade_all,
)
from atlasbahamas.db.triggers import present_triggers
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.snapshots import WATCHING

FOUND = components(sites.ROOT / "alembic", load_manifests(sites.FEATURES))


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    database = Database(empty_url)
    yield database
    database.dispose()


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    """With the demo data in its tables."""
    database = Database(database_url)
    yield database
    database.dispose()


def tables(connection: Connection) -> set[str]:
    return {name for name in inspect(connection).get_table_names() if not name.startswith("atlas_migrations")}


def counts(connection: Connection) -> dict[str, int]:
    return {name: int(connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()) for name in tables(connection)}


def wanted_triggers(connection: Connection) -> set[str]:
    sqlite = connection.dialect.name == "sqlite"
    listed = [trigger for component in FOUND for trigger in component.triggers()]
    return {trigger.name for trigger in listed if (trigger.sqlite if sqlite else trigger.postgresql)}


def assert_at_head(database: Database) -> None:
    with database.read_engine.connect() as connection:
        assert tables(connection) == set(metadata.tables)
        for component in FOUND:
            assert current(connection, component) == head(component)
            assert differences(connection, component) == []
        assert present_triggers(connection) - {WATCHING} == wanted_triggers(connection)


def test_from_nothing_to_head_leaves_no_difference_and_every_trigger(empty: Database) -> None:
    upgrade_all(empty.write_engine, FOUND)
    assert_at_head(empty)
    upgrade_all(empty.write_engine, FOUND)
    assert_at_head(empty)


EVERY_REVISION = examples("revisions", 1) > 1


def test_every_revision_goes_down_and_up_again_with_data_in_the_tables(filled: Database) -> None:
    """In the suite the last one of each component goes up again by itself, the others all together."""
    with filled.read_engine.connect() as connection:
        before = counts(connection)
    assert sum(before.values()) > 500
    for component in reversed(FOUND):
        for script in script_directory(component).walk_revisions():
            below = str(script.down_revision or "base")
            step(filled, component, below, down=True)
            if EVERY_REVISION or script.revision == head(component):
                step(filled, component, script.revision, down=False)
                step(filled, component, below, down=True)
    with filled.read_engine.connect() as connection:
        assert tables(connection) == set()
    upgrade_all(filled.write_engine, FOUND)
    assert_at_head(filled)


LESS_BELOW = {("listings", "listings_0005"): {"listings_listing", "listings_word", "listings_version"}}
"""(component, revision) -> tables that have fewer rows there than above: vehicles are listings that had no unit yet."""


def step(database: Database, component: Component, target: str, *, down: bool) -> None:
    """One revision down or up; no row of a table that stays is lost."""
    with database.read_engine.connect() as connection:
        before = counts(connection)
    with migrating(database.write_engine, FOUND) as connection:
        (downgrade if down else upgrade)(connection, component, target)
    with database.read_engine.connect() as connection:
        assert current(connection, component) == (None if target == "base" else target)
        after = counts(connection)
    kept = (before.keys() & after.keys()) - (LESS_BELOW.get((component.name, target), set()) if down else set())
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def with_revision(component: Component, folder: Path, body: str) -> Component:
    """The component with one more revision, which lives in a folder of the test's."""
    shutil.copytree(component.scripts / "versions", folder / "versions")
    (folder / "versions" / "zzzz_of_a_test.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'of_a_test'\ndown_revision = {head(component)!r}\n"
        f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n{body}\n"
    )
    return dataclasses.replace(component, scripts=folder)


def test_a_table_that_is_rebuilt_keeps_its_triggers_and_the_rows_that_point_to_it(filled: Database, tmp_path: Path) -> None:
    rebuild = "    always = 'always' if op.get_bind().dialect.name == 'sqlite' else 'auto'\n" + "\n".join(
        f"    with op.batch_alter_table({table!r}, recreate=always) as batch:\n"
        "        batch.add_column(sa.Column('of_a_test', sa.Integer()))"
        for table in ("organisation", "person", "membership")
    )
    core = with_revision(FOUND[0], tmp_path / "core", rebuild)
    with filled.read_engine.connect() as connection:
        before = counts(connection)
    upgrade_all(filled.write_engine, (core, *FOUND[1:]))
    with filled.read_engine.connect() as connection:
        assert "of_a_test" in {column["name"] for column in inspect(connection).get_columns("organisation")}
        assert counts(connection) == before
        assert present_triggers(connection) - {WATCHING} == wanted_triggers(connection)
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


ADDS = "    op.add_column('person', sa.Column('of_a_test', sa.Integer()))\n"
BREAKS = {
    "an error in the middle": (f"{ADDS}    1 / 0", ZeroDivisionError),
    "a statement that fails": (f"{ADDS}    op.execute('nonsense')", DBAPIError),
}


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_migration_that_fails_changes_nothing(filled: Database, tmp_path: Path, name: str) -> None:
    body, error = BREAKS[name]
    core = with_revision(FOUND[0], tmp_path / "core", body)
    with pytest.raises(error):
        upgrade_all(filled.write_engine, (core, *FOUND[1:]))
    assert_at_head(filled)


@pytest.mark.parametrize("profile", ["embedded"])
def test_a_row_that_would_point_nowhere_stops_the_migration(filled: Database, tmp_path: Path) -> None:
    core = with_revision(FOUND[0], tmp_path / "core", "    op.execute('DELETE FROM organisation')")
    with filled.read_engine.connect() as connection:
        before = counts(connection)
    with pytest.raises(MigrationError, match="rows point nowhere"):
        upgrade_all(filled.write_engine, (core, *FOUND[1:]))
    assert_at_head(filled)
    with filled.read_engine.connect() as connection:
        assert counts(connection) == before


def test_each_component_sees_its_own_tables_only(filled: Database) -> None:
    """What differs in one component's tables is no other's business: nobody offers to drop what is not theirs."""
    own = {component.name: next(name for name in sorted(metadata.tables) if component.owns(name)) for component in FOUND}
    for component in FOUND:
        with filled.write_engine.connect() as connection, connection.begin() as transaction:
            connection.execute(text(f'ALTER TABLE "{own[component.name]}" ADD COLUMN of_a_test INTEGER'))
            seen = {other.name for other in FOUND if differences(connection, other)}
            transaction.rollback()
        assert seen == {component.name}


# The commands, as they are typed


def run(url: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS_")}
    environ |= {"ATLAS_INI": str(sites.ROOT / "development.ini"), "ATLAS_SQLALCHEMY__URL": url}
    environ |= {"ATLAS_ATLAS__LIMITS": f"sqlite:///{folder}/limits.sqlite"}
    program = Path(sys.executable).parent / words[0]
    return subprocess.run(
        [program, *words[1:]], capture_output=True, text=True, env=environ, cwd=sites.ROOT, timeout=120, check=False
    )


SCHEMA_OF_POSTGRESQL = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def _in_order(value: object) -> object:
    """A table's statement with its lines in order: where SQLite rebuilds a table, its constraints come as they will."""
    lines = str(value).splitlines() if str(value).startswith("CREATE TABLE") else []
    return sorted(line.rstrip(", ") for line in lines) if lines else value


def everything(url: str) -> tuple[list[tuple[object, ...]], dict[str, list[tuple[object, ...]]]]:
    """The whole schema, and every row."""
    database = Database(url)
    with database.read_engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        queries: Sequence[str] = ("SELECT type, name, tbl_name, sql FROM sqlite_master",) if sqlite else SCHEMA_OF_POSTGRESQL
        schema = [tuple(map(_in_order, row)) for query in queries for row in connection.execute(text(query))]
        rows = {
            name: sorted(tuple(map(str, row)) for row in connection.execute(text(f'SELECT * FROM "{name}"')))
            for name in inspect(connection).get_table_names()
        }
    database.dispose()
    return sorted(schema, key=repr), rows


def test_alembic_and_atlas_make_the_same_database_and_alembic_check_is_content(empty_url: str, tmp_path: Path) -> None:
    sqlite = empty_url.startswith("sqlite")
    by_atlas = f"sqlite:///{tmp_path}/atlas.sqlite" if sqlite else sites.new_postgresql(need("POSTGRESQL"))
    for url, words in ((empty_url, ("alembic", "upgrade", "head")), (by_atlas, ("atlas", "db", "upgrade"))):
        for _ in range(2):
            done = run(url, tmp_path, *words)
            assert done.returncode == 0, done.stderr
    schema, rows = everything(empty_url)
    assert len(schema) > 20
    assert len(rows["portfolio_settlement"]) > 100
    assert (schema, rows) == everything(by_atlas)
    checked = run(empty_url, tmp_path, "alembic", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "No new upgrade operations detected" in checked.stdout
    if not sqlite:
        sites.drop_postgresql(need("POSTGRESQL"), by_atlas)


def test_atlas_db_tells_and_takes_back_and_brings_up_again(database_url: str, tmp_path: Path) -> None:
    newest = {component.name: head(component) for component in FOUND}
    told = run(database_url, tmp_path, "atlas", "db", "current")
    assert told.stdout.splitlines() == [f"{name}: {revision}" for name, revision in newest.items()], told.stderr
    assert run(database_url, tmp_path, "atlas", "db", "downgrade", "listings", "base").returncode == 0
    told = run(database_url, tmp_path, "atlas", "db", "current")
    assert f"listings: nothing (head is {newest['listings']})" in told.stdout
    assert run(database_url, tmp_path, "atlas", "db", "upgrade").returncode == 0
    database = Database(database_url)
    assert_at_head(database)
    database.dispose()
