"""The field that asks for one of several things. Its own, because WTForms makes objects of every choice at each look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from atlasbahamas.web.forms.texts import REQUIRED, one_text
from atlasbahamas.web.forms.widgets import Choices, Offer, SelectBox

NOT_A_CHOICE = "Choose one of the list."


class ChoiceField(Field):
    """One of several. `choices` are (value, label) pairs, the same under names of groups, or an Offer that is made already.

    `data` is the value as it was offered, so numbers stay numbers.
    """

    widget: Any = SelectBox()
    offered: Offer

    def __init__(
        self,
        label: str,
        *,
        choices: Choices | Offer = (),
        required: bool = False,
        validators: Sequence[Any] = (),
        **more: Any,
    ) -> None:
        super().__init__(label, list(validators), **more)
        self.offer(choices)
        if required:
            self.flags.required = True

    def offer(self, choices: Choices | Offer) -> None:
        """What there is to choose from, where that depends on the request."""
        self.offered = choices if isinstance(choices, Offer) else Offer(choices)

    @property
    def choices(self) -> list[tuple[Any, str]]:
        """What is offered, without the groups."""
        return self.offered.pairs

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
        if sent and sent not in self.offered.values:
            self.data = None
            raise StopValidation(NOT_A_CHOICE)
        self.data = self.offered.values.get(sent)
        if self.data in (None, "") or (not self.raw_data and self.flags.required):
            raise StopValidation(REQUIRED if self.flags.required else "")
