"""The field that asks for one of several things, and its select box.

Its own, because WTForms makes three objects and formats a set of attributes for each option, every time that it looks at them:
of a page that offers every settlement that was more than half of the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import html_params

from atlasbahamas.web.forms.texts import REQUIRED, one_text

Pairs = Sequence[tuple[Any, str]]
Choices = Pairs | Mapping[str, Pairs]
NOT_A_CHOICE = "Choose one of the list."


class SelectBox:
    """A `<select>` with its options, in groups where they have names."""

    def __call__(self, field: ChoiceField, **attributes: Any) -> Markup:
        """The element; the value that the field holds is selected."""
        attributes = {"id": field.id, "name": field.name, "required": field.flags.required or False, **attributes}
        parts = [f"<select {html_params(**attributes)}>"]
        for group, pairs in field.groups.items():
            if group:
                parts.append(f'<optgroup label="{escape(group)}">')
            for value, label in pairs:
                selected = "selected " if value == field.data else ""
                parts.append(f'<option {selected}value="{escape(value)}">{escape(label)}</option>')
            if group:
                parts.append("</optgroup>")
        parts.append("</select>")
        return Markup("".join(parts))  # noqa: S704 - every text in it was escaped where it was put in


class ChoiceField(Field):
    """One of several. `choices` are (value, label) pairs, or the same under names of groups.

    `data` is the value as it was offered, so numbers stay numbers.
    """

    widget: Any = SelectBox()
    groups: Mapping[str, Pairs]

    def __init__(
        self,
        label: str,
        *,
        choices: Choices = (),
        required: bool = False,
        validators: Sequence[Any] = (),
        **more: Any,
    ) -> None:
        super().__init__(label, list(validators), **more)
        self.offer(choices)
        if required:
            self.flags.required = True

    def offer(self, choices: Choices) -> None:
        """What there is to choose from, where that depends on the request."""
        self.groups = choices if isinstance(choices, Mapping) else {"": choices}

    @property
    def choices(self) -> list[tuple[Any, str]]:
        """What is offered, without the groups."""
        return [pair for pairs in self.groups.values() for pair in pairs]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was chosen."""
        if valuelist:
            self.data = None
            self.data = one_text(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Stop at what was not offered, and at nothing chosen; the data becomes the value that was offered."""
        if self.process_errors:
            raise StopValidation()
        sent = "" if self.data is None else str(self.data)
        offered = {str(value): value for value, _ in self.choices}
        if sent and sent not in offered:
            self.data = None
            raise StopValidation(NOT_A_CHOICE)
        self.data = offered.get(sent)
        if self.data in (None, "") or (not self.raw_data and self.flags.required):
            raise StopValidation(REQUIRED if self.flags.required else "")
