"""How a listing gets public: submitted, looked at, decided about, told to its lister; and what stays public meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp, Upload

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import PLATFORM_ADMIN, Organisation, Person
from atlasbahamas.people.services import add_member, grant_platform_role
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.versions.models import CHECKLIST, ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.portfolio.models import Property, Unit

DRAFT, WAITING, CHANGED, BACK = (
    "Furnished one-bedroom in Cable Beach",
    "Furnished two-bedroom across from the beach",
    "Three-bedroom cottage above the cliffs of Gregory Town",
    "Three-bedroom row house near the ferry",
)
"""Titles of the demo data: a draft with photos and a document, what waits, a change that waits, what was sent back."""


def version(site: Site, title: str) -> ListingVersion:
    """The newest version with a title."""
    with site.db.transaction("read") as db:
        mine = select(ListingVersion).where(ListingVersion.title == title)
        row = db.scalars(mine.order_by(ListingVersion.number.desc()).limit(1)).one()
        db.expunge_all()
        return row


def listing(site: Site, listing_id: int) -> Listing:
    with site.db.transaction("read") as db:
        row = db.get_one(Listing, listing_id)
        db.expunge_all()
        return row


def own(site: Site, listing_id: int) -> str:
    row = listing(site, listing_id)
    return f"/portfolio/{row.organisation.ref}/listings/{row.ref}/"


def public(site: Site, listing_id: int) -> str:
    return f"/listings/{listing(site, listing_id).ref}/"


def latest(site: Site, listing_id: int) -> ListingVersion:
    """The newest version of a listing."""
    with site.db.transaction("read") as db:
        mine = select(ListingVersion).where(ListingVersion.listing_id == listing_id)
        row = db.scalars(mine.order_by(ListingVersion.number.desc()).limit(1)).one()
        db.expunge_all()
        return row


def live(site: Site) -> Listing:
    """A live listing of keva's with photos."""
    with site.db.transaction("read") as db:
        row = db.scalars(select(Listing).where(Listing.state == "approved", Listing.cover.is_not(None))).one()
        db.expunge_all()
        return row


def press(browser: TestApp, path: str, status: int = 303, **typed: Any) -> Any:
    form = browser.get(path).forms["form"]
    for name, value in typed.items():
        form[name] = value
    return form.submit(status=status)


def decide(browser: TestApp, ref: str, decision: str, status: int = 303, *, ticks: Any = tuple(CHECKLIST), note: str = "") -> Any:
    boxes = {f"{item}_checked": True for item in ticks}
    return press(browser, f"/admin/review/{ref}/", status, decision=decision, note=note, **boxes)


def told(site: Site, user_name: str) -> list[str]:
    """What somebody was told about listings, the newest first."""
    with site.db.transaction("read") as db:
        mine = select(Notification.subject).join(Person, Person.id == Notification.person_id)
        mine = mine.where(Notification.category.startswith("listings."))
        return list(db.scalars(mine.where(Person.user_name == user_name).order_by(Notification.id.desc())))


def test_a_new_listing_is_submitted_approved_and_found(site: Site) -> None:
    keva, paula, visitor = site.browser("keva"), site.browser("paula"), site.browser()
    draft = version(site, DRAFT)
    page = own(site, draft.listing_id)
    assert "Submit for review" in keva.get(page).text
    answer = press(keva, f"{page}submit").follow()
    assert "You are told as soon as somebody has looked at it." in answer.text
    visitor.get(public(site, draft.listing_id), status=404)
    assert "In review since" in keva.get("/home/").text
    before = told(site, "keva")
    decide(paula, draft.ref, "approve")
    shown = visitor.get(public(site, draft.listing_id)).text
    assert DRAFT in shown
    assert shown.count("/photos/") > 2
    assert "authority-to-let" not in shown
    assert [words for words in told(site, "keva") if words not in before] == [f"“{DRAFT}” is live"]
    assert told(site, "shanelle")[0] == f"“{DRAFT}” is live"
    assert told(site, "philip") == []  # a bookkeeper writes no listings
    row = version(site, DRAFT)
    assert (row.state, row.reviewed, row.photos_checked, row.documents_checked) == ("approved", True, True, True)
    with site.db.transaction("read") as db:
        entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (entry.action, entry.about_ref) == ("listings:version:approved", listing(site, draft.listing_id).ref)
        assert entry_parts(db, entry.id)["change"]["after"]["checked"] == sorted(CHECKLIST)


