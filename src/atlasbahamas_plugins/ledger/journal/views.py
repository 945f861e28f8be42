"""Pages of the books: the journal, an entry, and locking periods."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.leasing.resources import VIEW as VIEW_LEASE
from atlasbahamas_plugins.leasing.resources import Leases
from atlasbahamas_plugins.ledger.journal import services
from atlasbahamas_plugins.ledger.journal.forms import LockForm, UnlockForm
from atlasbahamas_plugins.ledger.journal.kinds import ENTRY_KINDS
from atlasbahamas_plugins.ledger.journal.lists import EntryList
from atlasbahamas_plugins.ledger.journal.reading import read_entry
from atlasbahamas_plugins.ledger.journal.resources import LOCK, Books, LedgerEntryNode


def books(context: Books, request: Any) -> Any:
    """The journal, or its CSV."""
    organisation, kinds = context.above(OrganisationNode).row, request.registry.atlas_points.get(ENTRY_KINDS)
    entries = EntryList(request, context.visible(), node=context, organisation_id=organisation.id, kinds=kinds)
    return entries.answer(
        locked_until=services.locked_until(request.db, organisation.id), may_lock=request.has_permission(LOCK, context)
    )


def show_entry(context: LedgerEntryNode, request: Any) -> dict[str, Any]:
    """An entry with its transfers."""
    above = context.above(OrganisationNode)
    leases = Leases(request, above, "leases")
    shows_leases = request.has_permission(VIEW_LEASE, leases)
    kinds = {kind.name: kind.title for kind in request.registry.atlas_points.get(ENTRY_KINDS)}
    return {
        "entry": context.row,
        "read": read_entry(request.db, context.row),
        "kind": kinds.get(context.row.kind, context.row.kind),
        "lease_url": lambda lease: leases.node_of(lease).url() if shows_leases else None,
        "books": context.above(Books),
    }


def lock_period(context: Books, request: Any) -> Any:
    """Say until when nothing can be added any more."""
    organisation, form = context.above(OrganisationNode).row, LockForm(request)

    def submit() -> Any:
        services.lock_period(request.db, organisation, form.until.data, today=request.clock.today())
        return done(request, context, "The period is locked.")

    until = services.locked_until(request.db, organisation.id)
    return form_page(request, form, {"locked_until": until, "cancel": context.url()}, submit=submit)


def unlock_period(context: Books, request: Any) -> Any:
    """Open what was locked, with a reason."""
    organisation, form = context.above(OrganisationNode).row, UnlockForm(request)

    def submit() -> Any:
        services.unlock_period(request.db, organisation, form.until.data, reason=form.reason.data)
        return done(request, context, "The period is open again.")

    until = services.locked_until(request.db, organisation.id)
    return form_page(request, form, {"locked_until": until, "cancel": context.url()}, submit=submit)
