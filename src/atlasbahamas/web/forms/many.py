"""The field that asks for any number of several things, as boxes to tick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import html_params

from atlasbahamas.web.forms.texts import NOT_READABLE, REQUIRED


class TickBoxes:
    """A list of boxes, each with its label. It stands in a fieldset, which macros/forms.jinja2 draws."""

    input_type = "ticks"

    def __call__(self, field: ManyField, **attributes: Any) -> Markup:
        """The list; what the field holds is ticked. `attributes` go to each box."""
        attributes.pop("class", None)
        parts = [Markup('<ul class="ticks">')]
        for number, (value, label) in enumerate(field.choices):
            box = {**attributes, "type": "checkbox", "name": field.name, "value": value, "class": "form-check-input"}
            # The first carries the field's own id: that is where an error's link leads.
            box["id"] = f"{field.id}-{number}" if number else field.id
            box["checked"] = value in field.data
            parts.append(
                Markup('<li class="form-check"><input {}><label class="form-check-label" for="{}">{}</label></li>').format(
                    Markup(html_params(**box)),  # noqa: S704 - html_params escapes every value
                    box["id"],
                    label,
                )
            )
        parts.append(Markup("</ul>"))
        return Markup("").join(parts)


class ManyField(Field):
    """Any number of `choices`, which are (value, label) pairs. `data` is a list of values, in the order of the choices."""

    widget: Any = TickBoxes()

    def __init__(
        self,
        label: str,
        *,
        choices: Sequence[tuple[str, str]] = (),
        required: bool = False,
        validators: Sequence[Any] = (),
        **more: Any,
    ) -> None:
        super().__init__(label, list(validators), **more)
        self.choices = choices
        if required:
            self.flags.required = True

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """What there is to choose from, where that depends on the request."""
        self.choices = choices

    def process_data(self, value: Any) -> None:
        """Take the values that the row holds."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the ticks. A box that is not ticked is not sent, so nothing means none."""
        self.data = []
        if any(not isinstance(value, str) for value in valuelist):
            raise ValueError(NOT_READABLE)
        self.data = list(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Stop at what was not offered, and at nothing where there has to be something."""
        if self.process_errors:
            raise StopValidation()
        offered = [value for value, _ in self.choices]
        ticked = set(self.data)
        if not ticked <= set(offered):
            self.data = [value for value in offered if value in ticked]
            raise StopValidation("Choose from the list.")
        self.data = [value for value in offered if value in ticked]
        if not self.data and self.flags.required:
            raise StopValidation(REQUIRED)
