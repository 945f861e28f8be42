"""Many units at once: seen first, done once, and undone as far as nobody changed anything since."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select, update
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.handover.services import accept_handover, offer_property
from atlasbahamas_plugins.portfolio.models import Property, Unit

HOME = "Cable Beach Court"  # six units; 3B is held


@pytest.fixture
def browser(site: Site) -> TestApp:
    return site.browser("keva")


@pytest.fixture
def home(site: Site) -> str:
    with site.db.transaction("read") as db:
        row = db.scalars(select(Property).where(Property.name == HOME)).one()
        return f"/portfolio/{row.organisation.ref}/properties/{row.ref}/"


def units_of(site: Site, name: str = HOME) -> dict[str, Unit]:
    with site.db.transaction("read") as db:
        found = db.scalars(select(Unit).join(Property).where(Property.name == name).order_by(Unit.label_key)).all()
        db.expunge_all()
        return {unit.label: unit for unit in found}


def rents(site: Site, name: str = HOME) -> dict[str, int]:
    return {label: unit.rent_cents for label, unit in units_of(site, name).items()}


def preview(browser: TestApp, page: str, status: int = 200, tick: tuple[str, ...] = (), **values: Any) -> Any:
    form = browser.get(page).forms["form"]
    for name, value in values.items():
        form[name] = value
    for box in form.fields.get("units", []) if tick else []:
        box.checked = box._value in tick
    return form.submit(status=status)


def apply(page: Any, status: int = 303) -> Any:
    return page.forms["apply"].submit(status=status)


def undo(browser: TestApp, edit: str) -> Any:
    return browser.get(f"{edit}undo").forms["form"].submit(status=303).follow()


def table(page: Any) -> list[list[str]]:
    return [[cell.text.strip() for cell in row.find_all("td")] for row in page.html.find("tbody").find_all("tr")]


def test_nothing_is_done_before_it_was_seen_and_then_what_was_seen_is_done(site: Site, browser: TestApp, home: str) -> None:
    before, counts = rents(site), site.counts()
    page = preview(browser, f"{home}units/bulk", rent_how="percent", rent_percent="5", pets="yes")
    assert "Nothing has been done yet" in page.text
    assert "Rent raised by 5 %, to the whole dollar; pets welcome" in page.text
    assert site.counts() == counts
    assert [row[3:] for row in table(page) if row[:3] == ["1A", HOME, "Rent"]] == [["B$2,450", "B$2,573"]]
    answer = apply(page).follow()
    assert "6 units were changed." in answer.text
    assert rents(site) == {label: (cents * 105 + 5_000) // 10_000 * 100 for label, cents in before.items()}
    assert all(unit.pets for unit in units_of(site).values())


def test_the_same_form_sent_twice_is_done_once(site: Site, browser: TestApp, home: str) -> None:
    page = preview(browser, f"{home}units/bulk", rent_how="raise", rent_amount="50")
    first = apply(page).location
    after, counts = rents(site), site.counts()
    assert apply(page).location == first
    assert rents(site) == after
    assert site.counts() == counts
    page.forms["apply"]["rent_amount"] = "60"
    assert "sent already, with something else in it" in apply(page, status=422).text
    assert rents(site) == after


def test_two_clicks_at_the_same_moment_are_done_once(site: Site, browser: TestApp, home: str) -> None:
    page = preview(browser, f"{home}units/bulk", rent_how="raise", rent_amount="50")
    before = rents(site)
    fields = page.forms["apply"].submit_fields()
    cookies = dict(browser.cookies)
    answers: list[Any] = []

    def click() -> None:
        mine = TestApp(site.app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        for name, value in cookies.items():
            mine.set_cookie(name, value)
        answers.append(mine.post(f"{home}units/bulk", fields, expect_errors=True))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_int for answer in answers} <= {303, 503}
    assert len({answer.location for answer in answers if answer.status_int == 303}) == 1
    assert rents(site) == {label: cents + 5_000 for label, cents in before.items()}


@pytest.mark.parametrize(
    ("target", "tick", "changed"),
    [
        ("vacant", (), {"1A", "1B", "2A", "2B", "3A"}),
        ("all", (), {"1A", "1B", "2A", "2B", "3A", "3B"}),
        ("ticked", ("1A", "3B"), {"1A", "3B"}),
    ],
)
def test_targets(site: Site, browser: TestApp, home: str, target: str, tick: tuple[str, ...], changed: set[str]) -> None:
    before = units_of(site)
    refs = tuple(before[label].ref for label in tick)
    apply(preview(browser, f"{home}units/bulk", tick=refs, target=target, deposit_how="set", deposit_amount="1"))
    after = units_of(site)
    assert {label for label in after if after[label].deposit_cents == 100} == changed
    assert {label for label in after if after[label].version != before[label].version} == changed


def test_the_filtered_list_of_the_organisation(site: Site, browser: TestApp, home: str) -> None:
    units = home.split("properties/")[0] + "units/"
    link = browser.get(f"{units}?beds=3&state=vacant").html.find("a", string="Change many of these")["href"]
    assert link == f"{units}bulk?state=vacant&beds=3"
    listed = len(browser.get(f"{units}?beds=3&state=vacant&format=csv").text.splitlines()) - 1
    apply(preview(browser, link, furnished="yes", rent_how="set", rent_amount="4321"))
    with site.db.transaction("read") as db:
        edit = db.scalars(select(BulkEdit).order_by(BulkEdit.id.desc())).first()
        assert edit is not None
        changed = db.scalars(select(Unit).where(Unit.rent_cents == 432_100)).all()
        assert 2 < edit.units == len(changed) == listed
        assert all(unit.beds >= 3 and unit.furnished for unit in changed)
    browser.get(f"{units}bulk?beds=many", status=400)


def test_what_cannot_be_is_named_and_the_rest_is_done(site: Site, browser: TestApp, home: str) -> None:
    with site.db.transaction() as db:
        db.execute(update(Unit).where(Unit.label == "1A").values(rent_cents=10**12 - 1))
        db.execute(update(Unit).where(Unit.label == "1B").values(pets=True, rent_cents=100))
    page = preview(browser, f"{home}units/bulk", rent_how="percent", rent_percent="0.1")
    assert "4 units change, 2 do not" in page.text
    refused = page.html.find(id="not").find_next("ul").text
    assert "1A" in refused
    assert "would be more than" in refused
    assert "1B" in refused
    assert "Nothing would change" in refused
    apply(page)
    assert rents(site)["1A"] == 10**12 - 1


def test_the_archive_is_left_alone(site: Site, browser: TestApp, home: str) -> None:
    browser.get(f"{home}units/{units_of(site)['1A'].ref}/archive").forms["form"].submit(status=303)
    page = preview(browser, f"{home}units/bulk?archived=yes", rent_how="raise", rent_amount="1")
    assert "It is in the archive." in page.text
    assert "Change 1 unit" not in page.text
    assert "Nothing would change" in apply(page, status=422).text


def test_a_unit_that_was_changed_meanwhile_stops_all_of_it(site: Site, browser: TestApp, home: str) -> None:
    page = preview(browser, f"{home}units/bulk", rent_how="raise", rent_amount="50")
    with site.db.transaction() as db:
        db.execute(update(Unit).where(Unit.label == "1B").values(rent_cents=1, version=Unit.version + 1))
    before, counts = rents(site), site.counts()
    answer = apply(page, status=422)
    assert "Some of these units were changed since" in answer.text
    assert answer.forms["form"]["rent_amount"].value == "50"
    assert rents(site) == before
    assert site.counts() == counts


def test_forged_units_are_refused(site: Site, browser: TestApp, home: str) -> None:
    page = preview(browser, f"{home}units/bulk", rent_how="raise", rent_amount="50")
    good = page.forms["apply"]["chosen"].value
    with site.db.transaction("read") as db:
        foreign = db.scalars(select(Unit).join(Property).join(Organisation).where(Organisation.name.startswith("Bethel"))).first()
        assert foreign is not None
        db.expunge(foreign)
    before = site.counts()
    for chosen in ("junk", f"{good} {good}", f"{good} {foreign.ref}:{foreign.version}", "x1:1", " ", "\x00", "x" * 90_000):
        page.forms["apply"]["chosen"].force_value(chosen)
        apply(page, status=422)
    page.forms["apply"]["chosen"].force_value(good)
    for key in ("", "short", "x" * 41, "\x00" * 20):
        page.forms["apply"]["form_key"].force_value(key)
        apply(page, status=422)
    assert site.counts() == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "rent_how"),
        ({"rent_how": "set"}, "rent_amount"),
        ({"rent_how": "percent", "rent_amount": "5"}, "rent_percent"),
        ({"rent_how": "set", "rent_amount": "0.50"}, "rent_amount"),
        ({"rent_how": "percent", "rent_percent": "101"}, "rent_percent"),
        ({"rent_how": "percent", "rent_percent": "0"}, "rent_percent"),
        ({"rent_how": "percent", "rent_percent": "half"}, "rent_percent"),
        ({"deposit_how": "raise"}, "deposit_amount"),
        ({"pets": "yes", "target": "ticked"}, "target"),
        ({"pets": "yes", "target": "let"}, "target"),
    ],
)
def test_what_will_not_do_stands_beside_its_field(
    site: Site, browser: TestApp, home: str, values: dict[str, str], field: str
) -> None:
    before = site.counts()
    answer = preview(browser, f"{home}units/bulk", status=422, **values)
    assert answer.html.find(id=f"{field}-error") is not None
    assert all(answer.forms["form"][name].value == value for name, value in values.items())
    assert site.counts() == before


def test_undo_puts_back_what_nobody_changed_names_the_rest_and_survives_signing_out(
    site: Site, browser: TestApp, home: str
) -> None:
    before = units_of(site)
    edit = apply(preview(browser, f"{home}units/bulk", rent_how="raise", rent_amount="50", furnished="yes")).location
    manager = site.browser("tamar")
    form = manager.get(f"{home}units/{before['1B'].ref}/edit").forms["form"]
    form["rent_cents"] = "3,000"
    form.submit(status=303)
    form = manager.get(f"{home}units/{before['2A'].ref}/edit").forms["form"]
    form["label"] = "2A front"  # not what the bulk edit changed
    form.submit(status=303)
    assert "Changed since" in manager.get(edit).text
    later = site.browser("keva")
    page = undo(later, edit)
    assert "changed since and keep what they have: 1B, Cable Beach Court (rent)." in page.text
    after = units_of(site)
    assert after["1B"].rent_cents == 300_000
    assert after["2A front"].rent_cents == before["2A"].rent_cents
    for label in ("1A", "2B", "3A", "3B"):
        assert (after[label].rent_cents, after[label].furnished) == (before[label].rent_cents, before[label].furnished)
    assert after["1B"].furnished == before["1B"].furnished
    counts = site.counts()
    undo(later, edit)
    assert site.counts() == counts
    assert "/undo" not in later.get(edit).text


def test_bulk_edits_are_listed_as_csv_too_and_can_be_undone_for_thirty_days(site: Site, browser: TestApp, home: str) -> None:
    edit = apply(preview(browser, f"{home}units/bulk", pets="yes")).location.removeprefix("http://localhost")
    listed = home.split("properties/")[0] + "bulk-edits/"
    assert edit in browser.get(listed).text
    assert 'Pets welcome,3,"1 June 2026, 11:00 am",Keva Thompson,In effect' in browser.get(f"{listed}?format=csv").text
    site.clock.move(days=30, minutes=1)
    browser = site.browser("keva")
    assert "This one is older" in browser.get(edit).text
    before = site.counts()
    assert "for 30 days" in browser.get(f"{edit}undo").forms["form"].submit(status=422).text
    assert site.counts() == before


def test_a_unit_that_was_handed_over_is_neither_changed_back_nor_told_of(site: Site, browser: TestApp, home: str) -> None:
    edit = apply(preview(browser, f"{home}units/bulk", rent_how="raise", rent_amount="50")).location
    after = rents(site)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        other = db.scalars(select(Organisation).where(Organisation.name.startswith("Bethel"))).one()
        above = db.scalars(select(Property).where(Property.name == HOME)).one()
        when: Any = {"person_id": 1, "now": site.clock.now(), "today": site.clock.today()}
        offered = offer_property(db, above, other.ref, site.clock.today(), **when)
        accept_handover(db, offered, other.id, (), **when)
    assert "Not yours any more" in browser.get(edit).text
    undo(browser, edit)
    assert rents(site) == after


def test_what_was_done_is_in_the_audit_unit_by_unit(site: Site, browser: TestApp, home: str) -> None:
    ref = apply(preview(browser, f"{home}units/bulk", rent_how="raise", rent_amount="50")).location.split("/")[-2]
    with site.db.transaction("read") as db:
        entries = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(7)).all()
        parts = [entry_parts(db, entry.id)["change"] for entry in entries]
        assert [entry.action for entry in entries] == ["portfolio:bulk_edit:done", *["portfolio:unit:changed"] * 6]
        assert (entries[0].about_kind, entries[0].about_ref) == ("bulk_edit", ref)
    assert parts[1]["note"] == f"bulk edit {ref}"
    assert set(parts[1]["before"]) == set(parts[1]["after"]) == {"rent_cents"}


def test_two_thousand_units_in_one_go(site: Site, browser: TestApp, home: str) -> None:
    form = browser.get(f"{home}units/several").forms["form"]
    for first in range(1000, 2800, 300):
        form["count"], form["first"], form["rent_cents"] = "300", str(first), "900"
        form.submit(status=303)
    page = preview(browser, f"{home}units/bulk", rent_how="percent", rent_percent="3")
    assert "too many to tick" in browser.get(f"{home}units/bulk").text
    apply(page)
    assert rents(site)["2799"] == 92_700
