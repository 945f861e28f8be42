"""Upgrading while the site runs: two at once, expanding before contracting, and a table that somebody holds."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from atlasbahamas.db import migrations
from atlasbahamas.db.engine import Database
from atlasbahamas.db.migrations import (
    MIGRATING,
    Component,
    MigrationError,
    components,
    current,
    head,
    script_directory,
    upgrade_all,
)
from atlasbahamas.db.triggers import present_triggers, stale_triggers
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.testing import site as sites

FOUND = components(sites.ROOT / "alembic", load_manifests(sites.FEATURES))
ATLAS = str(Path(sys.executable).parent / "atlas")
ON_POSTGRESQL = pytest.mark.parametrize("profile", ["server"])
STEP = '''"""a step."""
import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {before!r}
branch_labels = None
depends_on = None
kind = {kind!r}


def upgrade():
    {what}
'''


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    database = Database(database_url, patience=MIGRATING)
    yield database
    database.dispose()


def with_steps(folder: Path, *steps: tuple[str, str]) -> tuple[Component, ...]:
    """The components, with further revisions of the core: (kind, what each does)."""
    core = FOUND[0]
    shutil.copytree(core.scripts, folder / "alembic", ignore=shutil.ignore_patterns("__pycache__"))
    before = head(core)
    for number, (kind, what) in enumerate(steps, start=1):
        name = f"core_9{number:03}"
        written = STEP.format(name=name, before=before, kind=kind, what=what)
        (folder / "alembic" / "versions" / f"{name}.py").write_text(written)
        before = name
    return (dataclasses.replace(core, scripts=folder / "alembic"), *FOUND[1:])


ADDS = ("expand", "op.add_column('person', sa.Column('shoe_size', sa.Integer(), nullable=True))")
TAKES = ("contract", "op.drop_column('person', 'shoe_size')")
MAKES = ("expand", "op.create_table('shoe', sa.Column('id', sa.Integer(), primary_key=True))")
REBUILDS = (
    "expand",
    "with op.batch_alter_table('person') as batch:\n"
    "        batch.add_column(sa.Column('hat_size', sa.Integer(), nullable=True))\n"
    "        batch.create_check_constraint('ck_person_hat_size', 'hat_size > 0')",
)


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def columns_of_person(database: Database) -> set[str]:
    with database.read_engine.connect() as connection:
        return set(connection.execute(text("SELECT * FROM person LIMIT 1")).keys())


def test_expanding_stops_before_what_older_code_cannot_live_with(filled: Database, tmp_path: Path) -> None:
    found = with_steps(tmp_path, ADDS, REBUILDS, TAKES, MAKES)
    with filled.read_engine.connect() as connection:
        triggers = present_triggers(connection)
    first = upgrade_all(filled.write_engine, found, expand_only=True)
    assert (first.done, first.waiting) == (("core_9001", "core_9002"), ("core_9003", "core_9004"))
    assert {"shoe_size", "hat_size"} <= columns_of_person(filled)
    # The triggers are those of the older code, all of them, though SQLite made the table anew.
    with filled.read_engine.connect() as connection:
        assert present_triggers(connection) == triggers
        assert stale_triggers(connection, found[0].triggers()) == []
    again = upgrade_all(filled.write_engine, found, expand_only=True)
    assert (again.done, again.waiting) == ((), ("core_9003", "core_9004"))
    rest = upgrade_all(filled.write_engine, found)
    assert (rest.done, rest.waiting) == (("core_9003", "core_9004"), ())
    assert "shoe_size" not in columns_of_person(filled)


def test_an_empty_database_has_no_older_code_so_expanding_goes_all_the_way(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.sqlite", patience=MIGRATING)
    assert upgrade_all(empty.write_engine, FOUND, expand_only=True).waiting == ()
    with empty.read_engine.connect() as connection:
        assert all(current(connection, component) == head(component) for component in FOUND)
        assert not [each for component in FOUND for each in stale_triggers(connection, component.triggers())]
    empty.dispose()


def test_a_revision_that_does_not_say_its_kind_is_not_guessed_at(filled: Database, tmp_path: Path) -> None:
    found = with_steps(tmp_path, ("perhaps", "pass"))
    with pytest.raises(MigrationError, match="does not say which kind"):
        upgrade_all(filled.write_engine, found, expand_only=True)
    assert upgrade_all(filled.write_engine, found).done == ("core_9001",)


def test_an_upgrade_with_nothing_to_do_touches_nothing(filled: Database) -> None:
    upgrade_all(filled.write_engine, FOUND)
    with filled.write_engine.connect() as connection, connection.begin():
        # On PostgreSQL whoever reads a table keeps it from being changed.
        connection.execute(text("SELECT count(*) FROM person"))
        if filled.engine.dialect.name == "postgresql":
            other = Database(url_of(filled), patience=MIGRATING)
            assert upgrade_all(other.write_engine, FOUND).done == ()
            other.dispose()
    with filled.read_engine.connect() as connection:
        assert not [each for component in FOUND for each in stale_triggers(connection, component.triggers())]


def test_a_trigger_that_is_not_what_the_code_says_is_put_right(filled: Database) -> None:
    upgrade_all(filled.write_engine, FOUND)
    wrong, missing = [trigger for trigger in FOUND[0].triggers() if trigger.sqlite and trigger.postgresql][:2]
    changed = dataclasses.replace(
        wrong,
        sqlite=tuple(statement.replace("BEGIN SELECT", "BEGIN  SELECT 1; SELECT", 1) for statement in wrong.sqlite),
        postgresql=tuple(statement.replace("BEGIN", "BEGIN -- otherwise\n", 1) for statement in wrong.postgresql),
    )
    with filled.write_engine.connect() as connection, connection.begin():
        migrations.apply_triggers(connection, [changed])
        migrations.drop_triggers(connection, [missing])
        assert {each.name for each in stale_triggers(connection, FOUND[0].triggers())} == {wrong.name, missing.name}
    assert upgrade_all(filled.write_engine, FOUND).done == ()
    with filled.read_engine.connect() as connection:
        assert stale_triggers(connection, FOUND[0].triggers()) == []


@ON_POSTGRESQL
def test_a_table_that_somebody_holds_is_waited_for_a_moment_at_a_time(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = with_steps(tmp_path, ADDS)
    monkeypatch.setattr(migrations, "PAUSE_SECONDS", 0.05)
    other = Database(url_of(filled))
    with other.write_engine.connect() as connection:
        held = connection.begin()
        connection.execute(text("SELECT count(*) FROM person"))
        monkeypatch.setattr(migrations, "TRIES", 1)
        with pytest.raises(MigrationError, match="nothing is changed"):
            upgrade_all(filled.write_engine, found, expand_only=True)
        assert "shoe_size" not in columns_of_person(filled)
        monkeypatch.setattr(migrations, "TRIES", 5)
        threading.Timer(2.5, held.rollback).start()
        assert upgrade_all(filled.write_engine, found, expand_only=True).done == ("core_9001",)
    other.dispose()


def test_two_upgrades_at_once_do_everything_once(empty_url: str, tmp_path: Path) -> None:
    ini = tmp_path / "site.ini"
    ini.write_text((sites.ROOT / "development.ini").read_text())
    (tmp_path / "alembic").symlink_to(sites.ROOT / "alembic")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS_")}
    environ = inherited | {"ATLAS_SQLALCHEMY__URL": empty_url, "ATLAS_INI": str(ini)}
    started = [
        subprocess.Popen([ATLAS, "db", "upgrade"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=180) for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    revisions = sum(len(list(script_directory(component).walk_revisions())) for component in FOUND)
    done = sorted(out.count(", ") + 1 if out.startswith("Done") else 0 for out, _ in said)
    assert done == [0, revisions]
    assert all(out.endswith("The database is at head.\n") for out, _ in said)
    database = Database(empty_url)
    with database.read_engine.connect() as connection:
        assert all(current(connection, component) == head(component) for component in FOUND)
    database.dispose()


def test_the_second_waits_for_the_first(filled: Database) -> None:
    other, ended = Database(url_of(filled), patience=MIGRATING), []

    def second() -> None:
        upgrade_all(other.write_engine, FOUND)
        ended.append(time.monotonic())

    waiting = threading.Thread(target=second)
    with migrations.migrating(filled.write_engine, FOUND):
        waiting.start()
        # Longer than a statement of a migration waits for a table, and than SQLite is waited for otherwise.
        waiting.join(7)
        assert not ended
    waiting.join(60)
    assert ended
    other.dispose()


@ON_POSTGRESQL
def test_a_role_that_is_not_there_changes_nothing(filled: Database, tmp_path: Path) -> None:
    found = with_steps(tmp_path, ADDS)
    with pytest.raises(MigrationError, match="there is no role nobody_of_that_name"):
        upgrade_all(filled.write_engine, found, application_role="nobody_of_that_name")
    assert "shoe_size" not in columns_of_person(filled)
