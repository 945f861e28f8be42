"""The list of files by which tenants were invited, and the list of what became of the rows of one."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from atlasbahamas.web.formats import badge, local_datetime
from atlasbahamas.web.lists import Column, Key, List, Sort
from atlasbahamas_plugins.leasing.inviting.models import SKIPPED, InvitationFile, InvitationRow
from atlasbahamas_plugins.leasing.tenancy.models import ANSWERS

FILE = InvitationFile.__table__.c
ROW = InvitationRow.__table__.c


def _link(row: InvitationFile, node: Any) -> Markup:
    of_file = node.node_of(row)
    return Markup('<a href="{}">{}</a>').format(of_file.url(), of_file.title)


class InvitationFileList(List):
    """The files, by whom and when, and how many were invited."""

    name = "invitation-files"
    noun = ("file", "files")
    identity = FILE.id
    sorts = (Sort("newest", "Newest first", (Key(FILE.made, descending=True),)),)
    columns = (
        Column("what", "What was sent", _link, lambda row: row.ref),
        Column("invited", "Invited", lambda row, node: row.invited, lambda row: row.invited, numeric=True),
        Column("skipped", "Skipped", lambda row, node: row.skipped, lambda row: row.skipped, numeric=True),
        Column("made", "When", lambda row, node: local_datetime(row.made), lambda row: local_datetime(row.made)),
        Column("maker", "Who", lambda row, node: row.maker.name, lambda row: row.maker.name),
    )


class InvitedList(List):
    """The rows of a file in its order: who was invited and what came of it, who was skipped and why. `leases_node` leads to each
    lease.
    """

    name = "invited"
    noun = ("row", "rows")
    identity = ROW.id
    sorts = (Sort("file", "As in the file", (Key(ROW.number),)),)

    def __init__(self, request: Any, query: Select[Any], *, node: Any, leases_node: Any) -> None:
        self.leases_node = leases_node
        self.columns = (
            Column("tenant", "Tenant", lambda row, node: row.party.contact.name, lambda row: row.party.contact.name),
            Column("row", "Row", lambda row, node: row.number, lambda row: row.number, numeric=True),
            Column("unit", "Unit", self._link, lambda row: row.lease.unit.label),
            Column("property", "Property", lambda row, node: _property(row), _property),
            Column("email", "E-mail", lambda row, node: row.party.contact.email, lambda row: row.party.contact.email),
            Column("outcome", "What was done", _badge, _outcome),
            Column("since", "Why, or what came of it", lambda row, node: _since(row), _since),
        )
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """With the tenants, their leases and invitations."""
        row = (InvitationRow.party, InvitationRow.lease, InvitationRow.invitation)
        return query.options(*map(selectinload, row))

    def _link(self, row: InvitationRow, node: Any) -> Markup:
        url = self.leases_node.node_of(row.lease).url("sign-ins")
        return Markup('<a href="{}">{}</a>').format(url, row.lease.unit.label)


def _badge(row: InvitationRow, node: Any) -> Markup:
    return badge(_outcome(row), "warn" if row.skipped else "good")


def _outcome(row: InvitationRow) -> str:
    return "Skipped" if row.skipped else "Invited"


def _since(row: InvitationRow) -> str:
    if row.invitation is None:
        return SKIPPED[row.skipped or ""]
    return ANSWERS[row.invitation.answer] if row.invitation.answer else "No answer yet"


def _property(row: InvitationRow) -> str:
    return row.lease.unit.property.name
