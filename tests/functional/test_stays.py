"""Short-term rentals: by the night or the week, for so many guests, for so many nights at least."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from webtest import TestApp

from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.listings.models import PERIODS, PERIODS_OF, Listing
from atlasbahamas_plugins.portfolio.models import Property, Unit

WORDS = {"title": "Two rooms over the sea", "description": "A breeze all day.", "price_cents": "190"}


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def free_unit(site: Site) -> str:
    """The address of a unit of keva's organisation that has no listing."""
    with site.db.transaction("read") as db:
        taken = select(Listing.unit_id).where(Listing.unit_id.is_not(None))
        free = select(Unit).join(Property).where(Property.name == "Cable Beach Court", Unit.id.not_in(taken))
        unit = db.scalars(free).first()
        assert unit is not None
        above = unit.property
        return f"/portfolio/{above.organisation.ref}/properties/{above.ref}/units/{unit.ref}/"


def write(browser: TestApp, unit: str, status: int = 303, **typed: str) -> Any:
    form = browser.get(f"{unit}list").forms["form"]
    for name, value in {**WORDS, **typed}.items():
        form[name] = value
    return form.submit(status=status)


def test_a_short_stay_says_how_many_may_come_and_for_how_long(site: Site, keva: TestApp) -> None:
    stay = {"category": "short_term", "price_period": "night", "guests": "5", "min_nights": "3"}
    answer = write(keva, free_unit(site), **stay)
    page = keva.get(answer.location)
    facts = {fact.dt.text: fact.dd.text for fact in page.html.select("dl.facts > div")}
    assert (facts["Guests"], facts["Stay at least"]) == ("Up to 5", "3 nights")
    form = keva.get(f"{answer.location}edit").forms["form"]
    assert (form["guests"].value, form["min_nights"].value) == ("5", "3")


@pytest.mark.parametrize("field", ["guests", "min_nights"])
def test_it_needs_both(site: Site, keva: TestApp, field: str) -> None:
    stay = {"category": "short_term", "price_period": "night", "guests": "5", "min_nights": "3", field: ""}
    page = write(keva, free_unit(site), 422, **stay)
    assert "needs this" in page.html.find(id=f"{field}-error").text
    assert page.forms["form"]["title"].value == WORDS["title"]


@pytest.mark.parametrize("category", ["long_term", "short_term"])
@pytest.mark.parametrize("period", ["month", "week", "night"])
def test_each_category_has_its_periods(site: Site, keva: TestApp, category: str, period: str) -> None:
    fits = period in PERIODS_OF[category]
    typed = {"category": category, "price_period": period, "guests": "2", "min_nights": "1"}
    answer = write(keva, free_unit(site), 303 if fits else 422, **typed)
    if not fits:
        said = answer.html.find(id="price_period-error").text
        assert all(PERIODS[other] in said for other in PERIODS_OF[category])


def test_what_a_long_let_does_not_have_is_not_kept(site: Site, keva: TestApp) -> None:
    typed = {"category": "long_term", "price_period": "month", "guests": "2", "min_nights": "1"}
    ref = write(keva, free_unit(site), **typed).location.rstrip("/").rpartition("/")[2]
    with site.db.transaction("read") as db:
        assert db.execute(select(Listing.guests, Listing.min_nights).where(Listing.ref == ref)).one() == (None, None)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("guests = NULL", "short_stay_has_guests"),
        ("min_nights = NULL", "short_stay_has_min_nights"),
        ("guests = 51", "guests_in_range"),
        ("min_nights = 0", "min_nights_in_range"),
        ("price_period = 'month'", "period_fits_category"),
        ("category = 'long_term', price_period = 'week'", "short_stay_has_"),
    ],
)
def test_the_database_holds_it(site: Site, change: str, refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal), site.db.transaction() as db:
        db.execute(text(f"UPDATE listings_listing SET {change} WHERE category = 'short_term'"))


def test_visitors_filter_by_guests_and_the_file_says_them(site: Site) -> None:
    visitor = site.browser()
    page = visitor.get("/listings/?guests=5")
    sleeps = [int(words) for words in re.findall(r"<li>Sleeps (\d+)</li>", page.text)]
    assert sleeps
    assert min(sleeps) >= 5
    assert len(sleeps) == len(page.html.select(".listing-card"))
    rows = list(csv.DictReader(io.StringIO(visitor.get("/listings/?format=csv").body.decode("utf-8-sig"))))
    short = [row for row in rows if row["Guests"]]
    assert len(short) == 5
    assert {row["Nights, at least"] for row in short} == {"2", "7"}
    assert sum(int(row["Guests"]) >= 5 for row in short) == len(sleeps)
