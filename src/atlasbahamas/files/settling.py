"""Bytes and rows agree: what a transaction put into the store and did not keep goes away with it, what it let go of after it.

Bytes are written before the commit and deleted after it, so that no committed row is ever without bytes. Other requests may
store the same content meanwhile; a lock on the digest keeps their `put` and our `delete` apart.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import structlog
from sqlalchemy import func, select, union_all
from sqlalchemy.event import listen
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from atlasbahamas.files.models import File, Rendition
from atlasbahamas.files.store import Store, StoreUnavailable, digest_of

log = structlog.get_logger("atlasbahamas.files")
_KEY = "atlas_files_touched"
_LOCK_SPACE = 0x46494C45
"""The first half of the advisory locks on digests; no other lock of ours may begin with it."""


def put(db: Session, store: Store, data: bytes) -> str:
    """Keep bytes for this transaction; they go away when it ends and no row refers to them. Gives their digest."""
    digest = digest_of(data)
    _lock(db, digest)
    let_go(db, store, digest)
    return store.put(data)


def let_go(db: Session, store: Store, digest: str) -> None:
    """Look at these bytes when the transaction is over: if no row refers to them then, they go away."""
    if _KEY not in db.info:
        db.info[_KEY] = set()
        listen(db, "after_transaction_end", _settle)
    db.info[_KEY].add((store, digest))


def unreferenced(db: Session, digests: Collection[str]) -> set[str]:
    """Those of the digests that no row refers to."""
    if not digests:
        return set()
    used = union_all(*[select(table.digest).where(table.digest.in_(digests)) for table in (File, Rendition)])
    return set(digests) - set(db.scalars(used))


def delete_unreferenced(db: Session, store: Store, digests: Collection[str]) -> set[str]:
    """Delete the bytes that no row refers to and that nobody is storing at this moment. Gives the digests of what went.

    `db` writes; its transaction keeps others from storing the same content until it ends.
    """
    gone = set()
    for digest in sorted(unreferenced(db, digests)):
        # Asked again under the lock: somebody may have stored it, and committed, in between.
        if _try_lock(db, digest) and unreferenced(db, [digest]):
            store.delete(digest)
            gone.add(digest)
    return gone


def _settle(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is not None:
        return  # a savepoint; the transaction goes on
    touched: set[tuple[Store, str]] = session.info[_KEY]
    by_store: dict[Store, set[str]] = {}
    while touched:
        store, digest = touched.pop()
        by_store.setdefault(store, set()).add(digest)
    engine: Any = session.get_bind()
    for store, digests in by_store.items():
        try:
            with Session(engine.execution_options(atlas_mode="read", postgresql_readonly=True)) as db:
                loose = unreferenced(db, digests)
            if loose:
                with Session(engine) as db, db.begin():
                    delete_unreferenced(db, store, loose)
        except (SQLAlchemyError, StoreUnavailable) as error:
            # The request has its answer by now, and the daily sweep finds whatever stays behind.
            log.warning("bytes were left for the sweep", digests=sorted(digests), error=repr(error))


def _lock(db: Session, digest: str) -> None:
    """Nobody deletes or stores this content beside us until our transaction ends."""
    if _begin(db) == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, _half(digest))))


def _try_lock(db: Session, digest: str) -> bool:
    """The same without waiting. Whoever holds the lock settles this content at the end of their own transaction."""
    if _begin(db) == "postgresql":
        return bool(db.scalar(select(func.pg_try_advisory_xact_lock(_LOCK_SPACE, _half(digest)))))
    return True


def _begin(db: Session) -> str:
    # On SQLite the transaction itself is the lock: it is the only one that writes, from its BEGIN IMMEDIATE on.
    return db.connection().dialect.name


def _half(digest: str) -> int:
    return int(digest[:8], 16) - 2**31
