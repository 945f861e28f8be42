"""Utility bills: entered, paid to the company, or passed on to the tenants as a charge of their own. Raises Refused.

A bill is no rent (domain.md 2.3): what is passed on is owed on the account of bills, and only a payment for a bill comes there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from atlasbahamas.audit.services import changes, record
from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.files.later import renditions_wanted
from atlasbahamas.files.models import File
from atlasbahamas.files.services import delete_file, keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import long_key, new_key
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.models import BINDING, FOR_EVER, Lease, LeaseParty
from atlasbahamas_plugins.ledger.allocation.services import allocate_leases
from atlasbahamas_plugins.ledger.bills.models import BILL, PROOF, Bill, BillAccount, BillFile, BillPayment
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.posting import NewCharge, post_charges
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.reasons import FOR_LATER, said_why
from atlasbahamas_plugins.ledger.services import Source, open_journal, reverse
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.places.models import UTILITY_KINDS, IslandUtility, Utility

WHAT = "bill"
"""What such a charge is, and the source of the entry that takes one back."""

LONGEST = timedelta(days=366)
WITHIN = timedelta(days=366 * 2)
OTHERS_KEY = Refused("This was sent before with something else in it. Open the page again.")
CHANGED = Refused(
    "This was changed by someone else meanwhile. Nothing of yours was saved: open the page again to see what is there."
)
OWED = Refused("This bill was passed on to the tenants. Take that back first.")
ACCOUNT_FIELDS = ("number", "payer")
BILL_FIELDS = ("starts", "ends", "due_on", "cents")


@dataclass(frozen=True)
class AccountDetails:
    """An account with a utility (its id): the number there, and who pays (models.PAYERS)."""

    utility_id: int
    number: str
    payer: str


@dataclass(frozen=True)
class BillDetails:
    """A bill: its first and last local day, when it is due, cents. `ref`: the key of the form; `files`: photos or a PDF of it."""

    starts: date
    ends: date
    due_on: date
    cents: int
    ref: str = field(default_factory=lambda: long_key("bill"))
    files: Sequence[Upload | File] = ()


@dataclass(frozen=True)
class PaidBill:
    """Somebody paid the company on a local day, with proofs."""

    paid_on: date
    proofs: Sequence[Upload | File] = ()


def utilities_for(db: Session, unit: Unit) -> list[Utility]:
    """The utilities that supply the island of a unit, by what they supply and name."""
    query = select(Utility).join(IslandUtility, IslandUtility.utility_id == Utility.id)
    query = query.where(IslandUtility.island_id == unit.property.settlement.island_id, Utility.retired.is_(None))
    kinds = list(UTILITY_KINDS)
    return sorted(db.scalars(query), key=lambda row: (kinds.index(row.kind), row.name))


def open_account(
    db: Session, unit: Unit, organisation_id: int, details: AccountDetails, *, now: datetime, code: str | None = None
) -> BillAccount:
    """Write down an account of a unit. Raises Refused for one that is open already, and for a company from another island."""
    if details.utility_id not in {row.id for row in utilities_for(db, unit)}:
        raise Refused("Choose one that supplies this island.", "utility")
    account = BillAccount(
        ref=new_key("account", code=code),
        organisation_id=organisation_id,
        unit=unit,
        utility_id=details.utility_id,
        number=details.number,
        payer=details.payer,
        created=now,
    )
    db.add(account)
    _flush_account(db)
    db.refresh(account)
    after = {"utility": account.utility.name, "number": account.number, "payer": account.payer}
    _record_account(db, "opened", account, after=after)
    return account


def change_account(db: Session, account: BillAccount, number: str, payer: str) -> None:
    """Change its number, or who pays from the next bill on. Raises Refused for a number that another one has."""
    account.number, account.payer = number, payer
    before, after = changes(account, ACCOUNT_FIELDS)
    _flush_account(db)
    if after:
        _record_account(db, "changed", account, before=before, after=after)


def close_account(db: Session, account: BillAccount, *, today: date) -> None:
    """No more bills come. Raises Refused where it is closed."""
    if account.closed is not None:
        raise Refused(f"It is closed since {local_date(account.closed)}.")
    account.closed = today
    db.flush()
    _record_account(db, "closed", account, after={"closed": today})


def _flush_account(db: Session) -> None:
    try:
        with db.begin_nested():
            db.flush()
    except IntegrityError as error:
        if violated_constraint(error, metadata) != "uq_ledger_bill_account_open":
            raise
        raise Refused("This unit has an open account with this number already.", "number") from error


def enter_bill(
    db: Session, store: Store, account: BillAccount, details: BillDetails, *, by: int | None, now: datetime, today: date
) -> Bill:
    """Write down a bill of an account. The same `ref` again gives the same bill. Raises Refused."""
    there = db.scalar(select(Bill).where(Bill.ref == details.ref))
    if there is not None:
        was = (there.account_id, *(getattr(there, name) for name in BILL_FIELDS))
        if was != (account.id, *(getattr(details, name) for name in BILL_FIELDS)):
            raise OTHERS_KEY
        return there
    if account.closed is not None:
        raise Refused(f"This account is closed since {local_date(account.closed)}.")
    _check(db, account, details, today)
    bill = Bill(
        ref=details.ref,
        organisation_id=account.organisation_id,
        unit_id=account.unit_id,
        account_id=account.id,
        payer=account.payer,
        created=now,
        **{name: getattr(details, name) for name in BILL_FIELDS},
    )
    # Of a home that nobody has on that day there is nobody to pass it on to.
    if bill.payer == "rebilled" and lease_of_bill(db, bill) is None:
        bill.payer = "landlord"
    db.add(bill)
    db.flush()
    _keep(db, store, bill, BILL, details.files, by=by, now=now)
    _record(db, "entered", bill, after={"account": account.ref, **_told(bill)})
    return bill


def correct_bill(
    db: Session, store: Store, bill: Bill, details: BillDetails, payer: str, *, by: int | None, now: datetime, today: date
) -> None:
    """Correct a bill that the tenants do not owe yet, or who pays it, and add files. Raises Refused."""
    seen = bill.version
    _lock(db, bill)
    # Of two at the same moment the second has the version of the first only now.
    if bill.version != seen:
        raise CHANGED
    if bill.is_passed_on:
        raise OWED
    _check(db, bill.account, details, today, bill)
    for name in BILL_FIELDS:
        setattr(bill, name, getattr(details, name))
    if payer == "rebilled" and bill.paid_on is not None:
        raise Refused("Somebody paid this already. Say first that it is not paid.", "payer")
    if payer != "rebilled" and bill.charge_id is not None:
        raise Refused("The books say that it was passed on once, so it can only be passed on again.", "payer")
    bill.payer = payer
    before, after = changes(bill, (*BILL_FIELDS, "payer"))
    db.flush()
    _keep(db, store, bill, BILL, details.files, by=by, now=now)
    if after or details.files:
        _record(db, "corrected", bill, before=before, after=after)


def remove_bill(db: Session, store: Store, bill: Bill) -> None:
    """Take away a bill that was entered by mistake. Raises Refused for one that was passed on once: the books name it."""
    _lock(db, bill)
    if bill.charge_id is not None:
        raise Refused("The books name this bill, so it stays.")
    before, files = _told(bill), [each.file for each in bill.files]
    for each in bill.files:
        db.delete(each)
    db.flush()
    for file in files:
        delete_file(db, store, file)
    db.delete(bill)
    db.flush()
    _record(db, "removed", bill, before=before)


def pay_bill(db: Session, store: Store, bill: Bill, paid: PaidBill, *, by: int | None, now: datetime, today: date) -> None:
    """Somebody says that the company was paid; no money moves in the books. Who says the same again changes nothing.

    Raises Refused.
    """
    _lock(db, bill)
    if bill.paid_on == paid.paid_on and bill.paid_by_id == by:
        return
    if bill.payer == "rebilled":
        raise Refused("This one is passed on: the tenants pay it to the landlord.")
    if bill.paid_on is not None:
        raise Refused(f"It is paid since {local_date(bill.paid_on)}.")
    if paid.paid_on > today:
        raise Refused("This day has not come yet.", "paid_on")
    if bill.due_on - paid.paid_on > LONGEST:
        raise Refused("Choose a day within a year of that on which it is due.", "paid_on")
    bill.paid_on, bill.paid_by_id = paid.paid_on, by
    db.flush()
    _keep(db, store, bill, PROOF, paid.proofs, by=by, now=now)
    _record(db, "paid", bill, after={"paid_on": paid.paid_on})


def open_bill_again(db: Session, bill: Bill, reason: str) -> None:
    """It was not paid after all; the proofs stay. Raises Refused."""
    _lock(db, bill)
    if bill.paid_on is None:
        raise Refused("Nobody said that this was paid.")
    before = {"paid_on": bill.paid_on}
    bill.paid_on = bill.paid_by_id = None
    db.flush()
    _record(db, "opened_again", bill, before=before, note=said_why(reason, FOR_LATER))


def with_its_home(account: Any) -> Any:
    """What a page needs of a bill's account (`account` is how it is reached), in the same query."""
    return account.options(joinedload(BillAccount.unit), joinedload(BillAccount.utility).lazyload(Utility.islands))


