"""Junk into every form and parameter: the right 4xx or an error at the field, no 500, nothing half saved."""

from __future__ import annotations

import pytest
from webob import Request

from atlasbahamas.testing.site import Site

JUNK = [
    "\0", "x" * 100_000, "-1", "10" * 40, "NaN", "1e309", "<script>alert(1)</script>", "'; DROP TABLE person; --", "\u202e",
    "\ud7ff", "９", "2026-02-30", "1.005", "../../etc/passwd",
]  # fmt: skip
LISTS = ["/listings/", "{org}units/", "{org}properties/", "{org}listings/", "{org}members/"]
FORMS = ["/account/", "/let/", "{org}edit", "{org}properties/new"]


def organisation(browser: object) -> str:
    return str(browser.get("/portfolio/").location).removeprefix("http://localhost")  # type: ignore[attr-defined]


@pytest.mark.parametrize("profile", ["embedded", "server"])
@pytest.mark.parametrize("path", LISTS)
def test_junk_in_a_list(site: Site, path: str) -> None:
    browser = site.browser("keva")
    path = path.format(org=organisation(browser))
    for name in (
        "q",
        "island",
        "settlement",
        "beds",
        "min",
        "max",
        "category",
        "state",
        "kind",
        "role",
        "sort",
        "after",
        "before",
    ):
        for junk in [*JUNK, str(10**18)]:
            answer = browser.get(path, {name: junk}, expect_errors=True)
            assert answer.status_int in (200, 400), (name, junk[:20])
    for raw in ("?q=%ff", "?after=%ff", "?q=a&q=b", "?%00=1", "?after=e30&before=e30"):
        assert browser.get(path + raw, expect_errors=True).status_int in (200, 400), raw


@pytest.mark.parametrize("path", FORMS)
def test_junk_in_a_form_changes_nothing(site: Site, path: str) -> None:
    browser = site.browser("keva")
    path = path.format(org=organisation(browser))
    valid = dict(browser.get(path).forms["form"].submit_fields())
    before = site.counts()
    for name in valid:
        if name == "csrf_token":
            continue
        for junk in ("\0", "x" * 100_000, "\x07"):
            answer = browser.post(path, {**valid, name: junk}, expect_errors=True)
            assert answer.status_int == 422, (name, junk[:10])
    assert site.counts() == before


@pytest.mark.parametrize("path", FORMS)
def test_missing_or_forged_token_and_wrong_method(site: Site, path: str) -> None:
    browser = site.browser("keva")
    path = path.format(org=organisation(browser))
    valid = dict(browser.get(path).forms["form"].submit_fields())
    before = site.counts()
    for token in ("", "forged", "\0"):
        assert browser.post(path, {**valid, "csrf_token": token}, expect_errors=True).status_int == 400
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert browser.request(path, method=method, expect_errors=True).status_int == 405
    assert site.counts() == before


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


def test_error_pages_look_like_the_product_and_show_the_request_id(site: Site) -> None:
    answer = site.browser().get("/nothing-here", status=404)
    assert answer.headers["X-Request-ID"] in answer.text
    assert "AtlasBahamas" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
