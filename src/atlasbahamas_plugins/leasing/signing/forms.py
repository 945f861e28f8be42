"""Forms by which people sign."""

from __future__ import annotations

from atlasbahamas.web.forms import CheckField, Form, TextField
from atlasbahamas_plugins.leasing.linking.forms import CodeForm


class NameForm(Form):
    """Whoever is signed in signs: a member for the organisation, or a party."""

    full_name = TextField("Type your full name", required=True)
    witness = TextField("Name of a witness")
    agrees = CheckField("I have read the agreement, and I sign it.")


class SignForm(NameForm, CodeForm):
    """A party signs, who came by a link."""
