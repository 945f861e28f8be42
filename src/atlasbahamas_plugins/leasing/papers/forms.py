"""The form of documents beside a lease."""

from __future__ import annotations

from atlasbahamas.web.forms import CheckField, DocumentsField, Form, TextField

MOST_AT_ONCE = 10
LONGEST_TITLE = 100
"""Shorter than the column: of several, each is numbered behind it."""


class PapersForm(Form):
    """Photos or PDFs to put beside a lease."""

    title = TextField("What is it?", required=True, max_length=LONGEST_TITLE)
    papers = DocumentsField("Photos or PDF", required=True, max_files=MOST_AT_ONCE)
    shared = CheckField("The tenants see it")
