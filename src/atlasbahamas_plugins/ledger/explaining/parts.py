"""A row of an explanation, as `ledger/explained.jinja2` draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """So many cents of a figure, in words. `detail` is a second line.

    `url` leads to what explains these very cents in turn, `link` to what they are of, which may be more.
    """

    cents: int
    words: str
    detail: str = ""
    url: str = ""
    link: str = ""
