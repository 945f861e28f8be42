"""Nodes of entries as a lease has them: for what is no charge, credit or payment, and for what takes one back.

Whoever sees a lease sees them; the books, with the other side of each entry, stay the organisation's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from atlasbahamas.traversal.nodes import Collection, NumberedNode
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import VIEW, AnyLease
from atlasbahamas_plugins.ledger.charges.services import OWED
from atlasbahamas_plugins.ledger.journal.models import LedgerAccount, LedgerEntry, LedgerTransfer


def _moves_what_is_owed(lease_id: Any) -> ColumnElement[bool]:
    """Whether an entry moves what a lease owes."""
    sides = (LedgerTransfer.debit_account_id, LedgerTransfer.credit_account_id)
    return exists().where(
        LedgerTransfer.organisation_id == LedgerEntry.organisation_id,
        LedgerTransfer.entry_number == LedgerEntry.number,
        or_(*[LedgerAccount.id == side for side in sides]),
        LedgerAccount.lease_id == lease_id,
        LedgerAccount.kind.in_(OWED),
    )


class LeaseEntryNode(NumberedNode):
    """`.../ledger/entries/<number>/`: an entry that moves what the lease above owes."""

    model = LedgerEntry
    key = LedgerEntry.number
    row: LedgerEntry

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By the accounts of the lease."""
        # An entry that moves it is of the same organisation; said once more, it is found by the index.
        return and_(LedgerEntry.organisation_id == Lease.organisation_id, _moves_what_is_owed(Lease.id))

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its number."""
        return f"Entry {self.row.number:,}"


class LeaseEntries(Collection):
    """`.../ledger/entries/`. It only leads on; the explanation lists them."""

    item = LeaseEntryNode
    permission = VIEW
    title = "Entries"

    def rows(self) -> Select[Any]:
        """All that move what the lease owes."""
        lease = self.above(AnyLease).row
        mine = (LedgerEntry.organisation_id == lease.organisation_id, _moves_what_is_owed(lease.id))
        return select(LedgerEntry).where(*mine)
