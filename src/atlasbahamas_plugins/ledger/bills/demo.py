"""Loads the bills of the demo homes; what they are is in the ledger's demo_content.py."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlalchemy import select

from atlasbahamas.files.models import File
from atlasbahamas.files.services import keep_upload, make_renditions
from atlasbahamas.people.demo import demo_code
from atlasbahamas_plugins.ledger import demo_content as content
from atlasbahamas_plugins.ledger.bills import services
from atlasbahamas_plugins.ledger.bills.models import Bill, BillAccount
from atlasbahamas_plugins.ledger.demo_content import DemoAccount
from atlasbahamas_plugins.ledger.demo_slips import draw_slip
from atlasbahamas_plugins.ledger.demo_walk import Walk
from atlasbahamas_plugins.ledger.payments.services import Paid, record_payment
from atlasbahamas_plugins.portfolio.models import Property, Unit

MOST_HAVE = "Cable Bahamas (REV)"


@dataclass
class Bills:
    """The bills that come while the walk goes on. `by`: organisation -> who keeps its books; `people`: user name -> person."""

    walk: Walk
    by: dict[int, int]
    people: dict[str, int]

    def plan(self) -> None:
        """Accounts are opened before the first bill; each bill comes on its day, and is paid or not."""
        for entry in content.ACCOUNTS:
            months = self._months(content.COMES_ON[entry.supplies])
            self.walk.on(months[0][0], partial(self._open, entry))
            for at, (comes, starts, ends) in enumerate(months):
                paid = len(months) - at > entry.unpaid
                self.walk.on(comes, partial(self._come, entry, starts, ends, at, paid))

    def _months(self, comes_on: int) -> list[tuple[date, date, date]]:
        """(when a bill comes, its first and its last day) of the last months, the oldest first."""
        found: list[tuple[date, date, date]] = []
        comes = self.walk.today.replace(day=comes_on)
        while len(found) < content.BILL_MONTHS:
            ends = comes.replace(day=1) - timedelta(days=1)
            if comes <= self.walk.today:
                found.append((comes, ends.replace(day=1), ends))
            comes = ends.replace(day=comes_on)
        return found[::-1]

    def _unit(self, entry: DemoAccount) -> Unit:
        label, name = entry.home
        query = select(Unit).join(Property, Property.id == Unit.property_id)
        return self.walk.db.scalars(query.where(Unit.label == label, Property.name == name)).one()

    def _open(self, entry: DemoAccount) -> None:
        db, unit = self.walk.db, self._unit(entry)
        offered = [row for row in services.utilities_for(db, unit) if row.kind == entry.supplies]
        # Of the companies for internet, the one that most have.
        chosen = next((row for row in offered if row.name == MOST_HAVE), offered[0])
        details = services.AccountDetails(chosen.id, entry.number, entry.payer)
        here, code = unit.property.organisation_id, demo_code(entry.number)
        services.open_account(db, unit, here, details, now=self.walk.moment, code=code)

    def _come(self, entry: DemoAccount, starts: date, ends: date, at: int, paid: bool) -> None:
        """A bill comes, with its photo where it is the last; those that are passed on are charged at once."""
        db, walk = self.walk.db, self.walk
        account = db.scalars(select(BillAccount).where(BillAccount.number == entry.number)).one()
        by, cents = self.by[account.organisation_id], entry.cents * (100 + content.SWING[at % len(content.SWING)]) // 100
        due_on = walk.day + timedelta(days=content.DUE_AFTER_DAYS)
        lines = (("Account", entry.number), ("For", f"{starts:%d/%m/%Y} to {ends:%d/%m/%Y}"))
        files = [self._picture(account.utility.name[:26], due_on, cents, lines, by)] if at == content.BILL_MONTHS - 1 else []
        key = hashlib.sha256(f"{entry.number}/{starts}".encode()).hexdigest()[:20]
        details = services.BillDetails(starts, ends, due_on, cents, f"bill-{key}7", files)
        bill = services.enter_bill(db, walk.store, account, details, by=by, **walk.clock())
        if bill.payer == "rebilled":
            services.pass_on(db, bill, by=by, **walk.clock())
        if paid:
            act: Callable[[], None] = partial(self._pay_landlord if bill.is_passed_on else self._pay_company, entry, bill)
            walk.on(walk.day + timedelta(days=content.PAID_AFTER_DAYS), act)

    def _pay_company(self, entry: DemoAccount, bill: Bill) -> None:
        by = self.people[entry.proved] if entry.proved else self.by[bill.organisation_id]
        proofs = []
        if entry.proved:
            lines = (("Account", entry.number), ("Number", f"{self.walk.day:%y%m%d}-{bill.id:04}"))
            proofs = [self._picture("Payment received", self.walk.day, bill.cents, lines, by)]
        paid = services.PaidBill(self.walk.day, proofs)
        services.pay_bill(self.walk.db, self.walk.store, bill, paid, by=by, **self.walk.clock())

    def _pay_landlord(self, entry: DemoAccount, bill: Bill) -> None:
        charge = services.owed_charge(bill)
        key = hashlib.sha256(f"{entry.number}/{bill.ref}".encode()).hexdigest()[:20]
        paid = Paid(bill.cents, self.walk.day, "cash", f"payment-{key}7", charge_id=charge.id)
        record_payment(self.walk.db, self.walk.store, charge.lease, paid, by=self.by[bill.organisation_id], **self.walk.clock())

    def _picture(self, heading: str, day: date, cents: int, lines: tuple[tuple[str, str], ...], by: int) -> File:
        file = keep_upload(
            self.walk.db, self.walk.store, draw_slip(heading, day, cents, lines), person_id=by, now=self.walk.moment
        )
        make_renditions(self.walk.db, self.walk.store, file.id)
        return file
