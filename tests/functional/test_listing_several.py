"""Listing many units in one go: chosen, put into a grid, and told what came of each."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update
from webtest import TestApp, Upload

from atlasbahamas.files.models import File
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.versions.models import ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.portfolio.models import Property, Unit

FREE = (("Cable Beach Court", "3B"), ("Sandyport Mews", "No 1"), ("Sandyport Mews", "No 4"), ("Port Lucaya Villas", "Villa 2"))
LISTED = ("Cable Beach Court", "1B")


@pytest.fixture(autouse=True)
def vacant(site: Site) -> None:
    """The demo homes that nobody lists have leases; here they are free."""
    with site.db.transaction() as db:
        db.execute(update(Lease).where(Lease.state != "ended").values(state="cancelled"))


def refs(site: Site, *wanted: tuple[str, str]) -> list[str]:
    with site.db.transaction("read") as db:
        rows = db.execute(select(Property.name, Unit.label, Unit.ref).join(Property, Property.id == Unit.property_id))
        found = {(name, label): ref for name, label, ref in rows}
    return [found[one] for one in wanted]


def units_of(browser: TestApp) -> str:
    return str(browser.get("/portfolio/").follow().request.path) + "units/"


def grid(browser: TestApp, chosen: list[str]) -> Any:
    return browser.get(f"{units_of(browser)}list", [("unit", ref) for ref in chosen])


def listings(site: Site) -> dict[str, tuple[str, str, str, int]]:
    """Unit's key -> title, description, state and price of its newest listing."""
    with site.db.transaction("read") as db:
        rows = db.execute(
            select(Unit.ref, Listing.title, Listing.description, Listing.state, Listing.price_cents)
            .join(Listing, Listing.unit_id == Unit.id)
            .order_by(Listing.id)
        )
        return {ref: (title, description, state, price) for ref, title, description, state, price in rows}


def test_units_are_chosen_from_the_list_with_its_filters(site: Site) -> None:
    keva = site.browser("keva")
    page = keva.get(f"{units_of(keva)}?beds=3")
    chooser = keva.get(page.html.find("a", string="List many of these")["href"])
    boxes = {box["value"] for box in chooser.html.find_all("input", {"name": "unit"})}
    assert 1 < len(boxes) < 15
    assert refs(site, ("Sandyport Mews", "No 2"))[0] not in boxes
    assert set(refs(site, FREE[3])) <= boxes
    taken = chooser.html.find("section", {"aria-labelledby": "not"}).get_text(" ", strip=True)
    assert "No 2, Sandyport Mews It has a listing already (live)." in taken
    keva.get(f"{units_of(keva)}list?beds=many", status=400)
    assert "List many of these" not in site.browser("philip").get(units_of(site.browser("philip"))).text


def test_drafts_with_what_they_have_in_common_and_what_differs(site: Site) -> None:
    keva, chosen = site.browser("keva"), refs(site, *FREE[:3])
    form = grid(keva, chosen).forms["form"]
    assert form[f"price_{chosen[1]}"].value == "3,400"
    assert form[f"title_{chosen[1]}"].value == "2-bedroom home in Sandyport, No 1"
    form["description"], form["available"] = "Sea air in every room.", "2026-08-01"
    form[f"title_{chosen[1]}"], form[f"price_{chosen[1]}"] = "The corner house", "3,350"
    form[f"available_{chosen[1]}"], form[f"description_{chosen[1]}"] = "2026-09-15", "Only this one has a dock."
    page = form.submit(status=200)
    assert "3 listings were written" in page.text
    assert "skipped" not in page.text
    for link in page.html.find("section").find_all("a"):
        keva.get(link["href"], status=200)
    made = listings(site)
    assert made[chosen[1]] == ("The corner house", "Only this one has a dock.", "draft", 335000)
    assert made[chosen[2]][1:] == ("Sea air in every room.", "draft", 335000)
    with site.db.transaction("read") as db:
        of = select(Listing).join(Unit).where(Unit.ref.in_(chosen)).order_by(Listing.id)
        days = [str(listing.available) for listing in db.scalars(of)]
        photos = db.execute(
            select(Unit.ref, func.count()).select_from(ListingPhoto).join(ListingVersion).join(Listing).join(Unit)
            .where(Unit.ref.in_(chosen)).group_by(Unit.ref)
        ).all()  # fmt: skip
    assert days == ["2026-08-01", "2026-09-15", "2026-08-01"]
    assert dict(photos) == {chosen[0]: 2}  # the others have none, nor has their property


