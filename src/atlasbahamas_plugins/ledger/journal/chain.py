"""The chain: what of an entry is hashed, and how. Posting, verifying and exporting all come here, and nowhere else is it said.

The hash of an entry is SHA-256 over its canonical JSON (sorted keys, no spaces, UTF-8), in which the hash of the entry before it
stands. It holds ids, amounts, dates and digests only, so that it stays whole when a person is erased. An account stands in it
with its id, its kind and its subject: nobody can say later that it was somebody else's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode

Line = tuple[int, int, str, int, str, int]
"""(line, debit account's id, its kind and subject, credit account's id, its kind and subject, cents)."""


class Sealed(NamedTuple):
    """What of an entry is hashed, by the names of its columns. `posted_at` is aware; `lines` are its transfers in their order."""

    organisation_id: int
    number: int
    effective: date
    posted_at: datetime
    kind: str
    source_kind: str
    source_ref: str
    batch: str | None
    reverses: int | None
    by_person_id: int | None
    words_digest: str | None
    previous_hash: str
    lines: Sequence[Line]

    def canonical(self) -> str:
        """The entry as the JSON that is hashed."""
        posted_at = self.posted_at if self.posted_at.tzinfo is UTC else self.posted_at.astimezone(UTC)
        return _encode(
            {
                "batch": self.batch,
                "by": self.by_person_id,
                "effective": self.effective.isoformat(),
                "kind": self.kind,
                "number": self.number,
                "organisation": self.organisation_id,
                "posted_at": posted_at.isoformat(timespec="microseconds"),
                "previous": self.previous_hash,
                "reverses": self.reverses,
                "source": [self.source_kind, self.source_ref],
                "transfers": self.lines,
                "words": self.words_digest,
            }
        )

    def columns(self) -> dict[str, Any]:
        """The columns of the entry that are hashed as they stand, by name."""
        return {name: getattr(self, name) for name in HASHED}


HASHED = Sealed._fields[:-1]
"""Columns of an entry that are hashed."""


def hash_of(canonical: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def account_words(kind: str | None, subject: str | None) -> str:
    """An account as the chain has it: "receivable l12t40"; one that is not there has no words."""
    return f"{kind or ''} {subject or ''}"
