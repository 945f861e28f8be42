"""The form of a time out of service."""

from __future__ import annotations

from atlasbahamas.web.forms import DateField, Form, TextField, VersionField
from atlasbahamas_plugins.portfolio.out_of_service.services import OutOfServiceDetails


class OutOfServiceForm(Form):
    """From when, until when, and why."""

    starts = DateField("Out of service from", required=True)
    ends = DateField("Back in service on")
    reason = TextField("Why", required=True)
    version = VersionField()

    def details(self) -> OutOfServiceDetails:
        """What was typed."""
        return OutOfServiceDetails(self.starts.data, self.ends.data, self.reason.data)
