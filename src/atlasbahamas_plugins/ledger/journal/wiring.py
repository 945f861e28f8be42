"""Registers the journal."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.ledger.journal.kinds import ENTRY_KINDS, OWN_ENTRY_KINDS, EntryKind


def includeme(config: Any) -> None:
    """The kinds of entries that pages know."""
    config.add_extension_point(ENTRY_KINDS, EntryKind)
    for kind in OWN_ENTRY_KINDS:
        config.contribute(ENTRY_KINDS, kind, name=kind.name)
