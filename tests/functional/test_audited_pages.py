"""What the record says of what people did on the pages; and that no page changes anything without a word in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.jobs.services import failed_entries
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Membership, Organisation, Person
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.authorisation import fail_a_job
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Hold, Property, PropertyPhoto, Unit, UnitPhoto
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService


def newest(site: Site, most: int = 1) -> list[dict[str, Any]]:
    """The newest entries, each with its parts, newest first."""
    with site.db.transaction("read") as db:
        rows = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most))
        names = ("action", "person_id", "role", "organisation_id", "about_kind", "about_ref", "request_id")
        return [{name: getattr(row, name) for name in names} | entry_parts(db, row.id) for row in rows]


def person_id(site: Site, user_name: str) -> int:
    with site.db.transaction("read") as db:
        return db.scalars(select(Person.id).where(Person.user_name == user_name)).one()


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
        path = paths(site)["UnitNode"]
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
    for path in ("/account/", f"{paths(site)['UnitNode']}edit", f"{paths(site)['PropertyNode']}edit"):
        browser.get(path).forms["form"].submit(status=303)
    assert site.counts() == before


def test_a_refused_change_records_nothing(site: Site) -> None:
    browser = site.browser("keva")
    path = paths(site)["UnitNode"]
    form = browser.get(f"{path}edit").forms["form"]
    before = site.counts()
    form["label"] = ""
    form.submit(status=422)
    assert site.counts() == before


# Every page that takes a POST, walked: each successful one must leave an entry.


def paths(site: Site) -> dict[str, str]:
    """An address of an existing thing of the organisation that keva owns, for each node that takes a POST."""
    with site.db.transaction("read") as db:
        organisation = db.scalars(select(Organisation).where(Organisation.name.startswith("Blue Hole"))).one()
        hold = db.scalars(
            select(Hold)
            .join(Unit, Unit.id == Hold.unit_id)
            .join(Property, Property.id == Unit.property_id)
            .where(Property.organisation_id == organisation.id)
        ).first()
        assert hold is not None
        above = hold.unit.property
        photo = db.scalars(select(PropertyPhoto).where(PropertyPhoto.property_id == above.id)).first()
        of_unit = db.scalars(select(UnitPhoto).where(UnitPhoto.unit_id == hold.unit_id)).first()
        assert photo is not None
        assert of_unit is not None
        listings = {
            state: db.scalars(select(Listing).where(Listing.organisation_id == organisation.id, Listing.state == state)).first()
            for state in ("draft", "approved")
        }
        listed = select(Listing.unit_id).where(Listing.state != "withdrawn")
        unlisted = db.scalars(
            select(Unit)
            .join(Property, Property.id == Unit.property_id)
            .where(Property.organisation_id == organisation.id, Unit.id.not_in(listed))
        ).first()
        assert unlisted is not None
        out = db.scalars(select(OutOfService)).first()
        assert out is not None
        member = db.scalars(select(Membership).where(Membership.role == "viewer")).first()
        assert member is not None
        failed = db.scalars(failed_entries()).first()
        top = f"/portfolio/{organisation.ref}/"
        unit = f"{top}properties/{above.ref}/units/{hold.unit.ref}/"
        return {
            "Root": "/",
            "Account": "/account/",
            "OrganisationNode": top,
            "MembershipNode": f"{top}members/{member.ref}/",
            "LetHome": "/let/",
            "Properties": f"{top}properties/",
            "PropertyNode": f"{top}properties/{above.ref}/",
            "UnitsOfProperty": f"{top}properties/{above.ref}/units/",
            "UnitNode": unit,
            "Unlisted": f"{top}properties/{unlisted.property.ref}/units/{unlisted.ref}/",
            "Holds": f"{unit}holds/",
            "HoldNode": f"{unit}holds/{hold.ref}/",
            "PropertyPhotos": f"{top}properties/{above.ref}/photos/",
            "PropertyPhotoNode": f"{top}properties/{above.ref}/photos/{photo.ref}/",
            "UnitPhotos": f"{unit}photos/",
            "UnitPhotoNode": f"{unit}photos/{of_unit.ref}/",
            "OwnListing": f"{top}listings/{listings['approved'].ref}/",  # type: ignore[union-attr]
            "Contacts": f"{top}contacts/",
            "ContactNode": f"{top}contacts/{db.scalars(select(Contact.ref)).first()}/",
            "Owners": f"{top}properties/{above.ref}/owners/",
            "BulkEditNode": f"{top}bulk-edits/{db.scalars(select(BulkEdit.ref)).first()}/",
            "TimesOutOfService": f"{unit}out-of-service/",
            "OutOfServiceNode": f"{top}properties/{out.unit.property.ref}/units/{out.unit.ref}/out-of-service/{out.ref}/",
            "Jobs": "/admin/jobs/",
            "JobNode": f"/admin/jobs/{failed.id}/" if failed else "",
            "Draft": f"{top}listings/{listings['draft'].ref}/" if listings["draft"] else "",
        }


HOME = {"name": "Conch Villa", "kind": "house", "settlement": "1", "street": "By the dock"}
UNIT = {"label": "Z9", "beds": "1", "baths": "1", "rent_cents": "900"}
VISITOR, OWNER, ADMIN = None, "keva", "paula"
PHOTO = {"photos": [("porch.jpg", samples.picture(seed=9), "image/jpeg")]}
Step = tuple[str, str, dict[str, str]]

# (node, view): who sends it, what they type (the rest stays as the form has it), and what has to be sent before.
WALK: dict[tuple[str, str], tuple[str | None, Mapping[str, Any], list[Step]]] = {
    ("Root", "sign-in"): (VISITOR, {"name": "keva", "password": DEMO_PASSWORD}, []),
    ("Root", "register"): (VISITOR, {"full_name": "Eulah", "user_name": "eulah", "password": "guava duff on Sunday"}, []),
    ("Account", ""): (OWNER, {"full_name": "Keva Other"}, []),
    ("OrganisationNode", "edit"): (OWNER, {"name": "Other Name"}, []),
    ("MembershipNode", "edit"): (OWNER, {"role": "leasing"}, []),
    ("MembershipNode", "end"): (OWNER, {}, []),
    ("LetHome", ""): (OWNER, {**HOME, "rent_cents": "900"}, []),
    ("Properties", "new"): (OWNER, HOME, []),
    ("PropertyNode", "edit"): (OWNER, {"street": "Another street"}, []),
    ("PropertyNode", "archive"): (OWNER, {}, []),
    ("PropertyNode", "restore"): (OWNER, {}, [("PropertyNode", "archive", {})]),
    ("UnitsOfProperty", "new"): (OWNER, UNIT, []),
    ("UnitsOfProperty", "several"): (OWNER, {"count": "2", "rent_cents": "900"}, []),
    ("UnitNode", "edit"): (OWNER, {"rent_cents": "901"}, []),
    ("UnitNode", "archive"): (OWNER, {}, []),
    ("UnitNode", "restore"): (OWNER, {}, [("UnitNode", "archive", {})]),
    ("UnitNode", "list"): (OWNER, {"title": "A home", "description": "With a view."}, []),
    ("Holds", "new"): (OWNER, {"starts": "2031-01-01", "ends": "2031-01-09", "reason": "For a cousin"}, []),
    ("HoldNode", "release"): (OWNER, {}, []),
    ("Contacts", "new"): (OWNER, {"name": "Coral Holdings Ltd"}, []),
    ("ContactNode", "edit"): (OWNER, {"phone": "322-0000"}, []),
    ("Owners", "change"): (OWNER, {"starts": "2031-01-01"}, []),
    ("BulkEditNode", "undo"): (OWNER, {}, []),
    ("TimesOutOfService", "new"): (OWNER, {"starts": "2031-01-01", "reason": "A new roof"}, []),
    ("OutOfServiceNode", "edit"): (OWNER, {"reason": "A new roof"}, []),
    ("OutOfServiceNode", "end"): (OWNER, {}, []),
    ("PropertyPhotos", "add"): (OWNER, PHOTO, []),
    ("PropertyPhotoNode", "edit"): (OWNER, {"caption": "The porch"}, []),
    ("PropertyPhotoNode", "remove"): (OWNER, {}, []),
    ("UnitPhotos", "add"): (OWNER, PHOTO, []),
    ("UnitPhotoNode", "edit"): (OWNER, {"caption": "The porch"}, []),
    ("UnitPhotoNode", "remove"): (OWNER, {}, []),
    ("OwnListing", "edit"): (OWNER, {"title": "Another title"}, []),
    ("OwnListing", "publish"): (OWNER, {}, [("OwnListing", "pause", {})]),
    ("OwnListing", "pause"): (OWNER, {}, []),
    ("OwnListing", "withdraw"): (OWNER, {}, []),
    ("Jobs", "retry-failed"): (ADMIN, {}, []),
    ("JobNode", "retry"): (ADMIN, {}, []),
}
# Nodes whose view asks for another thing than the usual one of that node.
ELSEWHERE = {("UnitNode", "list"): "Unlisted"}
# A page that takes a POST and is walked elsewhere, or records nothing; and why.
NOT_WALKED = {
    ("UnitsOfProperty", "import"): "shows what is in a file first; test_several_units walks it",
    ("Units", "bulk"): "shows what would change first; test_bulk_edit walks it",
    ("UnitsOfProperty", "bulk"): "shows what would change first; test_bulk_edit walks it",
    ("Root", "sign-out"): "has no page of its own to fill in; test_signing_in_and_out walks it",
    **{
        (node, name): "is a button of the page of photos; test_photos.test_every_change_is_recorded presses it"
        for node, names in {
            "PropertyPhotos": ("order",),
            "PropertyPhotoNode": ("up", "down", "cover"),
            "UnitPhotos": ("order",),
            "UnitPhotoNode": ("up", "down", "cover"),
        }.items()
        for name in names
    },
}


@pytest.fixture
def small(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A site on SQLite: that a view calls record does not depend on the database."""
    template = sites.sqlite_template(tmp_path_factory.getbasetemp())
    running = sites.start(sites.copy_sqlite(template, tmp_path / "site.sqlite"), tmp_path)
    fail_a_job(running)
    yield running
    running.close()


