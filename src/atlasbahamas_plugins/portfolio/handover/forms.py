"""The form by which a property is offered."""

from __future__ import annotations

from atlasbahamas.web.forms import DateField, Form, TextField


class OfferForm(Form):
    """To whom, and when."""

    to = TextField("Key of the other organisation", required=True, max_length=80, render_kw={"autocapitalize": "none"})
    day = DateField("Day", required=True)
