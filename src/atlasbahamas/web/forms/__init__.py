"""The one home of forms: WTForms with our fields, errors beside the field, and what was typed kept.

A form reads; rules are the services', which say no by `Refused`. The CSRF token is Pyramid's, put in by the
template's macro.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import wtforms
from pyramid.httpexceptions import HTTPSeeOther
from sqlalchemy.orm.exc import StaleDataError

from atlasbahamas.errors import Refused
from atlasbahamas.settings import FileSettings
from atlasbahamas.web.forms.choices import ChoiceField
from atlasbahamas.web.forms.fields import (
    CheckField,
    DateField,
    EmailField,
    IntegerField,
    MoneyField,
    MultilineField,
    OnceField,
    PasswordField,
    PercentField,
    PhoneField,
    TextField,
    VersionField,
)
from atlasbahamas.web.forms.files import DocumentsField, PictureField, PicturesField, UploadsField, keep_uploads
from atlasbahamas.web.forms.texts import clean_text
from atlasbahamas.web.forms.widgets import Offer

UNREADABLE = "What was sent could not be read. Please try again."


class Form(wtforms.Form):
    """A form filled from a row and from values; on POST, from what was sent.

    `values` stand where the row has no such attribute. `sent` tells whether there is anything to validate.
    """

    def __init__(self, request: Any, row: Any = None, **values: Any) -> None:
        self.request = request
        self.sent: bool = request.method == "POST"
        formdata, readable = None, True
        if self.sent:
            try:
                formdata = request.POST
            except (ValueError, TypeError):  # WebOb on a body that is not what its content type says
                readable = False
        super().__init__(formdata=formdata, obj=row, data=values)
        for field in self:
            if isinstance(field, UploadsField):
                field.settings = request.registry.atlas_settings.section(FileSettings)
        if not readable:
            self.form_errors.append(UNREADABLE)

    def validate(self, extra_validators: Any = None) -> bool:
        """True when every field and the form as a whole are right."""
        return super().validate(extra_validators) and not self.form_errors

    def refuse(self, refused: Refused) -> None:
        """Show a service's refusal beside its field, or at the top where it belongs to none that is seen."""
        field = self._fields.get(refused.field or "")
        if field is None or isinstance(field, VersionField):
            self.form_errors.append(refused.message)
        else:
            field.errors = [*field.errors, refused.message]


def form_page(request: Any, form: Form, template_values: Mapping[str, Any], *, submit: Callable[[], Any]) -> Any:
    """The page of a form: shown, shown again with errors and status 422, or done with `submit()`'s response.

    `submit` calls one service. What it wrote before it was refused, or before a row turned out to be stale,
    is taken back.
    """
    if form.sent and form.validate():
        try:
            # A savepoint, so that the session can still be used for the page that shows the refusal.
            with request.db.begin_nested():
                return submit()
        except Refused as refused:
            form.refuse(refused)
        except StaleDataError:
            form.form_errors.append(VersionField.STALE)
    if form.sent:
        keep_uploads(request, form)
        request.response.status = 422
    return {**template_values, "form": form}


def confirm_page(request: Any, node: Any, heading: str, act: Callable[[], Any], message: str) -> Any:
    """The page that asks before something is done to `node`: `confirm.jinja2`, then back to the node with a message.

    `act` calls one service; a Refused is shown on the page.
    """

    def submit() -> HTTPSeeOther:
        act()
        return done(request, node, message)

    return form_page(request, Form(request), {"heading": heading, "cancel": node.url(), "subject": node.title}, submit=submit)


def done(request: Any, node: Any, message: str) -> HTTPSeeOther:
    """To a node's page, which will show the message once."""
    request.session.flash(message)
    return HTTPSeeOther(node.url())


__all__ = [
    "CheckField",
    "ChoiceField",
    "DateField",
    "DocumentsField",
    "EmailField",
    "Form",
    "IntegerField",
    "MoneyField",
    "MultilineField",
    "Offer",
    "OnceField",
    "PasswordField",
    "PercentField",
    "PhoneField",
    "PictureField",
    "PicturesField",
    "TextField",
    "VersionField",
    "clean_text",
    "confirm_page",
    "done",
    "form_page",
]
