"""The list of contacts."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import or_

from atlasbahamas.web.lists import Column, Key, List, Sort, text_filter
from atlasbahamas_plugins.portfolio.contacts.models import Contact

CONTACT = Contact.__table__.c


def _link(row: Contact, node: Any) -> Markup:
    if not node.request.has_permission("portfolio:contact:edit", node):
        return Markup("{}").format(row.name)
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url("edit"), row.name)


class ContactList(List):
    """Contacts of an organisation."""

    name = "contacts"
    noun = ("contact", "contacts")
    identity = CONTACT.id
    filters = (
        text_filter(
            "q",
            "Name, e-mail or phone",
            lambda text: or_(
                *[column.icontains(text, autoescape=True) for column in (Contact.name, Contact.email, Contact.phone)]
            ),
        ),
    )
    sorts = (
        Sort("name", "Name", (Key(CONTACT.name),)),
        Sort("name-down", "Name, Z to A", (Key(CONTACT.name, descending=True),)),
        Sort("newest", "Newest first", (Key(CONTACT.created, descending=True),)),
    )
    columns = (
        Column("name", "Name", _link, lambda row: row.name, sort="name"),
        Column("email", "E-mail", lambda row, node: row.email, lambda row: row.email),
        Column("phone", "Phone", lambda row, node: row.phone, lambda row: row.phone),
    )