def test_what_an_administrator_does_with_a_listing_is_told_to_its_writers(site: Site) -> None:
    """Each act on somebody else's listing, by the form that its lister has; what one of them does is told to nobody."""
    keva, paula, row = site.browser("keva"), site.browser("paula"), live(site)
    page, waiting = own(site, row.id), own(site, version(site, WAITING).listing_id)
    acts = (
        ("pause", "paused"), ("resume", "put back into the catalogue"), ("edit", "changed"),
        ("drop-changes", "dropped the changes of"), ("withdraw", "withdrew"),
    )  # fmt: skip
    for name, did in acts:
        press(paula, f"{page}{name}", **({"title": "Better words"} if name == "edit" else {}))
        for user_name in ("keva", "shanelle", "tamar"):
            assert told(site, user_name)[0] == f"An administrator {did} “{row.title}”"
    press(paula, f"{waiting}take-back")
    assert told(site, "keva")[0] == f"An administrator took back from review “{WAITING}”"
    before = [told(site, user_name) for user_name in ("keva", "shanelle", "paula")]
    press(keva, f"{waiting}edit", title="Her own words")
    press(paula, f"{waiting}edit", title="Her own words")  # nothing is another than before
    press(keva, f"{waiting}withdraw")
    assert [told(site, user_name) for user_name in ("keva", "shanelle", "paula")] == before
    assert told(site, "philip") == []


def also(site: Site, user_name: str, *, reviews: bool = False, works_at: str = "") -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        person = db.scalars(select(Person).where(Person.user_name == user_name)).one()
        if reviews:
            grant_platform_role(db, person, PLATFORM_ADMIN)
        if works_at:
            there = db.scalars(select(Organisation).where(Organisation.name == works_at)).one()
            add_member(db, there, person.id, "viewer", now=sites.START)


def test_nobody_decides_about_their_own_as_long_as_somebody_else_can(site: Site) -> None:
    """Their own is what they submitted, and what their organisation lists."""
    paula, first, second = site.browser("paula"), version(site, WAITING), version(site, CHANGED)
    with site.db.transaction() as db:
        submitter = select(Person.id).where(Person.user_name == "paula").scalar_subquery()
        db.execute(update(ListingVersion).where(ListingVersion.id == first.id).values(submitted_by_id=submitter))
    also(site, "andre", reviews=True)
    assert "1 listing waits for you" in paula.get("/admin/").text
    for decision in ("approve", "ask", "reject"):
        page = decide(paula, first.ref, decision, 422, note="Kept words.")
        assert "Somebody else has to decide about it." in page.html.find("main").text
        assert page.forms["form"]["note"].value == "Kept words."
    also(site, "paula", works_at="Blue Hole Property Management")
    page = paula.get("/admin/review/several", [("ref", first.ref), ("ref", second.ref)])
    assert page.text.count("Somebody else has to decide about it.") == 2
    assert "Nothing waits." in paula.get("/admin/").text
    form = page.forms["form"]
    form[f"decision_{second.ref}"], form[f"note_{second.ref}"] = "reject", "Kept words."
    assert "Somebody else has to decide about it." in form.submit(status=422).html.find("main").text
    assert [version(site, title).state for title in (WAITING, CHANGED)] == ["submitted", "submitted"]
    decide(site.browser("andre"), first.ref, "approve")
    # Who is left alone with it decides: else a site with one administrator would stand still.
    with site.db.transaction() as db:
        db.execute(update(Person).where(Person.user_name == "andre").values(disabled=sites.START))
    assert "Somebody else" not in paula.get(f"/admin/review/{second.ref}/").text
    decide(paula, second.ref, "ask", note="My own, and there is nobody else.")


