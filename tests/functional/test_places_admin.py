"""Islands, settlements and utilities as administrators keep them, and what the rest of the site makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from webtest import TestApp

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.portfolio.models import Island, Property, Settlement

EXUMA = "exuma"


@pytest.fixture
def browser(site: Site) -> TestApp:
    return site.browser("paula")


def island_of(site: Site, ref: str) -> str:
    with site.db.transaction("read") as db:
        return f"/admin/islands/{db.scalars(select(Island.id).where(Island.ref == ref)).one()}/"


def settlement_of(site: Site, island: str, ref: str) -> str:
    with site.db.transaction("read") as db:
        found = select(Settlement).join(Island).where(Island.ref == island, Settlement.ref == ref)
        row = db.scalars(found).one()
        return f"/admin/islands/{row.island_id}/settlements/{row.id}/"


def send(browser: TestApp, path: str, status: int = 303, **values: Any) -> Any:
    form = browser.get(path).forms["form"]
    for name, value in values.items():
        form[name] = value
    return form.submit(status=status)


def homes_found(site: Site, words: str) -> set[str]:
    page = site.browser().get("/listings/", {"q": words})
    return {title.text for title in page.html.find_all(class_="listing-card__title")}


def test_whoever_does_not_administer_finds_nothing_here(site: Site) -> None:
    for user_name in ("keva", "andre"):
        for path in ("/admin/islands/", "/admin/utilities/", island_of(site, EXUMA)):
            site.browser(user_name).get(path, status=404)


def test_an_island_with_its_settlement_can_be_chosen_at_once(site: Site, browser: TestApp) -> None:
    island = send(browser, "/admin/islands/new", name="Hog Cay", other_names="Pig Cay\nHog", position="2").location
    send(browser, f"{island}settlements/new", name="North End")
    form = site.browser("jerome").get("/let/").forms["form"]
    labels = [label for _, _, label in form["settlement"].options]
    assert "North End" in labels
    assert [name for name, *_ in islands(browser)][:3] == ["New Providence", "Hog Cay", "Grand Bahama"]


def islands(browser: TestApp) -> list[list[str]]:
    lines = browser.get("/admin/islands/?format=csv").body.decode("utf-8-sig").splitlines()[1:]
    return [line.split(",") for line in lines]


def test_a_new_name_finds_the_listings_and_the_old_address_still_works(site: Site, browser: TestApp) -> None:
    before = homes_found(site, "exuma")
    assert len(before) >= 2
    assert homes_found(site, "yumey") == set()
    send(browser, f"{island_of(site, EXUMA)}edit", name="Yumey", other_names="The Exumas")
    assert site.drain_jobs()["done"] >= 1
    assert homes_found(site, "yumey") == before
    assert homes_found(site, "exumas") == before
    with site.db.transaction("read") as db:
        live = (
            select(func.count())
            .select_from(Listing)
            .join(Island)
            .where(Island.ref == EXUMA, Listing.state == "approved", Listing.category != "vehicle")
        )
        count = db.scalar(live)
    assert f"{count} home" in site.browser().get(f"/listings/?island={EXUMA}").text


def test_a_settlement_s_new_name_finds_its_listings(site: Site, browser: TestApp) -> None:
    found = homes_found(site, "george town")
    assert found
    send(browser, f"{settlement_of(site, EXUMA, 'george-town')}edit", name="Georgetown Harbour", other_names="")
    site.drain_jobs()
    assert homes_found(site, "georgetown harbour") == found


def test_only_a_name_has_listings_indexed_again(site: Site, browser: TestApp) -> None:
    site.drain_jobs()
    send(browser, f"{island_of(site, EXUMA)}edit", position="7")
    assert site.drain_jobs()["done"] == 0


def test_many_listings_are_indexed_in_several_jobs(site: Site, browser: TestApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlasbahamas_plugins.listings.services.INDEXED_AT_ONCE", 2)
    found = homes_found(site, "new providence")
    send(browser, f"{island_of(site, 'new-providence')}edit", name="Sayle")
    assert site.drain_jobs()["done"] > len(found) // 2
    assert homes_found(site, "sayle") == found


def test_what_is_in_use_is_not_deleted_but_retired_and_stays_where_it_is(site: Site, browser: TestApp) -> None:
    settlement = settlement_of(site, EXUMA, "george-town")
    counts = site.counts()
    for path in (settlement, island_of(site, EXUMA)):
        assert "You can retire it instead" in send(browser, f"{path}delete", 422).text
    assert site.counts() == counts
    found = homes_found(site, "george town")
    send(browser, f"{settlement}retire")
    visitor = site.browser()
    assert "George Town" not in [label for _, _, label in visitor.get("/listings/").forms["filters"]["settlement"].options]
    assert homes_found(site, "george town") == found
    owner = site.browser("desmond")
    properties = owner.get("/portfolio/").follow().request.path + "properties/"
    form = owner.get(f"{properties}new").forms["form"]
    assert "George Town" not in [label for _, _, label in form["settlement"].options]
    here = settlement.split("/")[-2]
    form["name"], form["street"] = "Sly House", "By the dock"
    form["settlement"].force_value(here)
    assert "Choose one of the list" in form.submit(status=422).text
    with site.db.transaction("read") as db:
        home = db.scalars(select(Property).where(Property.settlement_id == int(here))).first()
        assert home is not None
        ref = home.ref
    form = owner.get(f"{properties}{ref}/edit").forms["form"]
    assert form["settlement"].value == here
    form["street"] = "Another street"
    form.submit(status=303)
    send(browser, f"{settlement}restore")
    form = owner.get(f"{properties}new").forms["form"]
    assert "George Town" in [label for _, _, label in form["settlement"].options]


def test_a_retired_island_takes_its_settlements_along(site: Site, browser: TestApp) -> None:
    send(browser, f"{island_of(site, EXUMA)}retire")
    form = site.browser("jerome").get("/let/").forms["form"]
    assert "Staniel Cay" not in [label for _, _, label in form["settlement"].options]
    assert ["Exuma", "Retired"] in [[row[0], row[-1]] for row in islands(browser)]


def test_what_was_never_used_is_deleted_with_all_of_it(site: Site, browser: TestApp) -> None:
    island = island_of(site, "ragged-island")
    send(browser, f"{island}delete")
    browser.get(island, status=404)
    with site.db.transaction("read") as db:
        assert db.scalar(select(Island.id).where(Island.ref == "ragged-island")) is None
        entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (entry.action, entry.role, entry.about_kind) == ("portfolio:island:deleted", "admin", "island")


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": "EXUMA "}, "name", "There is “Exuma” already."),
        ({"name": ""}, "name", "Please fill this in."),
        ({"position": "0"}, "position", "from 1 to 1,000"),
        ({"name": "x" * 81}, "name", "at most 80"),
        ({"other_names": "\n".join(map(str, range(21)))}, "other_names", "at most 20"),
        ({"other_names": "x" * 81}, "other_names", "at most 80"),
    ],
)
def test_what_will_not_do_stands_beside_its_field(
    site: Site, browser: TestApp, values: dict[str, str], field: str, words: str
) -> None:
    before = site.counts()
    answer = send(browser, "/admin/islands/new", 422, **{"name": "Hog Cay", "position": "3", **values})
    assert words in answer.html.find(id=f"{field}-error").text
    assert site.counts() == before


def test_names_are_unique_on_an_island_and_keys_never_collide(site: Site, browser: TestApp) -> None:
    island = island_of(site, EXUMA)
    assert "already" in send(browser, f"{island}settlements/new", 422, name="george TOWN").text
    send(browser, f"{settlement_of(site, EXUMA, 'george-town')}edit", name="The Capital")
    send(browser, f"{island}settlements/new", name="George Town")
    send(browser, f"{island_of(site, 'abaco')}settlements/new", name="George Town")
    with site.db.transaction("read") as db:
        refs = db.scalars(select(Settlement.ref).where(Settlement.name == "George Town").order_by(Settlement.id)).all()
    assert refs == ["george-town-2", "george-town"]


def test_two_administrators_do_not_overwrite_each_other(site: Site, browser: TestApp) -> None:
    page = f"{island_of(site, EXUMA)}edit"
    mine = browser.get(page).forms["form"]
    send(site.browser("paula"), page, name="Theirs")
    mine["name"] = "Mine"
    assert "changed by someone else" in mine.submit(status=422).text


def test_utilities_stand_on_units_and_listings_by_island(site: Site, browser: TestApp) -> None:
    visitor = site.browser()

    def on_listing(island: str) -> str:
        card = visitor.get(f"/listings/?island={island}").html.find(class_="listing-card__title")
        return str(visitor.get(card.a["href"]).html.find(string="Utilities here").find_next("ul").text)

    assert "Bahamas Power and Light" in on_listing("new-providence")
    assert "Grand Bahama" not in on_listing("new-providence")
    assert "Grand Bahama Power Company" in on_listing("grand-bahama")
    assert "Bahamas Power and Light" not in on_listing("grand-bahama")
    owner = site.browser("keva")
    units = owner.get("/portfolio/").follow().request.path + "units/"
    unit = owner.get(units).html.find("td").find_next("a", href=True)["href"]
    assert "Utilities here" in owner.get(unit).text
    page = browser.get("/admin/utilities/?q=Aliv")
    link = page.html.find("td").a["href"]
    send(browser, link, name="Aliv Fibre")
    assert "Aliv Fibre" in on_listing("new-providence")
    send(browser, link.replace("edit", "retire"))
    assert "Aliv Fibre" not in on_listing("new-providence")


def test_a_utility_is_added_for_some_islands_and_there_is_one_of_each_name(site: Site, browser: TestApp) -> None:
    form = browser.get("/admin/utilities/new").forms["form"]
    form["name"], form["kind"] = "St George's Power", "electricity"
    for box in form.fields["islands"]:
        box.checked = box._value == island_of(site, "spanish-wells").split("/")[-2]
    form.submit(status=303)
    assert "St George&#39;s Power" in browser.get(island_of(site, "spanish-wells")).text
    assert "St George" not in browser.get(island_of(site, EXUMA)).text
    before = site.counts()
    answer = send(browser, "/admin/utilities/new", 422, name="st george's power", kind="electricity")
    assert "There is one of this name already" in answer.text
    assert site.counts() == before
    assert "St George's Power,Electricity,Spanish Wells,Offered" in browser.get("/admin/utilities/?format=csv").text


def test_a_list_of_utilities_costs_the_same_however_many_there_are(site: Site, browser: TestApp) -> None:
    browser.get("/admin/utilities/")
    with QueryCounter(site.db.engine) as counter:
        browser.get("/admin/utilities/")
    assert len(counter.statements) <= 8, counter.statements
