"""Forms about tenants' sign-ins."""

from __future__ import annotations

from atlasbahamas.web.forms import CheckField, Form


class AnswerForm(Form):
    """A tenant answers an invitation."""

    consent = CheckField("This is my lease, and I want to see it with my sign-in.")
