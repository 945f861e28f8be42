"""Registers bills."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing.resources import ANSWER, VIEW, MyLease
from atlasbahamas_plugins.ledger.bills import jobs, resources, telling, views
from atlasbahamas_plugins.ledger.bills.resources import EDIT, BillAccountNode, BillAccounts, BillNode, Bills, MyBillNode, MyBills
from atlasbahamas_plugins.ledger.payments.resources import RECORD
from atlasbahamas_plugins.portfolio.resources import UnitNode

FORM = ("GET", "POST")
IN_THE_MORNING = time(8, 0)


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/bills_card.jinja2", {"node": context})


def _of_unit(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/bill_accounts_of_unit.jinja2", {"unit_node": context})


def _of_lease(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/bills_of_lease.jinja2", {"lease_node": context})


def includeme(config: Any) -> None:
    """Bills of an organisation, accounts below a unit, what tenants see at home, and the reminder of each morning."""
    config.add_child(OrganisationNode, "bills", Bills)
    config.add_child(UnitNode, "bill-accounts", BillAccounts)
    config.add_child(MyLease, "bills", MyBills)
    config.add_child(resources.AnyBill, "files", resources.BillFiles)
    config.contribute("slot:organisation", Slot(_organisation_card), name="bills", order=59)
    config.contribute("slot:unit", Slot(_of_unit), name="bills", order=30)
    config.contribute("slot:lease", Slot(_of_lease), name="bills", order=12)
    config.contribute(CATEGORIES, telling.BILLS, name=telling.BILLS.name)
    config.add_mail_template(telling.DUE_TEMPLATE)
    config.add_job(jobs.REMIND, jobs.remind)
    config.add_schedule(jobs.REMIND, jobs.REMIND, at=IN_THE_MORNING)

    page = config.add_view
    shown: tuple[tuple[Any, Any, str, str, str], ...] = (
        (views.bills, Bills, "", VIEW, "bills"),
        (views.find_account, Bills, "new", EDIT, "find_bill_account"),
        (views.show_bill, BillNode, "", VIEW, "bill"),
        (views.accounts, BillAccounts, "", VIEW, "bill_accounts"),
        (views.my_bills, MyBills, "", VIEW, "bills"),
        (views.show_my_bill, MyBillNode, "", VIEW, "my_bill"),
    )
    for view, node, name, permission, template in shown:
        page(view, context=node, name=name, permission=permission, renderer=f"ledger/{template}.jinja2")
    page(views.file, context=resources.BillFileNode, name="file", permission=VIEW)
    forms: tuple[tuple[Any, Any, str, str, str], ...] = (
        (views.open_account, BillAccounts, "new", EDIT, "ledger/bill_account_form.jinja2"),
        (views.change_account, BillAccountNode, "edit", EDIT, "ledger/bill_account_form.jinja2"),
        (views.close_account, BillAccountNode, "close", EDIT, "confirm.jinja2"),
        (views.add_bill, BillAccountNode, "add", EDIT, "ledger/bill_form.jinja2"),
        (views.correct_bill, BillNode, "edit", EDIT, "ledger/bill_form.jinja2"),
        (views.remove_bill, BillNode, "remove", EDIT, "confirm.jinja2"),
        (views.bill_is_paid, BillNode, "paid", EDIT, "ledger/bill_paid.jinja2"),
        (views.open_again, BillNode, "open-again", EDIT, "ledger/take_back.jinja2"),
        (views.pass_on, BillNode, "pass-on", EDIT, "confirm.jinja2"),
        (views.take_back, BillNode, "take-back", EDIT, "ledger/take_back.jinja2"),
        (views.record_payment, BillNode, "record", RECORD, "ledger/bill_payment.jinja2"),
        (views.bill_is_paid, MyBillNode, "paid", ANSWER, "ledger/bill_paid.jinja2"),
        (views.report_payment, MyBillNode, "report", ANSWER, "ledger/bill_payment.jinja2"),
    )
    for view, node, name, permission, template in forms:
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
