"""Members who are limited to some properties: what they see, what they do, and what they are never told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.errors import Refused
from atlasbahamas.notifications.models import Notification
from atlasbahamas.people import invitations, limits
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import MemberLimit, Membership, Organisation, Person
from atlasbahamas.people.services import PersonDetails, add_member, change_member_role, register_person
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.versions.models import ListingVersion
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.limits.models import LimitedProperty
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.services import PropertyDetails, add_property

HERS, NOT_HERS = "Cable Beach Court", "Sandyport Mews"
HER_MEMBERSHIP = select(Membership).join(Person).where(Person.user_name == "lenora", Membership.until.is_(None))


def limited(site: Site, role: str = "manager", names: Sequence[str] = (HERS,)) -> TestApp:
    """Somebody whose role at Blue Hole is limited to these properties."""
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        person = db.scalar(select(Person).where(Person.user_name == "lenora"))
        if person is None:
            person = register_person(db, PersonDetails("Lenora Cash", user_name="lenora"), DEMO_PASSWORD, now=sites.START)
        here = db.scalars(select(Organisation).where(Organisation.name.startswith("Blue Hole"))).one()
        keys = db.scalars(select(Property.ref).where(Property.name.in_(names), Property.organisation_id == here.id)).all()
        limit_id = limits.Reach(limits.parts_of(site.app.registry), keys).make_limit(db, here.id, role)
        add_member(db, here, person.id, role, now=sites.START, limit_id=limit_id)
    return site.browser("lenora")


def home(site: Site) -> str:
    with site.db.transaction("read") as db:
        ref = db.scalars(select(Organisation.ref).where(Organisation.name.startswith("Blue Hole"))).one()
    return f"/portfolio/{ref}/"


def place(site: Site, name: str) -> tuple[str, str]:
    """Addresses of a property and of its first unit."""
    with site.db.transaction("read") as db:
        above = db.scalars(select(Property).where(Property.name == name)).one()
        unit = db.scalars(select(Unit).where(Unit.property_id == above.id).order_by(Unit.id).limit(1)).one()
        start = f"{home(site)}properties/{above.ref}/"
        return start, f"{start}units/{unit.ref}/"


def names_in(csv_text: str, column: str) -> set[str]:
    return {row[column] for row in csv.DictReader(io.StringIO(csv_text.removeprefix("\ufeff")))}


def newest(site: Site) -> tuple[str, dict[str, Any]]:
    with site.db.transaction("read") as db:
        row = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        return row.action, entry_parts(db, row.id).get("change", {})


def test_lists_their_counts_and_their_files_have_the_chosen_properties_only(site: Site) -> None:
    browser, here = limited(site), home(site)
    page = browser.get(f"{here}properties/")
    assert "1 property" in page.text
    assert NOT_HERS not in page.text
    units = browser.get(f"{here}units/")
    assert "6 units" in units.text
    assert names_in(browser.get(f"{here}units/?format=csv").text, "Property") == {HERS}
    assert names_in(browser.get(f"{here}properties/?format=csv").text, "Property") == {HERS}
    listed = browser.get(f"{here}listings/?format=csv").text
    with site.db.transaction("read") as db:
        of_hers = select(Listing.title).join(Unit, Unit.id == Listing.unit_id).join(Property, Property.id == Unit.property_id)
        expected = set(db.scalars(of_hers.where(Property.name == HERS)))
    assert names_in(listed, next(iter(csv.DictReader(io.StringIO(listed.removeprefix("\ufeff"))).fieldnames or ()))) == expected


def test_the_chosen_property_is_theirs_with_all_below_it_and_another_is_not_there(site: Site) -> None:
    browser = limited(site)
    (mine, my_unit), (other, other_unit) = place(site, HERS), place(site, NOT_HERS)
    pages = ("", "edit", "owners/", "owners/change", "photos/", "units/new", "units/bulk", "units/import")
    of_units = ("", "edit", "holds/new", "out-of-service/new", "photos/")
    for path in pages:
        browser.get(f"{mine}{path}", status=200)
        gone = browser.get(f"{other}{path}", status=404)
        assert NOT_HERS not in gone.text
    for path in of_units:
        browser.get(f"{my_unit}{path}", status=200)
        browser.get(f"{other_unit}{path}", status=404)
    form = browser.get(f"{my_unit}edit").forms["form"]
    form["label"] = "1A Seaside"
    form.submit(status=303)
    assert newest(site)[0] == "portfolio:unit:changed"


def test_what_is_all_of_the_organisation_s_is_closed_to_them(site: Site) -> None:
    browser, here = limited(site), home(site)
    for path in ("members/", "invitations/", "contacts/", "contacts/new", "audit/", "properties/new", "edit"):
        browser.get(f"{here}{path}", status=403)
    page = browser.get(here, status=200)
    assert f"{here}units/" in page.text
    for path in ("members/", "contacts/", "audit/"):
        assert f"{here}{path}" not in page.text
    assert "organisation" not in browser.get("/let/").forms["form"].fields
    with site.db.transaction() as db:
        db.execute(update(Membership).values(limit_id=None))
    assert "organisation" in browser.get("/let/").forms["form"].fields


def test_the_names_of_other_properties_owners_are_not_offered_and_not_taken(site: Site) -> None:
    browser = limited(site, names=("Marsh Harbour Row",))
    mine, _ = place(site, "Marsh Harbour Row")
    page = browser.get(f"{mine}owners/change")
    assert "Coralee Bain" not in page.text
    with site.db.transaction("read") as db:
        coralee = db.execute(text("SELECT id FROM portfolio_contact WHERE name = 'Coralee Bain'")).scalar_one()
    form = page.forms["form"]
    form["contact_0"].force_value(str(coralee))
    answer = form.submit(status=422)
    assert "Coralee Bain" not in answer.text
    assert "Coralee Bain" in site.browser("keva").get(f"{mine}owners/change").text


def test_a_bulk_edit_changes_their_units_and_is_seen_by_whoever_reaches_all_of_them(site: Site) -> None:
    browser, here = limited(site), home(site)
    form = browser.get(f"{here}units/bulk").forms["form"]
    form["target"] = "all"
    form["rent_how"], form["rent_amount"] = "raise", "50"
    page = form.submit(status=200)
    assert NOT_HERS not in page.text
    answer = page.forms["apply"].submit(status=303).follow(status=200)
    assert NOT_HERS not in answer.text
    with site.db.transaction("read") as db:
        edit = db.scalars(select(BulkEdit).order_by(BulkEdit.id.desc()).limit(1)).one()
        assert edit.units == 6
        older = db.scalars(select(BulkEdit).where(BulkEdit.organisation_id == edit.organisation_id).order_by(BulkEdit.id)).first()
        assert older is not None
        new_ref, old_ref = edit.ref, older.ref
    listed = browser.get(f"{here}bulk-edits/").text
    assert new_ref in listed
    assert old_ref not in listed
    browser.get(f"{here}bulk-edits/{old_ref}/", status=404)
    with site.db.transaction() as db:
        db.execute(text("DELETE FROM portfolio_limited_property"))
    browser.get(f"{here}bulk-edits/{new_ref}/", status=404)


def test_a_property_that_is_added_is_not_seen_and_one_taken_away_is_gone_at_once(site: Site) -> None:
    browser, here = limited(site), home(site)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        organisation = db.scalars(select(Organisation).where(Organisation.name.startswith("Blue Hole"))).one()
        settlement = db.execute(text("SELECT id FROM portfolio_settlement ORDER BY id LIMIT 1")).scalar_one()
        details = PropertyDetails(name="Brand New Villas", kind="villa", settlement_id=settlement, street="Here")
        ref = add_property(db, organisation, details, now=sites.START).ref
    assert "Brand New Villas" not in browser.get(f"{here}properties/").text
    browser.get(f"{here}properties/{ref}/", status=404)
    mine, unit = place(site, HERS)
    browser.get(unit, status=200)
    with site.db.transaction() as db:
        db.execute(text("DELETE FROM portfolio_limited_property"))
    browser.get(unit, status=404)
    browser.get(mine, status=404)
    assert HERS not in browser.get(f"{here}properties/").text
    assert HERS not in browser.get(here).text


def make_viewer_of_all(site: Site) -> None:
    """She views everything from now on, and manages one property still."""
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        person = db.scalars(select(Person).where(Person.user_name == "lenora")).one()
        organisation = db.scalars(select(Organisation).where(Organisation.name.startswith("Blue Hole"))).one()
        add_member(db, organisation, person.id, "viewer", now=sites.START)


def test_a_role_for_all_and_another_for_some_count_each_where_it_does(site: Site) -> None:
    """A viewer of everything who manages one property."""
    browser, here = limited(site), home(site)
    make_viewer_of_all(site)
    (mine, _), (other, _) = place(site, HERS), place(site, NOT_HERS)
    browser.get(f"{mine}edit", status=200)
    browser.get(other, status=200)
    browser.get(f"{other}edit", status=403)
    assert "5 properties" in browser.get(f"{here}properties/").text


def test_somebody_is_invited_with_a_limit_and_takes_it_along(site: Site) -> None:
    keva, here = site.browser("keva"), home(site)
    form = keva.get(f"{here}invitations/new").forms["form"]
    form["name"], form["email"], form["role"], form["reach"] = "Lenora Cash", "", "manager", "some"
    refused = form.submit(status=422)
    assert "Choose at least one" in refused.html.find(id="parts-error").text
    form = refused.forms["form"]
    _tick(form, HERS, site)
    page = form.submit(status=303).follow()
    assert f"<dd>{HERS}</dd>" in page.text
    link = re.search(r"/invitation\?token=[^\"]+", page.text)
    assert link is not None
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        register_person(db, PersonDetails("Lenora Cash", user_name="lenora"), DEMO_PASSWORD, now=sites.START)
    browser = site.browser("lenora")
    offer = browser.get(link[0])
    assert HERS in offer.text
    form = offer.forms["form"]
    form.submit("choice", value="accept", status=303)
    assert "1 property" in browser.get(f"{here}properties/").text
    assert "Only some" in keva.get(f"{here}members/").text


def _tick(form: Any, name: str, site: Site) -> None:
    with site.db.transaction("read") as db:
        ref = db.scalars(select(Property.ref).where(Property.name == name)).one()
    for box in form.fields["parts"]:
        box.checked = box._value == ref


def test_an_owner_changes_what_a_member_may_see_who_is_told_and_it_is_recorded(site: Site) -> None:
    browser, keva, here = limited(site), site.browser("keva"), home(site)
    with site.db.transaction("read") as db:
        member = db.scalars(HER_MEMBERSHIP).one()
        member_ref, person_id = member.ref, member.person_id
        refs = dict(db.execute(select(Property.name, Property.ref)).all())
    path = f"{here}members/{member_ref}/edit"
    form = keva.get(path).forms["form"]
    assert form["reach"].value == "some"
    assert [box._value for box in form.fields["parts"] if box.checked] == [refs[HERS]]
    _tick(form, NOT_HERS, site)
    form.submit(status=303)
    action, change = newest(site)
    assert (action, change["before"], change["after"]) == (
        "atlas:membership:limited", {"may_see": [refs[HERS]]}, {"may_see": [refs[NOT_HERS]]},
    )  # fmt: skip
    with site.db.transaction("read") as db:
        told = db.scalars(select(Notification).where(Notification.person_id == person_id)).one()
        assert told.subject == "What you may see at Blue Hole Property Management was changed"
    (mine, _), (other, _) = place(site, HERS), place(site, NOT_HERS)
    browser.get(mine, status=404)
    browser.get(other, status=200)
    before = site.counts()
    keva.get(path).forms["form"].submit(status=303)
    assert site.counts() == before, "saved as it was: nothing to record, nobody to tell"
    form = keva.get(path).forms["form"]
    form["reach"] = "everything"
    form.submit(status=303)
    browser.get(mine, status=200)
    browser.get(f"{here}contacts/", status=200)


def test_another_role_keeps_the_limit_and_an_owner_has_none(site: Site) -> None:
    limited(site)
    keva, here = site.browser("keva"), home(site)
    with site.db.transaction("read") as db:
        member = db.scalars(HER_MEMBERSHIP).one()
        member_ref, limit_id = member.ref, member.limit_id
    form = keva.get(f"{here}members/{member_ref}/edit").forms["form"]
    form["role"] = "owner"
    page = form.submit(status=422)
    assert "An owner sees everything" in page.html.find(id="reach-error").text
    form = page.forms["form"]
    form["role"] = "leasing"
    form.submit(status=303)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        now = db.scalars(HER_MEMBERSHIP).one()
        assert (now.role, now.limit_id) == ("leasing", limit_id)
        assert change_member_role(db, now, "owner", now=sites.START).limit_id is None


def test_the_database_holds_what_a_limit_is_about(site: Site) -> None:
    limited(site)
    with site.db.transaction("read") as db:
        limit, here = db.execute(select(MemberLimit.id, MemberLimit.organisation_id)).one()
        elsewhere = (Property.organisation_id != here,)
        stranger, there = db.execute(select(Property.id, Property.organisation_id).where(*elsewhere).limit(1)).one()
        mine = db.scalars(select(Property.id).where(Property.name == HERS)).one()
        other = db.scalars(select(Membership.id).where(Membership.organisation_id != here).limit(1)).one()
        lenora = db.scalars(select(Membership.id).where(Membership.limit_id == limit)).one()
    reach = insert(LimitedProperty).values(limit_id=limit, property_id=stranger)
    wrong: list[Any] = [
        reach.values(organisation_id=here),
        reach.values(organisation_id=there),
        update(Membership).where(Membership.id == other).values(limit_id=limit),
        update(Membership).where(Membership.id == lenora).values(role="owner"),
        update(Property).where(Property.id == mine).values(organisation_id=there),
    ]
    for statement in wrong:
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            db.execute(statement)


def test_a_property_of_somebody_else_cannot_be_chosen(site: Site) -> None:
    limited(site)
    parts = limits.parts_of(site.app.registry)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        member = db.scalars(select(Membership).where(Membership.limit_id.is_not(None))).one()
        stranger = db.scalars(select(Property.ref).where(Property.organisation_id != member.organisation_id).limit(1)).one()
        with pytest.raises(Refused, match="Choose from the list"):
            limits.limit_member(db, member, limits.Reach(parts, [stranger]), now=sites.START)
        with pytest.raises(Refused, match="at least one"):
            limits.limit_member(db, member, limits.Reach(parts, []), now=sites.START)
        with pytest.raises(Refused, match="owner sees everything"):
            invitations.invite_member(
                db, member.organisation, name="A", email="", role="owner", by_id=member.person_id, now=sites.START,
                reach=limits.Reach(parts, [stranger]),
            )  # fmt: skip
        db.rollback()


def test_a_limit_costs_no_query_more(site: Site) -> None:
    browser, keva = limited(site), site.browser("keva")
    _, unit = place(site, HERS)
    counted = []
    for who in (keva, browser):
        who.get(unit)
        with QueryCounter(site.db.read_engine) as counter:
            who.get(unit, status=200)
        counted.append(len(counter.statements))
    assert counted[0] == counted[1]


def test_who_looks_at_everything_and_manages_one_property_changes_and_lists_only_its_units(site: Site) -> None:
    browser, here = limited(site), home(site)
    make_viewer_of_all(site)
    with site.db.transaction("read") as db:
        theirs = select(Unit.ref).join(Property).where(Property.name == NOT_HERS)
        strange = db.scalars(theirs.order_by(Unit.id)).all()
    assert NOT_HERS in browser.get(f"{here}units/").text
    form = browser.get(f"{here}units/bulk").forms["form"]
    form["target"], form["rent_how"], form["rent_amount"] = "all", "raise", "50"
    page = form.submit(status=200)
    assert NOT_HERS not in page.text
    page.forms["apply"].submit(status=303)
    with site.db.transaction("read") as db:
        assert db.scalars(select(BulkEdit.units).order_by(BulkEdit.id.desc()).limit(1)).one() == 6
    chooser = browser.get(f"{here}units/list/")
    assert HERS in chooser.text
    assert NOT_HERS not in chooser.text
    browser.get(f"{here}units/list/", {"unit": strange[0]}, status=404)


def test_several_of_their_units_are_listed_at_once_and_no_other_s(site: Site) -> None:
    browser, here = limited(site), home(site)
    with site.db.transaction("read") as db:
        free = {
            name: db.scalars(select(Unit.ref).join(Property).where(Property.name == name, Unit.label == label)).one()
            for name, label in ((HERS, "3B"), (NOT_HERS, "No 1"))
        }
    link = browser.get(f"{here}units/").html.find("a", string="List many of these")
    assert link is not None
    page = browser.get(link["href"], [("unit", ref) for ref in free.values()])
    assert "1 of the units that you chose is not there." in page.text
    form = page.forms["form"]
    form["description"], form["what"] = "Sea air.", "submit"
    fields = [*form.submit_fields(), ("unit", free[NOT_HERS])]
    browser.post(form.action or page.request.path, fields, status=200)
    with site.db.transaction("read") as db:
        made = select(Unit.ref).join(Listing).where(Listing.description == "Sea air.", Listing.state == "submitted")
        assert db.scalars(made).all() == [free[HERS]]


def test_they_are_told_of_the_listings_that_they_reach_and_their_home_page_shows_no_other(site: Site) -> None:
    browser, paula = limited(site), site.browser("paula")
    with site.db.transaction("read") as db:
        person_id = db.scalars(select(Person.id).where(Person.user_name == "lenora")).one()
        waiting = (
            select(ListingVersion.ref, ListingVersion.title, Property.name)
            .join(Listing, Listing.id == ListingVersion.listing_id)
            .join(Unit, Unit.id == Listing.unit_id)
            .join(Property, Property.id == Unit.property_id)
            .where(ListingVersion.state == "submitted")
        )
        found = db.execute(waiting).all()
    mine, others = ([row for row in found if (row.name == HERS) is hers] for hers in (True, False))
    assert mine
    assert others
    page = browser.get("/home/").text
    for row in found:
        assert (row.title in page) is (row.name == HERS)
        form = paula.get(f"/admin/review/{row.ref}/").forms["form"]
        form["decision"], form["note"] = "ask", "Say which floor it is on."
        form.submit(status=303)
    with site.db.transaction("read") as db:
        told = db.scalars(select(Notification).where(Notification.person_id == person_id)).all()
        assert [row.subject for row in told] == [f"“{row.title}” was sent back: there is something to change" for row in mine]
        for row in told:
            browser.get(row.path, status=200)
