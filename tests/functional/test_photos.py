"""Photos of properties and units, from the form to the picture that is served, and everything that is no photo."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from webtest import TestApp, Upload

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.files.models import File, Rendition
from atlasbahamas.files.pictures import ANIMATED, BROKEN, HEIC, NO_PICTURE, TOO_MANY_PIXELS
from atlasbahamas.files.store import read_all
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import QueryCounter, Site, demo_files
from atlasbahamas_plugins.portfolio.models import Property


def gallery(site: Site, name: str = "Sandyport Mews") -> str:
    """Where the photos of one of keva's properties are; this one has none yet."""
    with site.db.transaction("read") as db:
        row = db.scalars(select(Property).where(Property.name == name)).one()
        return f"/portfolio/{row.organisation.ref}/properties/{row.ref}/photos/"


def send(browser: TestApp, path: str, *files: tuple[str, bytes], kept: tuple[str, ...] = (), status: int = 303) -> Any:
    token = browser.get("/account/").forms["form"]["csrf_token"].value
    fields: list[tuple[str, Any]] = [("csrf_token", token)]
    fields += [("photos", Upload(name, data)) for name, data in files]
    fields += [("photos-kept", ref) for ref in kept]
    return browser.post(f"{path}add", fields, content_type="multipart/form-data", status=status)


def act(browser: TestApp, path: str, status: int = 303, **fields: Any) -> Any:
    token = browser.get("/account/").forms["form"]["csrf_token"].value
    return browser.post(path, {"csrf_token": token, **fields}, status=status)


def refs(page: Any) -> list[str]:
    return re.findall(r'data-ref="([^"]+)"', page.text)


def stored(site: Site) -> set[str]:
    return {entry.digest for entry in site.store.stored()} - {path.name for path in demo_files().rglob("*")}


def three(browser: TestApp, path: str) -> list[str]:
    send(browser, path, *[(f"{number}.jpg", samples.picture(seed=number)) for number in (1, 2, 3)])
    return refs(browser.get(path))


