"""A property changes hands: offered, answered, carried out on the day; and each side sees its own time."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from authorisation import portfolio
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp, Upload

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people import limits
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.people.services import PersonDetails, add_member, register_person
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.versions.models import CHECKLIST, ListingVersion
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.limits.models import LimitedProperty
from atlasbahamas_plugins.portfolio.models import Hold, Property, Unit

NAME = "Cable Beach Court"


def refs(site: Site) -> tuple[str, str, str]:
    """Keys of the property, of the organisation that has it (keva's), and of another (marva's)."""
    with site.db.transaction("read") as db:
        named = dict(db.execute(select(Organisation.name, Organisation.ref)).all())
        above = db.scalars(select(Property.ref).where(Property.name == NAME)).one()
    return above, named["Blue Hole Property Management"], named["Bethel Family Homes"]


def offer(site: Site, day: date, *, to: str = "", status: int = 303) -> Any:
    above, here, there = refs(site)
    browser = site.browser("keva")
    form = browser.get(f"/portfolio/{here}/properties/{above}/hand-over").forms["form"]
    form["to"], form["day"] = to or there, day.isoformat()
    return form.submit(status=status)


def answer(site: Site, user_name: str, verb: str, status: int = 303) -> Any:
    _, here, there = refs(site)
    with site.db.transaction("read") as db:
        ref = db.scalars(select(Handover.ref).where(Handover.property_name == NAME).order_by(Handover.id.desc()).limit(1)).one()
    path = f"/portfolio/{here if user_name == 'keva' else there}/handovers/{ref}/"
    return site.browser(user_name).get(f"{path}{verb}").forms["form"].submit(status=status)


def owner_of(site: Site) -> str:
    with site.db.transaction("read") as db:
        return db.scalars(
            select(Organisation.name).join(Property, Property.organisation_id == Organisation.id).where(Property.name == NAME)
        ).one()


def told(site: Site, user_name: str) -> list[str]:
    with site.db.transaction("read") as db:
        mine = select(Notification.subject).join(Person, Person.id == Notification.person_id).where(Person.user_name == user_name)
        return list(db.scalars(mine.where(Notification.category == "portfolio.handovers").order_by(Notification.id)))


def offered_to(site: Site, user_name: str) -> list[Any]:
    """The links on somebody's home page to offers of the property that wait for their answer."""
    page = site.browser(user_name).get("/home/")
    return [link for link in page.html.find_all("a") if "/handovers/" in link["href"] and NAME in link.get_text()]


def limited_member(site: Site) -> TestApp:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        person = register_person(db, PersonDetails("Lenora Cash", user_name="lenora"), DEMO_PASSWORD, now=sites.START)
        above = db.scalars(select(Property).where(Property.name == NAME)).one()
        reach = limits.Reach(limits.parts_of(site.app.registry), [above.ref])
        limit_id = reach.make_limit(db, above.organisation_id, "manager")
        add_member(db, above.organisation, person.id, "manager", now=sites.START, limit_id=limit_id)
    return site.browser("lenora")


def hand_over_today(site: Site) -> None:
    offer(site, site.clock.today())
    answer(site, "marva", "accept")


def test_offered_and_accepted_for_today_it_changes_hands_at_once_and_both_are_told(site: Site) -> None:
    offer(site, site.clock.today())
    assert owner_of(site) == "Blue Hole Property Management"
    assert told(site, "marva") == ["Blue Hole Property Management offers you the property Cable Beach Court"]
    (link,) = offered_to(site, "marva")
    assert "Cable Beach Court From Blue Hole Property Management" in link.get_text(" ", strip=True)
    site.browser("marva").get(link["href"], status=200)
    assert offered_to(site, "keva") == []
    answer(site, "marva", "accept")
    assert offered_to(site, "marva") == []
    assert owner_of(site) == "Bethel Family Homes"
    assert told(site, "keva")[-1] == "Cable Beach Court is with Bethel Family Homes now"
    assert told(site, "marva")[-1] == "Cable Beach Court is with Bethel Family Homes now"
    with site.db.transaction("read") as db:
        recorded = select(AuditEntry.action).where(AuditEntry.action.startswith("portfolio:handover:"))
        actions = [action.rpartition(":")[2] for action in db.scalars(recorded.order_by(AuditEntry.id))]
    assert actions == ["offered", "received", "accepted", "accepted", "given", "taken"]


def test_for_a_later_day_a_job_carries_it_out_on_the_local_date(site: Site) -> None:
    day = site.clock.today() + timedelta(days=3)
    offer(site, day)
    answer(site, "marva", "accept")
    assert owner_of(site) == "Blue Hole Property Management"
    site.clock.move(days=2)
    site.drain_jobs()
    assert owner_of(site) == "Blue Hole Property Management"
    site.clock.move(days=1)
    site.drain_jobs()
    assert owner_of(site) == "Bethel Family Homes"
    with site.db.transaction("read") as db:
        former = db.scalars(select(FormerProperty).where(FormerProperty.name == NAME)).one()
        assert (former.starts, former.ends) == (None, day)
    before = site.counts()["portfolio_former_property"]
    site.clock.move(days=1)
    site.drain_jobs()
    assert site.counts()["portfolio_former_property"] == before


