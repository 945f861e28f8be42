"""The field by which whoever came by a link proves who they are."""

from __future__ import annotations

from atlasbahamas.web.forms import Form, TextField


class CodeForm(Form):
    """A party answers who came by a link."""

    code = TextField(
        "Your code", required=True, max_length=6, render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"}
    )
