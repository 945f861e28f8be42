"""`atlas web`, on waitress and on gunicorn, with PostgreSQL and Redis: what it does when it is asked to end."""

from __future__ import annotations

import http.client
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import psycopg2
import pytest
from fronted import DOMAIN

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.programs import Answer, Place, Program, ask
from atlasbahamas.testing.services import free_port

WAITING = """
    SELECT count(*) FROM pg_locks WHERE NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
HOST = {"host": DOMAIN}
THEIR_PORTS_TAKE = 2.0  # seconds until a process that was asked to end listens no more

IDLE_TAKES = 10.0  # seconds until an idle process has ended


@pytest.fixture
def filled(production: Place, postgresql_url: str) -> Iterator[Place]:
    """production.ini with a database that has homes in it."""
    url = sites.copy_postgresql(postgresql_url)
    production.environ["ATLAS_SQLALCHEMY__URL"] = url
    yield production
    production.close()
    sites.drop_postgresql(postgresql_url, url)


def web(place: Place, server: str) -> tuple[Program, int]:
    port = free_port()
    program = place.start("atlas", "web", "--server", server, "--listen", f"127.0.0.1:{port}")
    program.listens(f"http://127.0.0.1:{port}")
    return program, port


@contextmanager
def nobody_reads_homes(url: str) -> Iterator[psycopg2.extensions.connection]:
    """Until the end of the block a page with homes on it waits."""
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        connection.cursor().execute("LOCK TABLE listings_listing IN ACCESS EXCLUSIVE MODE")
        yield connection
    finally:
        connection.close()


def somebody_waits(url: str) -> bool:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        cursor = connection.cursor()
        cursor.execute(WAITING)
        row = cursor.fetchone()
        return bool(row and row[0])
    finally:
        connection.close()


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("server", ["main", "gunicorn"])
def test_it_finishes_what_it_answers_and_takes_nothing_new(filled: Place, server: str) -> None:
    program, port = web(filled, server)
    database = filled.environ["ATLAS_SQLALCHEMY__URL"]
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    kept.request("GET", "/health/ready", headers=HOST)
    answer = kept.getresponse()
    assert (answer.status, answer.read()[:11]) == (200, b'{"status": ')
    answers: Queue[Answer] = Queue()
    slow = threading.Thread(target=lambda: answers.put(ask(f"http://127.0.0.1:{port}/listings/", **HOST)))
    with nobody_reads_homes(database):
        slow.start()
        program.wait_for(lambda: somebody_waits(database), "request that waits")
        asked = time.monotonic()
        program.process.send_signal(signal.SIGTERM)
        program.wait_for(lambda: refused(port), "refusal")
        assert time.monotonic() - asked < THEIR_PORTS_TAKE
        # Whoever has a connection already is told, and that it was the last answer.
        kept.request("GET", "/health/ready", headers=HOST)
        answer = kept.getresponse()
        assert (answer.status, answer.read()) == (503, b'{"status": "stopping"}')
        assert answer.headers["Connection"] == "close"
        time.sleep(1)
        assert program.process.poll() is None
        assert answers.empty()
    slow.join()
    page = answers.get_nowait()
    assert page.status == 200
    assert page.text.rstrip().endswith("</html>")
    assert program.process.wait(10) == 0
    assert refused(port)
    assert "Traceback" not in program.said
    kept.close()


@pytest.mark.parametrize("server", ["main", "gunicorn"])
def test_it_believes_the_proxy_alone_and_ends_at_once_when_idle(filled: Place, server: str) -> None:
    program, port = web(filled, server)
    through = {**HOST, "x_forwarded_for": "203.0.113.7", "x_forwarded_proto": "https", "x_forwarded_host": DOMAIN}
    secure = ask(f"http://127.0.0.1:{port}/home/", **through)
    assert secure.status == 303
    assert secure.headers["Location"].startswith((f"https://{DOMAIN}/sign-in", "/sign-in"))
    forged = ask(f"http://127.0.0.1:{port}/home/", source="127.0.0.2", **through)
    assert forged.status == 303
    assert not forged.headers["Location"].startswith("https:")
    asked = time.monotonic()
    assert program.end(signal.SIGTERM) == 0
    assert time.monotonic() - asked < IDLE_TAKES
    assert "Traceback" not in program.said


@pytest.mark.parametrize("server", ["main", "gunicorn"])
def test_it_listens_where_the_environment_says(filled: Place, server: str) -> None:
    port = free_port()
    filled.environ |= {
        "ATLAS_SERVER__LISTEN": f"127.0.0.1:{port}",
        "ATLAS_SERVER__THREADS": "3",
        "ATLAS_SERVER__TRUSTED_PROXY_COUNT": "1",
        "ATLAS_SERVER__MAX_REQUEST_BODY_SIZE": "100663296",
    }
    program = filled.start("atlas", "web", "--server", server)
    program.listens(f"http://127.0.0.1:{port}")
    assert ask(f"http://127.0.0.1:{port}/health/live", **HOST).status == 200
    assert program.end(signal.SIGTERM) == 0


def test_gunicorn_takes_no_body_of_unknown_length(filled: Place) -> None:
    _, port = web(filled, "gunicorn")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/sign-in", iter([b"name=keva"]), HOST, encode_chunked=True)
    assert connection.getresponse().status == 411
    connection.close()


def test_what_it_cannot_do_is_one_line(production: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = production.run("atlas", "web", "--listen", address)
    assert done.stderr.splitlines()[-1:] == [f"Error: cannot listen at {address}: Address already in use"]
    done = production.run("atlas", "web", "--server", "apache")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: there is no [server:apache] in ")
