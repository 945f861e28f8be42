"""Registers the journal."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.ledger.journal import views
from atlasbahamas_plugins.ledger.journal.kinds import ENTRY_KINDS, OWN_ENTRY_KINDS, EntryKind
from atlasbahamas_plugins.ledger.journal.resources import LOCK, VIEW, Books, LedgerEntryNode

FORM = ("GET", "POST")


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "ledger/organisation_card.jinja2", {"node": context})


def includeme(config: Any) -> None:
    """The kinds of entries that pages know, and the books under an organisation."""
    config.add_extension_point(ENTRY_KINDS, EntryKind)
    for kind in OWN_ENTRY_KINDS:
        config.contribute(ENTRY_KINDS, kind, name=kind.name)
    config.add_child(OrganisationNode, "books", Books)
    config.contribute("slot:organisation", Slot(_organisation_card), name="books", order=60)
    page = config.add_view
    page(views.books, context=Books, permission=VIEW, renderer="ledger/books.jinja2")
    page(views.show_entry, context=LedgerEntryNode, permission=VIEW, renderer="ledger/entry.jinja2")
    for view, name in ((views.lock_period, "lock"), (views.unlock_period, "unlock")):
        page(view, context=Books, name=name, permission=LOCK, accept_methods=FORM, renderer=f"ledger/{name}.jinja2")
