"""Recording what was done, proving that the record still holds, and letting details go.

`record` is called by the services that change something, in their transaction: what is rolled back leaves no entry.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, inspect, literal, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import CLOCK, Actor, actor_of
from atlasbahamas.audit.models import CHANGE, ORIGIN, AuditDetail, AuditEntry, AuditRelease
from atlasbahamas.db import metadata
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import Organisation, Person

_ACTION = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")
_ENTRIES, _DETAILS, _RELEASES = (metadata.tables[model.__tablename__] for model in (AuditEntry, AuditDetail, AuditRelease))
BATCH = 500


def record(
    db: Session,
    action: str,
    *,
    about: tuple[str, str] | None,
    organisation_id: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Write down that something was done: `action` is `<plugin>:<thing>:<verb in the past>`, `about` is (kind, ref).

    Give the fields that changed only (see `changes`), and ids or refs instead of people's names. Who did it comes from the
    session. Raises NobodyActs in a session that does not tell, ValueError for an action of another form.
    """
    entry = Entry(action, about, organisation_id, before, after, note)
    record_several(db, [entry])


@dataclass(frozen=True)
class Entry:
    """What `record` takes, for `record_several`."""

    action: str
    about: tuple[str, str] | None
    organisation_id: int | None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    note: str = ""


def record_several(db: Session, entries: Sequence[Entry]) -> None:
    """Write down several things that were done at once, in their order, with two statements; raises as `record` does."""
    for entry in entries:
        if not _ACTION.fullmatch(entry.action):
            raise ValueError(f"action {entry.action!r} is not of the form plugin:thing:verb")
    if not entries:
        return
    actor, at = actor_of(db), _now(db)
    rows, details = [], []
    for entry in entries:
        parts = {CHANGE: _change(entry.before, entry.after, entry.note), ORIGIN: _origin(actor)}
        theirs = [
            {"part": part, "salt": secrets.token_hex(16), "content": canonical(content)}
            for part, content in parts.items()
            if content
        ]
        digests = {f"{detail['part']}_digest": digest(detail["salt"], detail["content"]) for detail in theirs}
        kind, ref = entry.about or (None, None)
        details.append(theirs)
        rows.append(
            {
                "at": at,
                "person_id": actor.person_id,
                "role": actor.role,
                "organisation_id": entry.organisation_id,
                "action": entry.action,
                "about_kind": kind,
                "about_ref": ref,
                "request_id": actor.request_id,
                **dict.fromkeys((f"{CHANGE}_digest", f"{ORIGIN}_digest")),
                **digests,
            }
        )
    # Through the table and not the class: a flush here would raise the caller's own errors where it does not expect them.
    ids = db.execute(insert(_ENTRIES).returning(_ENTRIES.c.id, sort_by_parameter_order=True), rows).scalars().all()
    of_entries = [{"entry_id": entry_id, **detail} for entry_id, theirs in zip(ids, details, strict=True) for detail in theirs]
    if of_entries:
        db.execute(insert(_DETAILS), of_entries)


def changes(row: Any, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a mapped row that were changed and not flushed yet, as (before, after); for a new row `before` is empty."""
    state = inspect(row)
    before, after = {}, {}
    for name in names:
        history = state.attrs[name].load_history()
        if not history.has_changes():
            continue
        if history.deleted:
            before[name] = history.deleted[0]
        after[name] = history.added[0] if history.added else None
    return before, after


def canonical(content: Mapping[str, Any]) -> str:
    """JSON that is the same for the same content, in the form that digests are made of."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def digest(salt: str, content: str) -> str:
    """What an entry keeps of a detail: SHA-256, in hex, of the salt and the content after it."""
    return hashlib.sha256(f"{salt}{content}".encode()).hexdigest()


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None, note: str) -> dict[str, Any]:
    return {name: value for name, value in (("before", before), ("after", after), ("note", note)) if value}


def _origin(actor: Actor) -> dict[str, Any]:
    given = (("address", actor.address[:45]), ("agent", actor.agent[:300]))
    return {name: value for name, value in given if value}


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be kept in the audit: give text, numbers, dates, lists or None")