def test_each_morning_reviewers_are_told_what_waits_for_them_and_nothing_when_nothing_does(site: Site) -> None:
    also(site, "andre", reviews=True, works_at="Blue Hole Property Management")
    site.clock.move(days=1)
    site.drain_jobs()
    site.drain_jobs()
    assert told(site, "paula") == ["2 listings wait for you to look at"]
    assert told(site, "andre") == [], "what waits is of the organisation for which this reviewer works"
    decide(site.browser("paula"), version(site, WAITING).ref, "approve")
    site.clock.move(days=1)
    site.drain_jobs()
    assert told(site, "paula") == ["1 listing waits for you to look at", "2 listings wait for you to look at"]
    page = site.browser("paula").get("/notifications/")
    assert "1 listing waits for you to look at" in page.text
    decide(site.browser("paula"), version(site, CHANGED).ref, "reject", note="No.")
    site.clock.move(days=1)
    site.drain_jobs()
    assert len(told(site, "paula")) == 2


def test_the_queue_has_what_waits_the_oldest_first_and_as_csv(site: Site) -> None:
    paula = site.browser("paula")
    for path in ("/admin/", "/home/"):
        assert "2 listings wait for you" in paula.get(path).text
    assert "wait for you" not in site.browser("keva").get("/home/").text
    page = paula.get("/admin/review/")
    assert page.text.index(WAITING) < page.text.index(CHANGED)
    assert "2 versions wait" in page.text
    assert WAITING not in paula.get("/admin/review/?kind=change").text
    assert CHANGED not in paula.get("/admin/review/?q=furnished").text
    lines = paula.get("/admin/review/?format=csv").body.decode("utf-8-sig").splitlines()
    assert lines[0] == "Listing,What,Lister,Waiting since"
    assert len(lines) == 3
    with QueryCounter(site.db.engine) as counter:
        paula.get("/admin/review/", status=200)
    assert len(counter.statements) <= 8, counter.statements


def test_a_reviewer_sees_all_of_it_and_nothing_is_ticked_for_them(site: Site) -> None:
    paula = site.browser("paula")
    with site.db.transaction("read") as db:
        papers = db.scalar(select(func.count()).select_from(ListingDocument))
    assert papers == 2
    page = paula.get(f"/admin/review/{version(site, WAITING).ref}/")
    for words in (
        WAITING,
        "furnished down to the cutlery",
        "B$2,850",
        "2A",
        "Blue Hole Property Management",
        "authority-to-let.pdf",
    ):
        assert words in page.text
    assert page.html.find_all("input", checked=True) == []
    assert len(page.html.find_all("input", type="checkbox")) == 4
    for image in page.html.find("main").find_all("img"):
        assert paula.get(image["src"]).content_type == "image/jpeg"
    link = next(link["href"] for link in page.html.find_all("a") if "/documents/" in link["href"])
    assert paula.get(link).content_type == "application/pdf"
    site.browser("keva").get(link, status=404)
    changes = paula.get(f"/admin/review/{version(site, CHANGED).ref}/")
    assert [part.get_text() for part in changes.html.find_all("ins")] != []
    with QueryCounter(site.db.engine) as counter:
        paula.get(f"/admin/review/{version(site, WAITING).ref}/")
    assert len(counter.statements) <= 10, counter.statements


def test_nothing_is_approved_without_each_tick_nor_sent_back_without_a_reason(site: Site) -> None:
    paula, ref = site.browser("paula"), version(site, WAITING).ref
    before = site.counts()
    for lacking in CHECKLIST:
        page = decide(paula, ref, "approve", 422, ticks=[item for item in CHECKLIST if item != lacking], note="Nearly.")
        assert page.html.find(id=f"{lacking}_checked-error")
        assert page.html.find("textarea").get_text().strip() == "Nearly."
        assert len(page.html.find_all("input", checked=True)) == 3
    for decision in ("ask", "reject"):
        page = decide(paula, ref, decision, 422, note="  ")
        assert page.html.find(id="note-error")
        assert page.html.find("option", selected=True)["value"] == decision
    assert site.counts() == before
    assert version(site, WAITING).state == "submitted"


