"""What a check finds, and how what went wrong is put into a line."""

from __future__ import annotations

from dataclasses import dataclass

from atlasbahamas.masking import first_line, mask

OK, WRONG, NOTE = "ok", "WRONG", "note"


@dataclass(frozen=True)
class Finding:
    """One line of the page: whether something is in order, what it is, and what to do when it is not."""

    state: str
    thing: str
    words: str
    advice: str = ""


def ok(thing: str, words: str) -> Finding:
    """In order."""
    return Finding(OK, thing, words)


def note(thing: str, words: str, advice: str = "") -> Finding:
    """Worth knowing, and nothing wrong."""
    return Finding(NOTE, thing, words, advice)


def wrong(thing: str, words: str, advice: str) -> Finding:
    """Not in order."""
    return Finding(WRONG, thing, words, advice)


def said(error: BaseException) -> str:
    """Kind and first line of an error, without secrets."""
    shown = getattr(error, "orig", None) or error
    return f"{type(shown).__name__}: {mask(first_line(str(shown)))}"