def _now(db: Session) -> datetime:
    clock = db.info.get(CLOCK)
    return clock.now() if clock is not None else datetime.now(UTC)


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: the entry, the part of it, and what is wrong in words."""

    entry_id: int
    part: str
    problem: str


@dataclass(frozen=True)
class Verified:
    """What `verify` saw."""

    entries: int
    fitting: int
    released: int
    findings: tuple[Finding, ...]


def verify(db: Session) -> Verified:
    """Check that each detail fits the digest in its entry, and that each that is gone was let go. Reads in batches."""
    entries = fitting = released = 0
    findings: list[Finding] = []
    for entry_id, part, wanted, salt, content, reason in _parts(db):
        if part == CHANGE:
            entries += 1
        if wanted is None:
            if content is not None:
                findings.append(Finding(entry_id, part, "has a detail that it never had"))
        elif content is None:
            released += reason is not None
            if reason is None:
                findings.append(Finding(entry_id, part, "has lost its detail, and nobody let it go"))
        elif digest(salt, content) == wanted:
            fitting += 1
        else:
            findings.append(Finding(entry_id, part, "has a detail that does not fit its digest"))
    return Verified(entries, fitting, released, tuple(findings))


def _parts(db: Session) -> Iterator[tuple[Any, ...]]:
    """(entry, part, digest, salt, content, reason of release) of both parts of every entry."""
    last = 0
    while True:
        query = select(AuditEntry.id)
        for part, wanted in ((CHANGE, AuditEntry.change_digest), (ORIGIN, AuditEntry.origin_digest)):
            detail, release = alias_of(AuditDetail, f"{part}_detail"), alias_of(AuditRelease, f"{part}_release")
            query = query.outerjoin(detail, (detail.entry_id == AuditEntry.id) & (detail.part == part))
            query = query.outerjoin(release, (release.entry_id == AuditEntry.id) & (release.part == part))
            query = query.add_columns(wanted, detail.salt, detail.content, release.reason)
        rows = db.execute(query.where(AuditEntry.id > last).order_by(AuditEntry.id).limit(BATCH)).all()
        for row in rows:
            yield (row[0], CHANGE, *row[1:5])
            yield (row[0], ORIGIN, *row[5:9])
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def release(db: Session, part: str, which: ColumnElement[bool], *, reason: str, now: datetime) -> int:
    """Let go of one part of the entries that `which` picks; gives how many details went. The entries stay as they are."""
    there = select(AuditDetail.entry_id).join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
    there = there.where(AuditDetail.part == part, which)
    gone = select(there.subquery().c.entry_id, literal(part), literal(reason), literal(now, _RELEASES.c.at.type))
    db.execute(insert(_RELEASES).from_select(["entry_id", "part", "reason", "at"], gone))
    let_go = exists().where(AuditRelease.entry_id == AuditDetail.entry_id, AuditRelease.part == part)
    gone_rows: Any = db.execute(delete(_DETAILS).where(_DETAILS.c.part == part, let_go))
    return int(gone_rows.rowcount)


def release_before(db: Session, moment: datetime, *, now: datetime) -> int:
    """Retention: let go of every detail of entries that are older than `moment`; gives how many."""
    return sum(release(db, part, AuditEntry.at < moment, reason="retention", now=now) for part in (CHANGE, ORIGIN))


def part_of(content: str | None) -> dict[str, Any]:
    """A detail's content as data; empty where there is none or it was let go."""
    return json.loads(content) if content else {}


def entry_parts(db: Session, entry_id: int) -> dict[str, dict[str, Any]]:
    """What is still known of an entry beyond itself, by part."""
    rows = db.execute(select(AuditDetail.part, AuditDetail.content).where(AuditDetail.entry_id == entry_id))
    return {part: part_of(content) for part, content in rows}


@dataclass(frozen=True)
class Names:
    """What an entry's ids are called today; None where it has none."""

    person: str | None
    organisation: str | None


def names_of(db: Session, entry: AuditEntry) -> Names:
    """The names of the person and the organisation of an entry."""
    person = select(Person.name).where(Person.id == entry.person_id).scalar_subquery()
    organisation = select(Organisation.name).where(Organisation.id == entry.organisation_id).scalar_subquery()
    return Names(*db.execute(select(person, organisation)).one())