def test_what_was_sent_back_says_why_is_corrected_and_comes_again(site: Site) -> None:
    keva, paula = site.browser("keva"), site.browser("paula")
    first = version(site, WAITING)
    page = own(site, first.listing_id)
    decide(paula, first.ref, "ask", note="Which floor is it on?\nSay so.", ticks=["price"])
    assert told(site, "keva")[0] == f"“{WAITING}” was sent back: there is something to change"
    assert "Sent back: there is something to change." in keva.get("/home/").text
    for path in (page, f"{page}edit"):
        assert "Which floor is it on?" in keva.get(path).text
    assert keva.get(f"{page}edit").forms["form"]["title"].value == WAITING
    press(keva, f"{page}edit", description="On the second floor, with a balcony to the east.")
    assert "Which floor is it on?" in keva.get(page).text
    press(keva, f"{page}submit")
    assert "Which floor" not in keva.get(f"{page}edit").text
    second = version(site, WAITING)
    assert (second.number, second.state, listing(site, first.listing_id).state) == (2, "submitted", "submitted")
    with site.db.transaction("read") as db:
        counts = [
            db.scalar(select(func.count()).select_from(model).where(model.version_id == number))
            for model in (ListingPhoto, ListingDocument)
            for number in (first.id, second.id)
        ]
        files = set(db.scalars(select(ListingPhoto.file_id).where(ListingPhoto.version_id.in_((first.id, second.id)))))
    assert counts == [2, 2, 1, 1]
    assert len(files) == 4
    decide(paula, second.ref, "approve")
    site.browser().get(public(site, first.listing_id), status=200)
    history = keva.get(page)
    assert "Version 2" in history.text
    old = keva.get(f"{page}versions/{first.ref}/")
    assert "Which floor is it on?" in old.text
    assert "Sent back" in old.text
    keva.get(f"{page}versions/").follow(status=200)


def test_what_was_sent_back_may_come_again_as_it_is(site: Site) -> None:
    keva, back = site.browser("keva"), version(site, BACK)
    page = own(site, back.listing_id)
    press(keva, f"{page}edit", price_cents="2,990")  # the price is no part of a version
    assert version(site, BACK).number == back.number
    press(keva, f"{page}submit")
    assert (version(site, BACK).number, version(site, BACK).state) == (2, "submitted")


def test_the_approved_version_stays_public_until_the_new_one_is_approved(site: Site) -> None:
    keva, paula, visitor = site.browser("keva"), site.browser("paula"), site.browser()
    row = live(site)
    page, seen, name = own(site, row.id), public(site, row.id), row.title.partition(",")[0]
    press(keva, f"{page}edit", price_cents="2,750", available="2026-09-01")
    assert "B$2,750" in visitor.get(seen).text
    assert version(site, row.title).number == 1
    press(keva, f"{page}edit", title="A new name for it", description="New words altogether, zanzibar.", price_cents="2,760")
    shown = visitor.get(seen).text
    assert "B$2,760" in shown
    assert name in shown
    assert "A new name for it" not in shown
    assert "No home fits" in visitor.get("/listings/?q=zanzibar").text
    assert "There are changes that are not public yet" in keva.get(page).text
    assert keva.get(f"{page}edit").forms["form"]["title"].value == "A new name for it"
    press(keva, f"{page}submit")
    assert name in visitor.get(seen).text
    new = version(site, "A new name for it")
    review = paula.get(f"/admin/review/{new.ref}/")
    assert "New words altogether, zanzibar." in " ".join(part.get_text() for part in review.html.find_all("ins"))
    decide(paula, new.ref, "reject", note="That is not a name.")
    assert name in visitor.get(seen).text
    assert listing(site, row.id).state == "approved"
    press(keva, f"{page}edit", title="The second new name")
    press(keva, f"{page}submit")
    decide(paula, version(site, "The second new name").ref, "approve")
    assert "The second new name" in visitor.get(seen).text
    assert name not in visitor.get(seen).text
    with site.db.transaction("read") as db:
        of_it = select(ListingVersion.state).where(ListingVersion.listing_id == row.id)
        states = list(db.scalars(of_it.order_by(ListingVersion.number)))
    assert states == ["superseded", "rejected", "approved"]


