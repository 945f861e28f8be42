"""Nodes of the contacts of an organisation. Another organisation's is a 404; who may not see contacts is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.resources import organisation_above

VIEW = "portfolio:contact:view"
EDIT = "portfolio:contact:edit"


class ContactNode(RowNode):
    """One contact of the organisation above."""

    model = Contact
    key = Contact.ref
    row: Contact

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return Contact.organisation_id == Organisation.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """The contact's name."""
        return self.row.name


class Contacts(Collection):
    """`/portfolio/<org>/contacts/`."""

    item = ContactNode
    permission = VIEW
    title = "Contacts"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Contact).where(Contact.organisation_id == organisation_above(self).row.id)
