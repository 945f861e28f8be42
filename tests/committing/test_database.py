"""house.md section 4, point by point, with real transactions on both databases."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from pyramid.request import Request, apply_request_extensions
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from atlasbahamas.db import WriteRefused
from atlasbahamas.db.engine import Database
from atlasbahamas.db.migrations import components, differences
from atlasbahamas.db.triggers import present_triggers
from atlasbahamas.people.models import Membership, Organisation, PersonRole
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.portfolio.models import Hold, Unit


def pretend_request(site: Site, method: str) -> Any:
    request = Request.blank("/", method=method)
    request.registry = site.app.registry
    apply_request_extensions(request)
    return request


def test_a_write_through_core_is_kept(site: Site) -> None:
    request = pretend_request(site, "POST")
    with request.tm:
        request.db.execute(insert(PersonRole).values(person_id=1, role="tested"))
    with site.db.transaction("read") as db:
        assert db.get(PersonRole, (1, "tested")) is not None


def test_a_get_cannot_write_through_orm_core_or_sql(site: Site) -> None:
    request = pretend_request(site, "GET")
    with pytest.raises(WriteRefused), request.tm:
        request.db.execute(update(Organisation).values(name="x"))
    request = pretend_request(site, "GET")
    with pytest.raises(WriteRefused), request.tm:
        request.db.scalars(select(Organisation)).first().name = "x"
        request.db.flush()
    request = pretend_request(site, "GET")
    with pytest.raises(DBAPIError), request.tm:
        request.db.execute(text("UPDATE organisation SET name = 'x'"))


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


@pytest.mark.parametrize("profile", ["embedded"])
def test_a_locked_database_answers_503_and_is_well_again(site: Site) -> None:
    browser = site.browser("marva")
    form = browser.get("/account/").forms["form"]
    form["phone"] = "322-0000"
    other = Database(site.url)
    with other.write_engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE organisation SET name = name"))
        answer = form.submit(status=503)
        assert "cannot do that at the moment" in answer.text
    other.dispose()
    form.submit(status=303)
