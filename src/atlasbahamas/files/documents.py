"""Documents: PDF only, and only what opens as one. Kept byte for byte, since a signed document must stay what it is."""

from __future__ import annotations

from typing import Any, BinaryIO

import structlog
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from atlasbahamas.errors import Refused

log = structlog.get_logger("atlasbahamas.files")

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 1000
NO_PDF = "This is not a PDF that we can read. Save or scan it as PDF and choose it again."
CUT_OFF = "This PDF is damaged or was cut off on its way. Choose it again."
LOCKED = "This PDF is locked with a password. Save it without one and choose it again."
EMPTY = "This PDF has no pages."
TOO_LONG = f"A PDF may have at most {MAX_PAGES:,} pages. Split it and choose the parts."
_TAIL = 2048


def is_pdf(stream: BinaryIO) -> bool:
    """True for what says that it is a PDF, from its first byte on. What else may be in front is how polyglots are made."""
    stream.seek(0)
    return stream.read(5) == b"%PDF-"


def check_pdf(stream: BinaryIO) -> None:
    """Open it and look for its pages. Raises Refused, with words for the person, for what is no readable PDF."""
    if not is_pdf(stream):
        raise Refused(NO_PDF)
    if not _has_end(stream):
        raise Refused(CUT_OFF)
    stream.seek(0)
    try:
        _look(PdfReader(stream))
    except Refused:
        raise
    except (PyPdfError, RecursionError) as error:
        raise Refused(NO_PDF) from error
    except Exception as error:
        # A reader raises whatever a hostile or broken file brings it to; the file is at fault, and its owner is told.
        log.info("a PDF could not be read", error=repr(error))
        raise Refused(NO_PDF) from error


def _look(reader: Any) -> None:
    if reader.is_encrypted:
        raise Refused(LOCKED)
    pages = len(reader.pages)
    if pages == 0:
        raise Refused(EMPTY)
    if pages > MAX_PAGES:
        raise Refused(TOO_LONG)
    # The first page is opened: a page tree that leads nowhere counts its pages all the same.
    if reader.pages[0].get("/Type") != "/Page":
        raise Refused(NO_PDF)


def _has_end(stream: BinaryIO) -> bool:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL))
    return b"%%EOF" in stream.read(_TAIL)
