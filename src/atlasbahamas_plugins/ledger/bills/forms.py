"""Forms of bills."""

from __future__ import annotations

from typing import Any

import wtforms

from atlasbahamas.files.models import DOCUMENT, PICTURE
from atlasbahamas.web.forms import ChoiceField, DateField, Form, MoneyField, OnceField, TextField, VersionField
from atlasbahamas.web.forms.files import UploadsField
from atlasbahamas_plugins.ledger.bills.models import PAYERS
from atlasbahamas_plugins.ledger.bills.services import BillDetails

MOST_CENTS = 10**9
MOST_FILES = 4


def _files(label: str) -> Any:
    return UploadsField(label, kinds=(PICTURE, DOCUMENT), max_files=MOST_FILES)


class AccountForm(Form):
    """An account with a utility."""

    utility = ChoiceField("Company", required=True)
    number = TextField("Account number", required=True, max_length=40)
    payer = ChoiceField("Who pays the bills", choices=list(PAYERS.items()), required=True)


class ChangeAccountForm(Form):
    """What can change about an account."""

    number = TextField("Account number", required=True, max_length=40)
    payer = ChoiceField("Who pays the bills from now on", choices=list(PAYERS.items()), required=True)
    version = VersionField()


class BillForm(Form):
    """A bill of an account."""

    ref: Any = OnceField("bill")
    starts = DateField("From", required=True)
    ends = DateField("To", required=True)
    due_on = DateField("To be paid by", required=True)
    cents = MoneyField("Amount", required=True, min=1, max=MOST_CENTS)
    files = _files("Photo or PDF of the bill")

    def details(self) -> BillDetails:
        """What was typed."""
        days = (self.starts.data, self.ends.data, self.due_on.data)
        return BillDetails(*days, self.cents.data, (self.ref and self.ref.data) or "", tuple(self.files.data))


class CorrectBillForm(BillForm):
    """The same for one that is there, and has its key."""

    ref = None
    payer = ChoiceField("Who pays this bill", choices=list(PAYERS.items()), required=True)
    version = VersionField()


class PaidForm(Form):
    """When the company was paid."""

    paid_on = DateField("Day", required=True)
    proofs = _files("Photo or PDF of the proof")


class ReasonForm(Form):
    """Why something is taken back."""

    reason = TextField("Why", required=True, max_length=200)


class FindForm(wtforms.Form):
    """Of which home, company or number; it is read from the address."""

    q = TextField("Home, company or number", required=True, max_length=100, render_kw={"type": "search"})
