"""Pages of the contacts."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.portfolio.contacts import services
from atlasbahamas_plugins.portfolio.contacts.forms import ContactForm
from atlasbahamas_plugins.portfolio.contacts.lists import ContactList
from atlasbahamas_plugins.portfolio.contacts.resources import ContactNode, Contacts
from atlasbahamas_plugins.portfolio.resources import organisation_above


def contacts(context: Contacts, request: Any) -> Any:
    """Whom the organisation knows."""
    return ContactList(request, context.visible(), node=context).answer()


def add_contact(context: Contacts, request: Any) -> Any:
    """A new contact."""
    form = ContactForm(request)

    def submit() -> Any:
        organisation = organisation_above(context).row
        services.add_contact(request.db, organisation.id, form.details(), now=request.clock.now())
        return done(request, context, "The contact was added.")

    return form_page(request, form, {"heading": "Add a contact", "cancel": context.url()}, submit=submit)


def edit_contact(context: ContactNode, request: Any) -> Any:
    """Change a contact."""
    above = context.above(Contacts)
    form = ContactForm(request, context.row)

    def submit() -> Any:
        services.edit_contact(request.db, context.row, form.details())
        return done(request, above, "The contact was saved.")

    return form_page(request, form, {"heading": "Edit this contact", "cancel": above.url()}, submit=submit)
