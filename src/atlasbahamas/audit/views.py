"""Pages of the audit."""

from __future__ import annotations

from typing import Any

from atlasbahamas.audit import services
from atlasbahamas.audit.lists import PlatformTrailList, TrailList
from atlasbahamas.audit.models import CHANGE, ORIGIN
from atlasbahamas.audit.resources import EntryNode, OrganisationEntryNode, OrganisationTrail, Trail
from atlasbahamas.audit.words import role_words, shown_changes


def trail(context: Trail, request: Any) -> Any:
    """Everything that was done on the platform."""
    return PlatformTrailList(request, context.visible(), node=context).answer()


def organisation_trail(context: OrganisationTrail, request: Any) -> Any:
    """What was done in an organisation."""
    return TrailList(request, context.visible(), node=context).answer()


def entry(context: EntryNode, request: Any) -> dict[str, Any]:
    """One entry, with where it came from."""
    origin = services.entry_parts(request.db, context.row.id).get(ORIGIN)
    gone = origin is None and context.row.origin_digest is not None
    return {**_shown(context, request), "origin": origin, "from_where_is_gone": gone}


def organisation_entry(context: OrganisationEntryNode, request: Any) -> dict[str, Any]:
    """One entry of an organisation: who, what and when, not from where."""
    return _shown(context, request)


def _shown(context: EntryNode, request: Any) -> dict[str, Any]:
    row = context.row
    change = services.entry_parts(request.db, row.id).get(CHANGE)
    names = services.names_of(request.db, row)
    return {
        "entry": row,
        "person": names.person,
        "organisation": names.organisation,
        "role": role_words(row.role, request.registry.atlas_roles),
        "changes": shown_changes(change or {}),
        "note": (change or {}).get("note", ""),
        "released": change is None and row.change_digest is not None,
    }
