"""Where bytes lie: a folder or an S3 bucket, under the SHA-256 of their content. Which rows refer to them is not known here.

`put` and `delete` of the same content must not run at once; files/settling.py has the lock that sees to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from atlasbahamas.settings import FileSettings

CHUNK = 256 * 1024
S3_CHUNK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class MissingBytes(Exception):
    """A row refers to bytes that the store does not have."""


class StoreUnavailable(Exception):
    """The store does not answer, is full, or refuses us."""


@dataclass(frozen=True)
class Stored:
    """Something that lies in the store, and when it was put there (UTC)."""

    digest: str
    modified: datetime


class Store(Protocol):
    """Keeps bytes under their digest. Every method may raise StoreUnavailable."""

    def put(self, data: bytes) -> str:
        """Keep the bytes, durably, and give their digest. Bytes that are there already are not written again."""

    def open(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` until before `stop`, in pieces; has a `close()`. Raises MissingBytes at once."""

    def exists(self, digest: str) -> bool:
        """Whether the bytes are there."""

    def delete(self, digest: str) -> None:
        """Take the bytes away, if they are there."""

    def stored(self) -> Iterator[Stored]:
        """Everything that is there."""

    def tidy(self, before: datetime) -> None:
        """Take away what was left half written before that time."""


def digest_of(data: bytes) -> str:
    """The address of these bytes."""
    return hashlib.sha256(data).hexdigest()


def read_all(store: Store, digest: str, size: int) -> bytes:
    """All bytes of a digest at once."""
    return b"".join(store.open(digest, 0, size))


class FolderStore:
    """A folder of this machine: `ab/cd/abcd...`. Written beside its place, synced, renamed: nothing is ever half there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return self.root / digest[:2] / digest[2:4] / digest

    def put(self, data: bytes) -> str:
        """Keep the bytes; a file of another length than theirs is what a broken disk left, and is written anew."""
        digest = digest_of(data)
        path = self._path(digest)
        with _failures():
            if path.is_file() and path.stat().st_size == len(data):
                return digest
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{digest[:8]}-{secrets.token_hex(8)}")
            try:
                with beside.open("wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                beside.replace(path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)
        return digest

    def open(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """The bytes, read from the file while they are sent."""
        with _failures():
            try:
                file = self._path(digest).open("rb")
            except FileNotFoundError as error:
                raise MissingBytes(digest) from error
            file.seek(start)
        return _Pieces(file, stop - start)

    def exists(self, digest: str) -> bool:
        """Whether there is such a file."""
        return self._path(digest).is_file()

    def delete(self, digest: str) -> None:
        """Unlink the file. Whoever is reading it reads on."""
        with _failures():
            self._path(digest).unlink(missing_ok=True)

    def stored(self) -> Iterator[Stored]:
        """Walk the folder."""
        for path in self.root.glob("??/??/*"):
            if _DIGEST.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):  # deleted while we walk
                    yield Stored(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def free_bytes(self) -> int:
        """The room that is left on the disk of the folder, or of the nearest one above it that is there."""
        there = next(path for path in (self.root.absolute(), *self.root.absolute().parents) if path.exists())
        with _failures():
            return shutil.disk_usage(there).free

    def tidy(self, before: datetime) -> None:
        """Unlink what a process that died in the middle of `put` left behind."""
        for path in self.root.glob("??/??/.*"):
            with contextlib.suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    path.unlink()


class _Pieces:
    """A part of an open file, piece by piece."""

    def __init__(self, file: Any, length: int) -> None:
        self._file, self._left = file, length

    def __iter__(self) -> _Pieces:
        return self

    def __next__(self) -> bytes:
        piece = self._file.read(min(CHUNK, self._left)) if self._left > 0 else b""
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return bytes(piece)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _sync_folder(path: Path) -> None:
    # A rename is durable only when the folder that holds the name is.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(repr(error)) from error


class S3Store:
    """A bucket, or a prefix of one, of any server that speaks S3."""

    def __init__(self, settings: FileSettings) -> None:
        # Part of the extra `s3`, and slow to import: a site with a folder never pays for it.
        import s3fs
        from botocore.exceptions import BotoCoreError, ClientError

        self._errors = (OSError, BotoCoreError, ClientError)
        self._prefix = settings.store.removeprefix("s3://").strip("/")
        self._fs = s3fs.S3FileSystem(
            key=settings.s3_key.get_secret_value() if settings.s3_key else None,
            secret=settings.s3_secret.get_secret_value() if settings.s3_secret else None,
            endpoint_url=settings.s3_endpoint or None,
            client_kwargs={"region_name": settings.s3_region} if settings.s3_region else {},
            config_kwargs={"connect_timeout": 3, "read_timeout": 20, "retries": {"max_attempts": 2}},
            use_listings_cache=False,
            skip_instance_cache=True,
        )

    def _path(self, digest: str) -> str:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return f"{self._prefix}/{digest[:2]}/{digest}"

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise StoreUnavailable(repr(error)) from error

    def put(self, data: bytes) -> str:
        """Write the object; the same content only writes itself over."""
        digest = digest_of(data)
        with self._failures():
            self._fs.pipe_file(self._path(digest), data)
        return digest

    def open(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        """The bytes, one request for each piece; the first is made at once, so that what is missing is known before an answer."""
        first = self._piece(digest, start, stop)
        return self._pieces(digest, first, start + len(first), stop)

    def _pieces(self, digest: str, first: bytes, start: int, stop: int) -> Iterator[bytes]:
        yield first
        while start < stop:
            piece = self._piece(digest, start, stop)
            yield piece
            start += len(piece)

    def _piece(self, digest: str, start: int, stop: int) -> bytes:
        if start >= stop:
            return b""
        with self._failures():
            try:
                piece = self._fs.cat_file(self._path(digest), start=start, end=min(stop, start + S3_CHUNK))
            except FileNotFoundError as error:
                raise MissingBytes(digest) from error
        if not piece:
            raise MissingBytes(digest)
        return bytes(piece)

    def exists(self, digest: str) -> bool:
        """Whether there is such an object."""
        with self._failures():
            return bool(self._fs.exists(self._path(digest)))

    def delete(self, digest: str) -> None:
        """Delete the object."""
        with self._failures(), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._path(digest))

    def stored(self) -> Iterator[Stored]:
        """List the bucket below the prefix."""
        with self._failures():
            found = self._fs.find(self._prefix, detail=True)
        for path, entry in found.items():
            name = path.rpartition("/")[2]
            if _DIGEST.fullmatch(name):
                yield Stored(name, entry["LastModified"].astimezone(UTC))

    def tidy(self, before: datetime) -> None:
        """Nothing: S3 has an object whole or not at all."""


def store_of(settings: FileSettings) -> Store:
    """The store that the settings name. Opens nothing yet."""
    if settings.store.startswith("s3://"):
        return S3Store(settings)
    return FolderStore(Path(unquote(urlsplit(settings.store).path)))
