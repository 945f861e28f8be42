"""Forms of the administration."""

from __future__ import annotations

from atlasbahamas.web.forms import ChoiceField, Form


class RoleForm(Form):
    """A role on the platform; which ones there are to choose from depends on the person."""

    role = ChoiceField("Role", required=True)
