"""The rent run, on both databases: what it charges, that it can be repeated, and that it sets itself right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from renting import charged, new_lease, organisation_of, run, unit_of
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.ending.services import cancel_lease, end_lease, keep_lease
from atlasbahamas_plugins.leasing.handover.services import LeasesGoOn
from atlasbahamas_plugins.leasing.importing.services import Arriving, import_leases
from atlasbahamas_plugins.leasing.models import Lease, RentTerm
from atlasbahamas_plugins.leasing.writing.services import Agreed, LeaseDetails, PartyLine, Terms, bind, write_leases
from atlasbahamas_plugins.ledger.charges import guards
from atlasbahamas_plugins.ledger.charges.batches import reverse_batch
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit, LeaseChange, Schedule
from atlasbahamas_plugins.ledger.charges.run import plan_run
from atlasbahamas_plugins.ledger.charges.services import ByHand, Owed, add_charge, give_credit, owed_by
from atlasbahamas_plugins.ledger.journal.models import Journal, LedgerEntry
from atlasbahamas_plugins.ledger.journal.services import lock_period
from atlasbahamas_plugins.ledger.services import Source, reverse, total
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.handover.services import accept_handover, offer_property

MARCH, APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (3, 4, 5, 6, 7))


def last_of(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def rent(first: date, last: date | None = None, cents: int = 120_000) -> tuple[str, date, date, date, int]:
    return ("rent", first, last or last_of(first), first, cents)


def owed(site: Site, lease_id: int) -> Owed:
    with site.db.transaction("read") as db:
        return owed_by(db, db.get_one(Lease, lease_id))


def change(site: Site, lease_id: int, act: Any) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        act(db, db.get_one(Lease, lease_id))


def entries(site: Site, organisation_id: int) -> int:
    with site.db.transaction("read") as db:
        head = db.get(Journal, organisation_id)
        return 0 if head is None else head.number


def test_it_charges_what_is_due_once_and_catches_up(site: Site) -> None:
    lease = new_lease(site, date(2026, 3, 20), deposits={"security": 100_000, "first": 120_000, "last": 120_000})
    here = organisation_of(site, lease)
    run(site, here, JUNE)
    agreed = date(2026, 3, 20)
    assert charged(site, lease) == [
        ("deposit:last", agreed, agreed, agreed, 120_000),
        ("deposit:security", agreed, agreed, agreed, 100_000),
        rent(agreed, date(2026, 3, 31), 46_452),
        rent(APRIL),
        rent(MAY),
        rent(JUNE),
    ]
    before = entries(site, here)
    assert run(site, here, JUNE).batch is None
    assert run(site, here, MARCH).batch is None
    assert entries(site, here) == before
    assert owed(site, lease) == Owed(46_452 + 3 * 120_000, 220_000, 0)


def test_any_order_of_days_comes_to_the_same(site: Site) -> None:
    lease = new_lease(site, date(2026, 2, 10), period="fortnightly")
    here = organisation_of(site, lease)
    days = [date(2026, 5, 3), date(2026, 3, 1), JUNE, date(2026, 2, 1), date(2026, 5, 30)]
    for day in days:
        run(site, here, day)
        run(site, here, day)
    starts = [date(2026, 2, 10) + timedelta(days=14 * number) for number in range(8)]
    assert charged(site, lease) == [rent(first, first + timedelta(days=13)) for first in starts]
    assert charged(site, lease, voided=True) == []


def test_a_day_on_which_nothing_is_due_looks_at_no_lease(site: Site) -> None:
    lease = new_lease(site, JUNE)
    here = organisation_of(site, lease)
    run(site, here)
    site.clock.move(days=5)
    with site.db.transaction("read") as db:
        plan = plan_run(db, here, site.clock.today())
        assert (plan.looks, plan.is_empty, plan.changes) == ({}, True, [])
        assert db.get_one(Schedule, lease).next_due_on == JULY


def test_the_job_of_the_night_charges_every_organisation(site: Site) -> None:
    lease = new_lease(site, JUNE)
    here = organisation_of(site, lease)
    site.clock.move(days=30)
    assert set(site.drain_jobs()) == {"done"}
    assert charged(site, lease) == [rent(JUNE), rent(JULY)]
    with site.db.transaction("read") as db:
        batches = db.scalars(select(Batch)).all()
        assert len({batch.organisation_id for batch in batches}) > 1
        [mine] = [batch for batch in batches if batch.organisation_id == here]
        assert mine.charges == db.scalar(select(func.count()).select_from(Charge).where(Charge.batch_id == mine.id))
        assert mine.cents == db.scalar(select(func.sum(Charge.cents)).where(Charge.batch_id == mine.id))
        assert (mine.by_person_id, mine.day) == (None, site.clock.today())


def test_many_leases_go_in_parts_of_one_batch(site: Site) -> None:
    here = organisation_of(site, new_lease(site, JUNE))
    ran = run(site, here, at_once=1)
    assert ran.batch is not None
    batch = ran.batch.id
    while ran.last is not None:
        ran = run(site, here, at_once=1, after=ran.last, batch_id=batch)
    with site.db.transaction("read") as db:
        [row] = db.scalars(select(Batch)).all()
        count, cents = db.execute(select(func.count(), func.sum(Charge.cents)).where(Charge.batch_id == batch)).one()
        assert (row.charges, row.cents) == (count, cents)
        assert count > 5
    assert run(site, here).batch is None


def test_a_run_that_was_taken_back_half_way_goes_on_as_another(site: Site) -> None:
    here = organisation_of(site, new_lease(site, JUNE))
    ran = run(site, here, at_once=1)
    assert ran.batch is not None
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        reverse_batch(db, db.get_one(Batch, ran.batch.id), "Not now", by=1, now=site.clock.now())
    more = run(site, here, after=ran.last, batch_id=ran.batch.id)
    assert more.batch is not None
    assert more.batch.id != ran.batch.id


def test_an_end_that_becomes_known_sets_the_charge_right(site: Site) -> None:
    lease = new_lease(site, APRIL)
    here = organisation_of(site, lease)
    run(site, here)
    change(site, lease, lambda db, row: end_lease(db, row, date(2026, 6, 20), "They go", today=site.clock.today()))
    ran = run(site, here)
    assert ran.batch is not None
    assert (ran.batch.charges, ran.batch.cents, ran.batch.taken_back, ran.batch.taken_back_cents) == (1, 80_000, 1, 120_000)
    assert charged(site, lease) == [rent(APRIL), rent(MAY), rent(JUNE, date(2026, 6, 20), 80_000)]
    assert charged(site, lease, voided=True) == [rent(JUNE)]
    assert owed(site, lease).cents == 320_000
    change(site, lease, lambda db, row: keep_lease(db, row))
    site.clock.move(days=40)
    run(site, here)
    assert charged(site, lease) == [rent(APRIL), rent(MAY), rent(JUNE), rent(JULY)]
    assert owed(site, lease).cents == 480_000
    with site.db.transaction("read") as db:
        assert db.scalars(select(LeaseChange).where(LeaseChange.lease_id == lease)).all() != []
    assert run(site, here).batch is None


def test_a_new_rent_within_a_period_is_charged_by_days(site: Site) -> None:
    lease = new_lease(site, APRIL)
    here = organisation_of(site, lease)
    run(site, here)
    change(site, lease, lambda db, row: db.add(RentTerm(lease_id=row.id, starts=date(2026, 5, 11), cents=150_000)))
    run(site, here)
    assert charged(site, lease) == [rent(APRIL), rent(MAY, cents=140_323), rent(JUNE, cents=150_000)]
    with site.db.transaction("read") as db:
        may = db.scalars(select(Charge).where(Charge.voided_by.is_(None), Charge.cents == 140_323)).one()
        assert [(part["days"], part["of_days"], part["cents"]) for part in may.explanation["segments"]] == [
            (10, 31, 38_710),
            (21, 31, 101_613),
        ]


def test_a_lease_that_is_cancelled_owes_nothing(site: Site) -> None:
    lease = new_lease(site, APRIL, deposits={"security": 50_000})
    here = organisation_of(site, lease)
    run(site, here)
    held = held_in(site, here)
    change(site, lease, lambda db, row: cancel_lease(db, row, "Recorded by mistake"))
    run(site, here)
    assert charged(site, lease) == []
    assert len(charged(site, lease, voided=True)) == 4
    assert owed(site, lease) == Owed(0, 0, 0)
    assert held_in(site, here) == held - 50_000
    assert run(site, here).batch is None


def held_in(site: Site, here: int) -> int:
    with site.db.transaction("read") as db:
        return total(db, here, "deposit_held").cents


def test_what_is_owed_for_deposits_is_not_held(site: Site) -> None:
    lease = new_lease(site, APRIL, deposits={"security": 50_000, "pet": 10_000})
    here = organisation_of(site, lease)
    run(site, here)
    with site.db.transaction("read") as db:
        held, wanted = total(db, here, "deposit_held").cents, total(db, here, "deposit_receivable").cents
        # Nothing was paid yet.
        assert held == wanted > 0
    assert owed(site, lease).deposit_cents == 60_000


def arrive(site: Site, **more: Any) -> int:
    terms = Terms(date(2024, 1, 1), "month_to_month", None, True, 120_000, **more.pop("terms", {}))
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        unit = unit_of(db)
        person = db.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        arriving = Arriving(unit, terms, [ContactDetails("Ivy Import")], more.pop("deposits", {}), **more)
        here = unit.property.organisation_id
        import_leases(db, here, [arriving], person_id=person, now=site.clock.now(), today=site.clock.today())
        return db.scalars(select(Lease.id).order_by(Lease.id.desc())).first() or 0


def test_a_lease_that_was_brought_in_is_charged_from_where_it_stood(site: Site) -> None:
    lease = arrive(site, paid_to=date(2026, 5, 20), balance_cents=25_000, deposits={"security": 90_000})
    here, today = organisation_of(site, lease), site.clock.today()
    run(site, here)
    assert charged(site, lease) == [
        rent(date(2026, 5, 21), date(2026, 5, 31), 42_581),
        ("deposit:security", today, today, today, 90_000),
        ("opening", today, today, today, 25_000),
        rent(JUNE),
    ]
    with site.db.transaction("read") as db:
        [credit] = db.scalars(select(Credit)).all()
        assert (credit.rule, credit.cents, credit.what) == ("paid:deposit:security", 90_000, "opening")
        assert credit.charge is not None
        assert credit.charge.rule == "deposit:security"
    assert owed(site, lease) == Owed(25_000 + 42_581 + 120_000, 0, 0)
    assert run(site, here).batch is None


def test_who_had_paid_too_much_has_a_credit(site: Site) -> None:
    lease = arrive(site, paid_to=date(2026, 6, 30), balance_cents=-4_000)
    here = organisation_of(site, lease)
    run(site, here)
    assert charged(site, lease) == []
    assert owed(site, lease).cents == -4_000
    assert run(site, here).batch is None


@pytest.mark.parametrize(("timing", "first"), [("advance", JUNE), ("arrears", MAY)])
def test_where_nobody_said_what_was_paid_the_next_rent_that_is_due_comes_first(site: Site, timing: str, first: date) -> None:
    lease = arrive(site, terms={"timing": timing})
    run(site, organisation_of(site, lease))
    assert charged(site, lease) == [("rent", first, last_of(first), JUNE, 120_000)]


def test_a_locked_period_is_charged_on_the_first_open_day(site: Site) -> None:
    lease = new_lease(site, APRIL)
    here = organisation_of(site, lease)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        lock_period(db, db.get_one(Organisation, here), date(2026, 5, 10), today=site.clock.today())
    run(site, here)
    assert charged(site, lease) == [rent(APRIL), rent(MAY), rent(JUNE)]
    of_entry = (LedgerEntry.organisation_id == Charge.organisation_id) & (LedgerEntry.number == Charge.entry_number)
    query = select(LedgerEntry.effective).join(Charge, of_entry).where(Charge.lease_id == lease).order_by(Charge.due_on)
    with site.db.transaction("read") as db:
        assert db.scalars(query).all() == [date(2026, 5, 11), date(2026, 5, 11), JUNE]


def test_a_batch_is_taken_back_as_one_and_charged_again(site: Site) -> None:
    lease = arrive(site, paid_to=date(2026, 4, 30), balance_cents=-1_000, deposits={"key": 2_000})
    here = organisation_of(site, lease)
    ran = run(site, here)
    assert ran.batch is not None
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        person = db.scalars(select(Person.id).order_by(Person.id)).first() or 0
        batch = db.get_one(Batch, ran.batch.id)
        with pytest.raises(Refused, match="Say why"):
            reverse_batch(db, batch, " ", by=person, now=site.clock.now())
        assert reverse_batch(db, batch, "Wrong file", by=person, now=site.clock.now()) == ran.batch.charges
        with pytest.raises(Refused, match="already"):
            reverse_batch(db, batch, "Again", by=person, now=site.clock.now())
        for kind in ("receivable", "rent_income", "deposit_held", "deposit_receivable", "opening_balances"):
            assert total(db, here, kind).cents == 0
    assert charged(site, lease) == []
    again = run(site, here)
    assert again.batch is not None
    assert again.batch.cents == ran.batch.cents
    with site.db.transaction("read") as db:
        actions = db.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("ledger:batch")).order_by(AuditEntry.id)
        )
        assert list(actions) == ["ledger:batch:posted", "ledger:batch:reversed", "ledger:batch:posted"]


def test_runs_at_once_have_one_effect(site: Site) -> None:
    lease = new_lease(site, APRIL)
    here = organisation_of(site, lease)
    workers = 4
    ready, ran = threading.Barrier(workers), []

    def work() -> None:
        ready.wait(30)
        while True:
            try:
                ran.append(run(site, here).batch)
                return
            except OperationalError as error:  # what a request or a job tries again
                if "deadlock" not in str(error) and "locked" not in str(error):
                    raise

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ran) == workers
    assert len([batch for batch in ran if batch is not None]) == 1
    assert charged(site, lease) == [rent(APRIL), rent(MAY), rent(JUNE)]


def test_a_run_is_refused_for_a_day_to_come_and_for_a_plan_that_is_old(site: Site) -> None:
    lease = new_lease(site, APRIL)
    here = organisation_of(site, lease)
    with pytest.raises(Refused, match="when it is due"):
        run(site, here, site.clock.today() + timedelta(days=1))
    with site.db.transaction("read") as db:
        seen = plan_run(db, here, site.clock.today()).number
    change(site, lease, lambda db, row: end_lease(db, row, date(2026, 5, 20), "", today=site.clock.today()))
    with pytest.raises(Refused, match="Something changed"):
        run(site, here, seen=seen)
    assert charged(site, lease) == []


@pytest.fixture
def one(site: Site) -> Iterator[Charge]:
    lease = new_lease(site, JUNE)
    run(site, organisation_of(site, lease))
    with site.db.transaction("read") as db:
        yield db.scalars(select(Charge).where(Charge.lease_id == lease)).one()


CHARGE = "ledger_charge_is_append_only"


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE ledger_charge SET cents = cents + 1 WHERE id = :id", CHARGE),
        ("UPDATE ledger_charge SET what = 'fee' WHERE id = :id", CHARGE),
        ("UPDATE ledger_charge SET due_on = '2026-07-01' WHERE id = :id", CHARGE),
        ("UPDATE ledger_charge SET rule = 'x' WHERE id = :id", CHARGE),
        ("UPDATE ledger_charge SET explanation = '{}' WHERE id = :id", CHARGE),
        ("UPDATE ledger_charge SET open_cents = -1 WHERE id = :id", "ledger_open_is_what_is_left"),
        ("UPDATE ledger_charge SET open_cents = cents + 1 WHERE id = :id", "ledger_open_is_what_is_left"),
        ("UPDATE ledger_charge SET voided_by = entry_number WHERE id = :id", guards.VOID),
        ("DELETE FROM ledger_charge WHERE id = :id", CHARGE),
    ],
)
def test_a_charge_stays_as_it_is(site: Site, one: Charge, statement: str, refusal: str) -> None:
    with pytest.raises(DBAPIError, match=refusal), site.db.transaction() as db:
        db.execute(text(statement), {"id": one.id})


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE ledger_credit SET cents = cents - 1 WHERE id = :id", "ledger_credit_is_append_only"),
        ("UPDATE ledger_credit SET charge_id = NULL WHERE id = :id", "ledger_credit_is_append_only"),
        ("UPDATE ledger_credit SET counts_on = '2026-07-01' WHERE id = :id", "ledger_credit_is_append_only"),
        ("UPDATE ledger_credit SET open_cents = cents + 1 WHERE id = :id", "ledger_open_is_what_is_left"),
        ("UPDATE ledger_credit SET voided_by = entry_number WHERE id = :id", guards.VOID),
        ("DELETE FROM ledger_credit WHERE id = :id", "ledger_credit_is_append_only"),
    ],
)
def test_a_credit_stays_as_it_is(site: Site, one: Charge, statement: str, refusal: str) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        details = ByHand("credit", 200, site.clock.today(), "Noise", "credit-00000000000000000001")
        more = {"by": 1, "now": site.clock.now(), "today": site.clock.today()}
        credit = give_credit(db, db.get_one(Lease, one.lease_id), details, charge=db.get_one(Charge, one.id), **more).id
    with pytest.raises(DBAPIError, match=refusal), site.db.transaction() as db:
        db.execute(text(statement), {"id": credit})


COLUMNS = (
    *("ref", "organisation_id", "lease_id", "account_id", "what", "rule", "period_starts", "period_ends"),
    *("due_on", "cents", "open_cents", "explanation", "entry_number"),
)


def copy(site: Site, one: Charge, into: str = "INSERT INTO", **other: str) -> None:
    """Add the charge again, with other columns."""
    values = ", ".join(other.get(name, name) for name in COLUMNS)
    statement = f"{into} ledger_charge ({', '.join(COLUMNS)}) SELECT {values} FROM ledger_charge WHERE id = :id"
    with site.db.transaction() as db:
        db.execute(text(statement), {"id": one.id})


def test_a_charge_says_what_its_entry_moved(site: Site, one: Charge) -> None:
    new = {"ref": "'charge-1'", "rule": "'other'"}
    copy(site, one, **new)
    for wrong in (
        {"cents": "cents + 1", "open_cents": "cents + 1"},
        {"open_cents": "cents - 1"},
        {"what": "'bribe'"},
        {"lease_id": f"(SELECT min(id) FROM leasing_lease WHERE id <> {one.lease_id})"},
        {"account_id": f"(SELECT min(id) FROM ledger_account WHERE id <> {one.account_id})"},
        {"entry_number": f"(SELECT min(number) FROM ledger_entry WHERE number <> {one.entry_number})"},
    ):
        with pytest.raises(IntegrityError):
            copy(site, one, **{"ref": "'charge-2'", "rule": "'another'", **wrong})
    # The same period once, and by REPLACE neither.
    with pytest.raises(IntegrityError):
        copy(site, one, ref="'charge-3'")
    if site.db.engine.dialect.name == "sqlite":
        with pytest.raises(IntegrityError, match=guards.CHARGE):
            copy(site, one, "REPLACE INTO", ref="'charge-3'")
        with pytest.raises(IntegrityError, match=guards.CHARGE):
            copy(site, one, "REPLACE INTO", rule="'another'")


def test_whoever_takes_the_entry_back_voids_the_charge(site: Site, one: Charge) -> None:
    with site.db.transaction() as db:
        [number] = reverse(db, one.organisation_id, [one.entry_number], source=Source("test", "x"), now=datetime.now(UTC))
    with site.db.transaction("read") as db:
        assert db.get_one(Charge, one.id).voided_by == number
    with pytest.raises(DBAPIError, match=guards.VOID), site.db.transaction() as db:
        db.execute(text("UPDATE ledger_charge SET voided_by = NULL WHERE id = :id"), {"id": one.id})
    run(site, one.organisation_id)
    assert charged(site, one.lease_id) == [rent(JUNE)]


def renewed(site: Site, former: int, starts: date, deposits: dict[str, int], cents: int) -> int:
    """What is agreed to continue a lease, signed by everybody on that day."""
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        lease = db.get_one(Lease, former)
        party = PartyLine(lease.parties[0].contact_id, ContactDetails("x"), "primary")
        terms = Terms(starts, "month_to_month", None, True, cents)
        agreed = Agreed(lease.unit, LeaseDetails(terms, [party], deposits), continues=lease)
        [following] = write_leases(db, [agreed], "oral", now=site.clock.now())
        bind(db, following, today=site.clock.today())
        return following.id


def test_what_continues_a_lease_charges_no_day_twice_and_the_deposit_once(site: Site) -> None:
    former = new_lease(site, date(2026, 4, 1), deposits={"security": 100_000, "key": 5_000})
    here = organisation_of(site, former)
    run(site, here)
    following = renewed(site, former, date(2026, 6, 11), {"security": 130_000, "key": 5_000, "pet": 1_000}, 150_000)
    site.clock.move(days=30)
    run(site, here)
    assert charged(site, former)[-1] == rent(JUNE, date(2026, 6, 10), 40_000)
    today = date(2026, 6, 1)
    assert charged(site, following) == [
        ("deposit:pet", today, today, today, 1_000),
        ("deposit:security", today, today, today, 30_000),
        rent(date(2026, 6, 11), date(2026, 6, 30), 100_000),
        rent(JULY, cents=150_000),
    ]


def test_a_property_that_changes_hands_is_charged_by_each_side_for_its_time(site: Site) -> None:
    lease = new_lease(site, date(2026, 4, 1), deposits={"security": 100_000})
    here = organisation_of(site, lease)
    site.clock.move(days=9)
    handed, now = site.clock.today(), site.clock.now()
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        taker = db.scalars(select(Organisation).where(Organisation.id != here)).first()
        assert taker is not None
        there, when = taker.id, {"person_id": 1, "now": now, "today": handed}
        offer = offer_property(db, unit_of(db).property, taker.ref, handed, **when)
        accept_handover(db, offer, there, [LeasesGoOn()], **when)
        taken = db.scalars(select(Lease.id).where(Lease.taken_over_id == lease)).one()
    run(site, here)
    run(site, there)
    assert charged(site, lease)[-1] == rent(JUNE, date(2026, 6, 9), 36_000)
    assert charged(site, taken) == [rent(handed, date(2026, 6, 30), 84_000)]


def test_what_was_written_by_hand_stays_when_a_lease_changes(site: Site) -> None:
    lease = new_lease(site, APRIL)
    here = organisation_of(site, lease)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        fee = ByHand("fee", 500, site.clock.today(), "A key", "charge-00000000000000000001")
        more = {"by": 1, "now": site.clock.now(), "today": site.clock.today()}
        add_charge(db, db.get_one(Lease, lease), fee, **more)
        give_credit(db, db.get_one(Lease, lease), ByHand("credit", 200, fee.day, "Noise", "credit-00000000000000000001"), **more)
    run(site, here)
    change(site, lease, lambda db, row: end_lease(db, row, date(2026, 6, 20), "They go", today=site.clock.today()))
    run(site, here)
    assert owed(site, lease).cents == 320_000 + 500 - 200
    change(site, lease, lambda db, row: cancel_lease(db, row, "Never was"))
    run(site, here)
    assert owed(site, lease) == Owed(0, 0, 0)
    assert charged(site, lease) == []
    with site.db.transaction("read") as db:
        assert db.scalars(select(Credit).where(Credit.voided_by.is_(None))).all() == []
