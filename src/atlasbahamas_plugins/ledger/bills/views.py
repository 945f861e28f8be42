"""Pages of bills. A view parses, calls one service, answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atlasbahamas.files.serving import serve_file
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.formats import badge, money
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing.resources import ANSWER, Leases, MyLease
from atlasbahamas_plugins.ledger.bills import services
from atlasbahamas_plugins.ledger.bills.forms import (
    AccountForm,
    BillForm,
    ChangeAccountForm,
    CorrectBillForm,
    FindForm,
    PaidForm,
    ReasonForm,
)
from atlasbahamas_plugins.ledger.bills.lists import (
    MOST_ACCOUNTS,
    STATES,
    TONES,
    BillList,
    accounts_about,
    state_of,
    supplied_by,
)
from atlasbahamas_plugins.ledger.bills.models import BILL, PAYERS, PROOF, Bill, BillAccount
from atlasbahamas_plugins.ledger.bills.resources import (
    EDIT,
    AnyBill,
    BillAccountNode,
    BillAccounts,
    BillFileNode,
    BillFiles,
    BillNode,
    Bills,
    MyBillNode,
    MyBills,
)
from atlasbahamas_plugins.ledger.charges.resources import charge_node
from atlasbahamas_plugins.ledger.payments import services as payments
from atlasbahamas_plugins.ledger.payments.forms import RecordForm, ReportForm
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.payments.views import recording_roles
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.places.models import UTILITY_KINDS, Utility
from atlasbahamas_plugins.portfolio.resources import Properties, UnitNode, UnitsOfProperty

MOST_OF_UNIT = 100


def bills(context: Bills, request: Any) -> Any:
    """The bills of all homes."""
    may_edit = bool(request.has_permission(EDIT, context))
    return _listed(context, request).answer(may_edit=may_edit, home=None, add_url=context.url("new"))


def my_bills(context: MyBills, request: Any) -> Any:
    """The bills of a tenant's home, for the days of their lease."""
    return _listed(context, request, of_home=True).answer(may_edit=False, home=context.above(MyLease).title, add_url=None)


def _listed(context: Bills | MyBills, request: Any, *, of_home: bool = False) -> BillList:
    companies = request.db.execute(select(Utility.id, Utility.name, Utility.kind).order_by(Utility.name, Utility.kind))
    offered = [(row.id, f"{row.name}, {UTILITY_KINDS[row.kind].lower()}") for row in companies]
    query = context.visible()
    return BillList(request, query, node=context, node_of=context.node_of, utilities=offered, of_home=of_home)


def find_account(context: Bills, request: Any) -> dict[str, Any]:
    """Whose bill is it? The accounts that are open, by home, company or number."""
    form = FindForm(request.GET)
    asked = bool(request.GET)
    text = form.q.data if asked and form.validate() else ""
    if asked and not text:
        request.response.status_int = 400
    above = context.above(OrganisationNode)
    found: list[BillAccount] = []
    if text:
        units = Properties(request, above, "properties")
        query = select(BillAccount).where(BillAccount.organisation_id == above.row.id, BillAccount.closed.is_(None))
        reached = units.visible().with_only_columns(units.item.model.id)
        query = query.where(accounts_about(text), BillAccount.unit_id.in_(select(Unit.id).where(Unit.property_id.in_(reached))))
        query = query.options(joinedload(BillAccount.unit), joinedload(BillAccount.utility).lazyload(Utility.islands))
        found = list(request.db.scalars(query.order_by(BillAccount.id).limit(MOST_ACCOUNTS)))
    rows = [(account, supplied_by(account), _account_node(above, request, account).url("add")) for account in found]
    return {"form": form, "rows": rows, "q": text, "most": MOST_ACCOUNTS}


def _account_node(above: OrganisationNode, request: Any, account: BillAccount) -> BillAccountNode:
    of_property = Properties(request, above, "properties").node_of(account.unit.property)
    node = BillAccounts(request, UnitsOfProperty(request, of_property, "units").node_of(account.unit), "bill-accounts")
    found = node.node_of(account)
    assert isinstance(found, BillAccountNode)
    return found


def accounts(context: BillAccounts, request: Any) -> dict[str, Any]:
    """The accounts of a unit."""
    query = context.visible().options(joinedload(BillAccount.utility).lazyload(Utility.islands))
    rows = request.db.scalars(query.order_by(BillAccount.closed.is_not(None), BillAccount.id).limit(MOST_OF_UNIT))
    return {
        "rows": [(context.node_of(row), row, supplied_by(row)) for row in rows],
        "payers": PAYERS,
        "may_edit": bool(request.has_permission(EDIT, context)),
        "bills_url": Bills(request, context.above(OrganisationNode), "bills").url("", q=context.above(UnitNode).title),
    }


