"""What the record says of what people did on the pages; and that no page changes anything without a word in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from authorisation import TABLES, portfolio, sqlite_world
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Person
from atlasbahamas.testing.authorisation import Table, View, World
from atlasbahamas.testing.site import Site


def newest(site: Site, most: int = 1) -> list[dict[str, Any]]:
    """The newest entries, each with its parts, newest first."""
    with site.db.transaction("read") as db:
        rows = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most))
        names = ("action", "person_id", "role", "organisation_id", "about_kind", "about_ref", "request_id")
        return [{name: getattr(row, name) for name in names} | entry_parts(db, row.id) for row in rows]


def person_id(site: Site, user_name: str) -> int:
    with site.db.transaction("read") as db:
        return db.scalars(select(Person.id).where(Person.user_name == user_name)).one()


def place(site: Site, name: str) -> str:
    """The address of a thing of the organisation that keva owns."""
    with site.db.transaction("read") as db:
        return portfolio.places(db)[name]


def test_signing_in_and_out_say_who_from_where_and_in_which_request(site: Site) -> None:
    browser = TestApp(site.app, extra_environ={"REMOTE_ADDR": "198.51.100.9", "HTTP_USER_AGENT": "Lynx/2.9"})
    form = browser.get("/sign-in").forms["form"]
    form["name"], form["password"] = "marva", DEMO_PASSWORD
    answer = form.submit(status=303)
    (entry,) = newest(site)
    marva = person_id(site, "marva")
    assert entry["action"] == "atlas:person:signed_in"
    assert (entry["person_id"], entry["role"]) == (marva, "person")
    assert (entry["about_kind"], entry["about_ref"]) == ("person", str(marva))
    assert entry["request_id"] == answer.headers["X-Request-ID"]
    assert entry["origin"] == {"address": "198.51.100.9", "agent": "Lynx/2.9"}
    page = browser.get("/home/")
    next(form for form in page.forms.values() if form.action.endswith("/sign-out")).submit(status=303)
    (entry,) = newest(site)
    assert (entry["action"], entry["person_id"]) == ("atlas:person:signed_out", marva)


def test_a_failed_sign_in_is_kept_without_what_was_typed(site: Site) -> None:
    for typed, about in (("marva", str(person_id(site, "marva"))), ("my-secret-typed-here", None)):
        before = site.counts()
        form = site.browser().get("/sign-in").forms["form"]
        form["name"], form["password"] = typed, "not the password"
        form.submit(status=422)
        (entry,) = newest(site)
        assert (entry["action"], entry["about_ref"]) == ("atlas:sign_in:failed", about)
        assert (entry["person_id"], entry["role"]) == (None, "visitor")
        assert typed not in repr(entry)
        changed = {table for table, count in site.counts().items() if count != before[table]}
        assert changed == {"audit_entry", "audit_detail"}


def test_a_role_is_that_which_the_path_gives(site: Site) -> None:
    """One organisation, three people who may rename a unit in it: its owner, a manager of two, the platform's administrator."""
    for user_name, role in (("keva", "owner"), ("tamar", "manager"), ("paula", "admin")):
        browser = site.browser(user_name)
        path = place(site, "unit")
        form = browser.get(f"{path}edit").forms["form"]
        form["label"] = f"Room of {user_name}"
        form.submit(status=303)
        (entry,) = newest(site)
        assert (entry["action"], entry["role"]) == ("portfolio:unit:changed", role)
        assert entry["person_id"] == person_id(site, user_name)
        assert entry["change"]["after"] == {"label": f"Room of {user_name}"}
        assert set(entry["change"]["before"]) == {"label"}
        form = browser.get("/account/").forms["form"]
        form["phone"] = "322-0000"
        form.submit(status=303)
        (entry,) = newest(site)
        assert (entry["action"], entry["role"]) == ("atlas:person:changed", "person")


def test_saving_what_was_there_records_nothing(site: Site) -> None:
    browser = site.browser("keva")
    before = site.counts()
    for path in ("/account/", f"{place(site, 'unit')}edit", f"{place(site, 'property')}edit"):
        browser.get(path).forms["form"].submit(status=303)
    assert site.counts() == before


def test_a_refused_change_records_nothing(site: Site) -> None:
    browser = site.browser("keva")
    path = place(site, "unit")
    form = browser.get(f"{path}edit").forms["form"]
    before = site.counts()
    form["label"] = ""
    form.submit(status=422)
    assert site.counts() == before


# Every page that takes a POST, walked with the valid requests of the authorisation matrix: each leaves an entry.

