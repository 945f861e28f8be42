"""Forms of a listing's versions."""

from __future__ import annotations

from atlasbahamas.web.forms import DocumentsField, Form


class PapersForm(Form):
    """Documents to add."""

    documents = DocumentsField("Documents", required=True, max_files=10)
