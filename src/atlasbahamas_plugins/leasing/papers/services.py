"""Putting documents beside a lease, and taking them away. Raises Refused where a rule says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, select, union_all
from sqlalchemy.orm import Session, contains_eager, joinedload

from atlasbahamas.errors import Refused
from atlasbahamas.files.later import renditions_wanted
from atlasbahamas.files.models import File
from atlasbahamas.files.services import delete_file, keep_upload
from atlasbahamas.files.store import Store
from atlasbahamas.files.uploads import Upload
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.services import lock_lease, record_in_audit

MOST_PAPERS = 40
"""Documents beside one lease: its page lists them all."""


@dataclass(frozen=True)
class NewPapers:
    """What is put beside a lease: what it is, its files, whether those see it whom the lease binds."""

    title: str
    files: Sequence[Upload | File]
    shared: bool = True

    def titles(self) -> list[str]:
        """What each file is called; several are numbered."""
        count = len(self.files)
        return [self.title] if count == 1 else [f"{self.title}, {number} of {count}" for number in range(1, count + 1)]


def documents_and_papers(db: Session, lease: Lease, papers: Select[Paper]) -> tuple[list[Document], list[Paper]]:
    """What was sent of a lease, the newest first, and some documents beside it (`papers`) as they came, by one query.

    Each of either has a file, and no two of a lease the same one: they are what hangs on these files.
    """
    sent = select(Document.pdf_id).where(Document.lease_id == lease.id)
    files = union_all(sent, papers.with_only_columns(Paper.file_id))
    query = select(Document, Paper).select_from(File).where(File.id.in_(files))
    query = query.outerjoin(Document, and_(Document.pdf_id == File.id, Document.lease_id == lease.id))
    query = query.outerjoin(Paper, Paper.file_id == File.id)
    query = query.options(contains_eager(Document.pdf), contains_eager(Paper.file), joinedload(Paper.person))
    rows = db.execute(query.order_by(Document.number.desc(), Paper.id)).unique().all()
    return [row for row, _ in rows if row is not None], [row for _, row in rows if row is not None]


def with_papers(db: Session, ids: Sequence[int]) -> set[int]:
    """The ids of those leases beside which somebody put documents."""
    return set(db.scalars(select(Paper.lease_id).where(Paper.lease_id.in_(ids))))


def add_papers(db: Session, store: Store, lease: Lease, new: NewPapers, *, person_id: int | None, now: datetime) -> list[Paper]:
    """Put documents beside a lease in any state. Raises Refused where there would be more than MOST_PAPERS."""
    lock_lease(db, lease)
    there = db.scalar(select(func.count()).select_from(Paper).where(Paper.lease_id == lease.id)) or 0
    if there + len(new.files) > MOST_PAPERS:
        raise Refused(f"There can be at most {MOST_PAPERS} documents here, and there are {there}.", "papers")
    added = []
    for title, upload in zip(new.titles(), new.files, strict=True):
        file = keep_upload(db, store, upload, person_id=person_id, now=now)
        renditions_wanted(db, file, now=now)
        paper = Paper(ref=long_key("paper"), lease_id=lease.id, file=file, title=title, shared=new.shared)
        paper.person_id, paper.created = person_id, now
        added.append(paper)
    db.add_all(added)
    db.flush()
    record_in_audit(db, "papers_added", lease, after={"papers": [paper.ref for paper in added], "shared": new.shared})
    return added


def remove_paper(db: Session, store: Store, lease: Lease, paper: Paper) -> None:
    """Take a document away, and its file with it. What it was stays in the audit as its SHA-256."""
    lock_lease(db, lease)
    file = paper.file
    before = {"paper": paper.ref, "shared": paper.shared, "sha256": file.digest, "added": paper.created}
    db.delete(paper)
    db.flush()
    delete_file(db, store, file)
    record_in_audit(db, "paper_removed", lease, before=before)
