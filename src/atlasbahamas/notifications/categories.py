"""What people can be told of. Each feature declares its categories in code; none is ever guessed from words (domain.md 3.6)."""

from __future__ import annotations

from dataclasses import dataclass

CATEGORIES = "notification-category"
"""The extension point: `config.contribute(CATEGORIES, MY_CATEGORY, name="...")` puts a category on the settings page."""

AT_ONCE, DIGEST, SITE_ONLY = "at_once", "digest", "site_only"
CHANNELS = {AT_ONCE: "By mail, at once", DIGEST: "In a daily mail", SITE_ONLY: "Only here"}


@dataclass(frozen=True)
class NotificationCategory:
    """A kind of thing to be told of: `<plugin>.<kind>`, its title, and how people are told unless they say otherwise."""

    name: str
    title: str
    summary: str
    default: str = AT_ONCE

    def __post_init__(self) -> None:
        if self.default not in CHANNELS:
            raise ValueError(f"category {self.name!r}: there is no channel {self.default!r}")
