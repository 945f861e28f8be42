"""A row of an explanation, as `ledger/explained.jinja2` draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """So many cents of a figure, in words. `detail` is a second line; `url` leads to what explains the row in turn."""

    cents: int
    words: str
    detail: str = ""
    url: str = ""