def test_photos_belong_to_the_version(site: Site) -> None:
    keva, paula, visitor = site.browser("keva"), site.browser("paula"), site.browser()
    row = live(site)
    page, seen = own(site, row.id), public(site, row.id)
    before = [image["src"] for image in visitor.get(seen).html.find_all("img") if "/photos/" in image["src"]]
    assert len(before) == 2
    assert visitor.get(before[0]).headers["Cache-Control"].startswith("public")
    assert f"{row.cover}/small" in visitor.get("/listings/?q=Goodman").text
    gallery = press(keva, f"{page}revise").location
    form = keva.get(gallery).forms["form"]
    form["photos"] = [Upload("new.jpg", samples.picture(seed=5), "image/jpeg")]
    form.submit(status=303)
    new = latest(site, row.id)
    assert new.number == 2
    with site.db.transaction("read") as db:
        refs = list(db.scalars(select(ListingPhoto.ref).where(ListingPhoto.version_id == new.id).order_by(ListingPhoto.position)))
    assert len(refs) == 3
    keva.post(f"{gallery}{refs[2]}/cover", {"csrf_token": form["csrf_token"].value}, status=303)
    visitor.get(f"{seen}photos/{refs[2]}/small", status=404)
    press(keva, f"{page}submit")
    # Frozen now, in words and not as a failure; also for whoever has the page open still.
    answer = keva.post(f"{gallery}{refs[0]}/cover", {"csrf_token": form["csrf_token"].value}, status=303).follow()
    assert "These photos cannot be changed any more." in answer.text
    form["photos"] = [Upload("late.jpg", samples.picture(seed=6), "image/jpeg")]
    assert "cannot be changed any more" in form.submit(status=422).text
    review = paula.get(f"/admin/review/{new.ref}/")
    assert len(review.html.find_all("span", string="New")) == 1
    decide(paula, new.ref, "approve")
    after = [image["src"] for image in visitor.get(seen).html.find_all("img") if "/photos/" in image["src"]]
    assert len(after) == 3
    assert listing(site, row.id).cover == refs[2]
    assert visitor.get(f"{seen}photos/{refs[2]}/small").content_type == "image/jpeg"
    visitor.get(before[0], status=404)
    press(keva, f"{page}pause")
    visitor.get(f"{seen}photos/{refs[2]}/small", status=404)


def test_documents_are_for_the_reviewer_only(site: Site) -> None:
    keva, draft = site.browser("keva"), version(site, DRAFT)
    papers = f"{own(site, draft.listing_id)}versions/{draft.ref}/documents/"
    page = press(keva, papers, documents=[Upload("deed.pdf", samples.pdf(), "application/pdf")]).follow()
    assert "deed.pdf" in page.text
    links = [link["href"] for link in page.html.find_all("a") if link["href"].endswith("/file")]
    assert len(links) == 2
    assert keva.get(links[1]).headers["Cache-Control"] == "private, no-cache"
    site.browser("philip").get(links[1], status=403)
    site.browser("philip").get(papers, status=403)
    site.browser().get(links[1], status=303)
    bad = press(keva, papers, 422, documents=[Upload("deed.pdf", b"no document", "application/pdf")])
    assert bad.html.find(id="documents-error")
    removing = keva.get(links[1].replace("/file", "/remove")).forms["form"]
    removing.submit(status=303)
    keva.get(links[1], status=404)
    press(keva, f"{own(site, draft.listing_id)}submit")
    form = keva.get(papers)
    assert "Add documents" not in form.text
    late = keva.get(links[0].replace("/file", "/remove")).forms["form"].submit(status=422)
    assert "Take it back first" in late.text


def test_in_review_it_stays_as_it_is_until_it_is_taken_back(site: Site) -> None:
    keva, paula, first = site.browser("keva"), site.browser("paula"), version(site, WAITING)
    page = own(site, first.listing_id)
    refused = press(keva, f"{page}edit", 422, title="Another title")
    assert "Take it back first" in refused.html.find(id="title-error").get_text()
    assert refused.forms["form"]["title"].value == "Another title"
    assert "already" in press(keva, f"{page}submit", 422).text
    review = paula.get(f"/admin/review/{first.ref}/").forms["form"]
    review["decision"] = "approve"
    for item in CHECKLIST:
        review[f"{item}_checked"] = True
    review["note"] = "Fine."
    press(keva, f"{page}take-back")
    answer = review.submit(status=422)
    assert "taken back meanwhile" in answer.text
    assert "Fine." in answer.text
    press(keva, f"{page}edit", title="Another title")
    press(keva, f"{page}submit")
    answer = review.submit(status=422)
    assert "It was changed meanwhile, so nothing was decided." in answer.text
    assert answer.html.find_all("input", checked=True) == []
    assert version(site, "Another title").state == "submitted"
    again = answer.forms["form"]
    for item in CHECKLIST:
        again[f"{item}_checked"] = True
    again.submit(status=303)
    assert version(site, "Another title").state == "approved"
    assert "Somebody else decided" in review.submit(status=422).text


