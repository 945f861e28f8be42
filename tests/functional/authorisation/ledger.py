"""Who may do what with the views of the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import online
from books import ELSEWHERE, books_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.files.models import PICTURE, File
from atlasbahamas.files.services import copy_file
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import HERE, Table, View, who
from atlasbahamas.testing.site import START
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import Leases
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.autopay.resources import AutopayNode, Autopays
from atlasbahamas_plugins.ledger.bills import services as billing
from atlasbahamas_plugins.ledger.bills.models import BILL, Bill, BillFile
from atlasbahamas_plugins.ledger.bills.resources import (
    BillAccountNode,
    BillAccounts,
    BillFileNode,
    BillNode,
    Bills,
    MyBillNode,
    MyBills,
)
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge, Credit
from atlasbahamas_plugins.ledger.charges.resources import BatchNode, ChargeNode, CreditNode, LeaseLedger, RentRuns
from atlasbahamas_plugins.ledger.charges.run import bring_up_to_date, run_rent
from atlasbahamas_plugins.ledger.charges.services import ByHand, add_charge, give_credit
from atlasbahamas_plugins.ledger.cheques.services import lodge_cheque
from atlasbahamas_plugins.ledger.deposits import services as deposits
from atlasbahamas_plugins.ledger.deposits.models import Disposition
from atlasbahamas_plugins.ledger.deposits.resources import Deposits, DispositionNode, RefundNode
from atlasbahamas_plugins.ledger.explaining.resources import LeaseEntryNode
from atlasbahamas_plugins.ledger.figures.resources import Charges
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment
from atlasbahamas_plugins.ledger.gateways.resources import MethodNode, Methods, OnlinePaymentNode
from atlasbahamas_plugins.ledger.journal.models import Journal
from atlasbahamas_plugins.ledger.journal.resources import Books, LedgerEntryNode
from atlasbahamas_plugins.ledger.journal.services import lock_period
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment, PaymentProof
from atlasbahamas_plugins.ledger.payments.resources import LeasePayments, PaymentNode, Payments, ProofNode
from atlasbahamas_plugins.ledger.payments.services import Paid, record_payment, report_payment
from atlasbahamas_plugins.ledger.plans import services as plans
from atlasbahamas_plugins.ledger.plans.resources import PlanNode, Plans
from atlasbahamas_plugins.ledger.plans.schedule import Due
from atlasbahamas_plugins.ledger.receipts.resources import ReceiptCheck
from atlasbahamas_plugins.ledger.services import post
from atlasbahamas_plugins.ledger.sharing.resources import SharingNode
from atlasbahamas_plugins.ledger.statements.resources import MonthNode, Statements
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.handover.services import accept_handover, offer_property
from atlasbahamas_plugins.portfolio.models import Property, Settlement, Unit
from atlasbahamas_plugins.portfolio.resources import Units
from atlasbahamas_plugins.portfolio.services import PropertyDetails, UnitDetails, add_property, add_unit
from authorisation.core import SIGNED_IN
from authorisation.former_landlord import LEAVING, LINKED, lease_of_house
from authorisation.leasing import LISTS, OTHERS, PARTIES, READERS, TENANTS, lease_of
from authorisation.portfolio import LISTS as LISTS_OF_UNITS

# The books are all of the organisation's, so whoever is limited to a part of it does not open them.
BOOKKEEPERS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing within outside",
    ok="bookkeeper manager owner admin",
)
# What is owed on a lease is changed by whoever keeps the books, as far as their limit goes.
CHARGERS = who(
    sign_in="visitor",
    hidden="stranger former other outside",
    forbidden="viewer maintenance leasing",
    ok="bookkeeper manager owner admin within",
)
# The same on lists of all leases, where a limited bookkeeper or manager acts on those within the limit.
CHARGERS_OF_LISTS = who(
    sign_in="visitor",
    hidden="stranger former other",
    forbidden="viewer maintenance leasing",
    ok="bookkeeper manager owner admin within outside",
)
# Whoever has the address of a receipt may check it.
EVERYBODY = who(ok="visitor stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside")
# A tenant reports what was paid for their own home; a guarantor looks on.
REPORTING = who(
    sign_in="visitor",
    hidden="stranger former other viewer maintenance leasing bookkeeper manager owner admin within outside former-tenant",
    forbidden="guarantor",
    ok="tenant co-tenant",
    also=TENANTS,
)
# A card, and what is taken by it, is its owner's alone.
MINE = who(
    sign_in="visitor",
    hidden=f"{OTHERS.replace('former-landlord', '')} co-tenant guarantor former-tenant",
    ok="tenant",
    also=TENANTS,
)
# Who sees the lease may not touch what its tenant told their bank.
NO_STAFF = {relation: "403" if outcome == "ok" else outcome for relation, outcome in READERS.items()}
BEFORE_TODAY, LAST_RUN, MORE_ELSEWHERE = date(2026, 5, 15), date(2026, 5, 19), 1000
PROOF = [("slip.jpg", samples.picture(), "image/jpeg")]
NEW_BILL = {"cents": "88.10", "starts": "2026-04-01", "ends": "2026-04-30", "due_on": "2026-05-20"}
BY_HAND = {"what": "fee", "cents": "20.50", "day": "2026-06-01", "reason": "As was said"}


def arrange(db: Session) -> None:
    """An entry here and more elsewhere, a period that is locked, a rent run, and what is written by hand on two leases."""
    here, elsewhere = books_of(db, HERE), books_of(db, ELSEWHERE)
    post(db, here.organisation_id, [here.charge(120_000)], now=START)
    post(db, elsewhere.organisation_id, [elsewhere.charge(1)] * MORE_ELSEWHERE, now=START)
    lock_period(db, db.get_one(Organisation, here.organisation_id), date(2026, 3, 31), today=START.date())
    run_rent(db, here.organisation_id, BEFORE_TODAY, now=START, today=START.date())
    for number, state in enumerate(("active", "signed")):
        lease = db.scalars(select(Lease).where(Lease.ref == lease_of(db, state))).one()
        keys = ByHand("fee", 2_500, START.date(), "A key was lost", f"charge-{number}1")
        goodwill = ByHand("credit", 500, START.date(), "For the noise", f"credit-{number}1")
        more = {"by": 1, "now": START, "today": START.date()}
        add_charge(db, lease, keys, **more)
        give_credit(db, lease, goodwill, **more)
    _payments(db)
    _online(db)
    _deposits(db)
    # What was charged before is settled by now, and not to be taken back as it is.
    _new_lease(db, "Attic", LAST_RUN, "attic1")
    run_rent(db, here.organisation_id, LAST_RUN, now=START, today=START.date())
    for number, state in enumerate(("active", "signed")):
        lease = db.scalars(select(Lease).where(Lease.ref == lease_of(db, state))).one()
        _bills(db, lease, number)
    _bill_of_the_landlord_before(db)
    _plans(db)
    nothing = dict.fromkeys(("charges", "cents", "taken_back", "taken_back_cents"), 0)
    about = {"organisation_id": elsewhere.organisation_id, "what": "rent_run", "day": LAST_RUN, "made": START, "reason": ""}
    db.add(Batch(ref="rent-elsewhere1", **about, **nothing))


def _plans(db: Session) -> None:
    """A plan that is proposed on a lease that is let, and one where its tenants find it; overdue rent elsewhere."""
    today = START.date()
    for number, state in enumerate(("active", "signed")):
        lease = db.scalars(select(Lease).where(Lease.ref == lease_of(db, state))).one()
        fee = ByHand("fee", 9_000_000, today, "The roof", f"charge-{number}9")
        charge = add_charge(db, lease, fee, by=1, now=START, today=today)
        wanted = plans.Proposal([charge.id], [Due(today, charge.open_cents)], ref=f"plan-{number}1")
        plans.propose_plan(db, lease, wanted, by=1, now=START, today=today)


def _deposits(db: Session) -> None:
    """A statement that is in the books, one of which something was paid back, one that waits, and a last rent to be used."""
    more = {"by": 1, "now": START}
    for label in ("ended", "linked"):
        assert deposits.dispose(db, db.scalars(select(Lease).where(Lease.ref == _left(db, label))).one(), **more) is not None
    ended = db.scalars(select(Lease).where(Lease.ref == _left(db, "ended"))).one()
    paid = deposits.PaidBack(1_000, START.date(), "cash", ref="refund-01")
    deposits.pay_back(db, ended, paid, today=START.date(), **more)
    lease = _new_lease(db, "Loft", date(2026, 5, 20), "loft1")
    bring_up_to_date(db, lease, now=START, today=START.date())
    record_payment(db, None, lease, Paid(100_000, START.date(), "cash"), by=1, now=START, today=START.date())  # type: ignore[arg-type]


def _new_lease(db: Session, label: str, starts: date, code: str) -> Lease:
    """A lease of two until the tenth of June, with its last rent held, of a home of its own."""
    above = db.scalars(select(Property).where(Property.name == "Sandyport Mews")).one()
    unit = add_unit(db, above, UnitDetails(label, 1, 1, 100_000, 0, None, False, False), now=START)
    terms = Terms(starts, "fixed", date(2026, 6, 10), False, 100_000)
    people = [(f"Latoya {label}", "primary"), (f"Leo {label}", "tenant")]
    parties = [PartyLine(None, ContactDetails(name), role) for name, role in people]
    details = LeaseDetails(terms, parties, {"last": 100_000})
    return record_lease(db, unit, "oral", details, now=START, today=START.date(), code=code)


def _left(db: Session, which: str) -> str:
    """The key of a lease of which a final statement was sent."""
    return (
        lease_of(db, "ended") if which == "ended" else lease_of_house(db, {"linked": LINKED, "leaving": LEAVING}[which], HERE).ref
    )


BEFORE = "Annexe of the landlord before"


def _bill_of_the_landlord_before(db: Session) -> None:
    """Of a home that came to this landlord later: the account and its bill stayed with the other one."""
    here, elsewhere = (db.scalars(select(Organisation).where(Organisation.name == name)).one() for name in (HERE, ELSEWHERE))
    settlement = db.scalars(select(Settlement.id).order_by(Settlement.id).limit(1)).one()
    above = add_property(db, elsewhere, PropertyDetails(BEFORE, "house", settlement, "Bay Street"), now=START)
    unit = add_unit(db, above, UnitDetails("Whole house", 1, 1, 100_000), now=START)
    theirs = billing.AccountDetails(billing.utilities_for(db, unit)[0].id, "1", "tenant")
    account = billing.open_account(db, unit, elsewhere.id, theirs, now=START, code="before0")
    store: Any = None
    today = START.date()
    bill = billing.BillDetails(today, today, today, 100, "bill-91")
    billing.enter_bill(db, store, account, bill, by=None, now=START, today=today)
    marva, keva = (db.scalars(select(Person.id).where(Person.user_name == name)).one() for name in ("marva", "keva"))
    handover = offer_property(db, above, here.ref, today, person_id=marva, now=START, today=today)
    accept_handover(db, handover, here.id, [], person_id=keva, now=START, today=today)


def _bills(db: Session, lease: Lease, number: int) -> None:
    """Of the home of a lease, for its first days: to be paid by the tenants, paid, to be passed on, passed on; and before it."""
    keva = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
    store: Any = None
    more = {"by": keva, "now": START, "today": START.date()}
    light, water, *_ = billing.utilities_for(db, lease.unit)

    def enter(account: Any, at: int, months: int) -> Bill:
        starts = lease.starts + timedelta(days=31 * months)
        ref = f"bill-{number}{at}"
        details = billing.BillDetails(starts, starts + timedelta(days=30), starts + timedelta(days=40), 12_000, ref)
        return billing.enter_bill(db, store, account, details, **more)

    def open_account(utility: Any, payer: str) -> Any:
        of_payer = billing.AccountDetails(utility.id, f"{number}-{payer}", payer)
        here, code = lease.organisation_id, f"{payer}{number}"
        return billing.open_account(db, lease.unit, here, of_payer, now=START, code=code)

    direct, passed_on, own = (open_account(*each) for each in ((light, "tenant"), (water, "rebilled"), (light, "landlord")))
    bill, paid = enter(direct, 1, 0), enter(direct, 2, 1)
    paid.paid_on = START.date()
    enter(passed_on, 3, 0)
    billing.pass_on(db, enter(passed_on, 4, 1), **more)
    enter(own, 5, 0)
    enter(direct, 6, -3)
    photo = db.scalars(select(File).where(File.kind == PICTURE).order_by(File.id).limit(1)).one()
    db.add(BillFile(ref=f"paper-{number}1", bill_id=bill.id, file_id=copy_file(db, photo, now=START).id, what=BILL))
    db.flush()


def _payments(db: Session) -> None:
    """On two leases: one that was reported with a photo, one in cash, and cheques in hand and at the bank."""
    keva = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
    more = {"by": keva, "now": START, "today": START.date()}
    store: Any = None
    for number, state in enumerate(("active", "signed")):
        lease = db.scalars(select(Lease).where(Lease.ref == lease_of(db, state))).one()
        reported = Paid(100_000, START.date(), "transfer", f"payment-{number}1", reference=f"BNK {number}")
        payment = report_payment(db, store, lease, reported, roles=(), **more)
        photo = db.scalars(select(File).where(File.kind == PICTURE).order_by(File.id).limit(1)).one()
        db.add(PaymentProof(ref=f"proof-{number}1", payment_id=payment.id, file_id=copy_file(db, photo, now=START).id))
        record_payment(db, store, lease, Paid(50_000, START.date(), "cash", f"payment-{number}2"), **more)
        for at, ref in enumerate((f"payment-{number}3", f"payment-{number}4")):
            cheque = Paid(20_000, START.date(), "cheque", ref, cheque_number=f"{number}{at}")
            payment = record_payment(db, store, lease, cheque, **more)
            if at:
                lodge_cheque(db, db.get_one(Cheque, payment.id), START.date(), **more)
    db.flush()


def _online(db: Session) -> None:
    """On two leases: a payment by card, and a try; of one tenant a card, and an instruction by it."""
    jerome = db.scalars(select(Person.id).where(Person.user_name == "jerome")).one()
    for number, state in enumerate(("active", "signed")):
        lease = db.scalars(select(Lease).where(Lease.ref == lease_of(db, state))).one()
        online.begun(db, lease, jerome, f"online-{number}1", START)
        paid = online.paid(db, lease, jerome, f"online-{number}2", START)
        db.refresh(paid)
    method = online.card(db, jerome, "method-01", START)
    online.instruction(db, lease, jerome, "autopay-01", START, method)


def _books(db: Session) -> str:
    return f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name == HERE)).one()}/books/"


def _entry_of(db: Session, ref: str) -> int:
    return db.scalars(select(Charge.entry_number).where(Charge.ref == ref)).one()


def _settled(db: Session) -> str:
    return db.scalars(select(Disposition.ref).join(Lease).where(Lease.ref == _left(db, "linked"))).one()


def places(db: Session) -> dict[str, str]:
    """The books and an entry; the ledgers of two leases, with a charge and a credit; the runs."""
    here = _books(db).removesuffix("books/")
    mine = f"/home/leases/{lease_of(db, 'signed')}/ledger/"
    ledger, runs = f"{here}leases/{lease_of(db, 'active')}/ledger/", f"{here}rent-runs/"
    of_here = select(Batch.ref).join(Organisation, Organisation.id == Batch.organisation_id).where(Organisation.name == HERE)
    batch, last = (db.scalars(of_here.where(Batch.day == day)).one() for day in (BEFORE_TODAY, LAST_RUN))
    settled = _settled(db)
    return {
        "books": _books(db),
        "entry": f"{_books(db)}1/",
        "ledger": ledger,
        "charge": f"{ledger}charge-01/",
        "credit": f"{ledger}credits/credit-01/",
        "my ledger": mine,
        "my charge": f"{mine}charge-11/",
        "my credit": f"{mine}credits/credit-11/",
        "entry of a lease": f"{ledger}entries/{_entry_of(db, 'charge-01')}/",
        "my entry": f"{mine}entries/{_entry_of(db, 'charge-11')}/",
        "statements": f"{ledger}statements/",
        "my statements": f"{mine}statements/",
        "month": f"{ledger}statements/2026-06/",
        "my month": f"{mine}statements/2026-06/",
        "payments": f"{here}payments/",
        "payments to choose": f"{here}payments/",
        "payments of a lease": f"{ledger}payments/",
        "reported": f"{ledger}payments/payment-01/",
        "cash": f"{ledger}payments/payment-02/",
        "cheque": f"{ledger}payments/payment-03/",
        "cheque at the bank": f"{ledger}payments/payment-04/",
        "proof": f"{ledger}payments/payment-01/proofs/proof-01/",
        "my payments": f"{mine}payments/",
        "my report": f"{mine}payments/payment-11/",
        "my payment": f"{mine}payments/payment-12/",
        "my proof": f"{mine}payments/payment-11/proofs/proof-11/",
        "settled": f"{here}leases/{_left(db, 'linked')}/ledger/deposits/{settled}/",
        "deposits": f"{here}leases/{_left(db, 'ended')}/ledger/deposits/",
        "refund": f"{here}leases/{_left(db, 'ended')}/ledger/deposits/paid-back/refund-01/",
        "to settle": f"{here}leases/{_left(db, 'leaving')}/ledger/deposits/",
        "last rent": f"{here}leases/lease-loft1/ledger/deposits/",
        "plans": f"{ledger}plans/",
        "plan": f"{ledger}plans/plan-01/",
        "plans to propose": f"{here}leases/lease-loft1/ledger/plans/",
        "my plans": f"{mine}plans/",
        "my plan": f"{mine}plans/plan-11/",
        "sharing": f"{here}leases/lease-loft1/ledger/sharing/",
        "my sharing": f"{mine}sharing/",
        "my deposits": f"{mine}deposits/",
        "receipt": f"/receipts/{db.scalars(select(Payment.receipt_token).where(Payment.ref == 'payment-02')).one()}/",
        "by card": f"{ledger}payments/{_payment_of(db, 'online-02')}/",
        "online": f"{ledger}payments/online/online-01/",
        "my online": f"{mine}payments/online/online-11/",
        "autopay": f"{ledger}autopay/",
        "my autopay": f"{mine}autopay/",
        "my instruction": f"{mine}autopay/autopay-01/",
        "instruction": f"{here}leases/{mine.split('/')[3]}/ledger/autopay/autopay-01/",
        "methods": "/home/methods/",
        "my method": "/home/methods/method-01/",
        **_places_of_bills(db, here),
        "leases": f"{here}leases/",
        "charges": f"{here}charges/",
        "units": f"{here}units/",
        "runs": runs,
        "run": f"{runs}{batch}/",
        "last run": f"{runs}{last}/",
    }


def _payment_of(db: Session, ref: str) -> str:
    of_try = select(Payment.ref).join(GatewayPayment, GatewayPayment.payment_id == Payment.id)
    return str(db.scalars(of_try.where(GatewayPayment.ref == ref)).one())


def _places_of_bills(db: Session, here: str) -> dict[str, str]:
    unit = db.scalars(select(Lease).where(Lease.ref == lease_of(db, "active"))).one().unit
    accounts = f"{here}properties/{unit.property.ref}/units/{unit.ref}/bill-accounts/"
    mine = f"/home/leases/{lease_of(db, 'signed')}/bills/"
    return {
        "bills": f"{here}bills/",
        "bill": f"{here}bills/bill-01/",
        "paid bill": f"{here}bills/bill-02/",
        "bill to pass on": f"{here}bills/bill-03/",
        "bill that was passed on": f"{here}bills/bill-04/",
        "file of a bill": f"{here}bills/bill-01/files/paper-01/",
        "accounts": accounts,
        "account": f"{accounts}account-tenant0/",
        "my bills": mine,
        "my bill": f"{mine}bill-11/",
        "my bill that was passed on": f"{mine}bill-14/",
        "my file of a bill": f"{mine}bill-11/files/paper-11/",
    }


def _account_before(db: Session) -> str:
    unit = db.scalars(select(Unit).join(Property, Property.id == Unit.property_id).where(Property.name == BEFORE)).one()
    above = f"{_books(db).removesuffix('books/')}properties/{unit.property.ref}/units/{unit.ref}/"
    return f"{above}bill-accounts/account-before0/edit"


def crossed(db: Session) -> dict[str, str]:
    """An entry of a number that only another organisation's books have; what another lease owes."""
    ledger = f"{_books(db).removesuffix('books/')}leases/{lease_of(db, 'active')}/ledger/"
    accounts = _places_of_bills(db, _books(db).removesuffix("books/"))["accounts"]
    assert db.scalars(select(Charge.ref).where(Charge.ref == "charge-11")).one()
    assert db.scalars(select(Credit.ref).where(Credit.ref == "credit-11")).one()
    assert db.scalar(select(Journal.number).join(Organisation).where(Organisation.name == HERE)) < MORE_ELSEWHERE
    return {
        "another organisation's entry": f"{_books(db)}{MORE_ELSEWHERE}/",
        "another organisation's rent run": f"{_books(db).removesuffix('books/')}rent-runs/rent-elsewhere1/",
        "a charge of another lease": f"{ledger}charge-11/forgive",
        "the page of a charge of another lease": f"{ledger}charge-11/",
        "the page of a credit of another lease": f"{ledger}credits/credit-11/",
        "an entry of another lease": f"{ledger}entries/{_entry_of(db, 'charge-11')}/",
        "an entry that is somebody else's": f"/home/leases/{lease_of(db, 'signed')}/ledger/entries/{_entry_of(db, 'charge-01')}/",
        "a payment of another lease": f"{ledger}payments/payment-12/",
        "a payment that is somebody else's": f"/home/leases/{lease_of(db, 'signed')}/ledger/payments/payment-02/",
        "a proof of another payment": f"{ledger}payments/payment-02/proofs/proof-01/file",
        "a try to pay of another lease": f"{ledger}payments/online/online-11/",
        "an instruction of another lease": f"{ledger}autopay/autopay-01/pause",
        "a bill of days before": f"/home/leases/{lease_of(db, 'signed')}/bills/bill-16/",
        "a bill that the landlord pays": f"/home/leases/{lease_of(db, 'signed')}/bills/bill-15/",
        "a bill of another home": f"/home/leases/{lease_of(db, 'signed')}/bills/bill-01/",
        "an account of the landlord before": _account_before(db),
        "a bill of the landlord before": f"{_books(db).removesuffix('books/')}bills/bill-91/",
        "a file of another bill": f"{_books(db).removesuffix('books/')}bills/bill-02/files/paper-01/file",
        "an account of another unit": f"{accounts}account-tenant1/edit",
        "a credit of another lease": f"{ledger}credits/credit-11/take-back",
        "a plan of another lease": f"{ledger}plans/plan-11/",
        "a settlement of another lease": f"{ledger}deposits/{_settled(db)}/take-back",
        "a refund of another lease": f"{ledger}deposits/paid-back/refund-01/take-back",
    }


