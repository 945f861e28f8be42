"""What is owed on a lease as both sides see it; charges, credits and rent runs by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from opening import text_of
from renting import charged, new_lease, organisation_of, run, unit_of
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.personal import export

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def lease(site: Site) -> int:
    lease = new_lease(site, date(2026, 5, 20), deposits={"security": 100_000})
    run(site, organisation_of(site, lease))
    with site.db.transaction() as db:
        person = db.scalars(select(Person).where(Person.user_name == "jerome")).one()
        db.get_one(Lease, lease).parties[0].contact.person_id = person.id
    return lease


def here(site: Site, lease: int) -> str:
    with site.db.transaction("read") as db:
        return f"/portfolio/{db.get_one(Organisation, db.get_one(Lease, lease).organisation_id).ref}/"


def ledger(site: Site, lease: int) -> str:
    with site.db.transaction("read") as db:
        return f"{here(site, lease)}leases/{db.get_one(Lease, lease).ref}/ledger/"


def my_ledger(site: Site, lease: int) -> str:
    with site.db.transaction("read") as db:
        return f"/home/leases/{db.get_one(Lease, lease).ref}/ledger/"


def filled(browser: TestApp, at: str, **values: Any) -> Any:
    form = browser.get(at).forms["form"]
    for name, value in values.items():
        form[name] = value
    return form


def first_of(site: Site, query: Any) -> Any:
    """The first row, to be used after its session."""
    with site.db.transaction("read") as db:
        row = db.scalars(query).first()
        assert row is not None
        db.expunge(row)
        return row


HAND = {"what": "fee", "cents": "25", "day": "2026-06-01", "reason": "A key was lost"}


def test_both_sides_see_what_is_owed_with_the_arithmetic(site: Site, lease: int) -> None:
    for browser, at in ((site.browser("philip"), ledger(site, lease)), (site.browser("jerome"), my_ledger(site, lease))):
        page = browser.get(at)
        assert "B$2,664.52" in text_of(page)
        assert "B$1,200 × 12/31 days" in page.text
        assert "B$1,200 a month" in page.text
        assert "B$1,000 agreed in the lease" in page.text
        assert "Rent, 20 May 2026 to 31 May 2026" in page.text
        assert "B$1,200 × 12/31 days,464.52" in browser.get(f"{at}charges?format=csv").text.replace(chr(34), "")
    staff, mine = site.browser("philip"), site.browser("jerome")
    assert "/books/" in staff.get(f"{ledger(site, lease)}charges").text
    page = mine.get(f"{my_ledger(site, lease)}charges")
    assert "/books/" not in page.text
    assert "Forgive" not in page.text
    assert "Ledger" in mine.get(my_ledger(site, lease).removesuffix("ledger/")).text
    assert "Ledger" in staff.get(ledger(site, lease).removesuffix("ledger/")).text


def test_a_tenant_changes_nothing(site: Site, lease: int) -> None:
    mine = site.browser("jerome")
    with site.db.transaction("read") as db:
        charge = db.scalars(select(Charge.ref).where(Charge.lease_id == lease)).first()
    for name in ("charge", "credit", f"{charge}/forgive", f"{charge}/take-back"):
        mine.get(my_ledger(site, lease) + name, status=403)
        mine.get(ledger(site, lease) + name, status=404)


def test_a_charge_by_hand_is_looked_at_first_and_done_once(site: Site, lease: int) -> None:
    philip, at = site.browser("philip"), ledger(site, lease)
    before = site.counts()
    shown = filled(philip, f"{at}charge", **HAND).submit(status=200)
    assert "Owed now: B$2,664.52 . Owed then: B$2,689.52" in text_of(shown)
    assert site.counts() == before
    form = shown.forms["form"]
    sent = [*form.submit_fields(), ("sure", "268952")]
    answers = [philip.post(f"{at}charge", sent, status=303) for _ in range(3)]
    assert len({answer.location for answer in answers}) == 1
    page = philip.get(at)
    assert "Owed: B$2,689.52" in text_of(page)
    assert "A key was lost" in page.text
    with site.db.transaction("read") as db:
        [charge] = db.scalars(select(Charge).where(Charge.what == "fee")).all()
        assert (charge.cents, charge.open_cents, charge.due_on) == (2_500, 2_500, JUNE)
        assert [row.action for row in db.scalars(select(AuditEntry).where(AuditEntry.action == "ledger:charge:added"))] != []
    other = [("cents" if name == "cents" else name, "99" if name == "cents" else value) for name, value in sent]
    assert "with something else in it" in philip.post(f"{at}charge", other, status=422).text


def test_what_was_not_shown_is_not_done(site: Site, lease: int) -> None:
    philip, at = site.browser("philip"), ledger(site, lease)
    form = filled(philip, f"{at}credit", **{**HAND, "what": "credit"})
    before = site.counts()
    for sure in ("268952", "-1", "", "x", "9" * 30):
        again = philip.post(f"{at}credit", [*form.submit_fields(), ("sure", sure)], status=422)
        assert "something else by now" in again.text
        assert "Owed then: B$2,639.52" in text_of(again)
    twice = [*form.submit_fields(), ("sure", "263952"), ("sure", "263952")]
    philip.post(f"{at}credit", twice, status=422)
    assert site.counts() == before
    philip.post(f"{at}credit", [*form.submit_fields(), ("sure", "263952")], status=303)
    assert "Owed: B$2,639.52" in text_of(philip.get(at))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("cents", "-5", "below zero"),
        ("cents", "0", ""),
        ("cents", "1.005", "two digits"),
        ("cents", "ten", "Write an amount"),
        ("cents", "1" + "0" * 20, "at most"),
        ("cents", "€5", "Write an amount"),
        ("day", "2026-02-30", ""),
        ("day", "9999-12-31", ""),
        ("day", "2020-01-01", "within a year"),
        ("reason", " ", ""),
        ("what", "rent", ""),
        ("ref", "charge-1", "Open the page again"),
    ],
)
def test_bad_input_is_refused_beside_its_field(site: Site, lease: int, field: str, value: str, said: str) -> None:
    philip, at = site.browser("philip"), f"{ledger(site, lease)}charge"
    before = site.counts()
    fields = dict(filled(philip, at, **HAND).submit_fields())
    answer = philip.post(at, {**fields, field: value, "sure": "268952"}, status=422)
    assert said in answer.text
    assert site.counts() == before


def test_a_charge_is_forgiven_once_and_in_part(site: Site, lease: int) -> None:
    philip, at = site.browser("philip"), ledger(site, lease)
    charge = first_of(site, select(Charge).where(Charge.lease_id == lease, Charge.cents == 46_452))
    forgive = f"{at}{charge.ref}/forgive"
    form = filled(philip, forgive, cents="64.52", reason="The water was off", what="credit")
    shown = form.submit(status=200)
    philip.post(forgive, [*shown.forms["form"].submit_fields(), ("sure", "260000")], status=303)
    form = philip.get(forgive).forms["form"]
    assert form["cents"].value == "400"
    form["cents"], form["reason"], form["what"] = "400.01", "All of it", "credit"
    assert "more than what is left" in form.submit(status=422).text
    credit = first_of(site, select(Credit))
    assert (credit.charge_id, credit.cents, credit.what) == (charge.id, 6_452, "credit")
    assert "The water was off" in philip.get(f"{at}explain").text
    assert "The water was off" in philip.get(f"{at}credits/{credit.ref}/").text
    take_back = f"{at}credits/{credit.ref}/take-back"
    filled(philip, take_back, reason="A mistake").submit(status=303)
    assert "already" in filled(philip, take_back, reason="Again").submit(status=422).text
    assert "Owed: B$2,664.52" in text_of(philip.get(at))


def test_what_was_charged_by_hand_is_taken_back_and_rent_is_not(site: Site, lease: int) -> None:
    philip, at = site.browser("philip"), ledger(site, lease)
    shown = filled(philip, f"{at}charge", **HAND).submit(status=200)
    philip.post(f"{at}charge", [*shown.forms["form"].submit_fields(), ("sure", "268952")], status=303)
    fee = first_of(site, select(Charge).where(Charge.what == "fee"))
    rent = first_of(site, select(Charge).where(Charge.lease_id == lease, Charge.what == "rent"))
    filled(philip, f"{at}{fee.ref}/take-back", reason="It was found").submit(status=303)
    assert "Taken back" in philip.get(f"{at}charges").text
    assert "give a credit" in filled(philip, f"{at}{rent.ref}/take-back", reason="No").submit(status=422).text
    run(site, fee.organisation_id)
    with site.db.transaction("read") as db:
        assert db.get_one(Charge, fee.id).voided_by is not None
        assert len(db.scalars(select(Charge).where(Charge.what == "fee")).all()) == 1


def test_a_run_says_what_it_will_do_and_does_that(site: Site, lease: int) -> None:
    site.clock.move(days=30)
    philip, at = site.browser("philip"), f"{here(site, lease)}rent-runs/"
    page = philip.get(f"{at}new")
    assert "1A, Cable Beach Court" in page.text
    assert "Rent, 1 July 2026 to 31 July 2026" in page.text
    form = page.forms["form"]
    stale = dict(form.submit_fields()) | {"version": "1"}
    again = philip.post(f"{at}new", stale, status=422)
    assert "Something changed meanwhile" in again.text
    shown = page.html.find(id="total").text
    answer = again.forms["form"].submit(status=303)
    batch = philip.get(answer.location)
    row = first_of(site, select(Batch).order_by(Batch.id.desc()))
    assert shown.startswith(f"{row.charges} charges")
    assert row.by_person_id is not None
    assert "Of it still counts" in batch.text
    assert philip.get(f"{at}new").html.find(id="total").text == "Nothing is due"
    filled(philip, f"{at}{row.ref}/reverse", reason="Too soon").submit(status=303)
    assert "Too soon" in philip.get(f"{at}{row.ref}/").text
    assert "already" in filled(philip, f"{at}{row.ref}/reverse", reason="Again").submit(status=422).text
    assert "Taken back" in philip.get(at).text


def test_a_run_of_another_day_is_looked_at_first(site: Site) -> None:
    lease = new_lease(site, date(2026, 4, 1))
    philip, at = site.browser("philip"), f"{here(site, lease)}rent-runs/new"
    form = philip.get(at).forms["form"]
    form["day"] = "2026-04-30"
    shown = form.submit("look", status=200)
    assert "Rent, 1 April 2026 to 30 April 2026" in shown.text
    assert charged(site, lease) == []
    form = shown.forms["form"]
    form["day"] = "2026-06-01"
    assert "Something changed" in form.submit(status=422).text
    form["day"] = (site.clock.today() + timedelta(days=1)).isoformat()
    assert "when it is due" in form.submit(status=422).text
    form["day"] = "2026-04-30"
    form.submit(status=303)
    assert [row[1] for row in charged(site, lease)] == [date(2026, 4, 1)]


def test_a_person_takes_their_charges_along(site: Site, lease: int) -> None:
    with site.db.transaction("read") as db:
        person = db.scalars(select(Person.id).where(Person.user_name == "jerome")).one()
        rows = export(db, person)["ledger_charge"]
        mine = [row for row in rows if row["cents"] == 46_452]
        assert mine == [{**mine[0], "why": "B$1,200 × 12/31 days"}]


@pytest.mark.parametrize(
    ("starts", "paid_to", "balance", "charged_from", "opening"),
    [
        # Today is 1 June 2026: its rent is due today, and what was before is paid or in the amount.
        ("2019-03-01", "", "", JUNE, 0),
        ("2019-03-01", "2026-03-15", "75.50", date(2026, 3, 16), 7_550),
        ("2019-03-01", "2026-06-30", "-20", None, -2_000),
        ("2026-06-01", "", "", JUNE, None),
    ],
)
def test_a_lease_that_is_recorded_is_charged_from_where_it_stands(
    site: Site, starts: str, paid_to: str, balance: str, charged_from: date | None, opening: int | None
) -> None:
    with site.db.transaction("read") as db:
        unit = unit_of(db)
        at = f"/portfolio/{unit.property.organisation.ref}/properties/{unit.property.ref}/units/{unit.ref}/record-lease"
    typed = {"name_0": "Perry Rolle", "starts": starts, "kind": "month_to_month", "rent_cents": "1200", "security": "900"}
    keva = site.browser("keva")
    assert "This is before the first day" in filled(keva, at, **typed, paid_to="2019-02-28").submit(status=422).text
    page = filled(keva, at, **typed, paid_to=paid_to, balance_cents=balance).submit(status=303).follow()
    assert ("Brought in on 1 June 2026" in page.text) is (opening is not None)
    with site.db.transaction("read") as db:
        lease = db.scalars(select(Lease).order_by(Lease.id.desc())).first()
        lease_id, organisation_id = lease.id, lease.organisation_id
    run(site, organisation_id)
    found = charged(site, lease_id)
    assert min([first for rule, first, *_ in found if rule == "rent"], default=None) == charged_from
    assert sum(cents for rule, *_, cents in found if rule == "opening") == max(0, opening or 0)
    with site.db.transaction("read") as db:
        credits = {row.rule: row.cents for row in db.scalars(select(Credit).where(Credit.lease_id == lease_id))}
    # The deposit of one that was there before is held already.
    before = {"paid:deposit:security": 90_000, **({"opening": -opening} if opening and opening < 0 else {})}
    assert credits == ({} if opening is None else before)