def test_a_price_that_changes_under_the_reviewer_is_looked_at_again(site: Site) -> None:
    keva, paula, first = site.browser("keva"), site.browser("paula"), version(site, WAITING)
    review = paula.get(f"/admin/review/{first.ref}/").forms["form"]
    review["decision"] = "approve"
    for item in CHECKLIST:
        review[f"{item}_checked"] = True
    press(keva, f"{own(site, first.listing_id)}edit", price_cents="28.50")
    answer = review.submit(status=422)
    assert "It was changed meanwhile" in answer.text
    assert "B$28.50" in answer.text
    assert version(site, WAITING).state == "submitted"


def test_withdrawn_while_it_waits(site: Site) -> None:
    keva, paula, first = site.browser("keva"), site.browser("paula"), version(site, WAITING)
    press(keva, f"{own(site, first.listing_id)}withdraw")
    assert version(site, WAITING).state == "dropped"
    page = paula.get(f"/admin/review/{first.ref}/")
    assert "The lister took this back" in page.text
    assert "form" not in page.forms
    assert WAITING not in paula.get("/admin/review/").text


def test_several_at_once_but_none_unseen(site: Site) -> None:
    keva, paula = site.browser("keva"), site.browser("paula")
    draft = version(site, DRAFT)
    press(keva, f"{own(site, draft.listing_id)}submit")
    refs = {title: version(site, title).ref for title in (WAITING, CHANGED, DRAFT)}
    queue = paula.get("/admin/review/")
    assert len(queue.html.find_all("input", {"name": "ref"})) == 3
    page = paula.get("/admin/review/several", [("ref", ref) for ref in refs.values()])
    for title in refs:
        assert title in page.text
    assert page.html.find_all("input", checked=True) == []
    form = page.forms["form"]
    form[f"decision_{refs[WAITING]}"] = "approve"
    for item in CHECKLIST:
        form[f"{item}_{refs[WAITING]}"] = True
    form[f"decision_{refs[CHANGED]}"] = "approve"
    form[f"photos_{refs[CHANGED]}"] = True
    form[f"note_{refs[CHANGED]}"] = "Kept words"
    answer = form.submit(status=200)
    result = answer.html.find_all("div", class_="callout")[1].get_text(" ", strip=True)
    assert f"“{WAITING}”: approved." in result
    assert f"“{CHANGED}” was not decided." in result
    assert DRAFT not in result
    assert "Kept words" in answer.text
    assert answer.html.find(id=f"price_{refs[CHANGED]}-error")
    assert [version(site, title).state for title in refs] == ["approved", "submitted", "submitted"]
    form = answer.forms["form"]
    assert [name for name in form.fields if refs[WAITING] in (name or "")] == []
    # What is taken back meanwhile is named; what nobody decided about waits.
    press(keva, f"{own(site, version(site, CHANGED).listing_id)}take-back")
    form[f"decision_{refs[CHANGED]}"] = "reject"
    form[f"decision_{refs[DRAFT]}"] = "ask"
    answer = form.submit(status=422)
    assert answer.text.count("was not decided.") == 2
    assert "taken back meanwhile" in answer.text
    assert version(site, DRAFT).state == "submitted"
    form = answer.forms["form"]
    form[f"note_{refs[DRAFT]}"] = "Two photos are the same."
    assert "sent back" in form.submit(status=303).follow().text
    many = [("ref", f"v-none{number}") for number in range(11)]
    assert "at most 10" in paula.get("/admin/review/several", many, status=303).follow().text


