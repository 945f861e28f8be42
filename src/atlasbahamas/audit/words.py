"""How the record is read: actions, roles and fields in words. What is stored stays as it is; only the page speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atlasbahamas.web.formats import money

ALONE = {"person": "For themselves", "visitor": "Not signed in", "command": "A command on the server"}


@dataclass(frozen=True)
class ShownChange:
    """One field of an entry, before and after, in words."""

    field: str
    before: str
    after: str


def action_words(action: str) -> str:
    """ "portfolio:unit:changed" becomes "Unit changed"."""
    _, thing, verb = action.split(":")
    return f"{thing} {verb}".replace("_", " ").capitalize()


def role_words(role: str, titles: Mapping[str, str]) -> str:
    """The roles as people know them; `titles` has the declared ones."""
    if role.startswith("system:"):
        return f"The job {role.removeprefix('system:')}"
    return ALONE.get(role) or ", ".join(titles.get(part, part) for part in role.split(", "))


def field_words(name: str) -> str:
    """ "rent_cents" becomes "Rent"."""
    return name.removesuffix("_cents").replace("_", " ").capitalize()


def value_words(name: str, value: Any) -> str:
    """A kept value as a page shows it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int) and name.endswith("_cents"):
        return money(value)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)


def shown_changes(change: Mapping[str, Any]) -> list[ShownChange]:
    """The fields of an entry's `change`, in the order of their names."""
    before, after = change.get("before", {}), change.get("after", {})
    return [
        ShownChange(
            field_words(name),
            value_words(name, before[name]) if name in before else "",
            value_words(name, after[name]) if name in after else "",
        )
        for name in sorted({**before, **after})
    ]


def summary(change: Mapping[str, Any]) -> str:
    """Which fields an entry is about, for a list: "Label, rent"."""
    names = sorted({**change.get("before", {}), **change.get("after", {})})
    return ", ".join(field_words(name).lower() for name in names).capitalize()