def whole_bill(db: Session, bill: Bill) -> Bill:
    """A bill with its account and home, what was passed on, and its papers, in two queries."""
    wanted = (with_its_home(joinedload(Bill.account)), joinedload(Bill.charge), selectinload(Bill.files))
    query = select(Bill).where(Bill.id == bill.id).options(*wanted).execution_options(populate_existing=True)
    return db.scalars(query).unique().one()


_TENANTS = selectinload(Lease.parties).joinedload(LeaseParty.contact)


def lease_of_bill(db: Session, bill: Bill) -> Lease | None:
    """The lease that has the first day of a bill; None where nobody lived there."""
    query = select(Lease).where(Lease.unit_id == bill.unit_id, Lease.organisation_id == bill.organisation_id)
    return db.scalar(query.where(has_day(bill.starts)).options(_TENANTS))


def has_day(day: Any) -> ColumnElement[bool]:
    """Whether a lease counts and has a day: a date, or a column of a bill."""
    return and_(Lease.state.in_(BINDING), Lease.starts <= day, func.coalesce(Lease.last_day, date.fromisoformat(FOR_EVER)) >= day)


def pass_on(db: Session, bill: Bill, *, by: int | None, now: datetime, today: date) -> Charge:
    """Charge the tenants for a bill, on the account of bills: from today, to be paid when it is due. Done twice, it is done once.

    Raises Refused.
    """
    open_journal(db, bill.organisation_id)
    _lock(db, bill)
    if bill.is_passed_on:
        assert bill.charge is not None
        return bill.charge
    if bill.payer != "rebilled":
        raise Refused("This account is not passed on. Change who pays first, for the next bill.")
    lease = lease_of_bill(db, bill)
    if lease is None:
        raise Refused(f"Nobody had this home on {local_date(bill.starts)}, so there is nobody to pass it on to.")
    utility = bill.account.utility
    ref = long_key("charge")
    new = NewCharge(
        lease_id=lease.id,
        property_id=bill.account.unit.property_id,
        what=WHAT,
        rule=bill.ref,
        starts=bill.starts,
        ends=bill.ends,
        due_on=bill.due_on,
        cents=bill.cents,
        explanation={"supplies": UTILITY_KINDS[utility.kind], "company": utility.name, "bill": bill.ref},
        ref=ref,
        counts_on=today,
    )
    post_charges(db, bill.organisation_id, [new], now=now, by=by)
    charge = db.scalars(select(Charge).where(Charge.ref == ref)).one()
    bill.charge = charge
    db.flush()
    # What was paid too much for an earlier bill.
    allocate_leases(db, bill.organisation_id, [lease.id], now=now)
    db.refresh(charge)
    _record(db, "passed_on", bill, after={"lease": lease.ref, "cents": bill.cents})
    return charge


