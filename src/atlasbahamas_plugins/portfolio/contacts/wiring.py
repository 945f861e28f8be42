"""Registers the contacts: nodes and pages."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas_plugins.portfolio.contacts import resources, views
from atlasbahamas_plugins.portfolio.contacts.resources import EDIT, VIEW

FORM = ("GET", "POST")
TEMPLATE = "portfolio/contact_form.jinja2"


def includeme(config: Any) -> None:
    """A list and two forms."""
    config.add_child(OrganisationNode, "contacts", resources.Contacts)
    page = config.add_view
    page(views.contacts, context=resources.Contacts, permission=VIEW, renderer="portfolio/contacts.jinja2")
    for view, node, name in (
        (views.add_contact, resources.Contacts, "new"),
        (views.edit_contact, resources.ContactNode, "edit"),
    ):
        page(view, context=node, name=name, permission=EDIT, accept_methods=FORM, renderer=TEMPLATE)
