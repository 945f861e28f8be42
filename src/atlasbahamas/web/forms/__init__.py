"""The one home of forms: WTForms, with errors beside the field and the typed values kept.

A form reads; rules are the services'. The CSRF token is Pyramid's and put in by the template's macro.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import wtforms
from sqlalchemy.orm.exc import StaleDataError

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms.fields import (
    BooleanField,
    ChoiceField,
    DateField,
    EmailField,
    IntegerField,
    MoneyField,
    MultilineField,
    PasswordField,
    PhoneField,
    TextField,
    VersionField,
)

CheckField = BooleanField


class Form(wtforms.Form):
    """A form that is bound to what a POST sent, or to a row and values before that."""

    def __init__(self, request: Any, row: Any = None, **values: Any) -> None:
        sent = request.POST if request.method == "POST" else None
        super().__init__(formdata=sent, obj=row, data=values)
        self.sent = sent is not None

    def refuse(self, refused: Refused) -> None:
        """Show a service's refusal beside its field, or at the top where it belongs to none."""
        field = self._fields.get(refused.field or "")
        if field is None:
            self.form_errors.append(refused.message)
        else:
            field.errors = [*field.errors, refused.message]


def form_page(request: Any, form: Form, values: dict[str, Any], *, submit: Callable[[], Any]) -> Any:
    """The page of a form: shown, shown again with errors (422), or done by `submit()`, which answers with a redirect.

    `submit` calls one service. What it changed before a Refused is rolled back with the answer's status.
    """
    if form.sent and form.validate():
        try:
            # The savepoint keeps the session usable for the page that shows the refusal.
            with request.db.begin_nested():
                return submit()
        except Refused as refused:
            form.refuse(refused)
        except StaleDataError:
            form.form_errors.append(VersionField.STALE)
    if form.sent:
        request.response.status_int = 422
        request.tm.doom()
    return {**values, "form": form}


__all__ = [
    "CheckField", "ChoiceField", "DateField", "EmailField", "Form", "IntegerField", "MoneyField", "MultilineField",
    "PasswordField", "PhoneField", "TextField", "VersionField", "form_page",
]