def test_the_former_landlord_finds_nothing_of_it_at_any_address(site: Site) -> None:
    """Every address of the matrix below the property, as its owner up to now and as the one from now on."""
    with site.db.transaction("read") as db:
        above, here, there = refs(site)
        start = f"/portfolio/{here}/properties/{above}/"
        paths = sorted({path for path in portfolio.places(db).values() if path.startswith(start)})
    assert len(paths) >= 6
    giver = site.browser("keva")
    pages = [path for path in paths if giver.get(path, expect_errors=True).status_int == 200]
    assert len(pages) >= 4
    hand_over_today(site)
    taker = site.browser("marva")
    for path in paths:
        giver.get(path, status=404)
        if path in pages:
            taker.get(path.replace(here, there), status=200)
    units = giver.get(f"/portfolio/{here}/units/?format=csv").text
    assert NAME not in units
    assert NAME not in giver.get(f"/portfolio/{here}/properties/").text
    assert NAME in taker.get(f"/portfolio/{there}/properties/").text


def test_the_former_landlord_keeps_their_own_time_and_nothing_later(site: Site) -> None:
    above, here, there = refs(site)
    with site.db.transaction() as db:
        db.execute(update(Property).where(Property.name == NAME).values(notes="The key is under the conch"))
    hand_over_today(site)
    taker = site.browser("marva")
    page = taker.get(f"/portfolio/{there}/properties/{above}/")
    assert "under the conch" not in page.text, "notes were the giver's"
    assert "Cable Beach Court Ltd" not in page.text, "owners are known to the organisation that wrote them down"
    form = taker.get(f"/portfolio/{there}/properties/{above}/edit").forms["form"]
    form["name"], form["notes"] = "Marva's Court", "Rent is to be doubled"
    form.submit(status=303)
    with site.db.transaction("read") as db:
        ref = db.scalars(select(FormerProperty.ref).where(FormerProperty.name == NAME)).one()
    kept = site.browser("keva").get(f"/portfolio/{here}/former-properties/{ref}/")
    assert "under the conch" in kept.text
    assert "Cable Beach Court Ltd" in kept.text
    for later in ("Marva's Court", "doubled", "Marva"):
        assert later not in kept.text
    taker.get(f"/portfolio/{there}/former-properties/{ref}/", status=404)


def test_listings_are_withdrawn_holds_end_and_limits_on_it_too(site: Site) -> None:
    lenora = limited_member(site)
    above, here, there = refs(site)
    lenora.get(f"/portfolio/{here}/properties/{above}/", status=200)
    of_it = select(Unit.id).join(Property, Property.id == Unit.property_id).where(Property.name == NAME)
    with site.db.transaction("read") as db:
        assert db.scalars(select(Listing.id).where(Listing.unit_id.in_(of_it), Listing.state == "approved")).all()
        assert db.scalars(select(Hold.id).where(Hold.unit_id.in_(of_it))).all()
        live = db.scalars(select(Listing.ref).where(Listing.unit_id.in_(of_it), Listing.state == "approved").limit(1)).one()
    hand_over_today(site)
    with site.db.transaction("read") as db:
        assert set(db.scalars(select(Listing.state).where(Listing.unit_id.in_(of_it)))) == {"withdrawn"}
        assert not db.scalars(select(Hold.id).where(Hold.unit_id.in_(of_it))).all()
        assert not db.scalars(select(LimitedProperty.limit_id)).all()
    site.browser().get(f"/listings/{live}/", status=404)
    lenora.get(f"/portfolio/{here}/properties/{above}/", status=404)
    lenora.get(f"/portfolio/{there}/properties/{above}/", status=404)


def test_it_can_be_declined_or_taken_back_before_its_day_and_offered_again(site: Site) -> None:
    later = site.clock.today() + timedelta(days=9)
    offer(site, later)
    page = offer(site, later, status=422)
    assert "offered to somebody already" in page.html.find(id="to-error").text
    answer(site, "marva", "decline")
    assert told(site, "keva") == ["Bethel Family Homes does not take Cable Beach Court"]
    offer(site, later)
    answer(site, "marva", "accept")
    answer(site, "keva", "withdraw")
    assert told(site, "marva")[-1] == "Blue Hole Property Management keeps Cable Beach Court after all"
    site.clock.move(days=10)
    site.drain_jobs()
    assert owner_of(site) == "Blue Hole Property Management"
    assert "answered or carried out already" in answer(site, "marva", "accept", 422).text
    offer(site, site.clock.today())
    answer(site, "marva", "accept")
    assert "answered or carried out already" in answer(site, "keva", "withdraw", 422).text


