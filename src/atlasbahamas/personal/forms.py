"""Forms of one's own data."""

from __future__ import annotations

from atlasbahamas.web.forms import Form, PasswordField


class EraseForm(Form):
    """The password once more: whoever finds a phone lying about must not be able to erase its owner."""

    password = PasswordField("Your password", required=True, render_kw={"autocomplete": "current-password"})
