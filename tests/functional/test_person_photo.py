"""The photo of a person: set, shown, replaced, removed, and seen by nobody else than who works with them."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import select
from webtest import TestApp, Upload

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.files.models import File
from atlasbahamas.people.models import Membership, Organisation, Person
from atlasbahamas.people.photo.models import PersonPhoto
from atlasbahamas.people.services import end_membership
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas.web.formats import avatar, initials


def choose(browser: TestApp, *files: tuple[str, bytes], status: int = 303) -> Any:
    form = browser.get("/account/photo").forms["form"]
    if files:
        form["photo"] = Upload(*files[0])
    return form.submit(status=status)


def photo_in(page: Any) -> str:
    found = re.search(r'src="(/photos/[^"]+/picture)"', page.text)
    return found[1] if found else ""


def members(site: Site) -> str:
    with site.db.transaction("read") as db:
        ref = db.scalars(select(Organisation.ref).where(Organisation.name.startswith("Blue Hole"))).one()
    return f"/portfolio/{ref}/members/"


def test_a_photo_becomes_a_square_without_what_came_along(site: Site) -> None:
    browser = site.browser("cyril")
    page = browser.get("/account/")
    assert not photo_in(page)
    assert '<span class="avatar avatar--large" aria-hidden="true">' in page.text
    choose(browser, ("IMG_0042.jpg", samples.with_exif(orientation=6)))
    address = photo_in(browser.get("/account/"))
    served = browser.get(address)
    image = Image.open(BytesIO(served.body))
    assert (image.size, image.format) == ((320, 320), "JPEG")
    assert not image.getexif()
    assert served.headers["Content-Disposition"].startswith('inline; filename="photo.jpg"')
    with site.db.transaction("read") as db:
        assert db.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)).one() == "atlas:photo:set"


def test_a_new_photo_takes_the_place_of_the_old_one_and_of_its_bytes(site: Site) -> None:
    browser = site.browser("cyril")
    choose(browser, ("a.jpg", samples.picture(seed=1)))
    first = photo_in(browser.get("/account/"))
    with site.db.transaction("read") as db:
        digest = db.scalars(select(PersonPhoto)).one().file.digest
        files = len(db.scalars(select(File.id)).all())
    choose(browser, ("b.jpg", samples.picture(seed=2)))
    second = photo_in(browser.get("/account/"))
    assert second not in ("", first)
    browser.get(first, status=404)
    browser.get(second, status=200)
    with site.db.transaction("read") as db:
        assert len(db.scalars(select(File.id)).all()) == files
    assert not site.store.exists(digest)


def test_a_photo_is_removed_after_asking(site: Site) -> None:
    browser = site.browser("cyril")
    choose(browser, ("a.jpg", samples.picture(seed=1)))
    address = photo_in(browser.get("/account/"))
    form = browser.get("/account/remove-photo").forms["form"]
    browser.get(address, status=200)
    form.submit(status=303)
    browser.get(address, status=404)
    assert "Remove it" not in browser.get("/account/").text
    before = site.counts()
    browser.get("/account/remove-photo").forms["form"].submit(status=303)
    assert site.counts() == before, "there was nothing to remove and nothing to record"


def test_colleagues_and_administrators_see_it_and_nobody_else(site: Site) -> None:
    choose(site.browser("cyril"), ("a.jpg", samples.picture(seed=1)))
    address = photo_in(site.browser("cyril").get("/account/"))
    for user_name, status in (("keva", 200), ("ingrid", 200), ("paula", 200), ("marva", 404), ("andre", 404)):
        site.browser(user_name).get(address, status=status)
    site.browser().get(address, status=303)
    assert photo_in(site.browser("keva").get(members(site))) == address
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        membership = db.scalars(select(Membership).join(Person).where(Person.user_name == "cyril")).one()
        end_membership(db, membership, now=sites.START)
    site.browser("keva").get(address, status=404)
    site.browser("cyril").get(address, status=200)


def test_a_bad_picture_is_an_error_at_the_field(site: Site) -> None:
    browser = site.browser("cyril")
    before = site.counts()
    page = choose(browser, ("me.jpg", b"<html>not a picture</html>" * 40), status=422)
    assert "This is not a picture" in page.html.find(id="photo-error").get_text(" ", strip=True)
    page = choose(browser, status=422)
    assert "Please fill this in." in page.html.find(id="photo-error").get_text(" ", strip=True)
    assert site.counts() == before


def test_initials_stand_where_there_is_no_photo() -> None:
    assert [initials(name) for name in ("Marva J. Bethel", "keva", "  ", "Zéphirine Quashie")] == ["MB", "K", "", "ZQ"]
    assert "&lt;" in avatar("<b> x")