def take_back(db: Session, bill: Bill, reason: str, *, by: int, now: datetime) -> None:
    """The tenants do not owe it after all: its charge is reversed, and what paid it pays another bill, or is credit for the next
    one. Raises Refused.
    """
    open_journal(db, bill.organisation_id)
    _lock(db, bill)
    if not bill.is_passed_on or bill.charge is None:
        raise Refused("It was taken back already." if bill.charge_id else "It was not passed on.")
    charge, words = bill.charge, said_why(reason, FOR_LATER)
    source = Source(WHAT, bill.ref)
    reverse(db, bill.organisation_id, [charge.entry_number], source=source, now=now, memo=words, by=by)
    allocate_leases(db, bill.organisation_id, [charge.lease_id], now=now)
    db.refresh(charge)
    _record(db, "taken_back", bill, before={"cents": bill.cents}, note=words)


def owed_charge(bill: Bill) -> Charge:
    """The charge by which a bill is owed to the landlord. Raises Refused where it is not."""
    if not bill.is_passed_on or bill.charge is None:
        raise Refused("This bill is not owed to the landlord.")
    return bill.charge


def paid_for(db: Session, payments: Sequence[Payment]) -> dict[int, Charge]:
    """Payment id -> the charge of the bill that it is for, of those that are for one; with one query for any number."""
    if not payments:
        return {}
    query = select(BillPayment.payment_id, Charge).join(Charge, Charge.id == BillPayment.charge_id)
    return {row[0]: row[1] for row in db.execute(query.where(BillPayment.payment_id.in_([each.id for each in payments])))}