LINES = [(table, view) for table in TABLES for view in table.views if view.send is not None]
BY_LINK = {
    ("Root", "confirm"): "test_addresses",
    ("Root", "recover"): "test_addresses; asking changes nothing",
    ("Root", "reset"): "test_addresses",
    ("Root", "invitation"): "test_invitations",
    ("Root", "sign-lease"): "test_signing",
    ("Root", "final-statement"): "test_statements",
    ("Root", "tenant-invitation"): "test_tenants",
    ("Root", "unsubscribe"): "test_notifications; how a person wants to be told is nobody's business",
    ("Account", "confirm"): "test_addresses",
}
"""(node, view) of a page whose POST needs the link or the code of a mail, and the tests that press it."""

PRIVATE = {
    ("Notifications", "preferences"): "how a person wants to be told is nobody's business",
    ("Notifications", "read-all"): "nor is what they have read",
    ("NotificationNode", "open"): "nor is what they have read",
    ("Account", "send-code"): "the mail is in the log of mails",
    ("Account", "end-device"): "sent for a device that is nobody's here; test_addresses ends a real one",
}
NOT_WALKED = (
    PRIVATE
    | {("Reviews", "several"): "deciding about nothing changes nothing; test_review decides"}
    | {
        (node, name): "the demo data have one photo of each thing; test_photos.test_every_change_is_recorded has several"
        for node, names in {
            "PropertyPhotos": ("order",),
            "PropertyPhotoNode": ("up", "down", "cover"),
            "UnitPhotos": ("order",),
            "UnitPhotoNode": ("up", "down", "cover"),
            "VersionPhotos": ("order",),
            "DeductionPhotos": ("order",),
            "DeductionPhotoNode": ("up", "down", "cover"),
            "OfferPhotos": ("order",),
            "OfferPhotoNode": ("up", "down", "cover"),
            "VersionPhotoNode": ("up", "down", "cover"),
        }.items()
        for name in names
    }
)
"""(node, view) of a page that is tested elsewhere, or whose successful POST changes nothing that anybody would ask about."""

FIRST = {
    ("PropertyNode", "restore"): "archive",
    ("UnitNode", "restore"): "archive",
    ("IslandNode", "restore"): "retire",
    ("SettlementNode", "restore"): "retire",
    ("UtilityNode", "restore"): "retire",
    ("PersonNode", "enable"): "disable",
    ("AutopayNode", "resume"): "pause",
}
"""What has to be sent to the same thing before: bringing back what is there changes nothing and records nothing."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """On SQLite: that a view calls record does not depend on the database."""
    folder = tmp_path_factory.mktemp("walk")
    made = sqlite_world(folder)
    yield made
    made.site.close()


def test_every_page_that_takes_a_post_is_walked(world: World) -> None:
    views = [entry["introspectable"] for entry in world.site.app.registry.introspector.get_category("views")]
    there = {
        (view["context"].__name__, view["name"])
        for view in views
        if getattr(view["context"], "__module__", "").startswith("atlasbahamas") and "POST" in (view.get("accept_methods") or ())
    }
    assert there == {(view.node.__name__, view.name) for _, view in LINES} | set(BY_LINK)
    assert set(NOT_WALKED) <= there


def request_as(world: World, table: Table, view: View, relation: str) -> list[tuple[str, Any]]:
    model = world.valid_request(table, view)
    assert not isinstance(model, str), model
    return [(name, world.tokens[relation] if name == "csrf_token" else value) for name, value in model]


def walk(world: World, table: Table, view: View) -> None:
    """Send a page as somebody who may, and look for its entry."""
    likely = ("visitor", "owner", "admin", "tenant") if view.get else ("owner", "admin")
    relation = next(name for name in likely if view.who.get(name) == "ok")
    browser, site = world.browsers[relation], world.site
    world.restore()
    if earlier := FIRST.get((view.node.__name__, view.name)):
        browser.get(world.addresses(table)[view.at] + earlier).forms["form"].submit(status=303)
    before = site.counts()["audit_entry"]
    answer = browser.post(world.path(table, view), request_as(world, table, view, relation))
    assert answer.status_int in (200, 303)
    assert site.counts()["audit_entry"] > before, f"{view} changed something and recorded nothing"
    (entry,) = newest(site)
    assert entry["request_id"] == answer.headers["X-Request-ID"]
    assert entry["person_id"] is not None or relation == "visitor"


RECORDED = [(table, view) for table, view in LINES if (view.node.__name__, view.name) not in NOT_WALKED and not view.shows]


@pytest.mark.parametrize(("table", "view"), RECORDED, ids=[f"{table.feature}-{view}" for table, view in RECORDED])
def test_a_post_that_succeeds_is_recorded(world: World, table: Table, view: View) -> None:
    walk(world, table, view)


def test_the_walk_sees_a_service_that_forgets_to_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlasbahamas_plugins.portfolio.services.record", lambda *words, **named: None)
    line = next((table, view) for table, view in LINES if str(view) == "UnitNode/edit")
    with pytest.raises(AssertionError, match="recorded nothing"):
        walk(world, *line)
