"""The authorisation matrix: every view against every relation, by real HTTP on existing objects.

The views come from the introspector, the expectations are written by hand; a view without one fails. "ok" is an answer below
400 that does not lead to the sign-in page, "in" leads there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestApp

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site

WHO = {
    "visitor": None,
    "tenant": "andre",
    "owner": "keva",
    "manager": "tamar",
    "bookkeeper": "philip",
    "leasing": "shanelle",
    "maintenance": "cyril",
    "viewer": "ingrid",
    "other": "marva",
    "admin": "paula",
}
# Relations in the order of WHO.
EVERYBODY = "ok ok ok ok ok ok ok ok ok ok"
SIGNED_IN = "in ok ok ok ok ok ok ok ok ok"
MEMBERS = "in 404 ok ok ok ok ok ok 404 ok"
EDITORS = "in 404 ok ok 403 403 403 403 404 ok"
WITH_LEASING = "in 404 ok ok 403 ok 403 403 404 ok"
LISTING_VIEW = "in 404 ok ok ok ok 403 ok 404 ok"
OWNERS = "in 404 ok 403 403 403 403 403 404 ok"
HEADS = "in 404 ok ok 403 403 403 403 404 ok"

MATRIX = {
    ("Root", ""): EVERYBODY,
    ("Root", "sign-in"): EVERYBODY,
    ("Root", "register"): EVERYBODY,
    ("Home", ""): SIGNED_IN,
    ("Account", ""): SIGNED_IN,
    ("Organisations", ""): SIGNED_IN,
    ("OrganisationNode", ""): MEMBERS,
    ("OrganisationNode", "edit"): OWNERS,
    ("Members", ""): HEADS,
    ("MembershipNode", "edit"): OWNERS,
    ("MembershipNode", "end"): OWNERS,
    ("LetHome", ""): SIGNED_IN,
    ("Properties", ""): MEMBERS,
    ("Properties", "new"): EDITORS,
    ("PropertyNode", ""): MEMBERS,
    ("PropertyNode", "edit"): EDITORS,
    ("PropertyNode", "archive"): EDITORS,
    ("PropertyNode", "restore"): EDITORS,
    ("Units", ""): MEMBERS,
    ("UnitsOfProperty", "new"): EDITORS,
    ("UnitsOfProperty", "several"): EDITORS,
    ("UnitsOfProperty", "import"): EDITORS,
    ("UnitsOfProperty", "template.csv"): EDITORS,
    ("UnitNode", ""): MEMBERS,
    ("UnitNode", "edit"): EDITORS,
    ("UnitNode", "archive"): EDITORS,
    ("UnitNode", "restore"): EDITORS,
    ("UnitNode", "list"): WITH_LEASING,
    ("Holds", "new"): WITH_LEASING,
    ("HoldNode", "release"): WITH_LEASING,
    ("Catalogue", ""): EVERYBODY,
    ("PublicListing", ""): EVERYBODY,
    ("PublicListing", "picture.svg"): EVERYBODY,
    ("OwnListings", ""): LISTING_VIEW,
    ("OwnListing", ""): LISTING_VIEW,
    ("OwnListing", "picture.svg"): LISTING_VIEW,
    ("OwnListing", "edit"): WITH_LEASING,
    ("OwnListing", "publish"): WITH_LEASING,
    ("OwnListing", "pause"): WITH_LEASING,
    ("OwnListing", "withdraw"): WITH_LEASING,
}
ONLY_POST = {("Root", "sign-out")}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    template = sites.sqlite_template(tmp_path_factory.getbasetemp())
    running = sites.start(sites.copy_sqlite(template, folder / "site.sqlite"), folder)
    yield running
    running.close()


@pytest.fixture(scope="module")
def browsers(filled: Site) -> dict[str, TestApp]:
    return {relation: filled.browser(name) for relation, name in WHO.items()}


@pytest.fixture(scope="module")
def addresses(browsers: dict[str, TestApp]) -> dict[str, str]:
    """An existing object of the organisation that the relations are about, for each node."""
    owner = browsers["owner"]
    organisation = owner.get("/portfolio/").location.removeprefix("http://localhost")

    def first(page: str, pattern: str) -> str:
        found = re.search(rf'href="({pattern})"', owner.get(page).text)
        assert found is not None, (page, pattern)
        return found[1]

    hold_unit = first(f"{organisation}units/?state=held", rf"{organisation}properties/[^/\"]+/units/[^/\"]+/")
    listing = first(f"{organisation}listings/?state=approved", rf"{organisation}listings/[^/\"]+/")
    member = first(f"{organisation}members/", rf"{organisation}members/m-[^/\"]+/edit").removesuffix("edit")
    hold = first(hold_unit, rf"{hold_unit}holds/[^/\"]+/release").removesuffix("release")
    return {
        "Root": "/",
        "Home": "/home/",
        "Account": "/account/",
        "Organisations": "/portfolio/",
        "OrganisationNode": organisation,
        "Members": f"{organisation}members/",
        "MembershipNode": member,
        "LetHome": "/let/",
        "Properties": f"{organisation}properties/",
        "PropertyNode": hold_unit.split("units/")[0],
        "Units": f"{organisation}units/",
        "UnitsOfProperty": hold_unit.split("units/")[0] + "units/",
        "UnitNode": hold_unit,
        "Holds": f"{hold_unit}holds/",
        "HoldNode": hold,
        "Catalogue": "/listings/",
        "PublicListing": f"/listings/{listing.rstrip('/').rsplit('/', 1)[1]}/",
        "OwnListings": f"{organisation}listings/",
        "OwnListing": listing,
    }


def test_every_view_of_the_tree_has_an_expectation(filled: Site) -> None:
    views = [entry["introspectable"] for entry in filled.app.registry.introspector.get_category("views")]
    there = {
        (view["context"].__name__, view["name"])
        for view in views
        if getattr(view["context"], "__module__", "").startswith("atlasbahamas")
    }
    assert there == set(MATRIX) | ONLY_POST


def outcome(browser: TestApp, path: str, method: str) -> str:
    answer = browser.request(path, method=method, expect_errors=True)
    if answer.status_int == 303 and "/sign-in" in answer.location:
        return "in"
    return "ok" if answer.status_int < 400 else str(answer.status_int)


@pytest.mark.parametrize("view", sorted(MATRIX), ids=lambda view: f"{view[0]}-{view[1]}")
def test_who_may_look(view: tuple[str, str], browsers: dict[str, TestApp], addresses: dict[str, str]) -> None:
    path = addresses[view[0]] + view[1]
    seen = {relation: outcome(browser, path, "GET") for relation, browser in browsers.items()}
    assert seen == dict(zip(WHO, MATRIX[view].split(), strict=True))


@pytest.mark.parametrize(
    "view", sorted(view for view in MATRIX if "ok" in MATRIX[view] and view[1] in ("edit", "new", "archive", "end", "withdraw"))
)
def test_who_is_refused_may_not_send_either(
    view: tuple[str, str], filled: Site, browsers: dict[str, TestApp], addresses: dict[str, str]
) -> None:
    path = addresses[view[0]] + view[1]
    before = filled.counts()
    for relation, expected in zip(WHO, MATRIX[view].split(), strict=True):
        if expected != "ok":
            browser = browsers[relation]
            token = {} if relation == "visitor" else {"csrf_token": browser.get("/account/").forms["form"]["csrf_token"].value}
            answer = browser.post(path, token, expect_errors=True)
            assert answer.status_int in ((400, 303) if relation == "visitor" else (int(expected),)), relation
    assert filled.counts() == before
