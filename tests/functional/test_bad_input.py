"""Junk in addresses and their parameters, and the pages that say so; test_bad_forms.py has the forms."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest
from authorisation import TABLES
from examples import examples, on_databases
from webob import Request
from webtest import TestApp

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.testing.authorisation import Table, View, World
from atlasbahamas.testing.site import Site

JUNK = [
    "\0", "x" * 100_000, "-1", "10" * 40, "NaN", "1e309", "<script>alert(1)</script>", "'; DROP TABLE person; --", "\u202e",
    "\ud7ff", "９", "2026-02-30", "1.005", "../../etc/passwd",
]  # fmt: skip
IN_THE_DATABASE = ["\0", "10" * 40, "\ud7ff", "2026-02-30"]
"""What only a database would mind: all that is tried on the second one."""
EVERYTHING = examples("junk in addresses", 1) > 1
PARTS = 1 if EVERYTHING else 8
"""A filter meets all of it in the proofs, in the suite a part: another one for each filter of each page."""
LOOKED_UP = {"cents", "as_at", "known"}
"""What a page asks for that looks something up, and has no pages to turn: what if, as at a day."""
RAW = ("%ff=1", "q=%ff", "after=%ff", "sort=%ff", "q=a&q=b", "%00=1", "after=e30&before=e30", "sort=%ed%a0%80", "&&&=&", "q[]=1")
PAGES = [(table, view) for table in TABLES for view in table.views if view.get and "ok" in view.who.values()]


@on_databases(EVERYTHING)
@pytest.mark.parametrize(("table", "view"), PAGES, ids=[f"{table.feature}-{view}" for table, view in PAGES])
def test_junk_in_the_address_of_a_page(world: World, table: Table, view: View) -> None:
    """Every page, with every filter that it shows: junk is told at the filter, and no page fails."""
    browser = world.browsers[next(relation for relation in view.who if view.who[relation] == "ok")]
    path = world.path(table, view)
    page = browser.get(path)
    filters = page.html.find("form", id="filters") if page.content_type == "text/html" else None
    names = {box["name"] for box in filters.find_all(["input", "select"]) if box.get("name")} if filters else set()
    is_list = bool(names - LOOKED_UP)
    kinds = [*(IN_THE_DATABASE if EVERYTHING and not world.site.url.startswith("sqlite") else JUNK), str(10**18)]
    first = crc32(str(view).encode())
    for number, name in enumerate(sorted(names | {"after", "before", "format", "next"} if names else {"after"}), first):
        for junk in kinds[number % PARTS :: PARTS]:
            answer = browser.get(path, {name: junk}, expect_errors=True)
            assert answer.status_int in (200, 303, 400), (name, junk[:20])
            assert b"<script>alert(1)" not in answer.body
            if name in ("after", "before") and is_list:
                assert answer.status_int == 400, junk[:20]
    for raw in RAW[first % PARTS :: PARTS]:
        answer = browser.get(f"{path}?{raw}", expect_errors=True)
        assert answer.status_int in ((400,) if "%ff" in raw or "%ed" in raw else (200, 303, 400)), raw


NOWHERE = [
    "/listings/none-at-all-1",
    "/listings/%00",
    "/portfolio/x1/y/z",
    "/" + "a1/" * 300,
    "/home/edit/more",
    "/static/../setup.cfg",
    "/static/%2e%2e/%2e%2e/setup.cfg",
    "/listings/" + "a1" * 5000,
]


def test_addresses_that_are_none(site: Site) -> None:
    browser = site.browser("keva")
    for path in NOWHERE:
        assert browser.get(path, expect_errors=True).status_int in (400, 404), path[:40]


def test_an_address_that_cannot_be_decoded_is_a_bad_request(site: Site) -> None:
    for environ in ({"PATH_INFO": "/\xff"}, {"QUERY_STRING": "q=%ff", "PATH_INFO": "/listings/"}):
        assert Request.blank("/", environ=environ).get_response(site.app).status_int == 400


def provoked(site: Site, status: int) -> Any:
    """An answer of that status, and the browser that got it is a visitor's or the viewer's."""
    browser = site.browser("ingrid")
    here = browser.get("/portfolio/").location
    match status:
        case 400:
            return browser.post("/account/", {"full_name": "x"}, status=400)
        case 403:
            return browser.get(f"{here}edit", status=403)
        case 404:
            return browser.get("/nothing-here", status=404)
        case 405:
            return browser.put("/account/", status=405)
        case 413:
            return browser.post("/account/", {"full_name": "x" * 2_000_000}, status=413)
        case 429:
            for _ in range(10):
                sign_in(site.browser(), "wrong password").submit(status=422)
            return sign_in(site.browser(), DEMO_PASSWORD).submit(status=429)
    raise LookupError(status)


def sign_in(browser: TestApp, password: str) -> Any:
    form = browser.get("/sign-in").forms["form"]
    form["name"], form["password"] = "marva", password
    return form


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429])
def test_error_pages_look_like_the_product_and_show_the_request_id(site: Site, status: int) -> None:
    answer = provoked(site, status)
    assert answer.html.find("title").text.endswith("AtlasBahamas")
    assert answer.html.find("main").find("h1").text.strip()
    assert answer.html.find("main").find("code").text == answer.headers["X-Request-ID"]
    assert answer.html.find("a", class_="site-header__brand") is not None
    assert answer.html.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Traceback" not in answer.text
    if status == 429:
        assert 1 <= int(answer.headers["Retry-After"]) <= 900
    if status == 405:
        assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_a_label_or_a_name_that_exists_in_other_letters_is_refused_at_its_field(site: Site) -> None:
    browser = site.browser("keva")
    here = browser.get("/portfolio/").location.removeprefix("http://localhost")
    page = browser.get(f"{here}units/?q=1A")
    unit = next(link["href"] for link in page.html.find_all("a") if "cable-beach" in link.get("href", "") and link.text == "1A")
    other = next(
        link["href"]
        for link in browser.get(f"{here}units/?q=1B").html.find_all("a")
        if link.text == "1B" and "cable" in link["href"]
    )
    before = site.counts()
    for label in ("1a", "1A", " 1a ", "\uff11\uff21", "\uff11a"):
        for path in (f"{unit.rsplit('/', 2)[0]}/new", f"{other}edit"):
            form = browser.get(path).forms["form"]
            form["label"], form["beds"], form["baths"], form["rent_cents"] = label, "1", "1", "900"
            answer = form.submit(status=422)
            assert answer.html.find(id="label-error") is not None, label
    for name, values in {
        "user_name": ("marva", "MARVA", "\uff4darva"),
        "email": ("Marva@Example.COM", "MARVA@example.com"),
    }.items():
        for value in values:
            form = browser.get("/account/").forms["form"]
            form[name] = value
            answer = form.submit(status=422)
            assert answer.html.find(id=f"{name}-error") is not None, value
    assert site.counts() == before
