"""deploy/postgresql/roles.sh, as the image of PostgreSQL runs it in a new database: one role owns tables, another is the site."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from atlasbahamas.testing.services import PostgresServer, Unavailable, system_postgres, wheel_postgres
from atlasbahamas.testing.site import ROOT, on_server

ATLAS = str(Path(sys.executable).parent / "atlas")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server whose only role is `postgres`, with the empty database that the image makes."""
    try:
        running = PostgresServer()
    except Unavailable as error:
        pytest.fail(f"needs {error}")
    on_server(running.url, "CREATE ROLE postgres SUPERUSER LOGIN PASSWORD 'of-the-owner'")
    on_server(url(running, "postgres", "postgres"), 'ALTER ROLE "atlas" RENAME TO first_one')
    on_server(url(running, "postgres", "postgres"), "CREATE DATABASE atlas")
    yield running
    running.stop()


def url(server: PostgresServer, role: str, database: str = "atlas") -> str:
    return make_url(server.url).set(username=role, database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def made(server: PostgresServer) -> PostgresServer:
    """The same, after the script."""
    programs = system_postgres() or wheel_postgres()
    environ = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "atlas",
        "POSTGRES_PASSWORD": "of-the-owner'; --",
        "SITE_PASSWORD": "of-the-site",
    }
    script = ROOT / "deploy/postgresql/roles.sh"
    done = subprocess.run([script], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return server


def test_each_role_may_what_it_needs_and_only_the_two_have_passwords(made: PostgresServer) -> None:
    engine = create_engine(url(made, "postgres"))
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolpassword FROM pg_authid WHERE rolcanlogin")
        )
        roles = {name: (*rights, bool(password)) for name, *rights, password in found}
        owner = connection.scalar(text("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'atlas'"))
    engine.dispose()
    assert roles["atlas"] == roles["atlas_owner"] == (False, False, False, True)
    assert roles["postgres"][-1] is False
    assert owner == "atlas_owner"


def test_the_migration_works_as_the_owner_and_the_site_changes_no_table(made: PostgresServer, tmp_path: Path) -> None:
    (tmp_path / "site.ini").write_text((ROOT / "development.ini").read_text())
    (tmp_path / "alembic").symlink_to(ROOT / "alembic")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS_")} | {
        "ATLAS_INI": str(tmp_path / "site.ini"),
        "ATLAS_SQLALCHEMY__URL": url(made, "atlas"),
        "ATLAS_SQLALCHEMY__MIGRATION_URL": url(made, "atlas_owner"),
    }
    # As the container `migrate` does it, also the first time.
    words = [ATLAS, "db", "upgrade", "--expand-only"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("The database is at head.\n")
    engine = create_engine(url(made, "atlas"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM person")) == 0
    for forbidden in ("CREATE TABLE mine (a int)", "DROP TABLE person CASCADE", "TRUNCATE audit_entry"):
        with engine.connect() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            connection.execute(text(forbidden))
    engine.dispose()
