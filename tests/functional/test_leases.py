"""Leases: recorded on one page, ended, taken back, cancelled, listed; and what the database refuses whoever writes."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.personal.leaving import PSEUDONYM, Leaving
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas_plugins.leasing.models import Clause, Deposit, Lease, LeaseParty, RentTerm
from atlasbahamas_plugins.leasing.personal import erase, export
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

TODAY = date(2026, 6, 1)
BINDING = ("signed", "active", "notice", "ended")


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def unit_path(site: Site, property_name: str, label: str) -> str:
    with site.db.transaction("read") as db:
        of = select(Unit).join(Property, Property.id == Unit.property_id).where(Property.name == property_name)
        unit = db.scalars(of.where(Unit.label == label)).one()
        above = unit.property
        return f"/portfolio/{above.organisation.ref}/properties/{above.ref}/units/{unit.ref}/"


def lease_path(site: Site, state: str) -> str:
    with site.db.transaction("read") as db:
        mine = select(Lease.ref, Organisation.ref).join(Organisation, Organisation.id == Lease.organisation_id)
        mine = mine.where(Organisation.name.startswith("Blue Hole"), Lease.state == state).order_by(Lease.id).limit(1)
        lease, here = db.execute(mine).one()
        return f"/portfolio/{here}/leases/{lease}/"


def record(browser: TestApp, unit: str, status: int = 303, **typed: str | bool) -> Any:
    form = browser.get(f"{unit}record-lease").forms["form"]
    usual = {"name_0": "Perry Rolle", "starts": "2026-06-01", "kind": "month_to_month", "rent_cents": "2,400"}
    for name, value in {**usual, **typed}.items():
        form[name] = value
    return form.submit(status=status)


def rows(browser: TestApp, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(browser.get(path).body.decode("utf-8-sig"))))[1:]


def no_two_leases_share_a_day(site: Site) -> bool:
    with site.db.transaction("read") as db:
        found = db.execute(select(Lease.unit_id, Lease.starts, Lease.last_day).where(Lease.state.in_(BINDING))).all()
    spans = sorted((unit, starts, last or date.max) for unit, starts, last in found)
    return all(first[0] != then[0] or first[2] < then[1] for first, then in pairwise(spans))


def test_a_lease_is_recorded_on_one_page_and_the_unit_is_let(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Cable Beach Court", "1A")
    assert "Nobody has a lease" in keva.get(unit).text
    form = keva.get(f"{unit}record-lease").forms["form"]
    form["name_0"], form["phone_0"] = "Perry Rolle", "555-0177"
    form["starts"], form["term_last_day"], form["due_day"] = "2026-01-15", "2027-01-14", "31"
    page = form.submit("usual", status=200)
    assert "To move in: B$7,350" in page.text
    page = page.forms["form"].submit("more", status=200)
    form = page.forms["form"]
    assert (form["name_0"].value, form["phone_0"].value, form["first"].value) == ("Perry Rolle", "+12425550177", "2,450")
    form["name_1"], form["name_3"], form["role_3"] = "Oneil Rolle", "Bishop Rolle", "guarantor"
    form["late_fee_kind"], form["late_fee_cents"], form["late_fee_hundredths"] = "larger", "50", "5"
    form["clause_words"] = "One cat.\n\nNo shells on the roof."
    page = form.submit(status=303).follow()
    for words in ("Perry Rolle, Oneil Rolle", "guarantor", "To move in: B$7,350", "B$50 or 5 %", "No shells", "14 January 2027"):
        assert words in page.text
    assert page.html.find("ol", class_="breaks").find_all("li")[1].text == "No shells on the roof."
    shown = keva.get(unit)
    assert "Let</span>" in shown.text
    assert shown.html.find("a", string="Perry Rolle, Oneil Rolle")["href"] == page.request.path
    units = unit.partition("properties/")[0] + "units/?format=csv&q=1A&state="
    assert [row[1] for row in rows(keva, f"{units}let")] == ["Cable Beach Court"]
    assert rows(keva, f"{units}vacant") == []
    outsider = site.browser("cyril").get(unit).text  # maintenance: that it is let, and not to whom
    assert "15 January 2026" in outsider
    assert "Perry Rolle" not in outsider
    assert "record-lease" not in outsider


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"starts": "2026-02-30"}, "starts", "year-month-day"),
        ({"starts": "9999-01-01"}, "starts", "between 1900 and 2200"),
        ({"rent_cents": "1" + "0" * 20}, "rent_cents", "at most"),
        ({"kind": "fixed"}, "term_last_day", "Say on which day"),
        ({"kind": "fixed", "term_last_day": "2026-05-31"}, "term_last_day", "end after it begins"),
        ({"term_last_day": "2027-05-31"}, "term_last_day", "no such day"),
        ({"name_0": ""}, "name_0", "at least one tenant"),
        ({"role_0": "guarantor"}, "name_0", "at least one tenant"),
        ({"name_0": "", "phone_0": "555-0100"}, "name_0", "who this is"),
        ({"late_fee_kind": "percent"}, "late_fee_hundredths", "how much"),
        ({"late_fee_cents": "50"}, "late_fee_cents", "does not go with"),
        ({"late_fee_cap_cents": "50"}, "late_fee_cap_cents", "does not go with"),
        ({"due_day": "32"}, "due_day", "from 1 to 31"),
    ],
)
def test_what_will_not_do_stands_beside_its_field(
    site: Site, keva: TestApp, typed: dict[str, str], field: str, words: str
) -> None:
    before = site.counts()
    answer = record(keva, unit_path(site, "Cable Beach Court", "1A"), status=422, **typed)
    assert words in answer.html.find(id=f"{field}-error").text
    assert answer.forms["form"]["rent_cents"].value == typed.get("rent_cents", "2,400")
    assert site.counts() == before


def test_another_lease_of_the_unit_keeps_its_days(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Marsh Harbour Row", "No 2")  # let from month to month, for years
    before = site.counts()
    refused = record(keva, unit, status=422, starts="2030-01-01")
    assert "has some of these days" in refused.html.find(id="starts-error").text
    assert site.counts() == before
    earlier = {"kind": "fixed", "starts": "2018-01-01", "term_last_day": "2018-12-31", "name_0": "Somebody before"}
    assert "has some of these days" in record(keva, unit, status=422, **earlier).text  # it would have rolled over
    assert "Ended on 31 December 2018" in record(keva, unit, **earlier, rolls_over=False).follow().text


def test_an_end_is_said_taken_back_and_comes(site: Site, keva: TestApp) -> None:
    path = lease_path(site, "active")
    unit = keva.get(path).html.find("a", string="See the unit")["href"]

    def say(day: str, status: int = 303) -> Any:
        form = keva.get(f"{path}end").forms["form"]
        form["last_day"], form["reason"] = day, "Moving to Exuma"
        return form.submit(status=status)

    assert "cannot end before" in say("2019-01-01", 422).text
    assert "Moving to Exuma" in say("2026-06-30").follow().text
    assert "Notice</span>" in keva.get(unit).text
    record(keva, unit, status=303, starts="2026-07-01")
    taken_back = keva.get(f"{path}keep").forms["form"].submit(status=422)
    assert "has some of these days" in taken_back.text
    say("2026-06-20")
    next_one = lease_path(site, "signed")
    site.clock.move(days=20)
    site.drain_jobs()
    keva = site.browser("keva")
    assert "Ended on 20 June 2026" in keva.get(path).text
    assert "Let</span>" in keva.get(unit).text  # to those who come in July
    site.clock.move(days=10)
    site.drain_jobs()
    assert "Active</span>" in site.browser("keva").get(next_one).text
    assert no_two_leases_share_a_day(site)
    with site.db.transaction("read") as db:
        done = set(db.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("leasing:"))))
    assert {"leasing:lease:notice_given", "leasing:lease:ended", "leasing:lease:began"} <= done


def test_tenants_are_told_of_a_last_day_that_was_written_down(mailing: Site, smtp: SmtpServer) -> None:
    """No lease ends behind the back of whoever lives there; and the page says that it is no notice."""
    keva, path = mailing.browser("keva"), lease_path(mailing, "active")
    with mailing.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        db.scalars(select(Contact).where(Contact.name == "Kendra Sturrup")).one().email = "kendra@example.net"
    page = keva.get(f"{path}end")
    assert page.html.find("main").find("a", href=f"{path}give-notice")
    form = page.forms["form"]
    form["last_day"] = "2026-06-30"
    form.submit(status=303)
    mailing.drain_jobs()
    words = "your landlord wrote down 30 June 2026 as the last day of your lease"
    assert words in mailing.browser("andre").get("/notifications/").text
    assert [message["To"] for message in smtp.messages if words in message["Subject"]].count("kendra@example.net") == 1


def test_a_notice_is_taken_back_and_a_lease_cancelled(site: Site, keva: TestApp) -> None:
    notice = lease_path(site, "notice")
    assert "Active</span>" in keva.get(f"{notice}keep").forms["form"].submit(status=303).follow().text
    keva.get(f"{notice}keep").forms["form"].submit(status=422)
    signed = lease_path(site, "signed")
    form = keva.get(f"{signed}cancel").forms["form"]
    form["reason"] = "They found another home"
    unit = keva.get(signed).html.find("a", string="See the unit")["href"]
    assert "They found another home" in form.submit(status=303).follow().text
    assert "Nobody has a lease" in keva.get(unit).text
    record(keva, unit, starts="2026-06-21")


def test_a_listing_leaves_the_catalogue_when_its_unit_is_let(site: Site, keva: TestApp) -> None:
    unit, visitor = unit_path(site, "Cable Beach Court", "1B"), site.browser()
    with site.db.transaction("read") as db:
        of_unit = (
            select(Listing.ref).join(Unit, Unit.id == Listing.unit_id).where(Unit.ref == unit.rstrip("/").rpartition("/")[2])
        )
        ref = db.scalars(of_unit.where(Listing.state == "approved")).one()
    visitor.get(f"/listings/{ref}/", status=200)
    record(keva, unit, starts="2026-08-01")  # agreed today: nobody is to ask for it meanwhile
    site.clock.move(minutes=10)
    site.drain_jobs()
    visitor.get(f"/listings/{ref}/", status=404)


def test_the_list_filters_sorts_and_asks_little(site: Site, keva: TestApp) -> None:
    path = keva.get("/portfolio/").follow().request.path + "leases/"
    everything = rows(keva, f"{path}?format=csv&sort=starts")
    assert [row[:3] for row in everything] == [
        ["No 2", "Marsh Harbour Row", "Ezekiel Sawyer"],
        ["No 1", "Sandyport Mews", "Nadia Rahming"],
        ["Villa 2", "Port Lucaya Villas", "Lisa Deveaux"],
        ["No 1", "Sandyport Mews", "Andre Sturrup, Kendra Sturrup"],
        ["No 4", "Sandyport Mews", "Jerome Cash, Tavares Bullard"],
        ["No 4", "Marsh Harbour Row", "Rashad Culmer, Alexis Culmer"],
        ["1A", "Cable Beach Court", "Denise Knowles"],
    ]

    def tenants(query: str) -> set[str]:
        return {row[2].partition(",")[0] for row in rows(keva, f"{path}?format=csv&{query}")}

    assert tenants("ends=60") == {"Lisa Deveaux", "Andre Sturrup"}
    assert tenants("ends=30") == {"Lisa Deveaux"}
    assert tenants("state=ended") == {"Nadia Rahming"}
    assert tenants("q=kendra") == {"Andre Sturrup"}
    assert tenants("q=villa") == {"Lisa Deveaux"}
    assert tenants("q=sandy+no+4") == {"Jerome Cash"}
    assert tenants("q=endra") == set()
    ends = [row[5] or "for ever" for row in rows(keva, f"{path}?format=csv&sort=until")]
    assert ends == sorted(ends)
    assert [row[5] or "for ever" for row in rows(keva, f"{path}?format=csv&sort=until-down")] == ends[::-1]
    number = keva.get(path).html.find("select", id="property").find("option", string="Marsh Harbour Row")["value"]
    assert tenants(f"property={number}") == {"Ezekiel Sawyer", "Rashad Culmer"}
    with QueryCounter(site.db.engine) as counter:
        keva.get(path)
    assert len(counter.statements) <= 9, counter.statements


def test_the_tenants_stay_when_the_property_changes_hands(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Port Lucaya Villas", "Villa 1")
    lease = record(keva, unit, starts="2025-03-01", name_0="Dwight Ferguson", email_0="dwight@example.net").location
    coming = record(keva, unit_path(site, "Port Lucaya Villas", "Villa 3"), starts="2026-09-01", name_0="Ava Moss").location
    marva = site.browser("marva")
    theirs = marva.get("/portfolio/").follow().request.path
    offer = marva.get(f"{theirs}handovers/").html.find("a", string="Port Lucaya Villas")["href"]
    marva.get(f"{offer}accept").forms["form"].submit(status=303)
    site.clock.move(days=30)
    site.drain_jobs()
    keva, marva = site.browser("keva"), site.browser("marva")
    kept = keva.get(lease).text
    assert "Ended on 30 June 2026" in kept
    assert "See the unit" not in kept
    assert "Cancelled</span>" in keva.get(coming).text
    was = lease.rstrip("/").rpartition("/")[2]
    with site.db.transaction("read") as db:
        before = db.scalars(select(Lease).where(Lease.ref == was)).one()
        after = db.scalars(select(Lease).where(Lease.taken_over_id == before.id)).one()
        assert (after.state, after.starts, after.since) == ("active", date(2026, 7, 1), date(2025, 3, 1))
        assert after.rent_on(after.starts) == before.rents[0].cents
        assert after.parties[0].contact.organisation_id == after.organisation_id != before.organisation_id
        assert after.parties[0].contact.email == "dwight@example.net"
        ref = after.ref
    assert "They rent here since 1 March 2025" in marva.get(f"{theirs}leases/{ref}/").text
    assert {row[2] for row in rows(marva, f"{theirs}leases/?format=csv")} >= {"Dwight Ferguson", "Ava Moss"}
    keva.get(f"{lease.partition('leases/')[0]}leases/{ref}/", status=404)
    marva.get(f"{theirs}leases/{was}/", status=404)
    assert no_two_leases_share_a_day(site)


def test_who_sees_few_contacts_chooses_among_the_tenants_whom_they_see(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Cable Beach Court", "1A")
    mine = {option.text.strip() for option in keva.get(f"{unit}record-lease").html.find(id="contact_0").find_all("option")}
    theirs = site.browser("shanelle").get(f"{unit}record-lease").html.find(id="contact_0").find_all("option")
    names = {option.text.strip() for option in theirs}
    assert {"Coralee Bain", "Kendra Sturrup"} <= mine
    assert "Kendra Sturrup" in names
    assert "Coralee Bain" not in names
    twice = {"contact_0": next(option["value"] for option in theirs if option.text.strip() == "Kendra Sturrup"), "name_0": ""}
    answer = record(keva, unit, status=422, **twice, contact_1=twice["contact_0"])
    assert "twice" in answer.html.find(id="name_1-error").text


def test_a_person_takes_their_leases_along(site: Site) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        contact = db.scalars(select(Contact).where(Contact.name == "Andre Sturrup")).one()
        andre = db.scalars(select(Person.id).where(Person.user_name == "andre")).one()
        contact.person_id = andre
        db.flush()
        (row,) = export(db, andre)["leasing_lease"]
    assert (row["property"], row["unit"], row["your_part"]) == ("Sandyport Mews", "No 1", "primary")
    assert row["rents"][0]["cents"] == 340000
    assert len(row["to_move_in"]) == 4


def test_erasing_a_tenant_takes_them_out_of_the_words_of_their_lease(site: Site) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        contact = db.scalars(select(Contact).where(Contact.name == "Andre Sturrup")).one()
        contact.person_id = andre = db.scalars(select(Person.id).where(Person.user_name == "andre")).one()
        lease, other = db.scalars(select(Lease).where(Lease.state == "active", Lease.kind == "fixed").order_by(Lease.id).limit(2))
        lease.clauses[0].words = "Andre Sturrup keeps a dog."
        other.reason = "Andre Sturrup called"  # of another landlord, who knows somebody else of that name
        db.flush()
        erase(db, Leaving(andre, ("Andre Sturrup",), ("andre",), (), site.clock.now(), site.store))
        assert lease.clauses[0].words == f"{PSEUDONYM} keeps a dog."
        assert other.reason == "Andre Sturrup called"


# What the database refuses, whoever writes.


def refused(site: Site, *statements: Any) -> str | None:
    with site.db.transaction() as db, pytest.raises(IntegrityError) as caught:
        for statement in statements:
            db.execute(statement)
        db.flush()
    return violated_constraint(caught.value, metadata)  # type: ignore[arg-type]


def test_what_was_agreed_stays_in_the_database(site: Site) -> None:
    with site.db.transaction("read") as db:
        lease = db.scalars(select(Lease).where(Lease.state == "active", Lease.kind == "fixed").order_by(Lease.id).limit(1)).one()
        key, unit = lease.id, lease.unit_id
        other = db.scalars(select(Unit.id).where(Unit.id != unit).limit(1)).one()
        stranger = db.scalars(select(Contact.id).where(Contact.organisation_id != lease.organisation_id).limit(1)).one()
        starts = lease.starts
        ended = db.scalars(select(Lease).where(Lease.state == "ended", Lease.unit_id == unit)).one().id
    leases, this = Lease.__table__, Lease.id == key
    agreed = {"due_day": 9, "starts": starts + timedelta(days=1), "late_fee_cents": 1, "term_last_day": TODAY, "period": "weekly"}
    for column, value in agreed.items():
        assert refused(site, update(leases).where(this).values({column: value})) == "leasing_lease_agreed", column
    assert refused(site, update(leases).where(this).values(unit_id=other)) == "leasing_lease_stays"
    assert refused(site, update(leases).where(this).values(state="draft")) == "leasing_lease_moves"
    assert refused(site, delete(leases).where(this)) is not None
    assert refused(site, update(leases).where(Lease.id == ended).values(last_day=starts)) == "leasing_lease_apart"
    for model, kept in ((LeaseParty, "leasing_party"), (Deposit, "leasing_deposit"), (Clause, "leasing_clause")):
        assert refused(site, delete(model.__table__).where(model.lease_id == key)) == f"{kept}_agreed"
    more = LeaseParty.__table__.insert().values(lease_id=key, contact_id=stranger, role="tenant", position=9)
    assert refused(site, more) in ("leasing_party_agreed", "leasing_party_own")
    rents = RentTerm.__table__
    assert refused(site, update(rents).where(RentTerm.lease_id == key).values(cents=1)) == "leasing_rent_stays"
    assert refused(site, delete(rents).where(RentTerm.lease_id == key)) == "leasing_rent_stays"
    for day in (starts, starts - timedelta(days=1)):
        assert refused(site, rents.insert().values(lease_id=key, starts=day, cents=1)) == "leasing_rent_in_order"
    with site.db.transaction() as db:
        db.execute(rents.insert().values(lease_id=key, starts=TODAY + timedelta(days=90), cents=350000))
    with site.db.transaction("read") as db:
        lease = db.get_one(Lease, key)
        assert [lease.rent_on(TODAY), lease.rent_on(TODAY + timedelta(days=90))] == [340000, 350000]


def test_a_lease_begins_as_a_draft_of_whoever_has_the_unit_and_leaves_it_complete(site: Site) -> None:
    with site.db.transaction("read") as db:
        unit = db.scalars(select(Unit).join(Property).where(Property.name == "Cable Beach Court", Unit.label == "1A")).one()
        mine = unit.property.organisation_id
        other = db.scalars(select(Organisation.id).where(Organisation.id != mine).limit(1)).one()
        number = unit.id
    values = {
        "ref": "lease-1", "organisation_id": mine, "unit_id": number, "state": "draft", "origin": "oral",
        "kind": "month_to_month", "rolls_over": True, "starts": TODAY, "since": TODAY, "agreed": TODAY, "period": "monthly",
        "timing": "advance", "due_day": 1, "grace_days": 0, "late_fee_kind": "none", "late_fee_cents": 0,
        "late_fee_hundredths": 0, "reason": "", "created": site.clock.now(), "version": 1,
    }  # fmt: skip
    leases = Lease.__table__
    assert refused(site, leases.insert().values({**values, "state": "active"})) == "leasing_lease_begins_draft"
    assert refused(site, leases.insert().values({**values, "organisation_id": other})) == "leasing_lease_of_the_owner"
    assert refused(site, leases.insert().values({**values, "late_fee_cents": 5})) == "ck_leasing_lease_late_fee_amount"
    drafted = leases.insert().values(values)
    bound = update(leases).where(Lease.ref == "lease-1").values(state="active")
    assert refused(site, drafted, bound) == "leasing_lease_complete"
    unsigned = (
        update(leases).where(Lease.state == "draft").values(state="signed", agreed=TODAY)
    )  # complete, and to be signed here
    assert refused(site, unsigned) == "leasing_lease_sent_first"


@pytest.mark.parametrize("state", ["draft", "sent", "signed", "active", "notice", "ended", "cancelled"])
def test_a_lease_costs_few_queries_in_any_state(site: Site, keva: TestApp, state: str) -> None:
    if state == "cancelled":
        form = keva.get(f"{lease_path(site, 'signed')}cancel").forms["form"]
        form["reason"] = "They found another home"
        form.submit(status=303)
    lease = lease_path(site, state)
    for path in (lease, f"{lease}move-out/") if state in ("notice", "ended") else (lease,):
        with QueryCounter(site.db.engine) as counter:
            keva.get(path)
        assert len(counter.statements) <= 8, counter.statements
