"""Settings of leasing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from atlasbahamas.settings import Section

_SPAN = re.compile(r"([0-9]{1,3}) (day|week|month)s?")
UNCERTAIN = "The law may say something else: have a lawyer confirm it."


@dataclass(frozen=True)
class Span:
    """A length of time as a calendar counts it."""

    months: int = 0
    days: int = 0


def span_of(text: str) -> Span:
    """ "14 days", "2 weeks" or "1 month" as a span. Raises ValueError for anything else."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None or int(found[1]) > 366:
        raise ValueError("must be a number of days, weeks or months, such as 1 month")
    count = int(found[1])
    return Span(months=count) if found[2] == "month" else Span(days=count * (7 if found[2] == "week" else 1))


def _checked(text: str) -> str:
    span_of(text)
    return text


SpanText = Annotated[str, AfterValidator(_checked)]


def _notice(default: str, rent: str) -> str:
    found: str = Field(default=default, description=f"Least notice to leave where rent is paid {rent}. {UNCERTAIN}")
    return found


class LeasingSettings(Section):
    """Leases."""

    prefix = "leasing"

    notice_weekly: SpanText = _notice("1 week", "by the week")
    notice_fortnightly: SpanText = _notice("2 weeks", "every two weeks")
    notice_four_weekly: SpanText = _notice("4 weeks", "every four weeks")
    notice_monthly: SpanText = _notice("1 month", "by the month")
    notice_quarterly: SpanText = _notice("3 months", "by the quarter")
    notice_yearly: SpanText = _notice("6 months", "by the year")

    def notice_for(self, period: str) -> Span:
        """The least notice for rent that is due for such a period."""
        return span_of(getattr(self, f"notice_{period}"))
