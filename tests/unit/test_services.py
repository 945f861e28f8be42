"""The servers that tests run on, and the plugin that starts them, each as it is: no server is pretended."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
import redis

from atlasbahamas.testing.services import (
    KEY,
    PostgresServer,
    RedisServer,
    Unavailable,
    chromium_path,
    need,
    system_postgres,
    wheel_postgres,
    wheel_redis,
)


def connect(url: str) -> psycopg2.extensions.connection:
    return psycopg2.connect(url.replace("+psycopg2", ""))


def told(url: str, statement: str) -> str:
    connection = connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return str(cursor.fetchone()[0])
    finally:
        connection.close()


def ping(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        return bool(client.ping())


@pytest.fixture(params=[system_postgres, wheel_postgres], ids=["system", "wheel"])
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    binaries = request.param()
    if binaries is None:
        pytest.skip("this kind of PostgreSQL is not installed")
    server = PostgresServer(binaries)
    yield server
    server.stop()


def test_postgres_keeps_nothing_safe_and_lets_nobody_in_from_outside(postgres: PostgresServer) -> None:
    assert told(postgres.url, "SHOW fsync") == "off"
    assert told(postgres.url, "SHOW listen_addresses") == "127.0.0.1"
    assert told(postgres.url, "SHOW server_encoding") == "UTF8"
    assert stat.S_IMODE(postgres.folder.stat().st_mode) == 0o700


def test_a_database_is_empty_or_a_copy(postgres: PostgresServer) -> None:
    first = postgres.create_database("first")
    connection = connect(first)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE island AS SELECT 'Exuma' AS name")
    connection.close()

    assert told(postgres.create_database("Copy of first", template="first"), "SELECT name FROM island") == "Exuma"
    with pytest.raises(psycopg2.errors.UndefinedTable):
        told(postgres.create_database("second"), "SELECT name FROM island")
    with pytest.raises(psycopg2.errors.DuplicateDatabase):
        postgres.create_database("second")


def test_postgres_stops_with_clients_connected_and_leaves_nothing(postgres: PostgresServer) -> None:
    client = connect(postgres.url)
    postgres.stop()
    assert not postgres.folder.exists()
    with pytest.raises(psycopg2.OperationalError):
        connect(postgres.url)
    client.close()
    postgres.stop()


def test_two_postgres_servers_stand_beside_each_other(postgresql_url: str) -> None:
    server = PostgresServer()
    try:
        assert server.url != postgresql_url
        assert told(server.url, "SHOW port") != told(postgresql_url, "SHOW port")
    finally:
        server.stop()


def test_a_postgres_that_does_not_start_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Unavailable, match="PostgreSQL"):
        PostgresServer(tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


@pytest.fixture(params=[lambda: shutil.which("redis-server"), wheel_redis], ids=["system", "wheel"])
def killable(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    program = request.param()
    if program is None:
        pytest.skip("this kind of Redis is not installed")
    server = RedisServer(program)
    yield server
    server.stop()


def test_redis_dies_and_comes_back_empty_at_the_same_address(killable: RedisServer) -> None:
    with redis.Redis.from_url(killable.url) as client:
        client.set("home", "Exuma")
        killable.stop()
        killable.stop()
        with pytest.raises(redis.exceptions.ConnectionError):
            client.ping()
        killable.start()
        assert client.get("home") is None
        assert client.config_get("save") == {"save": ""}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_a_redis_that_does_not_start_says_why(redis_url: str) -> None:
    taken = RedisServer()
    try:
        with pytest.raises(Unavailable, match="Redis"):
            RedisServer("/bin/false")
        assert ping(taken.url)
    finally:
        taken.stop()


def test_a_test_may_kill_a_redis_of_its_own(redis_server: RedisServer, redis_url: str) -> None:
    assert redis_server.url != redis_url
    redis_server.stop()
    assert ping(redis_url)


def test_the_browser_is_a_program(chromium: str) -> None:
    assert chromium == chromium_path()
    assert os.access(chromium, os.X_OK)


def test_what_is_missing_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY.format("POSTGRESQL"), raising=False)
    with pytest.raises(pytest.skip.Exception, match="POSTGRESQL was left out"):
        need("POSTGRESQL")


SUITE = """
pytest_plugins = ["atlasbahamas.testing.plugin"]
"""

TESTS = """
import pytest

@pytest.mark.parametrize("turn", range(4))
def test_it(turn, postgresql_url):
    with open("urls", "a") as file:
        file.write(postgresql_url + "\\n")

def test_browser(chromium):
    pass
"""


def run(folder: Path, *words: str, path: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest with the plugin, in a process of its own."""
    (folder / "conftest.py").write_text(SUITE)
    (folder / "test_it.py").write_text(TESTS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ATLAS_TEST_", "PYTEST_"))}
    if path is not None:
        own["PATH"] = path
    words = ("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", *words)
    return subprocess.run([sys.executable, *words], cwd=folder, env=own | environ, capture_output=True, text=True, timeout=120)


def test_the_workers_share_one_server_which_ends_with_the_run(tmp_path: Path, postgresql_url: str) -> None:
    done = run(tmp_path, "-n", "2", "-k", "test_it")
    assert done.returncode == 0, done.stdout + done.stderr
    urls = (tmp_path / "urls").read_text().split()
    assert len(urls) == 4
    assert len(set(urls)) == 1
    assert urls[0] != postgresql_url
    with pytest.raises(psycopg2.OperationalError):
        connect(urls[0])


@pytest.mark.parametrize(("require", "status"), [("", 0), ("all", 1)])
def test_what_was_left_out_is_named_and_may_be_a_failure(require: str, status: int, tmp_path: Path, postgresql_url: str) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    # All that PostgreSQL needs of the path, and no browser.
    for name in ("setpriv", "sh"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    done = run(
        tmp_path,
        path=str(programs),
        ATLAS_TEST_REQUIRE=require,
        ATLAS_TEST_CHROMIUM="/a/browser/of/an/outer/run",
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "LEFT OUT: the tests on CHROMIUM; not found: chromium" in done.stdout
    assert "LEFT OUT: the tests on NGINX; not found: " in done.stdout
    assert "4 passed, 1 skipped" in done.stdout.splitlines()[-1]
