"""Nodes of what is owed: the ledger of a lease at either of its addresses, and the rent runs of an organisation.

Whoever may see a lease sees what is owed on it; changing that takes `ledger:charge:edit`. Rent runs are all of the
organisation's, so a limited member does not open them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas.web.formats import local_date
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease
from atlasbahamas_plugins.ledger.charges.models import BATCHES, Batch, Charge, Credit
from atlasbahamas_plugins.ledger.charges.words import what_it_is

EDIT = "ledger:charge:edit"


class ChargeNode(RowNode):
    """`.../leases/<ref>/ledger/<charge>/`: a charge of the lease above."""

    model = Charge
    key = Charge.ref
    row: Charge

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Charge.lease_id == Lease.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """What is owed."""
        return what_it_is(self.row.what, self.row.period_starts, self.row.period_ends, self.row.explanation)


class LeaseLedger(Collection):
    """`.../leases/<ref>/ledger/`: what is owed on the lease above, and why."""

    item = ChargeNode
    permission = VIEW
    title = "Ledger"

    def rows(self) -> Select[Any]:
        """All charges of the lease."""
        return select(Charge).where(Charge.lease_id == self.above(AnyLease).row.id)


def charge_node(lease: RowNode, charge: Charge) -> RowNode:
    """The node of a charge below that of its lease."""
    ledger = lease.child("ledger")
    assert isinstance(ledger, LeaseLedger)
    return ledger.node_of(charge)


class CreditNode(RowNode):
    """`.../ledger/credits/<credit>/`: a credit of the lease above."""

    model = Credit
    key = Credit.ref
    row: Credit
    title = "Credit"

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Credit.lease_id == Lease.id


class Credits(Collection):
    """`.../ledger/credits/`. It only leads on; the page of the ledger lists them."""

    item = CreditNode
    permission = VIEW
    title = "Credits"

    def rows(self) -> Select[Any]:
        """All credits of the lease."""
        return select(Credit).where(Credit.lease_id == self.above(AnyLease).row.id)


class BatchNode(RowNode):
    """`/portfolio/<org>/rent-runs/<run>/`: one run of the organisation above."""

    model = Batch
    key = Batch.ref
    row: Batch

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return Batch.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """What ran, and up to which day."""
        return f"{BATCHES[self.row.what]} of {local_date(self.row.day)}"


class RentRuns(Collection):
    """`/portfolio/<org>/rent-runs/`: what was charged at once, the newest first."""

    item = BatchNode
    permission = EDIT
    title = "Rent runs"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Batch).where(Batch.organisation_id == self.above(OrganisationNode).row.id)
