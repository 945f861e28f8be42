"""house.md section 4, point by point, with real transactions on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pyramid.request import Request
from sqlalchemy import delete, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.db import WriteRefused
from atlasbahamas.db.migrations import components, differences
from atlasbahamas.db.triggers import present_triggers
from atlasbahamas.people.models import Membership, Organisation, PersonRole
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.requests import request_to
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.portfolio.models import Hold, Unit


def test_a_write_through_core_is_kept(site: Site) -> None:
    request = request_to(site.app.registry, "/", method="POST")
    with request.tm:
        request.db.execute(insert(PersonRole).values(person_id=1, role="tested"))
    with site.db.transaction("read") as db:
        assert db.get(PersonRole, (1, "tested")) is not None


def _orm(db: Session) -> None:
    row = db.scalars(select(Organisation)).first()
    assert row is not None
    row.name = "x"
    db.flush()


def _orm_insert(db: Session) -> None:
    db.add(PersonRole(person_id=1, role="tested"))
    db.flush()


def _orm_delete(db: Session) -> None:
    db.delete(db.scalars(select(Hold)).first())
    db.flush()


WRITES: dict[str, Callable[[Session], Any]] = {
    "a changed object": _orm,
    "a new object": _orm_insert,
    "a deleted object": _orm_delete,
    "UPDATE through Core": lambda db: db.execute(update(Organisation).values(name="x")),
    "INSERT through Core": lambda db: db.execute(insert(PersonRole).values(person_id=1, role="tested")),
    "DELETE through Core": lambda db: db.execute(delete(Hold)),
    "INSERT from SELECT": lambda db: db.execute(
        insert(PersonRole).from_select(["person_id", "role"], select(PersonRole.person_id, literal("tested")))
    ),
    "a bulk INSERT": lambda db: db.bulk_insert_mappings(PersonRole, [{"person_id": 1, "role": "tested"}]),  # type: ignore[arg-type]
    "SQL": lambda db: db.execute(text("UPDATE organisation SET name = 'x'")),
    "SQL on the connection": lambda db: db.connection().execute(text("DELETE FROM listings_word")),
    "a changed table": lambda db: db.execute(text("CREATE TABLE mine (id INTEGER)")),
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_request_that_reads_cannot_write_in_any_way(site: Site, method: str) -> None:
    before = site.counts()
    for name, write in WRITES.items():
        request = request_to(site.app.registry, "/", method=method)
        with pytest.raises((WriteRefused, DBAPIError)), request.tm:
            write(request.db)
            pytest.fail(f"{name} was let through")
    assert site.counts() == before
    # The same statements are let through where one may write, so it is the reading that refuses.
    for name, write in WRITES.items():
        request = request_to(site.app.registry, "/", method="POST")
        request.tm.begin()
        write(request.db)
        request.tm.abort()
        assert site.counts() == before, name


def test_a_session_for_a_stream_reads_only_and_is_given_back(site: Site) -> None:
    request = request_to(site.app.registry, "/", method="GET")
    with request.open_read_session() as db:
        assert db.scalar(select(Unit.id).limit(1)) is not None
        with pytest.raises((WriteRefused, DBAPIError)):
            db.execute(text("DELETE FROM listings_word"))
    assert site.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_csv_is_written_while_it_is_read_and_gives_its_connection_back(site: Site) -> None:
    with site.db.transaction() as db:
        above = db.scalars(select(Unit).order_by(Unit.id).limit(1)).one()
        common = {"property_id": above.property_id, "beds": 1, "baths": 1, "rent_cents": 100, "deposit_cents": 0}
        common |= {"furnished": False, "pets": False, "created": sites.START, "version": 1}
        names = [(f"u-{n}x9", f"row {n:05d}") for n in range(3000)]
        db.execute(insert(Unit), [{**common, "ref": ref, "label": label, "label_key": label} for ref, label in names])
        organisation = above.property.organisation.ref
    browser = site.browser("paula")
    answer = browser.get(f"/portfolio/{organisation}/units/?format=csv&q=row")
    lines = answer.body.decode("utf-8-sig").splitlines()
    assert [line.split(",")[lines[0].split(",").index("Unit")] for line in lines[1:]] == [label for _, label in names]
    # Whoever goes away in the middle of it leaves nothing behind either.
    request = Request.blank(f"/portfolio/{organisation}/units/?format=csv&q=row", headers={"Cookie": cookies(browser)})
    status, _, stream = request.call_application(site.app)
    assert status == "200 OK"
    assert next(iter(stream)).startswith(b"\xef\xbb\xbf")
    stream.close()
    assert site.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def cookies(browser: Any) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def test_six_parallel_increments_under_a_lock_lose_none(site: Site) -> None:
    def increment() -> None:
        with site.db.transaction() as db:
            row = db.execute(select(Unit.area_sqft).where(Unit.id == 1).with_for_update()).scalar_one()
            db.execute(update(Unit).where(Unit.id == 1).values(area_sqft=row + 1))

    with site.db.transaction("read") as db:
        before = db.scalar(select(Unit.area_sqft).where(Unit.id == 1))
    threads = [threading.Thread(target=increment) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with site.db.transaction("read") as db:
        assert db.scalar(select(Unit.area_sqft).where(Unit.id == 1)) == before + 6


def test_parallel_holds_of_one_unit_leave_one(site: Site) -> None:
    refused = []

    def hold(number: int) -> None:
        try:
            with site.db.transaction() as db:
                row = {"ref": f"h-{number}", "unit_id": 2, "starts": date(2030, 1, 1), "ends": date(2030, 2, 1)}
                db.execute(insert(Hold).values(**row, reason="x", created=sites.START))
        except (IntegrityError, DBAPIError) as error:
            refused.append(error)

    threads = [threading.Thread(target=hold, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7


def test_a_failed_statement_leaves_no_transaction_open(site: Site) -> None:
    for _ in range(20):
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            db.execute(insert(PersonRole).values(person_id=10**9, role="nobody"))
    with site.db.transaction() as db:
        db.execute(insert(PersonRole).values(person_id=1, role="after"))


def test_the_last_owner_cannot_be_ended_by_plain_sql(site: Site) -> None:
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(update(Membership).where(Membership.role == "owner").values(until=sites.START))


def test_models_and_database_agree_and_every_trigger_is_there(site: Site) -> None:
    found = components(sites.ROOT / "alembic", load_manifests(sites.FEATURES))
    with site.db.read_engine.connect() as connection:
        for component in found:
            assert differences(connection, component) == []
        here = present_triggers(connection)
        sqlite = connection.dialect.name == "sqlite"
        wanted = {
            trigger.name
            for component in found
            for trigger in component.triggers()
            if (trigger.sqlite if sqlite else trigger.postgresql)
        }
    assert wanted
    assert wanted <= here
