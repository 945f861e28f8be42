"""The books of an organisation as a file that anybody can verify, with verify_export.py and Python alone.

A line is one JSON in the canonical form of chain.py: first what the file is of, then each entry with its hash, then each balance
and total, and at the end how much there was, the last hash, and a SHA-256 of all lines before. Nothing in it names a person:
memos are there as digests, persons and leases as numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import canonical
from atlasbahamas_plugins.ledger.journal.models import FIRST_HASH, AccountBalance, ControlTotal, LedgerAccount
from atlasbahamas_plugins.ledger.journal.proving import BATCH, read_entries

FORMAT = "atlasbahamas-ledger-1"


def export(db: Session, organisation_id: int, ref: str) -> Iterator[str]:
    """The lines of the file, with their ends. `db` sees one snapshot (`proving.whole_view`)."""
    digest = hashlib.sha256()
    for line in _lines(db, organisation_id, ref):
        digest.update(line.encode())
        yield line
    yield f"{canonical({'end': digest.hexdigest()})}\n"


def _lines(db: Session, organisation_id: int, ref: str) -> Iterator[str]:
    yield _line({"format": FORMAT, "organisation": organisation_id, "ref": ref})
    entries, last = 0, FIRST_HASH
    for row in read_entries(db, organisation_id):
        entries, last = entries + 1, row.hash
        yield f'{{"entry":{row.sealed.canonical()},"hash":"{row.hash}"}}\n'
    for account_id, kind, subject, debit, credit in _balances(db, organisation_id):
        yield _line({"account": account_id, "kind": kind, "subject": subject, "debit": debit, "credit": credit})
    query = select(ControlTotal).where(ControlTotal.organisation_id == organisation_id).order_by(ControlTotal.kind)
    for total in db.scalars(query):
        yield _line({"total": total.kind, "debit": total.debit_cents, "credit": total.credit_cents})
    yield _line({"entries": entries, "last": last})


def _line(content: dict[str, Any]) -> str:
    return f"{canonical(content)}\n"


def _balances(db: Session, organisation_id: int) -> Iterator[Any]:
    query = (
        select(LedgerAccount.id, LedgerAccount.kind, LedgerAccount.subject)
        .add_columns(AccountBalance.debit_cents, AccountBalance.credit_cents)
        .join(AccountBalance, AccountBalance.account_id == LedgerAccount.id)
        .where(LedgerAccount.organisation_id == organisation_id)
        .order_by(LedgerAccount.id)
        .limit(BATCH)
    )
    last = 0
    while rows := db.execute(query.where(LedgerAccount.id > last)).all():
        yield from rows
        last = rows[-1][0]
