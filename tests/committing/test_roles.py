"""Tables that belong to one role of PostgreSQL, and a site that runs as another: it can work with rows, and change no table."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from atlasbahamas.audit.actor import ACTOR, CLOCK, COMMAND
from atlasbahamas.db.engine import Database
from atlasbahamas.files.store import FolderStore
from atlasbahamas.people.demo import load_people
from atlasbahamas.plugins.discovery import load_manifests, resolve
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import START, Site, TestClock

ATLAS = str(Path(sys.executable).parent / "atlas")


@dataclass
class Roles:
    """A database of two roles: the address of each, and a folder with an INI file."""

    application: str
    owner: str
    folder: Path

    def atlas(self, *words: str) -> str:
        """Run `atlas` as an operator does; gives what it said."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS_")}
        environ = inherited | {
            "ATLAS_INI": str(self.folder / "site.ini"),
            "ATLAS_SQLALCHEMY__URL": self.application,
            "ATLAS_SQLALCHEMY__MIGRATION_URL": self.owner,
        }
        done = subprocess.run([ATLAS, *words], env=environ, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def roles(tmp_path: Path) -> Iterator[Roles]:
    server = need("POSTGRESQL")
    name = uuid.uuid4().hex[:8]
    owner, application = f"owner_{name}", f"App-{name}"
    for role in (owner, application):
        sites.on_server(server, f'CREATE ROLE "{role}" LOGIN')
    sites.on_server(server, f"CREATE DATABASE two_{name} OWNER {owner}")
    (tmp_path / "site.ini").write_text((sites.ROOT / "development.ini").read_text())
    (tmp_path / "alembic").symlink_to(sites.ROOT / "alembic")
    at = make_url(server).set(database=f"two_{name}")
    as_role = [at.set(username=role).render_as_string(hide_password=False) for role in (application, owner)]
    yield Roles(*as_role, tmp_path)
    sites.on_server(server, f"DROP DATABASE two_{name} WITH (FORCE)")
    for role in (owner, application):
        sites.on_server(server, f'DROP ROLE "{role}"')


@pytest.fixture
def migrated(roles: Roles) -> Roles:
    """The same, after an upgrade."""
    assert "at head" in roles.atlas("db", "upgrade")
    return roles


@pytest.fixture
def site(migrated: Roles, tmp_path: Path) -> Iterator[Site]:
    """A site that runs as the application's role, which also loads the demo data."""
    roles = migrated
    database = Database(roles.application)
    with database.transaction() as db:
        db.info |= {ACTOR: COMMAND, CLOCK: TestClock()}
        load_people(db, now=START)
        for manifest in load_manifests(sites.FEATURES):
            if manifest.demo and manifest.name not in sites.WITH_A_HISTORY:
                resolve(manifest.demo)(db, store=FolderStore(sites.demo_files()), now=START)
    database.dispose()
    running = sites.start(roles.application, tmp_path)
    yield running
    running.close()


REFUSED = [
    "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
    "ALTER TABLE ledger_entry ADD COLUMN note text",
    "ALTER TABLE ledger_entry OWNER TO CURRENT_USER",
    "DROP TABLE ledger_entry CASCADE",
    "TRUNCATE ledger_entry CASCADE",
    "TRUNCATE job_heartbeat",
    "DROP TRIGGER ledger_entry_no_update ON ledger_entry",
    "CREATE OR REPLACE FUNCTION ledger_entry_no_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER mine BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_no_update()",
    "CREATE TABLE mine (id integer)",
    "CREATE INDEX mine ON person (id)",
    "SET session_replication_role = replica",
    "UPDATE atlas_migrations SET version_num = 'core_0001'",
    "DELETE FROM atlas_migrations_ledger",
    "SELECT setval('person_id_seq', 1)",
]
NOT_THE_OWNERS_EITHER = {"TRUNCATE ledger_entry CASCADE", "SET session_replication_role = replica"}
"""A trigger forbids the first, and only a superuser may do the second."""


def test_the_sites_own_role_runs_the_site(site: Site, roles: Roles) -> None:
    keva, visitor = site.browser("keva"), site.browser()
    keva.get("/home/", status=200)
    keva.get("/notifications/preferences").forms["form"].submit(status=303)
    visitor.get("/listings/", status=200)
    assert site.drain_jobs()
    for _ in range(2):
        site.clock.move(days=31)
        assert "failed" not in site.drain_jobs()
    with site.db.transaction("read") as db:
        assert db.scalar(text("SELECT count(*) FROM ledger_entry")) > 0
    assert "core: core_" in roles.atlas("db", "current")


def test_the_sites_own_role_changes_no_table_and_no_trigger(migrated: Roles) -> None:
    application, owner = Database(migrated.application), Database(migrated.owner)
    for statement in REFUSED:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), application.transaction() as db:
            db.execute(text(statement))
        # It is the role that is refused: whom the tables belong to is let through.
        with owner.write_engine.connect() as connection:
            if statement not in NOT_THE_OWNERS_EITHER:
                connection.execute(text(statement))
            connection.rollback()
    application.dispose()
    owner.dispose()


def test_a_table_that_is_made_later_is_open_to_the_site_as_well(migrated: Roles) -> None:
    application, owner = Database(migrated.application), Database(migrated.owner)
    with owner.transaction() as db:
        db.execute(text("CREATE TABLE later (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text)"))
    with application.transaction() as db:
        db.execute(text("INSERT INTO later (name) VALUES ('x')"))
        db.execute(text("UPDATE later SET name = 'y'"))
        assert db.scalar(text("DELETE FROM later RETURNING name")) == "y"
    with pytest.raises(ProgrammingError, match="permission denied"), application.transaction() as db:
        db.execute(text("TRUNCATE later"))
    application.dispose()
    owner.dispose()


def test_without_the_grants_the_site_sees_nothing(migrated: Roles) -> None:
    database, owner = Database(migrated.application), Database(migrated.owner)
    name = make_url(migrated.application).username
    with owner.transaction() as db:
        db.execute(text(f'REVOKE ALL ON person FROM "{name}"'))
    with pytest.raises(ProgrammingError, match="permission denied"), database.transaction("read") as db:
        db.execute(text("SELECT id FROM person"))
    # An upgrade with nothing to do grants all the same.
    assert "at head" in migrated.atlas("db", "upgrade")
    with database.transaction("read") as db:
        db.execute(text("SELECT id FROM person"))
    database.dispose()
    owner.dispose()