def open_account(context: BillAccounts, request: Any) -> Any:
    """Write down an account of a unit."""
    unit = context.above(UnitNode).row
    form = AccountForm(request, payer="tenant")
    offered = services.utilities_for(request.db, unit)
    form.utility.offer([(row.id, f"{row.name}, {UTILITY_KINDS[row.kind].lower()}") for row in offered])

    def submit() -> Any:
        details = services.AccountDetails(form.utility.data, form.number.data, form.payer.data)
        here = context.above(OrganisationNode).row
        services.open_account(request.db, unit, here.id, details, now=request.clock.now())
        return done(request, context, "The account was added. Now its bills can be added.")

    return form_page(request, form, {"heading": "Add an account", "cancel": context.url()}, submit=submit)


def change_account(context: BillAccountNode, request: Any) -> Any:
    """Change an account."""
    form = ChangeAccountForm(request, context.row)
    above = context.above(BillAccounts)

    def submit() -> Any:
        services.change_account(request.db, context.row, form.number.data, form.payer.data)
        return done(request, above, "The account was saved. Bills that are there already stay as they are.")

    return form_page(request, form, {"heading": f"Change {context.title}", "cancel": above.url()}, submit=submit)


def close_account(context: BillAccountNode, request: Any) -> Any:
    """No more bills come, after asking."""
    return confirm_page(
        request,
        context.above(BillAccounts),
        f"Close {context.title}? Its bills stay.",
        lambda: services.close_account(request.db, context.row, today=request.clock.today()),
        "The account is closed.",
    )


def add_bill(context: BillAccountNode, request: Any) -> Any:
    """Add a bill of an account."""
    form, above = BillForm(request), context.above(OrganisationNode)

    def submit() -> Any:
        bill = services.enter_bill(request.db, request.registry.atlas_store, context.row, form.details(), **_now(request))
        return done(request, _bill_node(above, request, bill), "The bill was added.")

    page = {
        "heading": "Add a bill",
        "lead": f"{_home(context.row)}: {context.title}",
        "cancel": context.above(BillAccounts).url(),
    }
    return form_page(request, form, page, submit=submit)


def _bill_node(above: OrganisationNode, request: Any, bill: Bill) -> Any:
    return Bills(request, above, "bills").node_of(bill)


def _home(account: BillAccount) -> str:
    return f"{account.unit.label}, {account.unit.property.name}"


def show_bill(context: BillNode, request: Any) -> dict[str, Any]:
    """A bill, as staff see it."""
    # First, so that the charge's own lease is there already.
    lease = services.lease_of_bill(request.db, context.row)
    shown = _shown(context, request)
    leases = Leases(request, context.above(OrganisationNode), "leases")
    may_edit = bool(request.has_permission(EDIT, context))
    node = leases.node_of(lease) if lease is not None else None
    return {**shown, "may_edit": may_edit, "lease": lease, "lease_node": node}


def show_my_bill(context: MyBillNode, request: Any) -> dict[str, Any]:
    """A bill, as tenants see it."""
    may_answer = bool(request.has_permission(ANSWER, context))
    return {**_shown(context, request), "may_answer": may_answer}


def charge_url(context: AnyBill, request: Any) -> str | None:
    """Where it is explained what the tenants owe of a bill, for whoever looks at it; None before it is passed on."""
    bill = context.row
    if bill.charge is None or not bill.is_passed_on:
        return None
    if isinstance(context, MyBillNode):
        return charge_node(context.above(MyLease), bill.charge).url()
    leases = Leases(request, context.above(OrganisationNode), "leases")
    return charge_node(leases.node_of(bill.charge.lease), bill.charge).url()


def _shown(context: AnyBill, request: Any) -> dict[str, Any]:
    bill = services.whole_bill(request.db, context.row)
    state = state_of(bill, request.clock.today())
    files = BillFiles(request, context, "files")
    return {
        "bill": bill,
        "charge_url": charge_url(context, request),
        "home": _home(bill.account),
        "supplied_by": supplied_by(bill.account),
        "payers": PAYERS,
        "state_badge": badge(STATES[state], TONES[state]),
        "is_paid": bill.is_paid,
        "papers": [files.node_of(row) for row in bill.files if row.what == BILL],
        "proofs": [files.node_of(row) for row in bill.files if row.what == PROOF],
    }


def correct_bill(context: BillNode, request: Any) -> Any:
    """Correct a bill."""
    form = CorrectBillForm(request, context.row, files=[])

    def submit() -> Any:
        store = request.registry.atlas_store
        services.correct_bill(request.db, store, context.row, form.details(), form.payer.data, **_now(request))
        return done(request, context, "The bill was saved.")

    lead = f"{_home(context.row.account)}: {supplied_by(context.row.account)}"
    return form_page(request, form, {"heading": "Correct this bill", "lead": lead, "cancel": context.url()}, submit=submit)


