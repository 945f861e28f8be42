"""Nodes of bills: as a list of an organisation, the accounts below a unit, and what tenants see below their lease at home.

Whoever may see the leases of an organisation sees its bills; entering and changing takes `ledger:bill:edit`. A tenant sees the
bills of their home for the days of their lease, and says what they paid; a former tenant keeps theirs and sees none after.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList, OrganisationNode
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, MyLease
from atlasbahamas_plugins.ledger.bills.models import OF_TENANTS, Bill, BillAccount, BillFile
from atlasbahamas_plugins.ledger.bills.services import has_day
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.resources import UnitNode, organisation_above

EDIT = "ledger:bill:edit"


class AnyBill(RowNode):
    """A bill, at either of its addresses."""

    model = Bill
    key = Bill.ref
    row: Bill

    @property
    def title(self) -> str:  # type: ignore[override]
        """For which days."""
        return f"{local_date(self.row.starts)} to {local_date(self.row.ends)}"


class BillNode(AnyBill, Limitable):
    """`/portfolio/<org>/bills/<bill>/`: a bill of the organisation above."""

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By the property of the unit."""
        return reaches_unit(limit_id, Bill.unit_id)

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation: a bill stays whose it was, whoever has the property now."""
        return Bill.organisation_id == Organisation.id


class Bills(LimitableList, Collection):
    """`/portfolio/<org>/bills/`: the bills of all homes."""

    item = BillNode
    permission = VIEW
    also = (EDIT,)
    title = "Bills"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Bill).where(Bill.organisation_id == organisation_above(self).row.id)


class BillAccountNode(RowNode):
    """`.../units/<unit>/bill-accounts/<account>/`: an account of the unit above, of the organisation that has it."""

    model = BillAccount
    key = BillAccount.ref
    row: BillAccount

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By unit and organisation: another landlord's accounts stay theirs."""
        return and_(BillAccount.unit_id == above.id, BillAccount.organisation_id == Organisation.id)

    @property
    def title(self) -> str:  # type: ignore[override]
        """Company and number."""
        return f"{self.row.utility.name}, {self.row.number}"


class BillAccounts(Collection):
    """`.../units/<unit>/bill-accounts/`: the accounts with utilities of one unit."""

    item = BillAccountNode
    permission = VIEW
    title = "Accounts with companies"

    def rows(self) -> Select[Any]:
        """All of the unit's that are of the organisation above."""
        here = BillAccount.organisation_id == self.above(OrganisationNode).row.id
        return select(BillAccount).where(BillAccount.unit_id == self.above(UnitNode).row.id, here)


def _of_lease() -> ColumnElement[bool]:
    """Whether a bill is about a lease, and its tenants see it."""
    same = (Bill.unit_id == Lease.unit_id, Bill.organisation_id == Lease.organisation_id)
    return and_(*same, has_day(Bill.starts), Bill.payer.in_(OF_TENANTS))


class MyBillNode(AnyBill):
    """`/home/leases/<ref>/bills/<bill>/`: a bill of the lease above."""

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By unit and days."""
        return _of_lease()


class MyBills(Collection):
    """`/home/leases/<ref>/bills/`: the bills of the home above, for the days of the lease."""

    item = MyBillNode
    permission = VIEW
    title = "Bills"

    def rows(self) -> Select[Any]:
        """All of the lease's."""
        return select(Bill).join(Lease, _of_lease()).where(Lease.id == self.above(MyLease).row.id)


class BillFileNode(RowNode):
    """`.../bills/<bill>/files/<file>/`: a file of the bill above."""

    model = BillFile
    key = BillFile.ref
    row: BillFile

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By bill."""
        return BillFile.bill_id == Bill.id


class BillFiles(Collection):
    """`.../bills/<bill>/files/`. It only leads on; the page of the bill lists them."""

    item = BillFileNode
    permission = VIEW

    def rows(self) -> Select[Any]:
        """All of the bill's."""
        return select(BillFile).where(BillFile.bill_id == self.above(AnyBill).row.id)
