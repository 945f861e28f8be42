"""Views that provoke the database, for tests: included into a site by `pyramid.includes`. A test says what happens between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from sqlalchemy import insert, select, text, update

from atlasbahamas.people.models import Organisation, PersonRole
from atlasbahamas_plugins.portfolio.models import Unit

attempts: list[str] = []
between: dict[str, Callable[[int], None]] = {}


def _pause(name: str) -> None:
    """What the test wants to happen here, told which attempt this is."""
    attempts.append(name)
    between.get(name, lambda attempt: None)(attempts.count(name))


def lock_two(request: Any) -> Response:
    """Count up two units' areas, in the order that was asked for."""
    first, second = (int(number) for number in request.GET["units"].split(","))
    more = Unit.area_sqft + 1
    request.db.execute(update(Unit).where(Unit.id == first).values(area_sqft=more))
    _pause(f"lock {first}")
    request.db.execute(update(Unit).where(Unit.id == second).values(area_sqft=more))
    return Response("done")


def read_then_write(request: Any) -> Response:
    """Read, then write what was read and one more, at the isolation that was asked for."""
    if "isolation" in request.GET:
        request.db.execute(text(f"SET TRANSACTION ISOLATION LEVEL {request.GET['isolation']}"))
    area = request.db.execute(select(Unit.area_sqft).where(Unit.id == 1)).scalar_one()
    _pause("read")
    request.db.execute(update(Unit).where(Unit.id == 1).values(area_sqft=area + 1))
    return Response("done")


def skew(request: Any) -> Response:
    """Read one row and write another: at SERIALIZABLE only the COMMIT can find out that somebody did the reverse."""
    request.db.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
    area = request.db.execute(select(Unit.area_sqft).where(Unit.id == 1)).scalar_one()
    request.db.execute(update(Unit).where(Unit.id == 2).values(area_sqft=area))
    _pause("skew")
    return Response("done")


def write(request: Any) -> Response:
    """One write, through Core."""
    _pause("write")
    request.db.execute(update(Organisation).where(Organisation.id == 1).values(brea_licence="WRITTEN"))
    return Response("done")


def slow(request: Any) -> Response:
    """A write, and a statement that takes ten seconds."""
    _pause("slow")
    request.db.execute(update(Organisation).where(Organisation.id == 1).values(brea_licence="SLOW"))
    request.db.execute(text("SELECT pg_sleep(10)"))
    return Response("done")


def dangle(request: Any) -> Response:
    """A row that points nowhere, which only the COMMIT may look at."""
    request.db.execute(text("PRAGMA defer_foreign_keys = ON"))
    request.db.execute(insert(PersonRole).values(person_id=10**9, role="nobody"))
    return Response("done")


def includeme(config: Any) -> None:
    for view in (lock_two, read_then_write, skew, write, slow, dangle):
        name = view.__name__
        config.add_route(f"provoke.{name}", f"/provoke/{name}")
        config.add_view(
            lambda request, view=view: view(request),
            route_name=f"provoke.{name}",
            permission=NO_PERMISSION_REQUIRED,
            require_csrf=False,
            accept_methods=("POST",),
        )
