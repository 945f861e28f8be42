"""For how long something is unpaid: the ages by which the figures tell it. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple


class Age(NamedTuple):
    """An age in words, and the days on which something of that age was due, before today: `youngest` to `oldest`, None: any."""

    title: str
    youngest: int | None
    oldest: int | None

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last local day on which something of this age was due."""
        first = None if self.oldest is None else today - timedelta(days=self.oldest)
        last = None if self.youngest is None else today - timedelta(days=self.youngest)
        return first, last

    def has(self, due_on: date, today: date) -> bool:
        """Whether what was due on a day is of this age."""
        first, last = self.days(today)
        return (first is None or first <= due_on) and (last is None or due_on <= last)


AGES = {
    "not-late": Age("Not late", None, 0),
    "30": Age("1 to 30 days", 1, 30),
    "60": Age("31 to 60 days", 31, 60),
    "90": Age("61 to 90 days", 61, 90),
    "older": Age("More than 90 days", 91, None),
}
"""From the day on which it was due; what is due today or later is not late. Together they are all that is unpaid."""
