"""The books of a random world, and the other rows of its ledger."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.files.models import File
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import START
from atlasbahamas_plugins.leasing.leaving.models import Statement
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.autopay.models import Autopay
from atlasbahamas_plugins.ledger.bills.models import Bill, BillAccount, BillFile
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.charges.services import ByHand, give_credit
from atlasbahamas_plugins.ledger.deposits.models import Disposition, Refund
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment, SavedMethod
from atlasbahamas_plugins.ledger.journal.kinds import DISPOSITION, PAYMENT, REFUND
from atlasbahamas_plugins.ledger.payments.models import PaymentProof
from atlasbahamas_plugins.ledger.payments.services import Paid, report_payment
from atlasbahamas_plugins.ledger.plans.models import Plan
from atlasbahamas_plugins.ledger.services import AccountKey, Entry, Source, Transfer, accounts, post
from atlasbahamas_plugins.portfolio.models import Unit


def keep_books(db: Session, leases: list[Lease], people: list[Person]) -> None:
    """Each lease that counts is charged its rent, was given a credit, and says that it paid. Everybody saved a card."""
    store: Any = None
    person_id = people[0].id
    for n, person in enumerate(people):
        card = {"gateway": "sandbox", "state": "asked", "address": "", "label": "", "created": START}
        db.add(SavedMethod(ref=f"card-{n}", person_id=person.id, **card))
    more = {"now": START, "today": day(0)}
    for organisation_id in sorted({lease.organisation_id for lease in leases}):
        run_rent(db, organisation_id, day(0), by=person_id, **more)
    for n, lease in enumerate(leases):
        if lease.state != "notice":
            continue
        give_credit(db, lease, ByHand("credit", 1, day(0), "So be it", f"credit-{n}"), by=person_id, **more)
        paid = report_payment(db, store, lease, Paid(1, day(0), "cash", ref=f"payment-{n}"), by=person_id, roles=(), **more)
        db.add(PaymentProof(ref=f"proof-{n}", payment_id=paid.id, file=a_file(db, f"proof{n}")))
        _write_bills(db, lease, n)
        _write_wishes(db, lease, n, people)
        _write_deposits(db, lease, n)
    db.flush()


def _write_wishes(db: Session, lease: Lease, n: int, people: list[Person]) -> None:
    """A plan that was proposed, a payment that somebody began at a gateway, and two people who want to be reminded."""
    of_it = {"organisation_id": lease.organisation_id, "lease_id": lease.id, "reason": ""}
    db.add(Plan(ref=f"plan-{n}", state="proposed", cents=1, grace_days=0, proposed=START, **of_it))
    begun = {"gateway": "sandbox", "way": "redirect", "cents": 1, "address": "", "remote_ref": "", "refund_reason": ""}
    db.add(GatewayPayment(ref=f"online-{n}", state="started", created=START, **begun, **of_it))
    # The tenant is one of the last; the first is no tenant of it.
    for person in (people[-1 - n], people[0]):
        db.add(
            Autopay(
                ref=f"autopay-{n}-{person.id}", person_id=person.id, state="active", lead_days=0, from_day=day(0), created=START,
                **of_it,
            )
        )  # fmt: skip


def _write_deposits(db: Session, lease: Lease, n: int) -> None:
    """Where the final statement was sent, a deposit of two cents is to be paid back, and one cent was."""
    statement_id = db.scalar(select(Statement.id).where(Statement.lease_id == lease.id))
    if statement_id is None:
        return
    bank, held, payable = keys = (
        AccountKey("bank"), AccountKey("deposit_held", lease.id), AccountKey("refund_payable", lease.id)
    )  # fmt: skip
    refs = accounts(db, lease.organisation_id, keys)
    moves = (
        (PAYMENT, Transfer(refs[bank], refs[held], 2), Source("payment", f"deposit-{n}")),
        (DISPOSITION, Transfer(refs[held], refs[payable], 2), Source("disposition", f"deposits-{n}")),
        (REFUND, Transfer(refs[payable], refs[bank], 1), Source("refund", f"refund-{n}")),
    )
    entries = [Entry(kind, day(0), (transfer,), source) for kind, transfer, source in moves]
    _, disposed, paid_back = post(db, lease.organisation_id, entries, now=START)
    of_it = {"organisation_id": lease.organisation_id, "lease_id": lease.id, "reason": "", "made": START}
    of_all = {"statement_id": statement_id, "held_cents": 2, "used_cents": 0, "back_cents": 2, "day": day(0)}
    db.add(Disposition(ref=f"deposits-{n}", entry_number=disposed, **of_all, **of_it))
    db.add(Refund(ref=f"refund-{n}", cents=1, paid_on=day(0), rail="cash", reference="", entry_number=paid_back, **of_it))


def account_of_before(db: Session, unit: Unit, n: int) -> None:
    """An account of the unit with a company, which whoever has the property now opened."""
    of_unit = {"organisation_id": unit.property.organisation_id, "unit_id": unit.id}
    db.add(BillAccount(ref=f"before-{n}", utility_id=1, number=f"b{n}", payer="tenant", created=START, **of_unit))


def _write_bills(db: Session, lease: Lease, n: int) -> None:
    """Bills of an account: for the first day of the lease, for the day before, and one that the landlord pays."""
    of_unit = {"organisation_id": lease.organisation_id, "unit_id": lease.unit_id}
    account = BillAccount(ref=f"account-{n}", utility_id=1, number=f"{n}", payer="tenant", created=START, **of_unit)
    db.add(account)
    db.flush()
    for number, (first, payer) in enumerate(
        ((lease.starts, "tenant"), (lease.starts - timedelta(days=1), "tenant"), (lease.starts, "landlord"))
    ):
        days = {"starts": first, "ends": first, "due_on": first}
        bill = Bill(ref=f"bill-{n}-{number}", account_id=account.id, payer=payer, cents=1, created=START, **days, **of_unit)
        bill.files.append(BillFile(ref=f"paper-{n}-{number}", file=a_file(db, f"paper{n}-{number}"), what="bill"))
        db.add(bill)


def a_file(db: Session, ref: str) -> File:
    file = File(
        ref=ref, digest="0" * 64, size=1, media_type="image/jpeg", kind="picture", name="", width=1, height=1, created=START
    )
    db.add(file)
    db.flush()
    return file


def day(month: int) -> date:
    """The first day of a period of thirty days: holds of two different periods never overlap."""
    return date(2026, 6, 1) + timedelta(days=30 * month)
