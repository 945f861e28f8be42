"""Forms of cheques."""

from __future__ import annotations

from atlasbahamas.web.forms import DateField, Form, TextField


class DayForm(Form):
    """On which day something happened to a cheque."""

    day = DateField("Day", required=True)


class ReturnForm(DayForm):
    """Why and when a bank gave a cheque back."""

    reason = TextField("Why", required=True)
