"""The list of files of leases, and the list of the leases of one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from atlasbahamas.web.formats import badge, local_date, local_datetime, money
from atlasbahamas.web.lists import Column, Key, List, Sort
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.models import STATES, TONES, Lease, LeaseParty
from atlasbahamas_plugins.leasing.writing.models import Opening

IMPORT = LeaseImport.__table__.c
OPENING = Opening.__table__.c


def _link(row: LeaseImport, node: Any) -> Markup:
    of_import = node.node_of(row)
    return Markup('<a href="{}">{}</a>').format(of_import.url(), of_import.title)


def _state(row: LeaseImport) -> str:
    return f"Taken away on {local_datetime(row.undone)}" if row.undone else "In effect"


class LeaseImportList(List):
    """What was brought in, by whom, and whether it stands."""

    name = "lease-imports"
    noun = ("file", "files")
    identity = IMPORT.id
    sorts = (Sort("newest", "Newest first", (Key(IMPORT.made, descending=True),)),)
    columns = (
        Column("what", "What came in", _link, lambda row: row.ref),
        Column("leases", "Leases", lambda row, node: row.leases, lambda row: row.leases, numeric=True),
        Column("made", "When", lambda row, node: local_datetime(row.made), lambda row: local_datetime(row.made)),
        Column("maker", "Who", lambda row, node: row.maker.name, lambda row: row.maker.name),
        Column("state", "State", lambda row, node: _state(row), _state),
    )


class ImportedLeaseList(List):
    """The leases of a file with where they stood, in the order of the file. `leases_node` leads to each."""

    name = "imported-leases"
    noun = ("lease", "leases")
    identity = OPENING.id
    sorts = (Sort("file", "As in the file", (Key(OPENING.lease_id),)),)

    def __init__(self, request: Any, query: Select[Any], *, node: Any, leases_node: Any) -> None:
        self.leases_node = leases_node
        self.columns = (
            Column("unit", "Unit", self._link, lambda row: row.lease.unit.label),
            Column("property", "Property", lambda row, node: _property(row), _property),
            Column("tenants", "Tenants", lambda row, node: row.lease.tenant_names, lambda row: row.lease.tenant_names),
            Column("state", "State", _badge, lambda row: STATES[row.lease.state]),
            Column("starts", "From", lambda row, node: local_date(row.lease.starts), lambda row: row.lease.starts.isoformat()),
            Column("paid-to", "Paid to", lambda row, node: local_date(row.paid_to), lambda row: row.paid_to or ""),
            Column(
                "balance",
                "Balance",
                lambda row, node: money(row.balance_cents),
                lambda row: Decimal(row.balance_cents) / 100,
                numeric=True,
            ),
        )
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With the leases and their tenants."""
        lease = selectinload(Opening.lease)
        return query.options(lease.selectinload(Lease.parties).options(joinedload(LeaseParty.contact)))

    def _link(self, row: Opening, node: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(self.leases_node.node_of(row.lease).url(), row.lease.unit.label)


def _badge(row: Opening, node: Any) -> Markup:
    return badge(STATES[row.lease.state], TONES[row.lease.state])


def _property(row: Opening) -> str:
    return row.lease.unit.property.name
