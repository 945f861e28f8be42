"""Fields that take documents or one picture, and how a document is served: as a download, whatever else it may be."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from atlasbahamas.files.models import DOCUMENT, File
from atlasbahamas.files.services import keep_upload, make_renditions
from atlasbahamas.files.serving import ASK, SHARE, serve_file
from atlasbahamas.files.store import digest_of
from atlasbahamas.testing import samples
from atlasbahamas.testing.requests import request_to
from atlasbahamas.testing.site import START, Site
from atlasbahamas.web.forms import DocumentsField, Form, PictureField, TextField, form_page

SMALL = pytest.mark.parametrize("profile", ["embedded"])
"""What a field makes of bytes does not depend on the database."""


class ProofForm(Form):
    note = TextField("Note", required=True)
    papers = DocumentsField("Papers", max_files=3)
    portrait = PictureField("Portrait")


def ask(site: Site, *files: tuple[str, str, bytes], note: str = "x", **fields: str) -> Any:
    """A request of a visitor who sends the form."""
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in
             {"note": note, **fields}.items()]  # fmt: skip
    for name, filename, data in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        parts += [head.encode(), data, b"\r\n"]
    request = request_to(site.app.registry, "/", method="POST", body=b"".join([*parts, f"--{boundary}--\r\n".encode()]))
    request.content_type = f"multipart/form-data; boundary={boundary}"
    request.tm.begin()
    return request


@SMALL
def test_documents_are_pdf_or_pictures_of_paper(site: Site) -> None:
    form = ProofForm(
        ask(site, ("papers", "lease.pdf", samples.pdf(note="Lease")), ("papers", "slip.png", samples.picture(form="PNG")))
    )
    assert form.validate(), form.errors
    lease, slip = form.papers.data
    assert (lease.kind, lease.media_type, lease.read()) == (DOCUMENT, "application/pdf", samples.pdf(note="Lease"))
    assert (slip.kind, slip.media_type, slip.name) == ("picture", "image/jpeg", "slip.jpg")
    assert form.portrait.data == []
    assert "PDF or JPEG, PNG or WebP, at most 15 MB each; up to 3 at once" in form.papers.hint
    assert 'accept="image/jpeg,image/png,image/webp,image/gif,application/pdf"' in str(form.papers())


@SMALL
@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("papers", "a.pdf", b"<html>")], "a.pdf: This is no file that we can read. Use a PDF, or a JPEG, PNG or WebP picture."),
        ([("papers", "a.pdf", samples.pdf()[:-300])], "a.pdf: This PDF is damaged or was cut off"),
        ([("papers", "a.pdf", samples.pdf(password="x"))], "a.pdf: This PDF is locked with a password"),
        ([("papers", "a.pdf", samples.pdf_and_page(page_first=True))], "a.pdf: This is no file that we can read"),
        ([("papers", f"{n}.pdf", samples.pdf()) for n in range(4)], "Choose at most 3 files at once."),
        ([("portrait", "a.pdf", samples.pdf())], "a.pdf: This is not a picture that we can read"),
        ([("portrait", "a.jpg", samples.picture()), ("portrait", "b.jpg", samples.picture())], "Choose one file only."),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_an_error_at_the_field(site: Site, files: list[tuple[str, str, bytes]], words: str) -> None:
    form = ProofForm(ask(site, *files))
    assert not form.validate()
    assert words in " ".join(form[files[0][0]].errors)


@SMALL
def test_a_visitor_is_told_to_choose_again(site: Site) -> None:
    request = ask(site, ("papers", "lease.pdf", samples.pdf()), note="")
    form = ProofForm(request)
    before = site.counts()
    shown = form_page(request, form, {}, submit=lambda: pytest.fail("the form is not valid"))
    assert shown["form"].papers.choose_again
    assert shown["form"].papers.kept == []
    request._process_finished_callbacks()
    request.tm.abort()
    assert site.counts() == before


def kept(site: Site, data: bytes, name: str = "lease.pdf") -> File:
    form = ProofForm(ask(site, ("papers", name, data)))
    assert form.validate(), form.errors
    with site.db.transaction() as db:
        file = keep_upload(db, site.store, form.papers.data[0], person_id=1, now=START)
        make_renditions(db, site.store, file.id)
        assert file.renditions is not None
        db.refresh(file)
        db.expunge_all()
    return file


def serve(site: Site, file: File, cache: str = ASK, **headers: str) -> Response:
    request = Request.blank("/", headers=headers)
    request.registry = site.app.registry
    return request.get_response(serve_file(request, file, cache=cache))


def test_a_document_is_a_download_kept_byte_for_byte(site: Site) -> None:
    for data in (samples.pdf(2), samples.pdf_and_page()):
        file = kept(site, data, "Mietvertrag Nr. 7 \u2013 f\u00fcr alle.html")
        assert (file.digest, file.size) == (digest_of(data), len(data))
        answer = serve(site, file)
        assert answer.body == data
        assert answer.content_type == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="Mietvertrag Nr. 7  fur alle.pdf"; ')
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        part = serve(site, file, Range="bytes=5-9")
        assert (part.status_int, part.body) == (206, data[5:10])
        assert serve(site, file, **{"If-None-Match": answer.headers["ETag"]}).status_int == 304


@SMALL
def test_what_everybody_may_see_may_be_kept_by_everybody(site: Site) -> None:
    assert serve(site, kept(site, samples.picture(), "a.jpg"), cache=SHARE).headers["Cache-Control"] == "public, max-age=86400"


@SMALL
def test_a_document_without_bytes_is_not_there(site: Site) -> None:
    file = kept(site, samples.pdf(3))
    site.store.delete(file.digest)
    with pytest.raises(HTTPNotFound):
        serve(site, file)