def remove_bill(context: BillNode, request: Any) -> Any:
    """Take a bill away that was entered by mistake, after asking."""
    return confirm_page(
        request,
        context.above(Bills),
        f"Remove the bill of {money(context.row.cents)}?",
        lambda: services.remove_bill(request.db, request.registry.atlas_store, context.row),
        "The bill was removed.",
    )


def bill_is_paid(context: AnyBill, request: Any) -> Any:
    """Say that the company was paid."""
    form = PaidForm(request, paid_on=request.clock.today())

    def submit() -> Any:
        paid = services.PaidBill(form.paid_on.data, tuple(form.proofs.data))
        services.pay_bill(request.db, request.registry.atlas_store, context.row, paid, **_now(request))
        return done(request, context, "Thank you. The bill is marked as paid.")

    heading = "I paid it" if isinstance(context, MyBillNode) else "It is paid"
    lead = f"{money(context.row.cents)} to {context.row.account.utility.name}"
    return form_page(request, form, {"heading": heading, "lead": lead, "cancel": context.url()}, submit=submit)


def open_again(context: BillNode, request: Any) -> Any:
    """Say that a bill was not paid after all."""
    form = ReasonForm(request)

    def submit() -> Any:
        services.open_bill_again(request.db, context.row, form.reason.data)
        return done(request, context, "The bill is open again.")

    hint = "Who said that it was paid stays in the audit, and the proofs stay with the bill."
    page = {"heading": "It is not paid", "lead": context.title, "hint": hint, "button": "It is not paid", "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def pass_on(context: BillNode, request: Any) -> Any:
    """Charge the tenants for a bill, after asking."""
    more = _now(request)
    return confirm_page(
        request,
        context,
        f"Charge the tenants {money(context.row.cents)} for this bill?",
        lambda: services.pass_on(request.db, context.row, **more),
        "The tenants owe it now, apart from their rent.",
    )


def take_back(context: BillNode, request: Any) -> Any:
    """Take back what the tenants were charged for a bill."""
    form = ReasonForm(request)

    def submit() -> Any:
        by, now = request.identity.person_id, request.clock.now()
        services.take_back(request.db, context.row, form.reason.data, by=by, now=now)
        return done(request, context, "The tenants do not owe it any more.")

    hint = (
        "It stays in the books, with an entry that takes it back and says why. What was paid for it is credit for the next bill."
    )
    page = {"heading": "Take it back", "lead": context.title, "hint": hint, "button": "Take it back", "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def record_payment(context: BillNode, request: Any) -> Any:
    """Write down that the tenants paid a bill that was passed on."""
    bill = context.row
    form = RecordForm(request, cents=_owed(bill) or None, received_on=request.clock.today(), rail="cash", currency="BSD")

    def submit() -> Any:
        charge = services.owed_charge(bill)
        paid = replace(form.paid(), charge_id=charge.id)
        payment = payments.record_payment(request.db, request.registry.atlas_store, charge.lease, paid, **_now(request))
        return done(request, context, f"{money(payment.cents)} was received. The receipt is ready.")

    page = {"heading": "Record a payment for this bill", "by_tenant": False, **_paying(context, request), "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def report_payment(context: MyBillNode, request: Any) -> Any:
    """A tenant says that they paid a bill that was passed on."""
    bill = context.row
    form = ReportForm(request, cents=_owed(bill) or None, received_on=request.clock.today(), rail="transfer")

    def submit() -> Any:
        charge = services.owed_charge(bill)
        paid, roles = replace(form.paid(), charge_id=charge.id), recording_roles(request)
        store = request.registry.atlas_store
        payments.report_payment(request.db, store, charge.lease, paid, roles=roles, **_now(request))
        return done(request, context, "Thank you. Your landlord was told, and looks whether the money is there.")

    page = {"heading": "I paid it", "by_tenant": True, **_paying(context, request), "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def _owed(bill: Bill) -> int:
    return bill.charge.open_cents if bill.is_passed_on and bill.charge is not None else 0


def _paying(context: AnyBill, request: Any) -> dict[str, Any]:
    bill = context.row
    reference = lease_reference(bill.charge.lease_id) if bill.charge is not None else ""
    return {
        "lead": f"{_home(bill.account)}: {supplied_by(bill.account)}",
        "owed_cents": _owed(bill),
        "charge_url": charge_url(context, request),
        "reference": reference,
    }


def file(context: BillFileNode, request: Any) -> Any:
    """The photo or document."""
    return serve_file(request, context.row.file, request.GET.get("size", "full"))


def _now(request: Any) -> dict[str, Any]:
    return {"by": request.identity.person_id, "now": request.clock.now(), "today": request.clock.today()}
