"""The main job: somebody with a home to let enters it, it is reviewed and published, and a visitor finds it."""

from __future__ import annotations

import re

import pytest
from webtest import TestApp

from atlasbahamas.testing.site import QueryCounter, Site


def put_home_in(browser: TestApp, site: Site) -> str:
    form = browser.get("/let/").forms["form"]
    settlement = next(value for value, _, name in form["settlement"].options if name == "Staniel Cay")
    form["name"], form["kind"], form["settlement"], form["street"] = (
        "Thunderball View",
        "cottage",
        settlement,
        "By the dock",
    )
    form["beds"], form["baths"], form["rent_cents"], form["deposit_cents"] = "2", "1", "2,150.50", "2150.50"
    return form.submit(status=303).location


def test_a_home_is_entered_published_and_found(site: Site) -> None:
    browser, visitor = site.browser("jerome"), site.browser()
    unit = put_home_in(browser, site)
    assert "B$2,150.50" in browser.get(unit).text
    form = browser.get(f"{unit}list").forms["form"]
    form["title"], form["description"] = "Cottage over the grotto", "Swim to the cave before breakfast."
    listing = form.submit(status=303).location
    assert "over the grotto" not in visitor.get("/listings/?q=grotto").text.split("<main")[1].replace('value="grotto"', "")
    browser.get(f"{listing}submit").forms["form"].submit(status=303)
    reviewer = site.browser("paula")
    queue = reviewer.get("/admin/review/?q=grotto")
    review = reviewer.get(queue.html.find("a", string="Cottage over the grotto")["href"]).forms["form"]
    for item in ("photos", "price", "description", "documents"):
        review[f"{item}_checked"] = True
    review["decision"] = "approve"
    review.submit(status=303)
    found = visitor.get("/listings/?q=STANIEL+grott&island=exuma&beds=2&max=2200")
    assert "Cottage over the grotto" in found.text
    assert "1 home" in found.text
    page = visitor.get(re.search(r'href="(/listings/cottage-over[^"]+)"', found.text)[1])  # type: ignore[index]
    assert "B$4,301" in page.text
    browser.get(f"{listing}pause").forms["form"].submit(status=303)
    visitor.get(page.request.path, status=404)
    browser.get(f"{listing}resume").forms["form"].submit(status=303)
    visitor.get(page.request.path, status=200)
    browser.get(f"{listing}withdraw").forms["form"].submit(status=303)
    visitor.get(page.request.path, status=404)


def test_the_catalogue_opens_no_session_and_may_be_cached(site: Site) -> None:
    visitor = site.browser()
    for path in ("/", "/listings/", "/listings/?island=abaco"):
        answer = visitor.get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public")
        visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    personal = site.browser("marva").get("/listings/")
    assert personal.headers["Cache-Control"] == "private, no-store"
    assert "Marva" in personal.text


def test_pages_of_the_catalogue_hold_every_home_once(site: Site) -> None:
    visitor = site.browser()
    for sort in ("newest", "price", "price-down", "available"):
        seen: list[str] = []
        page = visitor.get(f"/listings/?sort={sort}")
        while True:
            seen += re.findall(r'class="listing-card__title"><a href="([^"]+)"', page.text)
            link = page.html.find("a", href=re.compile("after="))
            if link is None:
                break
            page = visitor.get(link["href"])
        assert len(seen) == len(set(seen)) == 30


def test_unit_labels_are_unique_in_any_letters(site: Site) -> None:
    browser = site.browser("jerome")
    unit = put_home_in(browser, site)
    form = browser.get(f"{unit.rsplit('/', 2)[0]}/new").forms["form"]
    form["label"], form["beds"], form["baths"], form["rent_cents"] = "HOME", "1", "1", "900"
    answer = form.submit(status=422)
    assert "has a unit with that label already" in answer.text
    assert 'value="HOME"' in answer.text


def test_holds_of_a_unit_never_overlap_and_show_as_its_state(site: Site) -> None:
    browser = site.browser("jerome")
    unit = put_home_in(browser, site)
    assert "Vacant" in browser.get(unit).text
    for starts, ends, status in (
        ("2026-06-01", "2026-06-10", 303),
        ("2026-06-09", "2026-06-12", 422),
        ("2026-06-10", "2026-06-12", 303),
    ):
        form = browser.get(f"{unit}holds/new").forms["form"]
        form["starts"], form["ends"], form["reason"] = starts, ends, "For a cousin"
        form.submit(status=status)
    assert "Held" in browser.get(unit).text
    units = unit.split("/properties/")[0] + "/units/"
    assert "1 unit" in browser.get(f"{units}?state=held").text
    assert "Nothing fits that" in browser.get(f"{units}?state=vacant").text


def test_lists_come_as_csv_with_their_filters(site: Site) -> None:
    browser = site.browser("keva")
    units = browser.get("/portfolio/").follow().request.path + "units/"
    answer = browser.get(f"{units}?beds=3&format=csv")
    lines = answer.body.decode("utf-8-sig").splitlines()
    assert lines[0] == "Unit,Property,Occupancy,Bedrooms,Bathrooms,Rent a month"
    assert len(lines) > 3
    assert all(int(line.split(",")[3]) >= 3 for line in lines[1:])
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "path",
    ["/home/", "/account/", "{org}", "{org}properties/", "{org}units/", "{org}listings/", "{org}members/"],
)
def test_a_signed_in_page_costs_at_most_eight_queries(site: Site, path: str) -> None:
    browser = site.browser("keva")
    organisation = browser.get("/portfolio/").follow().request.path
    browser.get(path.format(org=organisation))
    with QueryCounter(site.db.engine) as counter:
        browser.get(path.format(org=organisation), status=200)
    assert len(counter.statements) <= 8, counter.statements


def test_the_tree_is_resolved_in_two_queries_at_any_depth(site: Site) -> None:
    browser = site.browser("jerome")
    unit = put_home_in(browser, site)
    with QueryCounter(site.db.engine) as counter:
        browser.get(f"{unit}nothing-here", status=404)
    assert len(counter.statements) <= 4, counter.statements  # identity, path; the error page's navigation