def test_each_side_can_do_only_its_own(site: Site) -> None:
    offer(site, site.clock.today())
    assert "Only the organisation to which it is offered" in answer(site, "keva", "accept", 422).text
    assert "Only the organisation to which it is offered" in answer(site, "keva", "decline", 422).text
    assert "Only the organisation that offered it" in answer(site, "marva", "withdraw", 422).text
    assert owner_of(site) == "Blue Hole Property Management"


def test_what_cannot_be_offered_is_said_at_the_field(site: Site) -> None:
    _, here, _ = refs(site)
    before = {table: site.counts()[table] for table in ("portfolio_handover", "notification")}
    for to, day, field, words in (
        ("", site.clock.today() - timedelta(days=1), "day", "today or a later day"),
        ("nobody-here-1", site.clock.today(), "to", "No organisation has this key"),
        (here, site.clock.today(), "to", "your own organisation"),
    ):
        page = offer(site, day, to=to, status=422)
        assert words in page.html.find(id=f"{field}-error").text
    assert {table: site.counts()[table] for table in before} == before


def test_there_and_back_again_each_has_its_own_time(site: Site) -> None:
    above, here, there = refs(site)
    hand_over_today(site)
    site.clock.move(days=5)
    marva = site.browser("marva")
    form = marva.get(f"/portfolio/{there}/properties/{above}/hand-over").forms["form"]
    form["to"], form["day"] = here, site.clock.today().isoformat()
    form.submit(status=303)
    answer(site, "keva", "accept")
    assert owner_of(site) == "Blue Hole Property Management"
    with site.db.transaction("read") as db:
        times = db.execute(
            select(FormerProperty.starts, FormerProperty.ends).where(FormerProperty.name == NAME).order_by(FormerProperty.id)
        ).all()
    first = site.clock.today() - timedelta(days=5)
    assert [tuple(row) for row in times] == [(None, first), (first, site.clock.today())]
    marva.get(f"/portfolio/{there}/properties/{above}/", status=404)


def test_the_database_lets_no_property_move_without_an_accepted_offer_and_no_times_overlap(site: Site) -> None:
    with site.db.transaction("read") as db:
        stranger = db.scalars(select(Organisation.id).where(Organisation.name.startswith("Rolle"))).one()
        former = db.execute(text("SELECT property_id, organisation_id FROM portfolio_former_property")).one()
    with pytest.raises(IntegrityError, match="is_handed_over"), site.db.transaction() as db:
        db.execute(update(Property).where(Property.name == NAME).values(organisation_id=stranger))
    offer(site, site.clock.today())
    with site.db.transaction("read") as db:
        offered = db.scalars(select(Handover.id).where(Handover.property_name == NAME)).one()
    with pytest.raises(IntegrityError, match="apart"), site.db.transaction() as db:
        db.add(
            FormerProperty(
                ref="z-1", property_id=former[0], organisation_id=former[1], handover_id=offered, starts=None,
                ends=date(2020, 1, 1), name="", facts={},
            )
        )  # fmt: skip
        db.flush()
    with pytest.raises(IntegrityError, match="only_accepted_is_done"), site.db.transaction() as db:
        db.execute(update(Handover).where(Handover.id == offered).values(done=sites.START))


def test_the_key_of_an_organisation_stands_where_its_owner_finds_it(site: Site) -> None:
    _, _, there = refs(site)
    page = site.browser("marva").get(f"/portfolio/{there}/edit")
    assert re.search(rf"<strong>{there}</strong>", page.text)


def unit_path(site: Site, organisation: str, label: str) -> str:
    above, _, _ = refs(site)
    with site.db.transaction("read") as db:
        ref = db.scalars(select(Unit.ref).join(Property).where(Property.name == NAME, Unit.label == label)).one()
    return f"/portfolio/{organisation}/properties/{above}/units/{ref}/"


def listed(site: Site, label: str) -> tuple[str, str]:
    """Keys of a unit's listing and of its newest version."""
    with site.db.transaction("read") as db:
        newest = select(Listing.ref, ListingVersion.ref).join(ListingVersion, ListingVersion.listing_id == Listing.id)
        newest = newest.join(Unit, Unit.id == Listing.unit_id).join(Property, Property.id == Unit.property_id)
        found = db.execute(newest.where(Property.name == NAME, Unit.label == label).order_by(ListingVersion.id.desc()).limit(1))
        return tuple(found.one())


def fill(form: Any, **typed: Any) -> Any:
    for name, value in typed.items():
        form[name] = value
    return form