_CHARGE_OF = exists().where(Charge.id == Bill.charge_id, Charge.voided_by.is_(None))

PAID = or_(Bill.paid_on.is_not(None), _CHARGE_OF.where(Charge.open_cents == 0))
"""Whether a bill is paid, as a condition of a query."""


def _check(db: Session, account: BillAccount, details: BillDetails, today: date, bill: Bill | None = None) -> None:
    if details.ends < details.starts:
        raise Refused("This is before the first day.", "ends")
    if details.ends - details.starts > LONGEST:
        raise Refused("A bill is for a year at most.", "ends")
    if details.due_on < details.starts:
        raise Refused("This is before the first day of the bill.", "due_on")
    for name in ("starts", "due_on"):
        if abs(getattr(details, name) - today) > WITHIN:
            raise Refused("Choose a day within two years of today.", name)
    same = select(Bill.id).where(Bill.account_id == account.id, Bill.starts == details.starts, Bill.ends == details.ends)
    if bill is not None:
        same = same.where(Bill.id != bill.id)
    if db.scalar(same.limit(1)) is not None:
        raise Refused("There is a bill of this account for these days already.", "starts")


def _keep(
    db: Session, store: Store, bill: Bill, what: str, uploads: Sequence[Upload | File], *, by: int | None, now: datetime
) -> None:
    for upload in uploads:
        file = keep_upload(db, store, upload, person_id=by, now=now)
        renditions_wanted(db, file, now=now)
        db.add(BillFile(ref=long_key("paper"), bill_id=bill.id, file_id=file.id, what=what))
    db.flush()
    db.expire(bill, ["files"])


def _lock(db: Session, bill: Bill) -> None:
    """One after the other; whoever waited sees what the other did."""
    query = select(Bill).where(Bill.id == bill.id).with_for_update().execution_options(populate_existing=True)
    db.scalars(query).one()
    if bill.charge is not None:
        db.refresh(bill.charge)


def _told(bill: Bill) -> dict[str, Any]:
    return {name: getattr(bill, name) for name in (*BILL_FIELDS, "payer")}


def _record(db: Session, verb: str, bill: Bill, **changed: Any) -> None:
    record(db, f"ledger:bill:{verb}", about=("bill", bill.ref), organisation_id=bill.organisation_id, **changed)


def _record_account(db: Session, verb: str, account: BillAccount, **changed: Any) -> None:
    about = ("bill_account", account.ref)
    record(db, f"ledger:bill_account:{verb}", about=about, organisation_id=account.organisation_id, **changed)
