"""Times out of service: they never overlap, whoever asks, and they are what occupies the unit."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from webtest import TestApp

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService


@pytest.fixture
def unit(site: Site) -> str:
    """Address of a unit that nothing occupies."""
    with site.db.transaction("read") as db:
        row = db.scalars(select(Unit).join(Property).where(Property.name == "Cable Beach Court", Unit.label == "1B")).one()
        above = row.property
        return f"/portfolio/{above.organisation.ref}/properties/{above.ref}/units/{row.ref}/"


def take_out(browser: TestApp, unit: str, starts: str, ends: str, status: int = 303) -> Any:
    form = browser.get(f"{unit}out-of-service/new").forms["form"]
    form["starts"], form["ends"], form["reason"] = starts, ends, "A new roof"
    return form.submit(status=status)


def links(browser: TestApp, unit: str, name: str) -> list[str]:
    found = browser.get(unit).html.find_all("a", href=True)
    return [link["href"] for link in found if "/out-of-service/" in link["href"] and link["href"].endswith(name)]


def test_a_unit_out_of_service_shows_it_and_lists_filter_by_it(site: Site, unit: str) -> None:
    browser = site.browser("cyril")  # maintenance
    units = unit.split("properties/")[0] + "units/?format=csv&state="
    assert "1B" not in browser.get(f"{units}out_of_service").text
    page = take_out(browser, unit, "2026-06-01", "").follow()
    assert "until further notice" in page.text
    assert "Out of service</span>" in page.text
    assert "1B,Cable Beach Court,Out of service" in browser.get(f"{units}out_of_service").text
    assert "1B,Cable Beach Court" not in browser.get(f"{units}vacant").text
    site.clock.move(days=3)
    browser.get(links(browser, unit, "end")[0]).forms["form"].submit(status=303)
    page = browser.get(unit)
    assert "back on 4 June 2026" in page.text
    assert "1B,Cable Beach Court,Vacant" in browser.get(f"{units}vacant").text
    with site.db.transaction("read") as db:
        actions = db.scalars(select(AuditEntry.action).where(AuditEntry.about_ref == unit.split("/")[-2]).order_by(AuditEntry.id))
        assert actions.all()[-2:] == ["portfolio:out_of_service:added", "portfolio:out_of_service:ended"]


@pytest.mark.parametrize(
    ("starts", "ends", "status"),
    [
        ("2026-06-20", "2026-06-30", 303),
        ("2026-06-01", "2026-06-10", 303),
        ("2026-06-19", "", 422),
        ("2026-06-19", "2026-06-20", 422),
        ("2026-06-09", "2026-06-11", 422),
        ("2026-06-01", "", 422),
        ("2026-06-12", "2026-06-12", 422),
        ("2026-06-12", "2026-06-11", 422),
    ],
)
def test_times_of_a_unit_never_overlap(site: Site, unit: str, starts: str, ends: str, status: int) -> None:
    browser = site.browser("keva")
    take_out(browser, unit, "2026-06-10", "2026-06-20")
    before = site.counts()
    answer = take_out(browser, unit, starts, ends, status=status)
    if status == 422:
        assert answer.html.find(class_="field-error") is not None
        assert answer.forms["form"]["starts"].value == starts
        assert site.counts() == before


def test_an_open_time_leaves_no_room_after_it(site: Site, unit: str) -> None:
    browser = site.browser("keva")
    take_out(browser, unit, "2026-06-10", "")
    assert "out of service already" in take_out(browser, unit, "2030-01-01", "2030-02-01", status=422).text
    take_out(browser, unit, "2026-06-01", "2026-06-10")


def test_a_time_is_changed_and_one_to_come_is_taken_away(site: Site, unit: str) -> None:
    browser = site.browser("keva")
    take_out(browser, unit, "2026-07-01", "2026-07-10")
    take_out(browser, unit, "2026-08-01", "2026-08-10")
    form = browser.get(links(browser, unit, "edit")[0]).forms["form"]
    form["starts"] = "2026-07-05"
    assert "out of service already" in form.submit(status=422).text
    form["starts"], form["reason"] = "2026-07-10", "Paint"
    assert "From 10 July 2026, back on 10 August 2026" in form.submit(status=303).follow().text
    browser.get(links(browser, unit, "end")[0]).forms["form"].submit(status=303)
    assert "Paint" not in browser.get(unit).text


def test_two_people_who_change_one_time_do_not_overwrite_each_other(site: Site, unit: str) -> None:
    browser = site.browser("keva")
    take_out(browser, unit, "2026-07-01", "2026-07-10")
    mine = browser.get(links(browser, unit, "edit")[0]).forms["form"]
    theirs = site.browser("tamar").get(links(browser, unit, "edit")[0]).forms["form"]
    theirs["reason"] = "Theirs"
    theirs.submit(status=303)
    mine["reason"] = "Mine"
    assert "changed by someone else" in mine.submit(status=422).text
    assert "Theirs" in browser.get(unit).text


def test_the_database_holds_it_against_eight_at_once(site: Site) -> None:
    refused: list[DBAPIError] = []

    def take(number: int) -> None:
        row = {"ref": f"o-{number}", "unit_id": 2, "starts": date(2030, 1, number), "ends": None, "version": 1}
        try:
            with site.db.transaction() as db:
                db.execute(insert(OutOfService).values(**row, reason="x", created=START))
        except DBAPIError as error:
            refused.append(error)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7


def test_the_database_refuses_a_time_that_ends_before_it_starts_and_an_overlap_made_later(site: Site) -> None:
    row = {"unit_id": 2, "reason": "x", "created": START, "version": 1}
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(insert(OutOfService).values(ref="o-1", starts=date(2030, 1, 2), ends=date(2030, 1, 2), **row))
    with site.db.transaction() as db:
        db.execute(insert(OutOfService).values(ref="o-1", starts=date(2030, 1, 1), ends=date(2030, 1, 2), **row))
        db.execute(insert(OutOfService).values(ref="o-2", starts=date(2030, 1, 2), ends=date(2030, 1, 3), **row))
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(OutOfService.__table__.update().where(OutOfService.ref == "o-1").values(ends=None))