def test_submitted_at_once_and_what_was_skipped_is_named(site: Site) -> None:
    keva, chosen = site.browser("keva"), refs(site, *FREE[:2], LISTED, FREE[2])
    with site.db.transaction() as db:
        db.execute(update(Unit).where(Unit.ref == chosen[3]).values(archived=sites.START))
    page = grid(keva, chosen)
    assert page.text.count("It will be skipped.") == 2
    form = page.forms["form"]
    form["description"], form["what"], form["with_photos"] = "Sea air.", "submit", False
    form["documents"] = [Upload("authority.pdf", b"%PDF-1.7 no document", "application/pdf")]
    before = site.counts()
    form = form.submit(status=422).forms["form"]
    assert form["description"].value == "Sea air."
    assert site.counts() == before
    form["documents"] = [Upload("authority.pdf", samples.pdf(), "application/pdf")]
    answer = form.submit(status=200)
    assert "2 listings were submitted" in answer.text
    skipped = answer.html.find("section", {"aria-labelledby": "skipped"}).get_text(" ", strip=True)
    assert "2 units were skipped" in skipped
    assert "1B, Cable Beach Court It has a listing already (live)." in skipped
    assert "No 4, Sandyport Mews It is in the archive." in skipped
    assert [listings(site)[ref][2] for ref in chosen[:2]] == ["submitted", "submitted"]
    assert "4 versions wait" in site.browser("paula").get("/admin/review/").text
    with site.db.transaction("read") as db:
        photos = select(func.count()).select_from(ListingPhoto).join(ListingVersion).join(Listing).join(Unit)
        assert db.scalar(photos.where(Unit.ref.in_(chosen[:2]))) == 0
        papers = select(Unit.ref, File.name, File.digest).join(Listing, Listing.unit_id == Unit.id).join(ListingVersion)
        papers = papers.join(ListingDocument).join(File, File.id == ListingDocument.file_id)
        kept = db.execute(papers.where(Unit.ref.in_(chosen)).where(Listing.description == "Sea air.")).all()
    assert sorted(row[:2] for row in kept) == sorted((ref, "authority.pdf") for ref in chosen[:2])
    assert len({row.digest for row in kept}) == 1
    # Sent once more it makes nothing twice.
    before = site.counts()
    again = form.submit(status=200)
    assert "4 units were skipped" in again.text
    assert "None of them could be listed." in again.text
    assert site.counts() == before


def test_an_error_stands_beside_its_cell_and_all_that_was_typed_stays(site: Site) -> None:
    keva, chosen = site.browser("keva"), refs(site, *FREE)
    before = site.counts()
    form = grid(keva, chosen).forms["form"]
    form["description"] = "Kept, all of it."
    form[f"title_{chosen[0]}"], form[f"price_{chosen[1]}"] = "", "a lot"
    form[f"available_{chosen[2]}"], form[f"title_{chosen[3]}"] = "tomorrow", "x" * 121
    page = form.submit(status=422)
    for name, at in (("title", 0), ("price", 1), ("available", 2), ("title", 3)):
        box = page.html.find(id=f"{name}_{chosen[at]}")
        error = page.html.find(id=f"{name}_{chosen[at]}-error")
        assert error, (name, at)
        assert box["aria-describedby"] == error["id"]
    assert page.forms["form"][f"price_{chosen[1]}"].value == "a lot"
    assert page.forms["form"][f"available_{chosen[2]}"].value == "tomorrow"
    assert page.forms["form"][f"title_{chosen[3]}"].value == "x" * 121
    assert "Kept, all of it." in page.text
    form = grid(keva, chosen).forms["form"]
    assert form.submit(status=422).html.find(id="description-error")
    assert site.counts() == before


def test_no_more_than_a_hundred_and_nobody_elses(site: Site, monkeypatch: Any) -> None:
    keva, chosen = site.browser("keva"), refs(site, *FREE)
    monkeypatch.setattr("atlasbahamas_plugins.listings.several.services.MOST_UNITS", 3)
    page = keva.get(f"{units_of(keva)}list", [("unit", ref) for ref in chosen], status=422)
    assert "Choose at most 3 at once" in page.text
    assert len(page.html.find_all("input", checked=True)) == 4
    others = refs(site, ("Palmdale Flats", "2B"), FREE[0])
    page = grid(keva, others)
    assert "1 of the units that you chose is not there." in page.text
    assert len(page.html.find_all("input", {"name": "unit"})) == 1
    form = page.forms["form"]
    form["description"] = "Sea air."
    before = listings(site)
    form.submit(status=200)
    assert {ref for ref, made in listings(site).items() if made != before.get(ref)} == {others[1]}


def test_queries_grow_with_the_units_and_no_faster(site: Site) -> None:
    keva = site.browser("keva")
    counted = {}
    for what, most in (("draft", 12), ("submit", 24)):
        for number in (1, 4):
            chosen = refs(site, *FREE[:number])
            with site.db.transaction() as db:
                db.execute(
                    update(Listing)
                    .where(Listing.unit_id.in_(select(Unit.id).where(Unit.ref.in_(chosen))))
                    .values(state="withdrawn")
                )
            with QueryCounter(site.db.engine) as counter:
                form = grid(keva, chosen).forms["form"]
            counted["grid", number] = len(counter.statements)
            form["description"], form["what"] = "Sea air.", what
            with QueryCounter(site.db.engine) as counter:
                form.submit(status=200)
            counted[what, number] = len(counter.statements)
        assert counted[what, 4] - counted[what, 1] <= 3 * most, counted
    assert counted["grid", 1] == counted["grid", 4], counted