def send(browser: TestApp, path: str, typed: Mapping[str, Any]) -> Any:
    form = browser.get(path, status=200).forms["form"]
    for name, value in typed.items():
        form[name] = value
    return form.submit()


def test_every_page_that_takes_a_post_is_walked(small: Site) -> None:
    views = [entry["introspectable"] for entry in small.app.registry.introspector.get_category("views")]
    there = {
        (view["context"].__name__, view["name"])
        for view in views
        if getattr(view["context"], "__module__", "").startswith("atlasbahamas") and "POST" in (view.get("accept_methods") or ())
    }
    assert there == set(WALK) | set(NOT_WALKED)
    assert not set(WALK) & set(NOT_WALKED)


def walk(site: Site, view: tuple[str, str]) -> None:
    """Send a page as somebody who may, and look for its entry."""
    who, typed, first = WALK[view]
    browser = site.browser(who)
    there = paths(site)
    for node, name, words in first:
        assert send(browser, there[node] + name, words).status_int == 303
    before = site.counts()
    answer = send(browser, there[ELSEWHERE.get(view, view[0])] + view[1], typed)
    assert answer.status_int in (200, 303), re.findall(r"field-error.*", answer.text)
    assert site.counts()["audit_entry"] > before["audit_entry"]
    (entry,) = newest(site)
    assert entry["request_id"] == answer.headers["X-Request-ID"]
    assert entry["person_id"] is not None


@pytest.mark.parametrize("view", sorted(WALK), ids=lambda view: f"{view[0]}-{view[1]}")
def test_a_post_that_succeeds_is_recorded(small: Site, view: tuple[str, str]) -> None:
    walk(small, view)


def test_the_walk_sees_a_service_that_forgets_to_record(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlasbahamas_plugins.portfolio.services.record", lambda *words, **named: None)
    with pytest.raises(AssertionError):
        walk(small, ("UnitNode", "edit"))