def test_whatever_is_under_way_with_its_listings_ends_and_nobody_s_open_page_reaches_over(site: Site) -> None:
    """One in review, one live with a change that waits, one a draft, one paused, and a grid, a decision and edits still open."""
    keva, paula, marva = site.browser("keva"), site.browser("paula"), site.browser("marva")
    above, here, there = refs(site)
    own = f"/portfolio/{here}/listings/"
    live, _ = listed(site, "1B")
    fill(keva.get(f"{own}{live}/edit").forms["form"], title="Changed, and waiting").submit(status=303)
    keva.get(f"{own}{live}/submit").forms["form"].submit(status=303)
    keys = {label: listed(site, label) for label in ("2A", "1B", "1A", "3A", "2B")}
    decision = {"decision": "approve", **{f"{item}_checked": True for item in CHECKLIST}}
    reviews = [fill(paula.get(f"/admin/review/{keys[label][1]}/").forms["form"], **decision) for label in ("2A", "1B")]
    together = paula.get("/admin/review/several").forms["form"]
    for _, version in (keys["2A"], keys["1B"]):
        together[f"decision_{version}"], together[f"note_{version}"] = "reject", "No."
    grid = fill(keva.get(f"/portfolio/{here}/units/list/?unit={unit_path(site, here, '3B').split('/')[-2]}").forms["form"])
    grid["description"] = "Hers no more."
    edits = [keva.get(f"{own}{keys[label][0]}/edit").forms["form"] for label in ("1B", "1A")]
    acts = [keva.get(f"{own}{keys['1A'][0]}/submit"), keva.get(f"{own}{keys['2B'][0]}/resume"), keva.get(f"{own}{live}/pause")]
    photos = keva.get(f"{own}{keys['1A'][0]}/versions/{keys['1A'][1]}/photos/").forms["form"]
    hand_over_today(site)

    with site.db.transaction("read") as db:
        of_it = select(Listing.id).join(Unit).join(Property).where(Property.name == NAME)
        assert set(db.scalars(select(Listing.state).where(Listing.id.in_(of_it)))) == {"withdrawn"}
        states = set(db.scalars(select(ListingVersion.state).where(ListingVersion.listing_id.in_(of_it))))
        assert not states & {"draft", "submitted"}
    queue = paula.get("/admin/review/")
    assert "1 version waits" in queue.text
    assert "Changed, and waiting" not in queue.text
    before = site.counts()
    for form in reviews:
        assert "taken back" in form.submit(status=422).text
    assert "taken back" in together.submit(status=422).text
    grid.submit(status=404)
    for form in edits:
        assert fill(form, title="From behind").submit(status=422).forms["form"]["title"].value == "From behind"
    for page in acts:
        page.forms["form"].submit(status=422)
    photos["photos"] = [Upload("late.jpg", samples.picture(seed=8), "image/jpeg")]
    assert "cannot be changed any more" in photos.submit(status=422).text
    after = site.counts()
    assert {name: after[name] for name in before if name != "file"} == {name: before[name] for name in before if name != "file"}

    # The next landlord begins with nothing of theirs, and they learn nothing of what comes.
    form = marva.get(f"{unit_path(site, there, '1A')}list").forms["form"]
    assert form["title"].value == "1 bedroom home in Cable Beach"
    assert form["description"].value == ""
    fill(form, title="Marva's first", description="New words.").submit(status=303)
    mine, version = listed(site, "1A")
    marva.get(f"/portfolio/{there}/listings/{mine}/submit").forms["form"].submit(status=303)
    fill(paula.get(f"/admin/review/{version}/").forms["form"], **decision).submit(status=303)
    assert "New words." in site.browser().get(f"/listings/{mine}/").text
    attic = unit_path(site, there, "1A")
    fill(marva.get(f"/portfolio/{there}/properties/{above}/edit").forms["form"], name="Marva's Court").submit(status=303)
    facts = {"label": "Penthouse", "deposit_cents": "7,777", "beds": "9"}
    fill(marva.get(f"{attic}edit").forms["form"], **facts).submit(status=303)
    drawn = f"{own}{keys['1A'][0]}/"
    for path in (own, f"{own}?format=csv", drawn, f"{drawn}edit", f"{own}{live}/", "/home/", f"/portfolio/{here}/audit/"):
        text = keva.get(path, status=200).text
        for later in ("Marva's", "Penthouse", "7,777", "New words"):
            assert later not in text, (path, later)
    keva.get(f"{own}{mine}/", status=404)
    for label in keys:
        marva.get(f"/portfolio/{there}/listings/{keys[label][0]}/", status=404)
        site.browser().get(f"/listings/{keys[label][0]}/", status=404)
    assert "Changed, and waiting" not in marva.get(f"/portfolio/{there}/audit/").text
    withdrawn = keva.get(f"/portfolio/{here}/audit/?action=listings:listing").text
    assert withdrawn.lower().count("withdrawn") >= 5