def test_photos_are_added_shown_and_served(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    assert "no photos yet" in site.browser("ingrid").get(path).text
    answer = send(browser, path, ("beach.png", samples.picture((3000, 2000), "PNG")), ("IMG_1.jpeg", samples.with_exif()))
    page = answer.follow()
    assert "2 photos were added." in page.text
    first, _ = refs(page)
    image = page.html.find(id=first).find("img")
    assert (image["width"], image["height"], image["alt"]) == ("2400", "1600", "Photo 1 of Sandyport Mews")
    assert [part.split()[1] for part in image["srcset"].split(", ")] == ["400w", "800w", "1600w", "2400w"]
    picture = browser.get(image["src"])
    assert picture.content_type == "image/jpeg"
    assert Image.open(BytesIO(picture.body)).size == (2400, 1600)
    for header, words in (
        ("Cache-Control", "private, max-age=60"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ("Content-Disposition", "inline; filename=\"beach.jpg\"; filename*=UTF-8''beach.jpg"),
    ):
        assert picture.headers[header] == words
    # The second picture is 640 wide: only the small one is to be made of it.
    assert site.drain_jobs() == {"done": 2}
    with site.db.transaction("read") as db:
        made = db.execute(select(Rendition.file_id, Rendition.width).join(File).where(File.person_id.is_not(None)))
        assert sorted(width for _, width in made) == [400, 400, 800, 1600]
    medium = browser.get(image["src"])
    assert Image.open(BytesIO(medium.body)).size == (800, 533)
    assert medium.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert medium.headers["ETag"] != picture.headers["ETag"]
    above = browser.get(path.removesuffix("photos/"))
    assert f"{path}{first}/medium" in above.text


def test_nothing_of_who_and_where_is_in_the_store(site: Site) -> None:
    send(site.browser("keva"), gallery(site), ("kitchen.jpg", samples.with_exif(orientation=6)))
    with site.db.transaction("read") as db:
        row = db.scalars(select(File).where(File.name == "kitchen.jpg")).one()
        data = read_all(site.store, row.digest, row.size)
        assert (row.width, row.height) == (480, 640)
    for mark in (samples.PLACE_MARK, samples.GPS_MARK, "Marva Bethel", "Exif", "xmpmeta"):
        assert mark.encode() not in data
    assert not Image.open(BytesIO(data)).getexif()


BAD = {
    "truncated.jpg": (samples.picture((900, 700))[:4000], BROKEN),
    "renamed.jpg": (b"<html><script>alert(1)</script></html>" * 40, NO_PICTURE),
    "program.png": (b"MZ" + bytes(4000), NO_PICTURE),
    "huge.png": (samples.huge_png(), TOO_MANY_PIXELS),
    "moving.gif": (samples.animated("GIF"), ANIMATED),
    "moving.webp": (samples.animated("WEBP"), ANIMATED),
    "moving.png": (samples.animated("PNG"), ANIMATED),
    "iphone.heic": (samples.heic(), HEIC),
    "lease.jpg": (samples.pdf(), NO_PICTURE),
    "empty.jpg": (b"", "This file is empty."),
    "large.jpg": (samples.picture() + bytes(16 * 1024 * 1024), "This file is 16 MB. One file can have at most 15 MB."),
}


def test_a_bad_file_is_an_error_at_the_field_and_leaves_nothing(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    before = site.counts()
    for name, (data, words) in BAD.items():
        page = send(browser, path, (name, data), status=422)
        error = page.html.find(id="photos-error").get_text(" ", strip=True)
        assert f"{name}: {words}" in error
        assert page.html.find(id="photos")["aria-describedby"] == "photos-hint photos-error"
    page = send(browser, path, *[(name, data) for name, (data, _) in BAD.items() if len(data) < 10**7], status=422)
    for name, (_, words) in BAD.items():
        if name != "large.jpg":
            assert f"{name}: {words}" in page.html.find(id="photos-error").get_text(" ", strip=True)
    page = send(browser, path, status=422)
    assert "Please fill this in." in page.text
    assert act(browser, f"{path}add", 422, photos="a text").html.find(id="photos-error")
    send(browser, path, *[(f"{number}.jpg", b"x") for number in range(21)], status=422)
    assert site.counts() == before
    assert stored(site) == set()


def test_good_files_of_a_form_that_failed_wait_for_the_next_try(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    good = samples.picture(seed=4)
    page = send(browser, path, ("good.jpg", good), ("bad.jpg", b"nonsense"), status=422)
    (kept,) = page.html.find_all("input", {"name": "photos-kept"})
    assert "good.jpg" in kept.find_next("label").get_text()
    assert len(stored(site)) == 1
    # Another person's key opens nothing; one's own form can fail again and keeps it.
    send(site.browser("tamar"), path, kept=(kept["value"],), status=422)
    page = send(browser, path, ("bad.jpg", b"nonsense"), kept=(kept["value"],), status=422)
    assert [box["value"] for box in page.html.find_all("input", {"name": "photos-kept"})] == [kept["value"]]
    page = page.forms["form"].submit(status=303).follow()
    assert "The photo was added." in page.text
    assert len(refs(page)) == 1
    send(browser, path, kept=(kept["value"],), status=422)
    page = send(browser, path, ("other.jpg", samples.picture(seed=5)), ("bad.jpg", b"nonsense"), status=422)
    (kept,) = page.html.find_all("input", {"name": "photos-kept"})
    site.clock.move(days=1, minutes=1)
    page = send(browser, path, kept=(kept["value"],), status=422)
    assert "an earlier try is gone" in page.text
    assert len(stored(site)) == 2
    site.drain_jobs()
    with site.db.transaction("read") as db:
        assert set(db.scalars(select(File.expires))) == {None}
    assert len(stored(site)) == 2  # the photo, and its smaller version


def test_a_name_of_4000_characters_and_one_that_turns_around(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    names = [samples.LONG_NAME, samples.TURNED_NAME, "..\\..\\autoexec.bat", "\u05d1\u05d9\u05ea.jpg", "a\x7f\x01.jpg"]
    send(browser, path, *[(name, samples.picture(seed=number)) for number, name in enumerate(names, 1)])
    with site.db.transaction("read") as db:
        kept = set(db.scalars(select(File.name).where(File.person_id.is_not(None))))
    assert all(len(name) <= 200 for name in kept)
    assert {"rentgpj.jpg", "autoexec.jpg", "\u05d1\u05d9\u05ea.jpg", "a.jpg"} < kept
    page = send(browser, path, (samples.LONG_NAME, b"nonsense"), (samples.TURNED_NAME, b"nonsense"), status=422)
    assert "\u202e" not in page.text
    assert len(page.html.find(id="photos-error").get_text()) < 400
    for ref in refs(browser.get(path)):
        header = browser.get(f"{path}{ref}/full").headers["Content-Disposition"]
        assert header.isascii()
        assert header.isprintable()


def test_a_polyglot_is_served_as_the_picture_that_it_became(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    send(browser, path, ("both.jpg", samples.picture() + samples.MARK))
    (ref,) = refs(browser.get(path))
    answer = browser.get(f"{path}{ref}/full")
    assert samples.MARK not in answer.body
    assert (answer.content_type, answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


def test_the_same_picture_twice_is_said_and_not_added_again(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    data = samples.picture(seed=1)
    page = send(browser, path, ("a.jpg", data), ("b.jpg", data)).follow()
    assert "The photo was added. Here already: b.jpg." in page.text
    page = send(browser, path, ("c.jpg", data)).follow()
    assert "Here already: c.jpg." in page.text
    assert len(refs(page)) == 1
    assert len(stored(site)) == 1


def test_no_more_than_forty(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlasbahamas.files.gallery.services.MAX_PHOTOS", 2)
    browser, path = site.browser("keva"), gallery(site)
    page = send(browser, path, *[(f"{number}.jpg", samples.picture(seed=number)) for number in (1, 2, 3)], status=422)
    assert "at most 2 photos here, and there are 0" in page.html.find(id="photos-error").get_text()
    assert len(page.html.find_all("input", {"name": "photos-kept"})) == 3
    for box in page.html.find_all("input", {"name": "photos-kept"})[:1]:
        form = page.forms["form"]
        form.set("photos-kept", False, index=0)
        assert box["checked"] == ""
    page = form.submit(status=303).follow()
    assert len(refs(page)) == 2
    assert page.html.find(id="photos") is None


def test_order_by_buttons_and_by_dragging(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    a, b, c = three(browser, path)
    for view, ref, wanted in (
        ("down", a, [b, a, c]), ("up", c, [b, c, a]), ("cover", a, [a, b, c]), ("up", a, [a, b, c]), ("down", c, [a, b, c]),
        ("cover", a, [a, b, c]),
    ):  # fmt: skip
        answer = act(browser, f"{path}{ref}/{view}")
        assert answer.location.endswith(f"{path}#{ref}")
        assert refs(browser.get(path)) == wanted
    for sent, wanted in (
        ([c, a, b], [c, a, b]), ([b], [b, c, a]), ([c, "p-none1", c, b, a], [c, b, a]), ([], [c, b, a]),
        (["x" * 10_000], [c, b, a]),
    ):  # fmt: skip
        act(browser, f"{path}order", ref=sent)
        assert refs(browser.get(path)) == wanted
    page = browser.get(path)
    assert page.html.find(id=c).find(attrs={"data-cover": True}).get("hidden") is None
    assert page.html.find(id=b).find(attrs={"data-cover": True}).get("hidden") is not None
    for view in ("up", "down", "cover"):
        assert browser.get(f"{path}{a}/{view}", status=405)
    browser.get(f"{path}order", status=405)


def test_words_for_a_photo(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    a, *_ = three(browser, path)
    act(browser, f"{path}{a}/edit", caption='  The "porch" & <b>sea</b> ')
    page = browser.get(path)
    assert page.html.find(id=a).find("img")["alt"] == 'The "porch" & <b>sea</b>'
    assert "<b>sea" not in page.text
    page = act(browser, f"{path}{a}/edit", 422, caption="x" * 201)
    assert "Use at most 200 characters." in page.html.find(id="caption-error").get_text()
    assert page.html.find(id="caption")["value"] == "x" * 201
    act(browser, f"{path}{a}/edit", caption="")
    assert browser.get(path).html.find(id=a).find("img")["alt"] == "Photo 1 of Sandyport Mews"


def test_a_removed_photo_is_gone_with_its_bytes(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    a, b, c = three(browser, path)
    form = browser.get(f"{path}{a}/remove").forms["form"]
    assert refs(browser.get(path)) == [a, b, c]
    form.submit(status=303)
    assert refs(browser.get(path)) == [b, c]
    assert len(stored(site)) == 2
    browser.get(f"{path}{a}/full", status=404)
    form.submit(status=404)
    assert browser.get(path).html.find(id=b).find("img")["alt"] == "Photo 1 of Sandyport Mews"


def test_ranges_and_what_a_browser_has_already(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    send(browser, path, ("a.jpg", samples.picture()))
    (ref,) = refs(browser.get(path))
    address = f"{path}{ref}/full"
    whole = browser.get(address)
    etag, size = whole.headers["ETag"], len(whole.body)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Length"] == str(size)
    part = browser.get(address, headers={"Range": "bytes=100-199"}, status=206)
    assert part.body == whole.body[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{size}"
    assert browser.get(address, headers={"Range": "bytes=-50"}, status=206).body == whole.body[-50:]
    assert browser.get(address, headers={"Range": f"bytes={size - 5}-"}, status=206).body == whole.body[-5:]
    assert browser.get(address, headers={"Range": f"bytes={size}-"}, status=416).headers["Content-Range"] == f"bytes */{size}"
    several = browser.get(address, headers={"Range": "bytes=0-1,5-6"}, status=206)
    assert (several.body, several.headers["Content-Range"]) == (whole.body[:2], f"bytes 0-1/{size}")
    assert browser.get(address, headers={"Range": "nonsense"}, status=200).body == whole.body
    assert browser.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'}, status=200).body == whole.body
    assert len(browser.get(address, headers={"Range": "bytes=0-9", "If-Range": etag}, status=206).body) == 10
    fresh = browser.get(address, headers={"If-None-Match": etag}, status=304)
    assert (fresh.body, fresh.headers["ETag"]) == (b"", etag)
    assert browser.get(address, headers={"If-None-Match": '"another"'}, status=200).body == whole.body
    head = browser.head(address, status=200)
    assert (head.body, head.headers["Content-Length"], head.headers["ETag"]) == (b"", str(size), etag)
    assert browser.head(address, headers={"Range": "bytes=0-9"}, status=206).headers["Content-Length"] == "10"
    # Who may not look any more is not served what the browser has, either.
    site.browser("andre").get(address, headers={"If-None-Match": etag}, status=404)
    assert (
        site.browser()
        .get(address, headers={"If-None-Match": etag}, status=303)
        .location.endswith(f"next={address}".replace("/", "%2F"))
    )


def test_a_photo_is_found_under_its_own_thing_only(site: Site) -> None:
    browser = site.browser("keva")
    path, other = gallery(site), gallery(site, "Cable Beach Court")
    ref, *_ = three(browser, path)
    foreign = refs(browser.get(other))[0]
    for address in (
        f"{other}{ref}/full",
        f"{path}{foreign}/full",
        f"{path}{ref}/huge",
        f"{path}{ref}/full/more",
        f"{path}{ref}/",
    ):
        browser.get(address, status=404)
    act(browser, f"{path}{foreign}/cover", 404)
    before = refs(browser.get(other))
    act(browser, f"{path}order", ref=before)
    assert refs(browser.get(other)) == before


def test_bytes_that_are_missing_are_a_404_and_a_store_that_is_away_a_503(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    send(browser, path, ("a.jpg", samples.picture()))
    (ref,) = refs(browser.get(path))
    (digest,) = stored(site)
    site.store.delete(digest)
    for headers in ({}, {"Range": "bytes=0-5"}):
        assert "nothing here" in browser.get(f"{path}{ref}/full", headers=headers, status=404).text
    root = site.store.root  # type: ignore[attr-defined]
    root.rename(root.with_name("elsewhere"))
    root.write_text("no folder")
    before = site.counts()
    page = send(browser, path, ("b.jpg", samples.picture(seed=2)), status=503)
    assert "cannot do that at the moment" in page.text
    assert site.counts() == before
    root.unlink()
    root.with_name("elsewhere").rename(root)
    send(browser, path, ("b.jpg", samples.picture(seed=2)))


def test_pages_of_photos_cost_few_queries(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    three(browser, path)
    for address, most in ((path, 8), (path.removesuffix("photos/"), 8), (f"{path}{refs(browser.get(path))[0]}/medium", 3)):
        browser.get(address)
        with QueryCounter(site.db.engine) as counter:
            browser.get(address, status=200)
        assert len(counter.statements) <= most, counter.statements


def test_every_change_is_recorded(site: Site) -> None:
    browser, path = site.browser("keva"), gallery(site)
    a, b, c = three(browser, path)
    act(browser, f"{path}{a}/edit", caption="The porch")
    act(browser, f"{path}order", ref=[c, a, b])
    browser.get(f"{path}{b}/remove").forms["form"].submit(status=303)
    with site.db.transaction("read") as db:
        rows = db.scalars(
            select(AuditEntry).where(AuditEntry.action.like("portfolio:property_photos:%"), AuditEntry.person_id > 0)
        )
        seen = [(row.action.rpartition(":")[2], row.about_kind, entry_parts(db, row.id)["change"]) for row in rows]
    assert seen == [
        ("added", "property", {"after": {"photos": [a, b, c]}}),
        ("captioned", "property", {"before": {a: ""}, "after": {a: "The porch"}}),
        ("ordered", "property", {"before": {"order": [a, b, c]}, "after": {"order": [c, a, b]}}),
        ("removed", "property", {"before": {b: ""}}),
    ]
    before = site.counts()
    act(browser, f"{path}{a}/edit", caption="The porch")
    act(browser, f"{path}{c}/up")
    assert site.counts() == before