def test_several_cost_few_queries(site: Site) -> None:
    paula = site.browser("paula")
    counted = []
    for refs in ([WAITING], [WAITING, CHANGED]):
        with QueryCounter(site.db.engine) as counter:
            paula.get("/admin/review/several", [("ref", version(site, title).ref) for title in refs], status=200)
        counted.append(len(counter.statements) - len(refs))  # `version` of this test asks once each
    assert counted[0] == counted[1] <= 12


def test_without_review_it_is_public_as_soon_as_it_is_submitted(database_url: str, tmp_path: Path) -> None:
    site = sites.start(database_url, tmp_path, **{"listings.review": "no"})
    keva, draft = site.browser("keva"), version(site, DRAFT)
    page = own(site, draft.listing_id)
    assert "Publish" in keva.get(page).text
    press(keva, f"{page}submit")
    site.browser().get(public(site, draft.listing_id), status=200)
    row = version(site, DRAFT)
    assert (row.state, row.reviewed, row.decided_by_id) == ("approved", False, None)
    press(keva, f"{page}edit", title="Better words")
    assert DRAFT in site.browser().get(public(site, draft.listing_id)).text
    press(keva, f"{page}submit")
    assert "Better words" in site.browser().get(public(site, draft.listing_id)).text
    site.close()


def test_changes_can_be_dropped(site: Site) -> None:
    keva, row = site.browser("keva"), live(site)
    page = own(site, row.id)
    press(keva, f"{page}edit", title="Not so good")
    press(keva, f"{page}drop-changes")
    assert keva.get(f"{page}edit").forms["form"]["title"].value == row.title
    assert "no changes to drop" in press(keva, f"{page}drop-changes", 422).text


def test_a_listing_of_an_archived_unit_is_not_submitted(site: Site) -> None:
    keva, draft = site.browser("keva"), version(site, DRAFT)
    with site.db.transaction() as db:
        unit = listing(site, draft.listing_id).unit_id
        db.execute(update(Unit).where(Unit.id == unit).values(archived=sites.START))
    assert "archived" in press(keva, f"{own(site, draft.listing_id)}submit", 422).text


def test_a_rejected_listing_has_ended_and_its_unit_is_free_for_another(site: Site) -> None:
    keva, first = site.browser("keva"), version(site, WAITING)
    decide(site.browser("paula"), first.ref, "reject", note="This is not your home to let.")
    page = keva.get(own(site, first.listing_id))
    assert "This is not your home to let." in page.text
    assert "Submit" not in page.html.find("main").get_text()
    row = listing(site, first.listing_id)
    path = f"/portfolio/{row.organisation.ref}/properties/{row.unit.property.ref}/units/{row.unit.ref}/list"
    press(keva, path, title="Another try", description="With other words.")
    assert version(site, "Another try").state == "draft"


def test_the_units_photos_begin_a_listing(site: Site) -> None:
    keva = site.browser("keva")
    with site.db.transaction("read") as db:
        unit = db.scalars(select(Unit).join(Property).where(Property.name == "Cable Beach Court", Unit.label == "3B")).one()
        path = f"/portfolio/{unit.property.organisation.ref}/properties/{unit.property.ref}/units/{unit.ref}/list"
    press(keva, path, title="Held for now", description="But soon free again.")
    row = version(site, "Held for now")
    node = f"{own(site, row.listing_id)}versions/{row.ref}/"
    with site.db.transaction("read") as db:
        photos = list(db.scalars(select(ListingPhoto).where(ListingPhoto.version_id == row.id).order_by(ListingPhoto.position)))
        db.expunge_all()
    assert [photo.caption for photo in photos] == ["The living room, with its window to the sea", ""]
    assert "There are photos already" in press(keva, f"{node}take-photos", 422).text
    for photo in photos:
        press(keva, f"{node}photos/{photo.ref}/remove")
    assert "Take the unit's photos" in keva.get(node).html.find("main").get_text()
    press(keva, f"{node}take-photos")
    with site.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(ListingPhoto).where(ListingPhoto.version_id == row.id)) == 2


# What the database keeps by itself


def refused(site: Site, statement: str) -> str | None:
    """The name of the rule that refuses a statement."""
    with pytest.raises(IntegrityError) as caught, site.db.transaction() as db:
        db.execute(text(statement))
    return violated_constraint(caught.value, metadata)


