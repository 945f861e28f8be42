"""Forms of agreements."""

from __future__ import annotations

from wtforms.fields import HiddenField

from atlasbahamas.web.forms import DateField, DocumentsField, Form, IntegerField, MultilineField, VersionField
from atlasbahamas_plugins.leasing.agreements.models import FEWEST_LINK_DAYS, MOST_LINK_DAYS
from atlasbahamas_plugins.leasing.forms import LeaseForm


class DraftForm(LeaseForm):
    """A lease to write or to change. Make it with `lease_form`."""

    version = VersionField()


class TemplateForm(Form):
    """What an organisation's agreements say."""

    words = MultilineField("Text", required=True, max_length=50_000, render_kw={"rows": 30})
    link_days = IntegerField("Days that a link works", required=True, min=FEWEST_LINK_DAYS, max=MOST_LINK_DAYS)
    version = VersionField()


class SendForm(Form):
    """`text` is never sent: it is where the page says that a blank has nothing to say."""

    version = VersionField()
    text = HiddenField("Text")


class SignedCopyForm(Form):
    """The paper that everybody signed."""

    signed_on = DateField("Signed on", required=True)
    copy = DocumentsField("The signed copy", required=True, max_files=1)
