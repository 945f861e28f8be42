"""Forms of the books: locking a period, and opening it again."""

from __future__ import annotations

from atlasbahamas.web.forms import DateField, Form, TextField


class LockForm(Form):
    """Until when nothing can be added any more."""

    until = DateField("Last day that is locked", required=True)


class UnlockForm(Form):
    """What stays locked, and why the rest does not."""

    until = DateField("Last day that stays locked")
    reason = TextField("Why", required=True, max_length=200)
