"""Property offered to us: a form that needs no session, a queue, and what is forgotten."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp, Upload

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.files.models import File
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people.models import Person
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.listings.offers.models import MOVES, OFFER_STATES, Offer, OfferNote, OfferPhoto

SENT = {"full_name": "Persis Knowles", "kind": "land", "words": "An acre by the pond.\nNo road yet.", "phone": "555-0188"}


def send(browser: TestApp, status: int = 303, photos: list[bytes] | None = None, **typed: str) -> Any:
    form = browser.get("/sell/").forms["form"]
    form["settlement"].select(text="Old Bight")
    for name, value in {**SENT, **typed}.items():
        form[name] = value
    if photos:
        form["photos"] = [Upload(f"{n}.jpg", photo, "image/jpeg") for n, photo in enumerate(photos)]
    return form.submit(status=status)


def newest(site: Site) -> Offer:
    with site.db.transaction("read") as db:
        offer = db.scalars(select(Offer).order_by(Offer.id.desc()).limit(1)).one()
        db.expunge_all()
        return offer


def page_of(site: Site) -> str:
    return f"/admin/offers/{newest(site).ref}/"


def act(admin: TestApp, page: str, name: str, words: str | None = None, status: int = 303) -> Any:
    form = admin.get(f"{page}{name}").forms["form"]
    if words is not None:
        form["words"] = words
    return form.submit(status=status)


def test_a_visitor_sends_an_offer_without_a_session_and_the_administrators_are_told(site: Site) -> None:
    visitor = site.browser()
    page = visitor.get("/sell/")
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"].startswith("public")
    answer = send(visitor, photos=[samples.picture(seed=1), samples.picture(seed=2)], asking_cents="85,000")
    assert "Set-Cookie" not in answer.headers
    assert "Thank you for your offer" in answer.follow().text
    assert not visitor.cookies
    offer = newest(site)
    assert (offer.name, offer.phone, offer.email, offer.state) == ("Persis Knowles", "+12425550188", "", "new")
    assert (offer.asking_cents, offer.person_id, offer.words) == (8_500_000, None, "An acre by the pond.\nNo road yet.")
    with site.db.transaction("read") as db:
        paula = db.scalars(select(Person.id).where(Person.user_name == "paula")).one()
        told = db.scalars(select(Notification).where(Notification.category == "listings.offers")).all()
        assert [(row.person_id, row.subject, row.path) for row in told] == [
            (paula, "Offered for sale: Land in Old Bight", f"/admin/offers/{offer.ref}/")
        ]
        entry = db.scalars(select(AuditEntry).where(AuditEntry.about_ref == offer.ref).order_by(AuditEntry.id)).first()
        assert entry is not None
        assert (entry.action, entry.role) == ("listings:offer:sent", "visitor")
        assert "Persis" not in repr(entry_parts(db, entry.id))
    admin = site.browser("paula")
    assert "3 are new." in admin.get("/admin/").text
    page = admin.get(page_of(site))
    assert "Persis Knowles" in page.text
    assert len(page.html.find("ul", class_="photo-strip").find_all("img")) == 2
    assert admin.get(page.html.find("ul", class_="photo-strip").img["src"]).content_type == "image/jpeg"


def test_it_is_public_nowhere(site: Site) -> None:
    send(site.browser(), photos=[samples.picture(seed=3)])
    offer = newest(site)
    for browser in (site.browser(), site.browser("keva"), site.browser("andre")):
        for path in ("/", "/listings/", "/listings/?q=Knowles", "/home/"):
            assert "Persis" not in browser.get(path).text
        for path in (f"/listings/{offer.ref}/", f"/sell/{offer.ref}/", "/admin/offers/", f"/admin/offers/{offer.ref}/"):
            assert browser.get(path, expect_errors=True).status_int in (303, 404)


@pytest.mark.parametrize(
    ("typed", "where", "words"),
    [
        ({"phone": ""}, "phone", "Leave an e-mail address or a phone number"),
        ({"full_name": ""}, "full_name", "Please fill this in"),
        ({"words": ""}, "words", "Please fill this in"),
        ({"asking_cents": "0"}, "asking_cents", "at least"),
        ({"website": "http://example.com"}, "website", "tell people from programs"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    site: Site, typed: dict[str, str], where: str, words: str
) -> None:
    before = site.counts()
    page = send(site.browser(), 422, **typed)
    assert words in page.html.find(id=f"{where}-error").get_text()
    form = page.forms["form"]
    assert {name: form[name].value for name in SENT if name not in typed} == {
        name: value for name, value in {**SENT, "phone": "+12425550188"}.items() if name not in typed
    }
    assert site.counts() == before


def test_a_bad_picture_and_too_many_are_refused(site: Site) -> None:
    before = site.counts()
    assert "0.jpg" in send(site.browser(), 422, photos=[b"\0" * 5000]).text
    assert "at most 8 files" in send(site.browser(), 422, photos=[samples.picture(seed=n) for n in range(9)]).text
    assert site.counts() == before


def test_one_address_sends_ten_an_hour(site: Site) -> None:
    visitor = site.browser()
    for _ in range(10):
        send(visitor)
    before = site.counts()
    assert send(visitor, 429).headers["Retry-After"]
    assert site.counts() == before


def test_what_somebody_who_is_signed_in_sends_is_theirs_and_needs_their_token(site: Site) -> None:
    browser = site.browser("andre")
    form = browser.get("/sell/").forms["form"]
    assert form["full_name"].value == "Andre Sturrup"
    form["settlement"].select(text="Old Bight")
    form["kind"], form["words"], form["phone"] = "house", "Blue.", "555-0100"
    fields = form.submit_fields()
    before = site.counts()
    for token in (None, "", "forged"):
        sent = [(name, value) for name, value in fields if name != "csrf_token"]
        browser.post("/sell/", sent if token is None else [*sent, ("csrf_token", token)], status=400)
    assert site.counts() == before
    form.submit(status=303)
    with site.db.transaction("read") as db:
        assert newest(site).person_id == db.scalars(select(Person.id).where(Person.user_name == "andre")).one()


def test_an_offer_goes_through_the_queue_with_who_and_when(site: Site) -> None:
    send(site.browser())
    admin, page = site.browser("paula"), page_of(site)
    shown = admin.get(page)
    assert [link.text for link in shown.html.select(".page-head__actions a")] == [
        "Take this offer up", "Close this offer", "Write a note", "Erase",
    ]  # fmt: skip
    act(admin, page, "talk", "Called; she is on the island until Friday.")
    assert "moved this offer on meanwhile" in act(admin, page, "talk", status=422).text
    act(admin, page, "note", "Sent her the terms.")
    act(admin, page, "note", "", status=422)
    answer = act(admin, page, "listed").follow()
    notes = [" ".join(item.get_text(" ").split()) for item in answer.html.find(id="notes").find_next("ul").find_all("li")]
    assert [note.partition(" Paula")[0] for note in notes] == [
        "In talks : Called; she is on the island until Friday.", "Sent her the terms.", "Listed",
    ]  # fmt: skip
    assert all("1 June 2026" in note or "Jun 2026" in note for note in notes), notes
    with site.db.transaction("read") as db:
        actions = db.scalars(select(AuditEntry.action).where(AuditEntry.about_ref == newest(site).ref).order_by(AuditEntry.id))
        assert actions.all() == [f"listings:offer:{verb}" for verb in ("sent", "taken_up", "noted", "listed")]
    assert newest(site).ended == sites.START
    assert "moved this offer on meanwhile" in act(admin, page, "close", status=422).text


def test_two_administrators_at_once_do_not_write_over_each_other(site: Site) -> None:
    send(site.browser())
    admin, page = site.browser("paula"), page_of(site)
    first, second = (admin.get(f"{page}{name}").forms["form"] for name in ("talk", "close"))
    first.submit(status=303)
    assert "changed by someone else" in second.submit(status=422).text
    assert newest(site).state == "talking"


def test_the_list_filters_sorts_and_saves(site: Site) -> None:
    admin = site.browser("paula")

    def found(query: str) -> list[str]:
        file = io.StringIO(admin.get(f"/admin/offers/?format=csv&{query}").body.decode("utf-8-sig"))
        return [row["From"] for row in csv.DictReader(file)]

    assert len(found("")) == 5
    assert found("state=new") == ["Eulalie Saunders", "Wendell Rolle"]
    assert found("island=exuma&kind=land") == ["Wendell Rolle"]
    assert found("q=dock") == found("q=thurston") == ["Marguerite Thurston"]
    assert found("q=5550109") == ["Andre Sturrup"]
    assert found("sort=price")[:2] == ["Andre Sturrup", "Eulalie Saunders"]
    assert found("sort=price-down")[:1] == ["Marguerite Thurston"]
    assert found("sort=oldest")[0] == "Andre Sturrup"
    with QueryCounter(site.db.engine) as counter:
        admin.get("/admin/offers/?state=new")
    assert len(counter.statements) <= 7, counter.statements


def test_the_list_has_pages(site: Site) -> None:
    for n in range(25):
        site.app.registry.atlas_limiter.storage.reset()
        send(site.browser(), full_name=f"Sender {n}")
    admin = site.browser("paula")
    first = admin.get("/admin/offers/")
    second = admin.get(first.html.find("a", rel="next")["href"])
    assert (len(first.html.select("tbody tr")), len(second.html.select("tbody tr"))) == (25, 5)
    assert first.html.find(role="status").text == "30 offers"


def test_erasing_takes_everything_personal_with_the_photos_and_leaves_the_facts(site: Site) -> None:
    send(site.browser(), photos=[samples.picture(seed=4)])
    admin, page = site.browser("paula"), page_of(site)
    act(admin, page, "talk", "Persis was nice.")
    with site.db.transaction("read") as db:
        digest = db.scalars(select(File.digest).join(OfferPhoto).where(OfferPhoto.offer_id == newest(site).id)).one()
    assert site.store.exists(digest)
    act(admin, page, "erase")
    offer = newest(site)
    assert (offer.name, offer.email, offer.phone, offer.words, offer.state) == ("", "", "", "", "closed")
    assert (offer.kind, offer.erased, offer.ended) == ("land", sites.START, sites.START)
    assert not site.store.exists(digest)
    shown = admin.get(page)
    assert "Erased on" in shown.text
    assert "Persis" not in shown.text
    assert "Persis" not in admin.get("/admin/offers/?format=csv").text
    with site.db.transaction("read") as db:
        assert db.scalars(select(OfferNote.words).where(OfferNote.offer_id == offer.id)).all() == [""]
    assert "was erased" in act(admin, page, "note", "Again.", 422).text
    counts = site.counts()
    act(admin, page, "erase")
    assert site.counts() == counts


def test_what_ended_long_ago_is_erased_by_a_job_and_nothing_else(site: Site) -> None:
    site.clock.move(days=179)
    site.drain_jobs()
    with site.db.transaction("read") as db:
        assert db.scalars(select(Offer.name).where(Offer.erased.is_not(None))).all() == ["", ""]
        open_ones = db.scalars(select(Offer.name).where(Offer.ended.is_(None)).order_by(Offer.id)).all()
        assert open_ones == ["Eulalie Saunders", "Wendell Rolle", "Marguerite Thurston"]


def test_it_is_kept_until_then(site: Site) -> None:
    with site.db.transaction() as db:
        db.execute(update(Offer).where(Offer.ended.is_not(None)).values(ended=sites.START + timedelta(days=1)))
    site.clock.move(days=180)
    site.drain_jobs()
    with site.db.transaction("read") as db:
        assert db.scalars(select(Offer.id).where(Offer.erased.is_not(None))).all() == []


@pytest.mark.parametrize("state", OFFER_STATES)
def test_the_database_knows_where_an_offer_may_go(site: Site, state: str) -> None:
    def move(db: Any, onward: str) -> None:
        ended = sites.START if onward in ("listed", "closed") else None
        db.execute(update(Offer).where(Offer.name == "Wendell Rolle").values(state=onward, ended=ended))

    way = {"new": (), "talking": ("talking",), "listed": ("talking", "listed"), "closed": ("closed",)}[state]
    with site.db.transaction() as db:
        for step in way:
            move(db, step)
    for onward in OFFER_STATES:
        if onward == state or onward in MOVES[state]:
            continue
        with pytest.raises(IntegrityError, match="listings_offer_moves"), site.db.transaction() as db:
            move(db, onward)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("state = 'talking', ended = '2026-01-01'", "ended_has_its_time"),
        ("email = '', phone = ''", "can_be_reached"),
        ("erased = '2026-01-01'", "erased_is_nobody"),
        ("asking_cents = 0", "price_above_zero"),
        ("kind = 'castle'", "known_kind"),
    ],
)
def test_the_database_refuses_what_cannot_be(site: Site, change: str, refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal), site.db.transaction() as db:
        db.execute(text(f"UPDATE listings_offer SET {change} WHERE name = 'Wendell Rolle'"))


def test_the_way_to_the_form_is_on_the_front_page_and_in_the_catalogue(site: Site) -> None:
    visitor = site.browser()
    for path in ("/", "/listings/", "/listings/?q=nothing-like-it"):
        page = visitor.get(path)
        assert page.html.find("main").find("a", href="/sell/"), path
        assert page.html.find("footer").find("a", href="/sell/"), path
