"""PostgreSQL does not answer, or every connection is in use: 503 in words for everybody, and well again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from pyramid.events import NewResponse
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from atlasbahamas.testing.services import free_port
from atlasbahamas.testing.site import Site

END_ALL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
pytestmark = pytest.mark.parametrize("profile", ["server"])


@contextmanager
def away(site: Site) -> Iterator[None]:
    """Whoever connects finds nobody there."""
    engine: Any = site.db.engine
    engine.dispose()
    creator = engine.pool._creator
    engine.pool._creator = lambda record: psycopg2.connect(host="127.0.0.1", port=free_port(), dbname="none", user="nobody")
    try:
        yield
    finally:
        engine.pool._creator = creator


def test_nobody_there_is_said_and_over_when_it_is(site: Site) -> None:
    signed_in, visitor = site.browser("keva"), site.browser()
    form = visitor.get("/sign-in").forms["form"]
    form["name"], form["password"] = "marva", "whatever it is"
    with away(site):
        for answer in (
            signed_in.get("/home/", status=503),
            visitor.get("/listings/?page=1&n=2", status=503),
            form.submit(status=503),
        ):
            assert "Nothing was lost" in answer.text
        assert visitor.get("/health/ready", status=503).json["parts"]["database"] == "down"
    assert "Keva" in signed_in.get("/home/").text


def test_no_connection_free_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.browser("keva")
    pool: Any = site.db.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.1)
    taken = [site.db.engine.connect() for _ in range(pool.size() + pool._max_overflow)]
    try:
        assert "Nothing was lost" in browser.get("/home/", status=503).text
        counted = site.app.registry.atlas_counting.registry.get_sample_value("atlas_no_connection_free_total")
        assert counted == 1
    finally:
        for connection in taken:
            connection.close()
    browser.get("/home/", status=200)


def test_a_server_that_goes_as_the_answer_is_made_changes_nothing_of_it(site: Site) -> None:
    browser = site.browser("keva")
    ended = []

    def end_all(event: NewResponse) -> None:
        on_server = create_engine(site.url, poolclass=NullPool)
        with on_server.connect() as other:
            ended.extend(other.scalars(END_ALL))

    site.app.registry.registerHandler(end_all, (NewResponse,))
    try:
        assert "Keva" in browser.get("/home/", status=200).text
    finally:
        site.app.registry.unregisterHandler(end_all, (NewResponse,))
    assert True in ended
    assert "Keva" in browser.get("/home/", status=200).text
    assert site.db.engine.pool.checkedout() == 0
