"""Documents, names, and which file is taken for what."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas.errors import Refused
from atlasbahamas.files import documents
from atlasbahamas.files.models import DOCUMENT, PICTURE
from atlasbahamas.files.names import clean_name, disposition, shown_name
from atlasbahamas.files.uploads import prepare
from atlasbahamas.testing import samples

MEGABYTE = 1024 * 1024


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        documents.check_pdf(BytesIO(data))
    return caught.value.message


def test_a_pdf_is_taken() -> None:
    documents.check_pdf(BytesIO(samples.pdf()))
    documents.check_pdf(BytesIO(samples.pdf(40, note="Lease")))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", documents.NO_PDF),
        (b"%PDF-1.7\nnot really\n%%EOF", documents.NO_PDF),
        (b"%PDF-1.7\n" + b"1 0 obj\n" * 5000 + b"%%EOF", documents.NO_PDF),
        (b"<html>%PDF-1.7</html>", documents.NO_PDF),
        (samples.picture(), documents.NO_PDF),
        (samples.pdf()[:-200], documents.CUT_OFF),
        (samples.pdf()[:20], documents.CUT_OFF),
        (samples.pdf(0), documents.EMPTY),
        (samples.pdf(password="secret"), documents.LOCKED),
        (samples.pdf(password=""), documents.LOCKED),
        (samples.pdf_and_page(page_first=True), documents.NO_PDF),
    ],
)  # fmt: skip
def test_what_is_no_readable_pdf_is_refused_in_words(data: bytes, words: str) -> None:
    assert refusal(data) == words


def test_a_page_tree_that_goes_in_circles_is_refused() -> None:
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )
    assert refusal(body) in (documents.NO_PDF, documents.EMPTY)


def test_junk_in_every_byte_of_a_pdf_is_a_refusal_or_a_pdf() -> None:
    data = samples.pdf(2)
    for place in range(0, len(data), 3):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        try:
            documents.check_pdf(BytesIO(bytes(broken)))
        except Refused as refused:
            assert len(refused.message) > 15


def test_the_content_says_what_a_file_is_not_its_name() -> None:
    both = (PICTURE, DOCUMENT)
    upload = prepare(BytesIO(samples.pdf()), "photo.jpg", kinds=both, max_bytes=MEGABYTE)
    assert (upload.kind, upload.media_type, upload.name) == (DOCUMENT, "application/pdf", "photo.pdf")
    upload = prepare(BytesIO(samples.picture(form="PNG")), "lease.pdf", kinds=both, max_bytes=MEGABYTE)
    assert (upload.kind, upload.media_type, upload.name) == (PICTURE, "image/jpeg", "lease.jpg")
    for kinds, data, words in (
        ((PICTURE,), samples.pdf(), "not a picture"),
        ((DOCUMENT,), samples.picture(), "not a PDF"),
        (both, b"MZ program", "no file that we can read"),
        (both, b"", "empty"),
        (both, bytes(MEGABYTE + 1), "at most 1.0 MB"),
    ):
        with pytest.raises(Refused, match=words):
            prepare(BytesIO(data), "x", kinds=kinds, max_bytes=MEGABYTE)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("beach.png", "beach.jpg"),
        ("C:\\Users\\Marva\\beach.JPEG", "beach.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("a\0b\r\nX-Evil: 1.jpg", "abX-Evil 1.jpg"),
        (samples.TURNED_NAME, "rentgpj.jpg"),
        ("", "file.jpg"),
        ("....", "file.jpg"),
        (".jpg", "jpg.jpg"),
        ("/", "file.jpg"),
        ("Maïs \u0627\u0644 \U0001f3e0.webp", "Maïs \u0627\u0644 \U0001f3e0.jpg"),
        ("a\ud800b.jpg", "ab.jpg"),
        ("No. 4 Bay Street", "No. 4 Bay Street.jpg"),
        ('"><script>.jpg', "script.jpg"),
    ],
)
def test_names_are_cleaned(raw: str, clean: str) -> None:
    assert clean_name(raw, "image/jpeg") == clean


def test_a_very_long_name_becomes_200_characters() -> None:
    assert len(samples.LONG_NAME) > 3_990
    name = clean_name(samples.LONG_NAME, "image/jpeg")
    assert len(name) <= 200
    assert name.endswith(".jpg")
    assert len(shown_name(samples.LONG_NAME)) <= 40


@given(st.text(max_size=300))
def test_any_name_makes_a_header_that_cannot_be_broken(raw: str) -> None:
    name = clean_name(raw, "application/pdf")
    assert 1 < len(name) <= 200
    assert name.endswith(".pdf")
    header = disposition(name, inline=False)
    assert header.isascii()
    assert header.isprintable()
    assert re.fullmatch(r"attachment; filename=\"[^\"\\]+\"; filename\*=UTF-8''[A-Za-z0-9._~%!-]+", header)
    assert shown_name(raw)