def test_the_database_keeps_what_was_submitted_and_what_was_decided(site: Site) -> None:
    waiting, approved = version(site, WAITING), version(site, live(site).title)
    frozen = "listings_version_frozen"
    where = f"WHERE id = {waiting.id}"
    assert refused(site, f"UPDATE listings_version SET title = 'Other' {where}") == frozen
    assert refused(site, f"UPDATE listings_version SET description = '' {where}") == frozen
    assert refused(site, f"DELETE FROM listings_version {where}") == frozen
    for table in ("listings_photo", "listings_document"):
        assert refused(site, f"DELETE FROM {table} WHERE version_id = {waiting.id}") == frozen
        assert (
            refused(site, f"UPDATE {table} SET version_id = {waiting.id} WHERE version_id = {version(site, DRAFT).id}") == frozen
        )
    assert refused(site, f"UPDATE listings_photo SET caption = 'x' WHERE version_id = {approved.id}") == frozen
    assert refused(site, f"UPDATE listings_version SET price_checked = false WHERE id = {approved.id}") in (
        frozen,
        "ck_listings_version_approved_is_checked",
        "approved_is_checked",
    )
    assert refused(site, f"UPDATE listings_version SET state = 'draft', decided = NULL WHERE id = {approved.id}") is not None
    steps = f"UPDATE listings_version SET state = 'superseded', decided = submitted {where}"
    assert refused(site, steps) == "listings_version_steps"
    unchecked = f"UPDATE listings_version SET state = 'approved', decided = submitted, reviewed = true, decided_by_id = 1 {where}"
    assert "approved_is_checked" in (refused(site, unchecked) or "")
    nobody = f"UPDATE listings_version SET state = 'approved', decided = submitted, reviewed = true {where}"
    assert refused(site, nobody) is not None
    silent = f"UPDATE listings_version SET state = 'rejected', decided = submitted, reviewed = true, decided_by_id = 1 {where}"
    assert "no_is_said_with_a_reason" in (refused(site, silent) or "")
    born = """INSERT INTO listings_version (ref, listing_id, number, title, description, state, created, submitted, decided,
        reviewed, photos_checked, price_checked, description_checked, documents_checked, note)
        SELECT 'v-9', listing_id, 9, title, description, 'approved', created, submitted, decided, false, false, false, false,
        false, '' FROM listings_version WHERE id = """
    born += str(approved.id)
    assert refused(site, born) == "listings_version_begins_as_draft"


def test_the_database_shows_the_public_nothing_that_was_not_approved(site: Site) -> None:
    row, rule = live(site), "listings_listing_shows_what_was_approved"
    assert refused(site, f"UPDATE listings_listing SET title = 'Anything' WHERE id = {row.id}") == rule
    assert refused(site, f"UPDATE listings_listing SET description = 'Anything' WHERE id = {row.id}") == rule
    unseen = version(site, WAITING).listing_id
    assert refused(site, f"UPDATE listings_listing SET state = 'approved', published = created WHERE id = {unseen}") == rule


def test_keys_that_no_page_sends_are_refused(site: Site) -> None:
    paula, keva = site.browser("paula"), site.browser("keva")
    form = paula.get("/admin/review/several").forms["form"]
    units = keva.get("/portfolio/").follow().request.path + "units/list"
    for junk in ("a\0b", "no key", "", "x" * 5000, "'; DROP TABLE person; --"):
        paula.get("/admin/review/several", {"ref": junk}, status=400)
        paula.post("/admin/review/several", {"ref": junk, "csrf_token": form["csrf_token"].value}, status=400)
        keva.get(units, {"unit": junk}, status=400)
    before = site.counts()
    ref = version(site, WAITING).ref
    fields = {"csrf_token": form["csrf_token"].value, "ref": ref, f"decision_{ref}": "reject", f"note_{ref}": "No."}
    for seen in ([], ["0"], ["-1"], ["9" * 30], ["1", "1"], ["a\0b"], ["99"]):
        sent = [*fields.items(), *[(f"seen_{ref}", text) for text in seen]]
        assert "so nothing was decided" in paula.post("/admin/review/several", sent, status=422).text
    assert site.counts() == before