TABLE = Table(
    "ledger",
    places,
    (
        View(Books, "", BOOKKEEPERS, at="books"),
        View(Books, "lock", BOOKKEEPERS, at="books", send={"until": "2026-05-15"}),
        View(Books, "unlock", BOOKKEEPERS, at="books", send={"until": "2026-02-28", "reason": "A receipt was found"}),
        View(LedgerEntryNode, "", BOOKKEEPERS, at="entry"),
        View(LeaseLedger, "", READERS, at="ledger"),
        View(LeaseLedger, "", PARTIES, at="my ledger"),
        View(LeaseLedger, "charge", CHARGERS, at="ledger", send=BY_HAND, shows=True),
        View(LeaseLedger, "credit", CHARGERS, at="ledger", send={**BY_HAND, "what": "credit"}, shows=True),
        View(ChargeNode, "forgive", CHARGERS, at="charge", send={**BY_HAND, "what": "write_off"}, shows=True),
        View(ChargeNode, "take-back", CHARGERS, at="charge", send={"reason": "It was found"}),
        View(CreditNode, "take-back", CHARGERS, at="credit", send={"reason": "It was too much"}),
        View(LeaseLedger, "charges", READERS, at="ledger"),
        View(LeaseLedger, "charges", PARTIES, at="my ledger"),
        View(LeaseLedger, "explain", READERS, at="ledger"),
        View(LeaseLedger, "explain", PARTIES, at="my ledger"),
        View(LeaseLedger, "unpaid", READERS, at="ledger"),
        View(LeaseLedger, "unpaid", PARTIES, at="my ledger"),
        View(LeaseLedger, "explain.pdf", READERS, at="ledger"),
        View(LeaseLedger, "explain.pdf", PARTIES, at="my ledger"),
        View(ChargeNode, "", READERS, at="charge"),
        View(ChargeNode, "", PARTIES, at="my charge"),
        View(CreditNode, "", READERS, at="credit"),
        View(CreditNode, "", PARTIES, at="my credit"),
        View(LeaseEntryNode, "", READERS, at="entry of a lease"),
        View(LeaseEntryNode, "", PARTIES, at="my entry"),
        View(Statements, "", READERS, at="statements"),
        View(Statements, "", PARTIES, at="my statements"),
        View(MonthNode, "", READERS, at="month"),
        View(MonthNode, "", PARTIES, at="my month"),
        View(MonthNode, "statement.pdf", READERS, at="month"),
        View(MonthNode, "statement.pdf", PARTIES, at="my month"),
        View(MonthNode, "statement.csv", READERS, at="month"),
        View(MonthNode, "statement.csv", PARTIES, at="my month"),
        View(Leases, "rent-roll", LISTS, at="leases"),
        View(Leases, "ageing", LISTS, at="leases"),
        View(Charges, "", LISTS, at="charges"),
        View(Charges, "collection", LISTS, at="charges"),
        View(Units, "occupancy", LISTS_OF_UNITS, at="units"),
        View(Payments, "", LISTS, at="payments"),
        View(Payments, "cheques", LISTS, at="payments"),
        View(Payments, "to-confirm", CHARGERS_OF_LISTS, at="payments"),
        View(Payments, "record", CHARGERS_OF_LISTS, at="payments"),
        # Whose limit does not reach the homes has nothing to confirm.
        View(Payments, "confirm", CHARGERS_OF_LISTS, at="payments"),
        View(
            Payments,
            "confirm",
            {**CHARGERS_OF_LISTS, "outside": "422"},
            at="payments to choose",
            send={"payment": "payment-01"},
            get=False,
        ),
        View(LeasePayments, "", READERS, at="payments of a lease"),
        View(LeasePayments, "", PARTIES, at="my payments"),
        View(LeasePayments, "record", CHARGERS, at="payments of a lease", send={"cents": "75", "reference": "Envelope 4"}),
        View(LeasePayments, "allocate", CHARGERS, at="payments of a lease", send={}),
        View(LeasePayments, "report", REPORTING, at="my payments", send={"cents": "900", "proofs": PROOF}),
        View(PaymentNode, "", READERS, at="reported"),
        View(PaymentNode, "", PARTIES, at="my report"),
        View(PaymentNode, "confirm", CHARGERS, at="reported", send={"cents": "950"}),
        View(PaymentNode, "refuse", CHARGERS, at="reported", send={"reason": "Nothing came"}),
        View(PaymentNode, "reverse", CHARGERS, at="cash", send={"reason": "Another tenant's"}),
        View(PaymentNode, "allocate", CHARGERS, at="cash", send={}),
        View(PaymentNode, "lodge", CHARGERS, at="cheque", send={"day": "2026-06-01"}),
        View(PaymentNode, "clear", CHARGERS, at="cheque at the bank", send={"day": "2026-06-01"}),
        View(PaymentNode, "return", CHARGERS, at="cheque at the bank", send={"day": "2026-06-01", "reason": "No funds"}),
        View(PaymentNode, "receipt", READERS, at="cash"),
        View(PaymentNode, "receipt", PARTIES, at="my payment"),
        View(PaymentNode, "receipt.pdf", READERS, at="cash"),
        View(PaymentNode, "receipt.pdf", PARTIES, at="my payment"),
        View(ProofNode, "file", READERS, at="proof"),
        View(ProofNode, "file", PARTIES, at="my proof"),
        View(ReceiptCheck, "", EVERYBODY, at="receipt"),
        View(LeasePayments, "pay", REPORTING, at="my payments", send={"cents": "900", "how": "sandbox"}),
        View(OnlinePaymentNode, "", READERS, at="online"),
        View(OnlinePaymentNode, "", PARTIES, at="my online"),
        View(PaymentNode, "refund", CHARGERS, at="by card", send={"reason": "It was paid twice"}),
        View(Methods, "", SIGNED_IN, at="methods"),
        View(Methods, "add", SIGNED_IN, at="methods", send={}),
        View(MethodNode, "", MINE, at="my method"),
        View(MethodNode, "remove", MINE, at="my method", send={}),
        View(Autopays, "", READERS, at="autopay"),
        View(Autopays, "", PARTIES, at="my autopay"),
        View(Autopays, "set", REPORTING, at="my autopay", send={"how": "remind", "lead_days": "5"}),
        *(View(AutopayNode, act, MINE, at="my instruction", send={}) for act in ("pause", "resume", "end")),
        *(View(AutopayNode, act, NO_STAFF, at="instruction") for act in ("pause", "resume", "end")),
        View(Plans, "", READERS, at="plans"),
        View(Plans, "", PARTIES, at="my plans"),
        View(Plans, "new", CHARGERS, at="plans to propose", send={}),
        View(PlanNode, "", READERS, at="plan"),
        View(PlanNode, "", PARTIES, at="my plan"),
        View(PlanNode, "agree", REPORTING, at="my plan", send={}),
        View(PlanNode, "decline", REPORTING, at="my plan", send={"reason": "It is too much"}),
        View(PlanNode, "write-agreement", CHARGERS, at="plan", send={"way": "phone"}),
        View(PlanNode, "end", CHARGERS, at="plan", send={"reason": "They pay now"}),
        View(SharingNode, "", READERS, at="sharing"),
        View(SharingNode, "", PARTIES, at="my sharing"),
        View(SharingNode, "change", CHARGERS, at="sharing", send={"reason": "As they said"}),
        View(PaymentNode, "payer", CHARGERS, at="cash", send={}),
        View(Deposits, "", READERS, at="deposits"),
        View(Deposits, "", PARTIES, at="my deposits"),
        View(Deposits, "use-last-rent", CHARGERS, at="last rent", send={}),
        View(Deposits, "settle", CHARGERS, at="to settle", send={}),
        View(Deposits, "pay-back", CHARGERS, at="deposits", send={"cents": "5"}, shows=True),
        View(DispositionNode, "take-back", CHARGERS, at="settled", send={"reason": "The statement was wrong"}),
        View(RefundNode, "take-back", CHARGERS, at="refund", send={"reason": "It came back"}),
        View(Bills, "", LISTS, at="bills"),
        View(Bills, "new", CHARGERS_OF_LISTS, at="bills"),
        View(BillNode, "", READERS, at="bill"),
        View(BillNode, "edit", CHARGERS, at="bill", send={"cents": "130"}),
        View(BillNode, "remove", CHARGERS, at="bill", send={}),
        View(BillNode, "paid", CHARGERS, at="bill", send={"proofs": PROOF}),
        View(BillNode, "open-again", CHARGERS, at="paid bill", send={"reason": "The company wrote again"}),
        View(BillNode, "pass-on", CHARGERS, at="bill to pass on", send={}),
        View(BillNode, "take-back", CHARGERS, at="bill that was passed on", send={"reason": "The wrong meter"}),
        View(BillNode, "record", CHARGERS, at="bill that was passed on", send={"cents": "50"}),
        View(BillFileNode, "file", READERS, at="file of a bill"),
        View(BillFileNode, "file", PARTIES, at="my file of a bill"),
        View(BillAccounts, "", READERS, at="accounts"),
        View(BillAccounts, "new", CHARGERS, at="accounts", send={"number": "77-1"}),
        View(BillAccountNode, "edit", CHARGERS, at="account", send={"number": "77-2", "payer": "landlord"}),
        View(BillAccountNode, "close", CHARGERS, at="account", send={}),
        View(BillAccountNode, "add", CHARGERS, at="account", send=NEW_BILL),
        View(MyBills, "", PARTIES, at="my bills"),
        View(MyBillNode, "", PARTIES, at="my bill"),
        View(MyBillNode, "paid", REPORTING, at="my bill", send={"paid_on": "2026-06-01"}),
        View(MyBillNode, "report", REPORTING, at="my bill that was passed on", send={"cents": "120", "proofs": PROOF}),
        View(RentRuns, "", BOOKKEEPERS, at="runs"),
        View(RentRuns, "new", BOOKKEEPERS, at="runs", send={"day": "2026-06-01"}),
        View(BatchNode, "", BOOKKEEPERS, at="run"),
        View(BatchNode, "put-right", BOOKKEEPERS, at="run"),
        View(BatchNode, "reverse", BOOKKEEPERS, at="last run", send={"reason": "The wrong file came in"}),
    ),
    crossed=crossed,
    arrange=arrange,
)
