"""The nightly proof: a job for all books, which asks for one for each organisation."""

from __future__ import annotations

from typing import Any

import structlog

from atlasbahamas.jobs.services import enqueue
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.verifying.services import note_verified

log = structlog.get_logger("atlasbahamas.ledger")
VERIFY, VERIFY_ONE = "ledger.verify_books", "ledger.verify_books_of"


def verify_all(request: Any, payload: dict[str, Any]) -> None:
    """Ask for the proof of each organisation's books."""
    for organisation_id, _ in proving.organisations_with_books(request.db):
        enqueue(request.db, VERIFY_ONE, {"organisation": organisation_id}, now=request.clock.now())


def verify_one(request: Any, payload: dict[str, Any]) -> None:
    """Prove the books of one organisation, in a snapshot of its own, and note what was found."""
    organisation_id = payload["organisation"]
    with proving.whole_view(request.registry.atlas_db) as db:
        seen = proving.verify(db, organisation_id)
    if seen.wrong:
        found = [f"{finding.where} {finding.problem}" for finding in seen.findings[:5]]
        log.error("books do not hold", organisation=organisation_id, wrong=seen.wrong, findings=found)
    note_verified(request.db, organisation_id, entries=seen.entries, wrong=seen.wrong, now=request.clock.now())
