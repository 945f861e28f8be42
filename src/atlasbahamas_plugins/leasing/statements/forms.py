"""The form by which whoever came by a link answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import ChoiceField, MultilineField
from atlasbahamas_plugins.leasing.leaving.answers import Said
from atlasbahamas_plugins.leasing.leaving.models import Deduction
from atlasbahamas_plugins.leasing.linking.forms import CodeForm


class AnswersForm(CodeForm):
    """What a tenant who came by a link says to the deductions. Make it with `answers_form`, which gives it their fields."""

    def said(self, deductions: Sequence[Deduction]) -> list[Said]:
        """What was answered. Raises Refused for words without a choice."""
        found = []
        for at, deduction in enumerate(deductions):
            agrees, words = self[f"agrees_{at}"].data, self[f"words_{at}"].data
            if words and not agrees:
                raise Refused("Choose what you answer, too.", f"agrees_{at}")
            if agrees:
                found.append(Said(deduction, agrees == "yes", words, f"words_{at}"))
        return found


def answers_form(request: Any, deductions: Sequence[Deduction]) -> AnswersForm:
    """The form with a choice and words for each deduction."""
    fields: dict[str, Any] = {}
    for at, deduction in enumerate(deductions):
        choices = [("", "No answer now"), ("yes", "I agree"), ("no", "I do not agree")]
        fields[f"agrees_{at}"] = ChoiceField(deduction.words, choices=choices)
        fields[f"words_{at}"] = MultilineField("In your words", max_length=4000)
    form: AnswersForm = type("AnswersToDeductions", (AnswersForm,), fields)(request)
    return form
