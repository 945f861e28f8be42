"""Bytes and rows agree: after every end of a transaction, beside others that store the same content, and after the sweep."""

from __future__ import annotations

import random
import threading
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.files import services
from atlasbahamas.files.models import DOCUMENT, File, Rendition
from atlasbahamas.files.services import KEPT_FOR, copy_file, delete_file, keep_upload, let_wait, make_renditions, sweep
from atlasbahamas.files.settling import put
from atlasbahamas.files.store import FolderStore, Store, digest_of, read_all
from atlasbahamas.files.uploads import Upload, prepare
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import START, Site, demo_files

LATER = START + timedelta(days=3650)


def upload(content: bytes = b"%PDF-1.7 lease") -> Upload:
    return Upload(DOCUMENT, "application/pdf", "lease.pdf", data=content)


def keep(db: Session, store: Store, content: bytes = b"%PDF-1.7 lease", **more: Any) -> File:
    return keep_upload(db, store, upload(content), person_id=1, now=START, **more)


def digests(site: Site) -> tuple[set[str], set[str]]:
    """What lies in the store, and what rows refer to, beside the demo data."""
    demo = {path.name for path in demo_files().rglob("*")}
    with site.db.transaction("read") as db:
        rows = set(db.scalars(select(File.digest))) | set(db.scalars(select(Rendition.digest)))
    return {entry.digest for entry in site.store.stored()} - demo, rows - demo


NEW = select(File).where(File.person_id == 1)
"""The rows of a test; the demo data's have no person."""


def test_bytes_are_kept_with_a_commit_and_gone_with_a_rollback(site: Site) -> None:
    with site.db.transaction() as db:
        keep(db, site.store)
    assert digests(site) == ({digest_of(b"%PDF-1.7 lease")},) * 2
    with pytest.raises(ZeroDivisionError), site.db.transaction() as db:
        digest = keep(db, site.store, b"another").digest
        assert site.store.exists(digest)
        raise ZeroDivisionError
    assert digests(site) == ({digest_of(b"%PDF-1.7 lease")},) * 2


def test_bytes_go_with_a_commit_that_fails_and_with_a_session_that_is_closed(site: Site) -> None:
    with pytest.raises((IntegrityError, DBAPIError)), site.db.transaction() as db:
        keep(db, site.store, b"one")
        db.execute(text("INSERT INTO file_rendition (file_id, width, height, digest, size) VALUES (-5, 1, 1, 'x', 1)"))
    with site.db.session("write") as db:
        keep(db, site.store, b"two")
    assert digests(site) == (set(), set())


def test_bytes_of_a_savepoint_that_was_taken_back_go_when_the_rest_is_committed(site: Site) -> None:
    with site.db.transaction() as db:
        with pytest.raises(Refused), db.begin_nested():
            keep(db, site.store, b"taken back")
            raise Refused("no")
        assert site.store.exists(digest_of(b"taken back"))
        keep(db, site.store, b"stays")
    assert digests(site) == ({digest_of(b"stays")},) * 2


def test_bytes_of_a_deleted_row_go_after_the_commit_unless_another_row_has_them(site: Site) -> None:
    with site.db.transaction() as db:
        first, second = keep(db, site.store), keep(db, site.store)
        assert first.digest == second.digest
        ids = first.id, second.id
    with pytest.raises(ZeroDivisionError), site.db.transaction() as db:
        for row in db.scalars(NEW):
            delete_file(db, site.store, row)
        raise ZeroDivisionError
    for number, left in zip(ids, (1, 0), strict=True):
        with site.db.transaction() as db:
            delete_file(db, site.store, db.get_one(File, number))
        assert [len(found) for found in digests(site)] == [left, left]


