"""Loads two years of life into the books; what happens is in demo_content.py, when it happens goes by demo_walk.py.

Everything is done by the services that pages call, on the day on which it happens.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from atlasbahamas.files.models import DOCUMENT, File
from atlasbahamas.files.services import keep_upload, make_renditions
from atlasbahamas.files.store import Store, read_all
from atlasbahamas.files.uploads import Upload
from atlasbahamas.notifications.categories import SITE_ONLY
from atlasbahamas.notifications.models import Notification
from atlasbahamas.notifications.services import mark_read, prefer
from atlasbahamas.people.demo import demo_code
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.agreements.services import send_lease, signed_on_paper
from atlasbahamas_plugins.leasing.leaving.answers import Said, write_answer_down
from atlasbahamas_plugins.leasing.leaving.models import Deduction
from atlasbahamas_plugins.leasing.leaving.services import (
    Step,
    add_deduction,
    number_of,
    send_statement,
    statement_content,
    take_step,
    vacate,
)
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.services import NoticeDetails, Served, give_notice
from atlasbahamas_plugins.leasing.renewals.services import write_following
from atlasbahamas_plugins.leasing.services import whole_lease
from atlasbahamas_plugins.leasing.settings import LeasingSettings
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger import demo_content as content
from atlasbahamas_plugins.ledger.allocation.services import payable_charges
from atlasbahamas_plugins.ledger.bills.demo import Bills
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.charges.schedule import RentTerms, periods
from atlasbahamas_plugins.ledger.charges.services import ByHand, add_charge, give_credit
from atlasbahamas_plugins.ledger.cheques.services import clear_cheque, lodge_cheque, return_cheque
from atlasbahamas_plugins.ledger.demo_content import HOUSES, ByHandNote, DemoStay, Habit, PartPayment
from atlasbahamas_plugins.ledger.demo_slips import draw_slip
from atlasbahamas_plugins.ledger.demo_walk import Walk
from atlasbahamas_plugins.ledger.deposits.services import dispose
from atlasbahamas_plugins.ledger.payments import telling
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment
from atlasbahamas_plugins.ledger.payments.rails import CHEQUE
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.payments.services import Paid, confirm_payment, record_payment, refuse_payment, report_payment
from atlasbahamas_plugins.ledger.plans.schedule import instalments
from atlasbahamas_plugins.ledger.plans.services import Proposal, agree_to_plan, arrears_of, propose_plan
from atlasbahamas_plugins.ledger.plans.telling import PLANS
from atlasbahamas_plugins.ledger.sharing.services import Agreed, share
from atlasbahamas_plugins.ledger.sharing.telling import SHARES
from atlasbahamas_plugins.portfolio import services as portfolio
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Property, Settlement, Unit

TOLD = (telling.CONFIRMED, telling.REFUSED, telling.REPORTS, PLANS, SHARES)
ROLES = ("owner", "manager", "bookkeeper")
"""Who is told what tenants report."""

BEFORE = "Paid before these books were kept."
SUNDAY = 6
SOON = timedelta(days=4)
"""A lease that continues another is paid for from a few days before it begins."""

UNREAD = timedelta(days=10)
"""What people were told in the last days they have not read yet."""


def load_demo(db: Session, *, store: Store, now: datetime) -> None:
    """Two years in the books of the demo organisations. The same every time, but for the keys of rows that nobody types."""
    Books(db, store, now).load()


def _key(prefix: str, *words: object) -> str:
    """A key of the shape of `long_key`, the same every time."""
    text = "/".join(str(word) for word in words)
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:20]}7"


class Books:
    """The books that are filled, and the walk through their days."""

    def __init__(self, db: Session, store: Store, now: datetime) -> None:
        self.db, self.store, self.walk = db, store, Walk.to(db, store, now)
        self.people = {row.user_name: row.id for row in db.scalars(select(Person)) if row.user_name}
        keepers = db.scalars(select(Organisation).where(Organisation.name.in_(content.BOOKKEEPERS)))
        self._cheques: Counter[int] = Counter()
        self.by = {row.id: self.people[content.BOOKKEEPERS[row.name]] for row in keepers}

    def load(self) -> None:
        """Plan what happens, walk, and let people have read what is old. Nobody gets a mail of what was long ago."""
        told = [(person_id, category) for person_id in self.people.values() for category in TOLD]
        for person_id, category in told:
            prefer(self.db, person_id, category.name, SITE_ONLY)
        begins = self.walk.ago(content.YEARS_DAYS)
        self.walk.on(begins, self._open_the_books)
        for stay in content.STAYS:
            self.walk.on(self.walk.ago(stay.days_ago), partial(self._move_in, stay))
        for habit in content.HABITS:
            for at, day in enumerate(self._days_of(habit, begins)):
                # What was reported last still waits, and that is planned by itself.
                if not habit.reports or day < self.walk.ago(content.WAITS[-1] + 1):
                    self._plan_payment(habit, day, at)
        self._plan_the_rest()
        Bills(self.walk, self.by, self.people).plan()
        self.walk.go(begins)
        for person_id, category in told:
            prefer(self.db, person_id, category.name, category.default)
        self._read_what_is_old()

    def _home(self, home: tuple[str, str], tenant: str) -> Lease:
        """The lease by which a tenant has a home on the day of the walk, had it last, or will have it."""
        query = select(Lease).join(Unit, Unit.id == Lease.unit_id).join(Property, Property.id == Unit.property_id)
        query = query.join(LeaseParty, LeaseParty.lease_id == Lease.id).join(Contact, Contact.id == LeaseParty.contact_id)
        here = (Unit.label == home[0], Property.name == home[1], Contact.name == tenant, Lease.state.in_(BINDING))
        to_come = case((Lease.starts > self.walk.day + SOON, 1), else_=0)
        query = query.where(*here).order_by(to_come, Lease.starts.desc())
        return self.db.scalars(query.limit(1)).one()

    def _days_of(self, habit: Habit, begins: date) -> Iterator[date]:
        """The days on which the tenants of a habit pay. Yields today + 1 for a time at which they do not."""
        due = list(self._due_days(habit, begins))
        for at, day in enumerate(due):
            left = len(due) - at
            after = habit.lately[-left] if left <= len(habit.lately) else habit.days[at % len(habit.days)]
            if after is None:
                continue
            when = day + timedelta(days=after)
            # Banks are closed on Sundays, and so are landlords.
            yield when + timedelta(days=1) if when.weekday() == SUNDAY else when

    def _due_days(self, habit: Habit, begins: date) -> Iterator[date]:
        stay = next((each for each in content.STAYS if (each.unit_label, HOUSES) == habit.home), None)
        if stay is not None:
            left = self.walk.ago(content.LEFT[2]) if stay.unit_label == content.LEFT[0] else None
            terms = RentTerms(self.walk.ago(stay.days_ago), left, stay.period, "advance", 1, [(date.min, stay.rent_cents)])
        else:
            lease = self._home(habit.home, habit.tenant)
            terms = RentTerms(lease.starts, lease.last_day, lease.period, lease.timing, lease.due_day, [(date.min, 1_00)])
        return (each.due_on for each in periods(terms, due_from=begins + timedelta(days=1), due_until=self.walk.today))

    def _open_the_books(self) -> None:
        """A property is added; and of the leases that were there already, what was owed until then was paid elsewhere."""
        self._build()
        owed = select(Charge.lease_id).where(Charge.voided_by.is_(None), Charge.open_cents > 0).distinct()
        for lease in self.db.scalars(select(Lease).where(Lease.id.in_(owed)).order_by(Lease.id)).all():
            charges = payable_charges(self.db, lease)
            rent_cents = sum(each.open_cents for each in charges if each.what != "deposit")
            for each in charges:
                if each.what == "deposit":
                    self._take_off(lease, "correction", each.open_cents, BEFORE, self.db.get_one(Charge, each.id))
            if rent_cents:
                self._take_off(lease, "correction", rent_cents, BEFORE)

    def _build(self) -> None:
        db, now = self.db, self.walk.moment
        organisation = db.scalars(select(Organisation).where(Organisation.name == next(iter(content.BOOKKEEPERS)))).one()
        settlement = db.scalars(select(Settlement).where(Settlement.ref == "montagu")).one()
        where = portfolio.PropertyDetails(HOUSES, "townhouse", settlement.id, "Shirley Street, past the foreshore", "SS-5480")
        above = portfolio.add_property(db, organisation, where, now=now, code=demo_code(HOUSES))
        for label, beds, baths, area, rent_cents in content.UNITS:
            what = portfolio.UnitDetails(
                label=label, beds=beds, baths=baths, rent_cents=rent_cents, deposit_cents=rent_cents, area_sqft=area
            )
            portfolio.add_unit(db, above, what, now=now, code=demo_code(f"{HOUSES}/{label}"))

    def _move_in(self, stay: DemoStay) -> None:
        unit = self.db.scalars(select(Unit).join(Property).where(Property.name == HOUSES, Unit.label == stay.unit_label)).one()
        starts = self.walk.day
        terms = Terms(
            starts=starts,
            kind="fixed" if stay.term_days else "month_to_month",
            term_last_day=starts + timedelta(days=stay.term_days - 1) if stay.term_days else None,
            rolls_over=True,
            rent_cents=stay.rent_cents,
            period=stay.period,
            grace_days=5,
            late_fee=stay.late_fee,
        )
        parties = [
            PartyLine(None, ContactDetails(name, "", phone), "tenant" if at else "primary")
            for at, (name, phone) in enumerate(stay.tenants)
        ]
        details = LeaseDetails(terms, parties, {"security": stay.deposit_cents})
        code = demo_code(f"{HOUSES}/{stay.unit_label}/{stay.tenants[0][0]}")
        lease = record_lease(self.db, unit, "on_paper", details, code=code, **self.walk.clock())
        # What is due on the first day is charged before it is paid.
        run_rent(self.db, lease.organisation_id, starts, **self.walk.clock())

    def _plan_payment(self, habit: Habit, day: date, at: int) -> None:
        for part in range(habit.parts):
            rail = habit.rails[(at if habit.parts == 1 else part) % len(habit.rails)]
            self.walk.on(day + timedelta(days=part), partial(self._pay, habit, rail, habit.parts - part))

    def _pay(self, habit: Habit, rail: str, left: int) -> None:
        """All that is owed, or one of the parts that are left of it."""
        lease = self._home(habit.home, habit.tenant)
        cents = self._owed(lease) // left
        if habit.reports:
            payment = self._report(lease, habit.reports, cents, self.walk.day)
            self.walk.on(self.walk.day + timedelta(days=1), partial(self._confirm, payment))
        else:
            payment = self._record(lease, cents, rail, currency=habit.currency)
            if rail == CHEQUE:
                self._bank(payment, lease)

    def _owed(self, lease: Lease) -> int:
        """What can be paid now, or the next rent."""
        return sum(each.open_cents for each in payable_charges(self.db, lease)) or lease.rents[-1].cents

    def _record(self, lease: Lease, cents: int, rail: str, **more: Any) -> Payment:
        day, key = self.walk.day, _key("payment", lease.ref, self.walk.day, rail, cents)
        if rail == CHEQUE:
            # Each tenant has a book of cheques.
            self._cheques[lease.id] += 1
            more |= {"cheque_number": f"{lease.id}{400 + self._cheques[lease.id]}", "cheque_bank": "Commonwealth Bank"}
        elif rail != "cash":
            more |= {"reference": f"{rail[:2].upper()}{day:%y%m%d}-{lease.id:03}"}
        paid = Paid(cents, more.pop("received_on", day), rail, ref=key, **more)
        return record_payment(self.db, self.store, lease, paid, by=self.by[lease.organisation_id], **self.walk.clock())

    def _report(self, lease: Lease, user_name: str, cents: int, day: date) -> Payment:
        number = f"RBC{day:%y%m%d}{lease.id:03}"
        lines = (("Reference", lease_reference(lease.id)), ("To", "Blue Hole Property Management"), ("Number", number))
        picture = draw_slip("Transfer sent", day, cents, lines)
        proof: File = keep_upload(self.db, self.store, picture, person_id=self.people[user_name], now=self.walk.moment)
        make_renditions(self.db, self.store, proof.id)
        paid = Paid(cents, day, "transfer", _key("payment", lease.ref, day, "report"), reference=number, proofs=[proof])
        by, clock = self.people[user_name], self.walk.clock()
        return report_payment(self.db, self.store, lease, paid, by=by, roles=ROLES, **clock)

    def _confirm(self, payment: Payment) -> None:
        confirm_payment(self.db, payment, by=self.by[payment.organisation_id], **self.walk.clock())

    def _bank(self, payment: Payment, lease: Lease) -> None:
        """To the bank on the next day; a few days later the money is there, or one time the cheque comes back."""
        home, tenant, days_ago = content.RETURNED_CHEQUE
        first = self.walk.ago(days_ago) <= self.walk.day < self.walk.ago(days_ago - 31)
        comes_back = first and lease.unit.label == home[0]
        self.walk.on(self.walk.day + timedelta(days=1), partial(self._lodge, payment))
        if comes_back:
            self.walk.on(self.walk.day + timedelta(days=6), partial(self._return, payment, lease))
            again = Habit(home, tenant, ("cash",))
            self.walk.on(self.walk.day + timedelta(days=9), partial(self._pay, again, "cash", 1))
        else:
            self.walk.on(self.walk.day + timedelta(days=4), partial(self._clear, payment))

    def _lodge(self, payment: Payment) -> None:
        lodge_cheque(self.db, self._cheque(payment), self.walk.day, by=self.by[payment.organisation_id], **self.walk.clock())

    def _clear(self, payment: Payment) -> None:
        clear_cheque(self.db, self._cheque(payment), self.walk.day, by=self.by[payment.organisation_id], **self.walk.clock())

    def _return(self, payment: Payment, lease: Lease) -> None:
        by, clock = self.by[payment.organisation_id], self.walk.clock()
        return_cheque(self.db, self._cheque(payment), self.walk.day, "Refer to drawer", by=by, **clock)
        reason = "The bank charges us for a cheque that comes back."
        fee = ByHand("fee", content.RETURN_FEE_CENTS, self.walk.day, reason, _key("charge", lease.ref, self.walk.day))
        add_charge(self.db, lease, fee, by=by, **clock)

    def _cheque(self, payment: Payment) -> Cheque:
        return self.db.get_one(Cheque, payment.id)

    def _take_off(self, lease: Lease, what: str, cents: int, reason: str, charge: Charge | None = None) -> None:
        day = self.walk.day
        key = _key("credit", lease.ref, day, cents, charge.rule if charge else "")
        details = ByHand(what, cents, day, reason, key)
        give_credit(self.db, lease, details, charge=charge, by=self.by[lease.organisation_id], **self.walk.clock())

    def _plan_the_rest(self) -> None:
        """What happens once."""
        walk = self.walk
        for note in content.NOTES:
            walk.on(walk.ago(note.days_ago), partial(self._note, note))
        for part in content.PART_PAYMENTS:
            walk.on(walk.ago(part.days_ago), partial(self._pay_a_part, part))
        walk.on(walk.ago(content.RENEWED[1] + 20), self._renew)
        walk.on(walk.ago(content.LEFT[1]), self._give_notice)
        walk.on(walk.ago(content.LEFT[2] - 2), self._send_statement)
        walk.on(walk.ago(content.LEFT[2] - 6), self._object)
        shared = next(stay for stay in content.STAYS if stay.unit_label == content.SHARED[0])
        walk.on(walk.ago(shared.days_ago), self._share)
        walk.on(walk.ago(content.PLANNED[2]), self._agree_on_a_plan)
        walk.on(walk.ago(content.WAITS[-1]), self._report_ahead)
        walk.on(walk.ago(content.REFUSED[3]), self._refuse)
        walk.on(walk.today, self._cheque_ahead)

    def _note(self, note: ByHandNote) -> None:
        lease, day = self._home(note.home, note.tenant), self.walk.day
        if note.what == "fee":
            details = ByHand("fee", note.cents, day, note.reason, _key("charge", lease.ref, day))
            add_charge(self.db, lease, details, by=self.by[lease.organisation_id], **self.walk.clock())
            return
        charge = None
        if note.late_fee:
            late = select(Charge).where(Charge.lease_id == lease.id, Charge.what == "late_fee", Charge.voided_by.is_(None))
            charge = self.db.scalars(late.order_by(Charge.id.desc()).limit(1)).one()
        self._take_off(lease, "credit", charge.cents if charge else note.cents, note.reason, charge)

    def _pay_a_part(self, part: PartPayment) -> None:
        self._record(self._home(part.home, part.tenant), part.cents, part.rail)

    def _report_ahead(self) -> None:
        home, tenant, user_name, _ = content.WAITS
        lease = self._home(home, tenant)
        self._report(lease, user_name, self._owed(lease), self.walk.day)

    def _refuse(self) -> None:
        home, tenant, user_name, _, reason = content.REFUSED
        lease = self._home(home, tenant)
        payment = self._report(lease, user_name, lease.rents[-1].cents, self.walk.day)
        by = self.by[lease.organisation_id]
        self.walk.on(self.walk.day, lambda: refuse_payment(self.db, payment, reason, by=by, now=self.walk.moment))

    def _share(self) -> None:
        """Roommates say who owes which part."""
        label, *percents = content.SHARED
        lease = whole_lease(self.db, self._home((label, HOUSES), _tenant_of(label)))
        weights = {party.id: 100 * percent for party, percent in zip(lease.tenants, percents, strict=True)}
        reason = "By the size of their rooms, as they wrote to us."
        agreed = Agreed(lease.starts, "percent", "joint", weights, reason, False, _key("sharing", lease.ref))
        share(self.db, lease, agreed, by=self.by[lease.organisation_id], **self.walk.clock())

    def _agree_on_a_plan(self) -> None:
        """What is unpaid, in parts; agreed on the phone. The first of them is paid on the day before it is due."""
        home, tenant, _, count, days = content.PLANNED
        lease, clock = whole_lease(self.db, self._home(home, tenant)), self.walk.clock()
        by = self.by[lease.organisation_id]
        arrears = arrears_of(self.db, lease, today=self.walk.day)
        cents, first = sum(charge.open_cents for charge in arrears), self.walk.day + timedelta(days=days)
        parts = instalments(cents, count, first, "two_weeks")
        wanted = Proposal([charge.id for charge in arrears], parts, 5, _key("plan", lease.ref))
        plan = propose_plan(self.db, lease, wanted, by=by, **clock)
        agree_to_plan(self.db, plan, lease.tenants[0], tell=ROLES, way="phone", written_by=by, **clock)
        self.walk.on(first - timedelta(days=1), partial(self._record, lease, parts[0].cents, "counter"))

    def _cheque_ahead(self) -> None:
        home, tenant, cents, days = content.CHEQUE_AHEAD
        lease = self._home(home, tenant)
        self._record(lease, cents, CHEQUE, received_on=self.walk.today + timedelta(days=days))

    def _renew(self) -> None:
        """The agreement that goes on from the first one, printed and signed on paper."""
        label, days_ago, rent_cents = content.RENEWED
        former = whole_lease(self.db, self._home((label, HOUSES), _tenant_of(label)))
        starts = self.walk.ago(days_ago)
        parties = [PartyLine(party.contact.id, ContactDetails(party.contact.name), party.role) for party in former.parties]
        terms = Terms(starts, "fixed", starts + timedelta(days=364), True, rent_cents, grace_days=5)
        deposits = {deposit.kind: deposit.cents for deposit in former.deposits}
        more, db = self.walk.clock(), self.db
        lease = write_following(db, former, LeaseDetails(terms, parties, deposits), now=self.walk.moment)
        document = send_lease(db, self.store, lease, seen=lease.version, **more)
        scan = read_all(self.store, document.pdf_digest, document.pdf.size)
        paper = Upload(DOCUMENT, "application/pdf", "signed-agreement.pdf", data=scan)
        signed_on_paper(db, self.store, lease, paper, self.walk.day, **more)

    def _give_notice(self) -> None:
        label, _, left = content.LEFT
        lease, day = self._home((label, HOUSES), _tenant_of(label)), self.walk.day
        name = _tenant_of(label)
        letter = draw_slip("Notice to leave", day, 0, (("From", name), ("Home", f"{label}, {HOUSES}")))
        details = NoticeDetails("tenant", day, self.walk.ago(left), "Bought a house in Yamacraw")
        served, least = Served("hand", name, day, letter), LeasingSettings().notice_for(lease.period)
        give_notice(self.db, self.store, lease, details, served, least=least, **self.walk.clock())

    def _send_statement(self) -> None:
        """Meters, keys, what is taken from the deposit, and the final statement."""
        lease = self._home((content.LEFT[0], HOUSES), _tenant_of(content.LEFT[0]))
        db, left, clock = self.db, self.walk.ago(content.LEFT[2]), self.walk.clock()
        by = self.by[lease.organisation_id]
        for step in (Step("date", left), Step("meter", left, "BPL 31-7745", "20418"), Step("keys", left, count=2)):
            take_step(db, lease, step, person_id=by, **clock)
        vacate(db, lease, left, person_id=by, **clock)
        for at, details in enumerate(content.DEDUCTIONS):
            add_deduction(db, lease, details, now=self.walk.moment, code=demo_code(f"{lease.ref}/{at}"))
        send_statement(db, lease, seen=number_of(statement_content(db, lease)), person_id=by, now=self.walk.moment)
        dispose(db, lease, by=by, now=self.walk.moment)

    def _object(self) -> None:
        """He agrees to one deduction and not to the other, on the phone; the bookkeeper writes it down."""
        lease = whole_lease(self.db, self._home((content.LEFT[0], HOUSES), _tenant_of(content.LEFT[0])))
        deductions = self.db.scalars(select(Deduction).where(Deduction.lease_id == lease.id).order_by(Deduction.id)).all()
        by = self.by[lease.organisation_id]
        for agrees, deduction in zip((False, True), deductions, strict=True):
            said = Said(deduction, agrees, "" if agrees else content.OBJECTION)
            write_answer_down(self.db, lease, lease.tenants[0], said, "phone", person_id=by, now=self.walk.moment)

    def _read_what_is_old(self) -> None:
        names = [category.name for category in TOLD]
        old = select(Notification).where(Notification.category.in_(names), Notification.created < self.walk.end - UNREAD)
        for notification in self.db.scalars(old).all():
            mark_read(self.db, notification, now=notification.created)


def _tenant_of(label: str) -> str:
    return next(stay.tenants[0][0] for stay in content.STAYS if stay.unit_label == label)
