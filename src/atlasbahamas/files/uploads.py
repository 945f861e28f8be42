"""What somebody sent, looked at and made ready to be kept: a picture made anew, or a document that opens.

Below the form fields, which find the files in a request, and above the services, which keep them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

from atlasbahamas.errors import Refused
from atlasbahamas.files import documents, pictures
from atlasbahamas.files.models import DOCUMENT, PICTURE
from atlasbahamas.files.names import clean_name

EMPTY = "This file is empty."
NEITHER = "Use a PDF, or a JPEG, PNG or WebP picture."


@dataclass(frozen=True)
class Upload:
    """A file that may be kept. A picture's bytes are in `data`; a document's are still in the request's temporary file."""

    kind: str
    media_type: str
    name: str
    data: bytes | None = None
    stream: BinaryIO | None = None
    width: int | None = None
    height: int | None = None

    def read(self) -> bytes:
        """The bytes to keep."""
        if self.data is not None:
            return self.data
        assert self.stream is not None
        self.stream.seek(0)
        return self.stream.read()


def prepare(stream: BinaryIO, raw_name: str, *, kinds: Collection[str], max_bytes: int) -> Upload:
    """Look at a file from outside. Raises Refused, with words for the person, for what is too large, broken or something else."""
    size = stream.seek(0, 2)
    if size == 0:
        raise Refused(EMPTY)
    if size > max_bytes:
        raise Refused(f"This file is {_megabytes(size)}. One file can have at most {_megabytes(max_bytes)}.")
    if DOCUMENT in kinds and (PICTURE not in kinds or documents.is_pdf(stream)):
        documents.check_pdf(stream)
        name = clean_name(raw_name, documents.MEDIA_TYPE)
        return Upload(DOCUMENT, documents.MEDIA_TYPE, name, stream=stream)
    try:
        picture = pictures.remake(stream)
    except Refused as refused:
        if DOCUMENT in kinds and refused.message == pictures.NO_PICTURE:
            raise Refused(f"This is no file that we can read. {NEITHER}") from refused
        raise
    name = clean_name(raw_name, pictures.MEDIA_TYPE)
    return Upload(PICTURE, pictures.MEDIA_TYPE, name, data=picture.data, width=picture.width, height=picture.height)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB" if size >= 10 * 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
