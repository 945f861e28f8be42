"""Forms of the review: what a reviewer says of one version, or of several that stand on one page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wtforms.fields import HiddenField

from atlasbahamas.web.forms import CheckField, ChoiceField, Form, MultilineField
from atlasbahamas_plugins.listings.review.services import DECISIONS, Decision
from atlasbahamas_plugins.listings.versions.models import CHECKLIST

MOST = 10
"""Versions on one page: each of them has to be looked at."""
LATER = ("", "Nothing yet")


@dataclass(frozen=True)
class Part:
    """The fields about one version. `seen` carries its listing's version number: what was on the page."""

    ref: str
    seen: Any
    decision: Any
    note: Any
    ticks: Sequence[Any]

    def said(self) -> Decision:
        """What was said of it."""
        checked = frozenset(item for item, field in zip(CHECKLIST, self.ticks, strict=True) if field.data)
        return Decision(self.decision.data, self.note.data, checked)

    @property
    def seen_number(self) -> int:
        """What was on the page; 0, which nothing has, for what the page did not write."""
        text = self.seen.raw_data[0] if len(self.seen.raw_data or ()) == 1 else ""
        return int(text) if isinstance(text, str) and re.fullmatch(r"[0-9]{1,18}", text) else 0

    def look_again(self, number: int) -> None:
        """The page shows something else now than what was ticked: the ticks go, the words stay."""
        self.seen.data = str(number)
        for tick in self.ticks:
            tick.data = False

    def refuse(self, message: str, item: str | None) -> None:
        """Show why it was not decided, beside the box that it is about."""
        boxes = {"note": self.note, **{f"{name}_checked": field for name, field in zip(CHECKLIST, self.ticks, strict=True)}}
        field = boxes.get(item or "", self.decision)
        field.errors = [*field.errors, message]


class DecisionForm(Form):
    """The checklist, nothing of it ticked beforehand, the decision and a note."""

    decision = ChoiceField("Your decision", choices=[("", "Choose"), *DECISIONS.items()], required=True)
    note = MultilineField("Note for the lister", max_length=2000)
    photos_checked = CheckField(CHECKLIST["photos"])
    price_checked = CheckField(CHECKLIST["price"])
    description_checked = CheckField(CHECKLIST["description"])
    documents_checked = CheckField(CHECKLIST["documents"])
    seen = HiddenField()

    def part(self) -> Part:
        """The fields as a page of one or of several shows them."""
        return Part("", self.seen, self.decision, self.note, [self[f"{item}_checked"] for item in CHECKLIST])


class SeveralForm(Form):
    """Decisions about several versions. Make it with `several_form`."""

    def part(self, ref: str) -> Part:
        """The fields of a version."""
        ticks = [self[f"{item}_{ref}"] for item in CHECKLIST]
        return Part(ref, self[f"seen_{ref}"], self[f"decision_{ref}"], self[f"note_{ref}"], ticks)


def several_form(request: Any, seen: Sequence[tuple[str, int]]) -> SeveralForm:
    """The form for some versions, each with its listing's version number as it is shown."""
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for ref, number in seen:
        fields[f"seen_{ref}"] = HiddenField()
        fields[f"decision_{ref}"] = ChoiceField("Your decision", choices=[LATER, *DECISIONS.items()])
        fields[f"note_{ref}"] = MultilineField("Note for the lister", max_length=2000)
        for item, words in CHECKLIST.items():
            fields[f"{item}_{ref}"] = CheckField(words)
        values[f"seen_{ref}"] = str(number)
    form: SeveralForm = type("SeveralFormOfSome", (SeveralForm,), fields)(request, **values)
    return form
