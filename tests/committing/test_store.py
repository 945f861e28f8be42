"""The store of bytes: the same behaviour of a folder and of an S3 server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atlasbahamas.files.store import (
    CHUNK,
    S3_CHUNK,
    FolderStore,
    MissingBytes,
    S3Store,
    Store,
    StoreUnavailable,
    digest_of,
    read_all,
    store_of,
)
from atlasbahamas.settings import CORE_SECTIONS, FileSettings, SettingsError, load
from atlasbahamas.testing.services import S3Server

BASE = {"atlas.secret": "x", "sqlalchemy.url": "sqlite:///a.sqlite"}


def settings(**keys: str) -> FileSettings:
    return load(
        BASE | {f"atlas.files.{key}": value for key, value in keys.items()}, CORE_SECTIONS, file=None, environ={}
    ).section(FileSettings)


def s3_store(server: S3Server) -> Store:
    keys = {key.removeprefix("atlas.files."): value for key, value in server.settings().items()}
    return store_of(settings(**keys | {"store": f"s3://{server.BUCKET}/{uuid.uuid4().hex}"}))


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "folder":
        yield store_of(settings(store=f"file://{tmp_path}/some files"))
    else:
        yield s3_store(request.getfixturevalue("s3_server"))


def test_bytes_lie_under_the_hash_of_their_content(store: Store) -> None:
    data = os.urandom(S3_CHUNK + CHUNK + 17)
    digest = digest_of(data)
    assert not store.exists(digest)
    assert store.put(data) == digest
    assert store.put(data) == digest
    assert store.exists(digest)
    assert read_all(store, digest, len(data)) == data
    (there,) = store.stored()
    assert there.digest == digest
    assert abs(there.modified - datetime.now(UTC)) < timedelta(minutes=2)


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (5, 5), (100, 1100), (0, S3_CHUNK + 1), (S3_CHUNK - 1, S3_CHUNK + 50)])
def test_a_part_of_them_can_be_read(store: Store, start: int, stop: int) -> None:
    data = os.urandom(S3_CHUNK + 50)
    digest = store.put(data)
    assert b"".join(store.open(digest, start, stop)) == data[start:stop]


def test_what_is_not_there_is_said_at_once(store: Store) -> None:
    nowhere = digest_of(b"nowhere")
    with pytest.raises(MissingBytes):
        store.open(nowhere, 0, 10)
    store.delete(nowhere)
    assert list(store.stored()) == []


def test_deleted_bytes_are_gone_and_may_come_back(store: Store) -> None:
    digest = store.put(b"here")
    store.delete(digest)
    assert not store.exists(digest)
    store.put(b"here")
    assert read_all(store, digest, 4) == b"here"


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 63 + "\n"])
def test_only_a_digest_is_an_address(store: Store, digest: str) -> None:
    for ask in (store.exists, store.delete, lambda name: store.open(name, 0, 1)):
        with pytest.raises(ValueError, match="not a digest"):
            ask(digest)


def test_a_file_that_the_disk_left_short_is_written_anew(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    digest = store.put(b"all of it")
    (path,) = tmp_path.glob("??/??/*")
    path.write_bytes(b"all")
    store.put(b"all of it")
    assert read_all(store, digest, 9) == b"all of it"


def test_what_a_dead_process_left_half_written_is_no_file_and_is_tidied(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(b"whole")
    (path,) = tmp_path.glob("??/??/*")
    half = path.with_name(".half-written")
    half.write_bytes(b"wh")
    assert [entry.digest for entry in store.stored()] == [digest_of(b"whole")]
    store.tidy(datetime.now(UTC) - timedelta(hours=1))
    assert half.exists()
    store.tidy(datetime.now(UTC) + timedelta(hours=1))
    assert not half.exists()
    assert store.exists(digest_of(b"whole"))


def test_a_folder_that_cannot_be_written_is_a_failure_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(StoreUnavailable):
        FolderStore(tmp_path / "files").put(b"x")


def test_an_s3_server_that_is_away_is_a_failure_of_the_store() -> None:
    server = S3Server()
    store = s3_store(server)
    digest = store.put(b"x")
    server.stop()
    for ask in (
        lambda: store.put(b"y"),
        lambda: store.exists(digest),
        lambda: store.open(digest, 0, 1),
        lambda: store.delete(digest),
        lambda: list(store.stored()),
    ):
        with pytest.raises(StoreUnavailable):
            ask()


def test_settings_name_the_store(tmp_path: Path) -> None:
    chosen = store_of(settings(store=f"file://{tmp_path}/a%20b"))
    assert isinstance(chosen, FolderStore)
    assert chosen.root == tmp_path / "a b"
    assert isinstance(store_of(settings(store="s3://bucket")), S3Store)
    assert settings(max_megabytes="2", max_request_megabytes="5").max_bytes == 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("keys", "about"),
    [
        ({"store": "var/files"}, "atlas.files.store"),
        ({"store": "file://"}, "atlas.files.store"),
        ({"store": "s3://key:secret@bucket"}, "atlas.files.store"),
        ({"s3_key": "k"}, "atlas.files.s3_key"),
        ({"s3_endpoint": "s3.example.com"}, "atlas.files.s3_endpoint"),
        ({"max_megabytes": "60"}, "atlas.files.max_request_megabytes"),
        ({"max_megabytes": "0"}, "atlas.files.max_megabytes"),
    ],
)
def test_settings_that_cannot_work_are_refused(keys: dict[str, str], about: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**keys)
    assert {problem.key for problem in caught.value.problems} == {about}
