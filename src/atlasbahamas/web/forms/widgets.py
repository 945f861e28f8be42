"""How boxes are written as HTML. WTForms formats every attribute and option by itself, which took half of a page of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from markupsafe import Markup, escape
from wtforms.widgets import TextInput

Pairs = Sequence[tuple[Any, str]]
Choices = Pairs | Mapping[str, Pairs]


def attributes(**given: Any) -> Markup:
    """HTML attributes as WTForms' `html_params` writes them: by name, `class_` is class and `aria_label` is aria-label, True
    stands alone and False is left out.
    """
    parts = []
    for name, value in sorted(given.items()):
        spelt = name.rstrip("_")
        if spelt.startswith(("data_", "aria_")):
            spelt = spelt.replace("_", "-")
        if value is True:
            parts.append(spelt)
        elif value is not False:
            parts.append(f'{spelt}="{escape(value)}"')
    return Markup(" ".join(parts))  # noqa: S704 - names are the developers', values were escaped


class TextBox(TextInput):
    """A box for a line of text."""

    html_params = staticmethod(attributes)


class Offer:
    """What a select box offers: (value, label) pairs, or the same under names of groups, "" for none.

    Its options are written once, so an offer that does not change is best made once.
    """

    def __init__(self, choices: Choices) -> None:
        self.groups: Mapping[str, Pairs] = choices if isinstance(choices, Mapping) else {"": choices}

    @property
    def pairs(self) -> list[tuple[Any, str]]:
        """What is offered, without the groups."""
        return [pair for pairs in self.groups.values() for pair in pairs]

    @cached_property
    def values(self) -> dict[str, Any]:
        """What a browser sends -> the value as it was offered, so that numbers stay numbers."""
        return {str(value): value for value, _ in self.pairs}

    @cached_property
    def _options(self) -> str:
        parts = []
        for group, pairs in self.groups.items():
            options = [f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in pairs]
            parts += [f'<optgroup label="{escape(group)}">', *options, "</optgroup>"] if group else options
        return "".join(parts)

    def options(self, chosen: Any) -> str:
        """The options, with what is chosen selected."""
        if chosen is None:
            return self._options
        value = f'value="{escape(chosen)}">'
        return self._options.replace(f"<option {value}", f"<option selected {value}", 1)


class SelectBox:
    """A `<select>` for a field that has `offered`."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        """The element; the value that the field holds is selected."""
        named = {"id": field.id, "name": field.name, "required": bool(field.flags.required), **given}
        return Markup(f"<select {attributes(**named)}>{field.offered.options(field.data)}</select>")  # noqa: S704 - all escaped
