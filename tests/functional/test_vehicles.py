"""Vehicles for rent: an organisation's, looked through apart from homes, found by seats, gears and words."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import false, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.people.models import Person
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.listings.models import LIVE_HOME, LIVE_VEHICLE, Listing
from atlasbahamas_plugins.listings.review.services import APPROVE, Decision, decide
from atlasbahamas_plugins.listings.vehicles.models import Vehicle
from atlasbahamas_plugins.listings.versions.models import CHECKLIST, ListingVersion
from atlasbahamas_plugins.portfolio.models import Settlement, Unit

VEHICLES = "/listings/?category=vehicle"
VAN = {
    "title": "A van for the crew",
    "description": "Folds flat.",
    "make": "Honda",
    "model": "Stepwgn",
    "year": "2015",
    "seats": "7",
    "gears": "automatic",
    "price_cents": "95",
    "price_period": "day",
    "pick_up": "At the dock",
}


def titles(page: Any) -> list[str]:
    return [title.get_text(strip=True) for title in page.html.select(".listing-card__title")]


def rent_out(browser: TestApp, status: int = 303, **typed: str) -> Any:
    listings = browser.get("/portfolio/").follow().request.path + "listings/"
    form = browser.get(browser.get(listings).html.find("a", string="Rent out a vehicle")["href"]).forms["form"]
    form["settlement"].select(text="Staniel Cay")
    for name, value in {**VAN, **typed}.items():
        form[name] = value
    return form.submit(status=status)


def publish(site: Site, browser: TestApp, own: str) -> None:
    """Submit a listing, and approve it as an administrator does."""
    browser.get(f"{own}submit").forms["form"].submit(status=303)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        listing = db.scalars(select(Listing).where(Listing.ref == own.rstrip("/").rpartition("/")[2])).one()
        version = db.scalars(
            select(ListingVersion).where(ListingVersion.listing_id == listing.id, ListingVersion.state == "submitted")
        ).one()
        nobody = select(Unit.id).where(false())
        approved, paula = Decision(APPROVE, "", tuple(CHECKLIST)), select(Person.id).where(Person.user_name == "paula")
        decide(
            db,
            version,
            approved,
            seen=listing.version,
            roles=(),
            reviewing=(),
            let=nobody,
            person_id=db.scalars(paula).one(),
            now=sites.START,
        )


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def test_a_vehicle_is_written_published_found_and_taken_off(site: Site, keva: TestApp) -> None:
    own = rent_out(keva).location
    ref = own.rstrip("/").rpartition("/")[2]
    visitor = site.browser()
    visitor.get(f"/listings/{ref}/", status=404)
    publish(site, keva, own)
    page = visitor.get(f"/listings/{ref}/")
    facts = {fact.dt.text: fact.dd.text for fact in page.html.select("dl.facts > div")}
    assert facts["Picked up"] == "At the dock, Staniel Cay"
    assert [facts[name] for name in ("Make", "Model", "Year", "Seats", "Gears")] == ["Honda", "Stepwgn", "2015", "7", "Automatic"]
    assert "B$95 a day" in " ".join(page.html.find(class_="price-panel__price").get_text(" ").split())
    assert "Bedrooms" not in page.text
    assert "Security deposit" not in facts
    assert visitor.get(f"/listings/{ref}/picture.svg").content_type == "image/svg+xml"
    assert titles(visitor.get(VEHICLES))[0] == VAN["title"]
    for words in ("stepwgn", "honda 2015", "staniel", "exuma dock", "vehicle"):
        assert VAN["title"] in titles(visitor.get("/listings/", {"category": "vehicle", "q": words})), words
    keva.get(f"{own}pause").forms["form"].submit(status=303)
    assert VAN["title"] not in titles(visitor.get(VEHICLES))


def test_homes_and_vehicles_are_not_mixed(site: Site) -> None:
    visitor = site.browser()
    with site.db.transaction("read") as db:
        homes = set(db.scalars(select(Listing.title).where(LIVE_HOME)))
        vehicles = set(db.scalars(select(Listing.title).where(LIVE_VEHICLE)))
    assert len(vehicles) == 3
    assert set(titles(visitor.get(VEHICLES))) == vehicles
    for asked in ("", "?sort=price", "?q=a", "?island=exuma"):
        shown = set(titles(visitor.get(f"/listings/{asked}")))
        assert shown
        assert shown <= homes, asked
    assert not vehicles & set(titles(visitor.get("/")))
    for page, current in (("/listings/", "Homes"), (VEHICLES, "Vehicles")):
        tabs = visitor.get(page).html.find("nav", class_="tabs")
        assert tabs.find("a", attrs={"aria-current": "page"}).text == current


def test_the_filters_stay_in_the_address_and_narrow(site: Site) -> None:
    visitor = site.browser()

    def found(**asked: str) -> list[str]:
        return titles(visitor.get("/listings/", {"category": "vehicle", **asked}))

    assert found(seats="5") == ["Van for eight, by the week, George Town"]
    assert found(gears="manual") == ["Jeep for the rough roads of Eleuthera"]
    assert found(island="new-providence", max="60") == ["Small car for town, Nassau"]
    assert found(seats="9") == []
    assert len(found(seats="4", sort="price")) == 3
    page = visitor.get("/listings/", {"category": "vehicle", "seats": "4"})
    form = page.forms["filters"]
    assert (form["category"].value, form["seats"].value) == ("vehicle", "4")
    rows = csv.DictReader(io.StringIO(visitor.get(f"{VEHICLES}&gears=manual&format=csv").body.decode("utf-8-sig")))
    assert [(row["Make"], row["Seats"], row["Gears"], row["Price"], row["For"]) for row in rows] == [
        ("Suzuki", "4", "Manual", "80", "a day")
    ]


def test_it_costs_as_few_queries_as_homes_do(site: Site) -> None:
    visitor = site.browser()
    visitor.get(VEHICLES)
    with QueryCounter(site.db.engine) as counter:
        page = visitor.get(VEHICLES)
    assert len(counter.statements) == 2, counter.statements
    with QueryCounter(site.db.engine) as counter:
        visitor.get(page.html.select_one(".listing-card__title a")["href"])
    assert len(counter.statements) == 3, counter.statements


def test_homes_and_vehicles_are_found_by_indexes_of_their_own(site: Site) -> None:
    # Of so few rows PostgreSQL would sort all, or not, as its statistics are just then.
    no_sort = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; EXPLAIN "
    explain = "EXPLAIN QUERY PLAN " if site.url.startswith("sqlite") else no_sort
    for condition, index in (
        ("unit_id IS NULL", "ix_listings_listing_vehicle_published"),
        ("unit_id IS NOT NULL", "ix_listings_listing_live_published"),
    ):
        query = f"SELECT id FROM listings_listing WHERE state = 'approved' AND {condition} ORDER BY published DESC, id DESC"
        with site.db.transaction("read") as db:
            plan = " ".join(str(tuple(row)) for row in db.execute(text(f"{explain}{query} LIMIT 13")))
        assert index in plan, plan


def test_editing_moves_it_and_its_words(site: Site, keva: TestApp) -> None:
    own = rent_out(keva).location
    publish(site, keva, own)
    form = keva.get(f"{own}edit").forms["form"]
    assert {name: form[name].value for name in VAN} == {**VAN, "price_cents": "95"}
    form["settlement"].select(text="Old Bight")
    form["seats"], form["model"] = "5", "Odyssey"
    form.submit(status=303)
    visitor = site.browser()
    for asked, there in (({"island": "cat-island"}, True), ({"island": "exuma"}, False), ({"q": "odyssey bight"}, True)):
        assert (VAN["title"] in titles(visitor.get("/listings/", {"category": "vehicle", **asked}))) == there, asked
    assert VAN["title"] not in titles(visitor.get("/listings/", {"category": "vehicle", "q": "stepwgn"}))
    with site.db.transaction("read") as db:
        actions = db.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(3)).all()
    assert actions[0] == "listings:vehicle:changed"


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"seats": "0"}, "seats"), ({"year": "1949"}, "year"), ({"make": ""}, "make"), ({"price_cents": ""}, "price_cents")],
)
def test_what_is_wrong_is_said_beside_the_field(site: Site, keva: TestApp, typed: dict[str, str], field: str) -> None:
    before = site.counts()
    page = rent_out(keva, 422, **typed)
    assert page.html.find(id=f"{field}-error")
    assert page.forms["form"]["title"].value == VAN["title"]
    assert site.counts() == before


def test_a_vehicle_repeats_where_it_is_picked_up_whatever_changes_it(site: Site) -> None:
    said = select(Listing.island_id, Listing.settlement_id).add_columns(Settlement.island_id, Settlement.id)
    said = said.join(Vehicle, Vehicle.listing_id == Listing.id).join(Settlement, Settlement.id == Vehicle.settlement_id)
    with site.db.transaction() as db:
        place = db.scalars(select(Vehicle.settlement_id)).first()
        assert place is not None
        for change in (
            update(Vehicle).where(Vehicle.settlement_id == place).values(settlement_id=place + 1),
            update(Settlement).where(Settlement.id == place + 1).values(island_id=19),
        ):
            before = db.execute(said.order_by(Listing.id)).all()
            db.execute(change.execution_options(synchronize_session=False))
            rows = db.execute(said.order_by(Listing.id)).all()
            assert rows != before
            assert [row for row in rows if tuple(row[:2]) != tuple(row[2:])] == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("unit_id = (SELECT max(id) FROM portfolio_unit)", "unit_unless_vehicle"),
        ("category = 'long_term', price_period = 'week'", "unit_unless_vehicle"),
        ("price_period = 'month'", "period_fits_category"),
    ],
)
def test_the_database_knows_what_a_vehicle_is(site: Site, change: str, refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal), site.db.transaction() as db:
        db.execute(text(f"UPDATE listings_listing SET {change} WHERE category = 'vehicle' AND state = 'draft'"))


def test_a_home_cannot_lose_its_unit_and_a_vehicle_without_facts_is_not_public(site: Site) -> None:
    with pytest.raises(IntegrityError, match="unit_unless_vehicle"), site.db.transaction() as db:
        db.execute(text("UPDATE listings_listing SET unit_id = NULL WHERE category = 'long_term' AND state = 'draft'"))
    row = {"ref": "bare-1", "organisation_id": 1, "title": "x", "description": "x", "category": "vehicle", "price_cents": 100}
    row |= {"price_period": "day", "available": sites.START.date(), "created": sites.START, "version": 1}
    with pytest.raises(IntegrityError, match="vehicle_has_facts"), site.db.transaction() as db:
        db.execute(insert(Listing.__table__).values(**row, state="approved", published=sites.START))  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match=r"vehicle_has_facts|shows_what_was_approved"), site.db.transaction() as db:
        db.execute(insert(Listing.__table__).values(**row, state="draft"))  # type: ignore[arg-type]
        db.execute(text("UPDATE listings_listing SET state = 'approved', published = created WHERE ref = 'bare-1'"))


def test_no_home_of_another_kind_can_be_chosen_for_a_unit(site: Site, keva: TestApp) -> None:
    page = keva.get(keva.get("/portfolio/").follow().request.path + "listings/")
    link = page.html.find("a", string=re.compile("bedroom"))["href"]
    form = keva.get(f"{link}edit").forms["form"]
    assert {option[0] for option in form["category"].options} == {"long_term", "short_term"}
    assert "day" not in {option[0] for option in form["price_period"].options}