class SlowToDelete(FolderStore):
    """A folder in which a deletion takes as long as a test wants."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.deleting, self.go_on = threading.Event(), threading.Event()

    def delete(self, digest: str) -> None:
        self.deleting.set()
        assert self.go_on.wait(20)
        super().delete(digest)


def test_content_that_is_stored_while_it_is_being_deleted_is_there_in_the_end(site: Site, tmp_path: Path) -> None:
    store = SlowToDelete(tmp_path / "slow")
    content = b"%PDF-1.7 the same"

    def roll_back() -> None:
        with site.db.session("write") as db:
            keep(db, store, content)

    def commit() -> None:
        with site.db.transaction() as db:
            keep(db, store, content)

    first, second = threading.Thread(target=roll_back), threading.Thread(target=commit)
    first.start()
    assert store.deleting.wait(20)
    second.start()
    # The second has to wait for the lock now; without one it finds the bytes there and commits before they go.
    time.sleep(0.5)
    store.go_on.set()
    first.join(20)
    second.join(20)
    with site.db.transaction("read") as db:
        row = db.scalars(NEW).one()
        assert read_all(store, row.digest, row.size) == content


def test_content_is_not_deleted_while_somebody_stores_it(site: Site) -> None:
    content = b"%PDF-1.7 the same"
    with site.db.transaction() as db:
        number = keep(db, site.store, content).id
    stored, deleted = threading.Event(), threading.Event()

    def store_again() -> None:
        with site.db.transaction() as db:
            keep(db, site.store, content)
            stored.set()
            # On SQLite the other has to wait for us, and we for nobody.
            deleted.wait(2)

    thread = threading.Thread(target=store_again)
    thread.start()
    assert stored.wait(20)
    with site.db.transaction() as db:
        delete_file(db, site.store, db.get_one(File, number))
    deleted.set()
    thread.join(20)
    with site.db.transaction("read") as db:
        row = db.scalars(NEW).one()
        assert read_all(site.store, row.digest, row.size) == content


def test_many_at_once_leave_rows_and_bytes_in_agreement(site: Site) -> None:
    contents = [f"%PDF-1.7 {number}".encode() for number in range(3)]
    trouble: list[BaseException] = []

    def act(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            try:
                with site.db.transaction() as db:
                    content = chance.choice(contents)
                    if chance.random() < 0.6:
                        keep(db, site.store, content)
                    else:
                        found = db.scalars(select(File).where(File.digest == digest_of(content)).limit(1).with_for_update())
                        for row in found:
                            delete_file(db, site.store, row)
                    if chance.random() < 0.4:
                        raise Refused("no")
            except Refused:
                pass
            except BaseException as error:
                trouble.append(error)

    threads = [threading.Thread(target=act, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert trouble == []
    there, used = digests(site)
    assert used <= there
    with site.db.transaction() as db:
        sweep(db, site.store, now=LATER)
    assert digests(site) == (used, used)


def test_a_copy_shares_the_bytes_and_outlives_the_original(site: Site) -> None:
    with site.db.transaction() as db:
        source = keep_upload(db, site.store, picture(), person_id=1, now=START)
        make_renditions(db, site.store, source.id)
    before = digests(site)
    with site.db.transaction() as db:
        source = db.scalars(NEW).one()
        copied = copy_file(db, source, now=START)
        assert [each.width for each in copied.renditions] == [400, 800]
        delete_file(db, site.store, source)
    assert digests(site) == before
    with site.db.transaction() as db:
        gone = File(id=10**9)
        with pytest.raises(Refused):
            copy_file(db, gone, now=START)


def picture(size: tuple[int, int] = (1000, 750)) -> Upload:
    return prepare(BytesIO(samples.picture(size)), "home.jpg", kinds=("picture",), max_bytes=10**8)


def test_renditions_are_made_once_and_only_smaller_ones(site: Site) -> None:
    with site.db.transaction() as db:
        file = keep_upload(db, site.store, picture(), person_id=1, now=START)
        assert make_renditions(db, site.store, file.id) == 2
        assert make_renditions(db, site.store, file.id) == 0
        assert [(each.width, each.height) for each in file.renditions] == [(400, 300), (800, 600)]
        document = keep(db, site.store)
        assert make_renditions(db, site.store, document.id) == 0
        assert make_renditions(db, site.store, 10**9) == 0
    there, used = digests(site)
    assert there == used
    assert len(used) == 4


def test_uploads_wait_for_their_person_only_until_tomorrow_and_not_without_end(site: Site) -> None:
    with site.db.transaction() as db:
        let_wait(db, site.store, [("f-1", upload(b"a")), ("f-2", upload(b"b"))], person_id=1, now=START)
        assert [row.ref for row in services.waiting_files(db, ["f-2", "f-1", "f-9"], person_id=1, now=START)] == ["f-1", "f-2"]
        assert services.waiting_files(db, ["f-1"], person_id=2, now=START) == []
        assert services.waiting_files(db, ["f-1"], person_id=1, now=START + KEPT_FOR) == []
        kept = keep_upload(db, site.store, db.scalars(select(File).where(File.ref == "f-1")).one(), person_id=1, now=START)
        assert kept.expires is None
        assert services.waiting_files(db, ["f-1"], person_id=1, now=START) == []
        many = [(f"f-many{number}", upload(f"{number}".encode())) for number in range(70)]
        let_wait(db, site.store, many, person_id=1, now=START)
        let_wait(db, site.store, [("f-3", upload(b"c"))], person_id=1, now=START)
        assert len(db.scalars(NEW).all()) == services.MAX_WAITING + 1


def test_the_sweep_takes_what_waited_too_long_and_what_has_no_row_and_names_what_has_no_bytes(site: Site) -> None:
    with site.db.transaction() as db:
        let_wait(db, site.store, [("f-1", upload(b"waited"))], person_id=1, now=START)
        keep(db, site.store, b"stays")
        lost = keep(db, site.store, b"lost").digest
    site.store.delete(lost)
    loose = site.store.put(b"a process died after this")
    # The files of all kinds of demo data lie there, also of those that this site does not have.
    with site.db.transaction("read") as db:
        others = {entry.digest for entry in site.store.stored()} - set(
            db.scalars(select(File.digest).union(select(Rendition.digest)))
        )
    with site.db.transaction() as db:
        swept = sweep(db, site.store, now=START)
        assert (swept.expired, swept.loose, swept.missing) == (0, 0, (lost,))
        assert site.store.exists(loose)
    with site.db.transaction() as db:
        swept = sweep(db, site.store, now=LATER)
        assert (swept.expired, swept.loose, swept.missing) == (1, len(others), (lost,))
        assert loose in others
        assert not site.store.exists(loose)
    there, used = digests(site)
    assert there == {digest_of(b"stays")}
    assert used == there | {lost}


def test_rows_hold_what_the_database_promises(site: Site) -> None:
    good = {
        "ref": "f-x1", "digest": "a" * 64, "size": 1, "media_type": "image/jpeg", "kind": "picture", "name": "x",
        "width": 5, "height": 5, "created": START,
    }  # fmt: skip
    for wrong in (
        {"digest": "a"}, {"size": 0}, {"kind": "video"}, {"width": None}, {"height": None}, {"width": 0}, {"kind": "document"},
        {"person_id": 10**9},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            db.add(File(**good | wrong))
    with site.db.transaction() as db:
        db.add(File(**good))


def test_put_gives_the_digest_of_what_it_keeps(site: Site) -> None:
    with site.db.transaction() as db:
        assert put(db, site.store, b"x") == digest_of(b"x")
    assert digests(site) == (set(), set())  # no row was written
