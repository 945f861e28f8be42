"""What must not be in a log line, a trace or a mail to the operators, and is taken out at the end, whoever wrote it.

Three things are: the secrets of the settings; what a form, a link or a header of the request at hand carries in confidence; and
what looks like the token of a link. Of an exception only the first line stays, for further ones are where databases and
validators repeat what they were given, and no local variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

MASK = "********"
SHORTEST = 4
"""A shorter text is no secret, and taking it out would leave nothing to read."""
LONGEST_LINE = 500
_TOKEN = re.compile(r"(?i)\b([a-z_]*token|password|secret|signature)(=|%3D)([^\s&\"'<>%]+)")
_PASSWORD_OF_ADDRESS = re.compile(r"(://[^/\s:@]*:)\S+@")
"""Up to the last @, since a password may have one, or a slash: rather a host too many is hidden than a part of it shown."""
_LONG_WORD = re.compile(r"[A-Za-z0-9_-]{32,}")
_IN_CONFIDENCE = re.compile(r"(?i)pass|secret|token|code|otp|pin$|key$")
_NO_CONFIDENCE = frozenset({"form_key"})

_secrets: list[str] = []
_of_request: ContextVar[Callable[[], Iterable[str]] | None] = ContextVar("atlas_masked", default=None)
_without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def remember(secrets: Iterable[str]) -> None:
    """Never show these texts from now on, in this process."""
    found = {*_secrets, *(secret for secret in secrets if len(secret) >= SHORTEST)}
    _secrets[:] = sorted(found, key=len, reverse=True)


@contextmanager
def masked_for(request: Any) -> Iterator[None]:
    """Mask meanwhile also what this request carries in confidence; looked at only when a line needs it."""
    before = _of_request.set(lambda: _carried(request))
    try:
        yield
    finally:
        _of_request.reset(before)


def _carried(request: Any) -> Iterator[str]:
    """Texts of fields that are passwords, tokens and codes by name, of cookies, and of what signs a webhook."""
    try:
        fields = [*request.POST.items(), *request.GET.items()]
    except (UnicodeDecodeError, ValueError, OSError):
        fields = []
    for name, value in fields:
        if isinstance(value, str) and _IN_CONFIDENCE.search(name) and name not in _NO_CONFIDENCE:
            yield value
    yield from request.cookies.values()
    for name, value in request.headers.items():
        if name.lower() in ("authorization", "cookie") or "signature" in name.lower() or "token" in name.lower():
            yield value


def mask(text: str) -> str:
    """The text without secrets, passwords in addresses and tokens of links."""
    for secret in _secrets:
        text = text.replace(secret, MASK)
    # Looked for where it can be: each line of the log comes through here.
    if "://" in text:
        text = _PASSWORD_OF_ADDRESS.sub(rf"\1{MASK}@", text)
    if "=" in text or "%3D" in text:
        text = _TOKEN.sub(rf"\1\2{MASK}", text)
    return text


def mask_path(path: str) -> str:
    """A path for the log. A part that is longer than the keys of rows opens something by itself, as a receipt's page."""
    return _LONG_WORD.sub(_without_key, path)


def _without_key(found: re.Match[str]) -> str:
    """A long word is a key where it has a digit or letters of both cases: the words of our addresses are in lower case."""
    word = found[0]
    is_key = any(sign.isdigit() for sign in word) or word not in (word.lower(), word.upper())
    return f"{word[:4]}{MASK}" if is_key else word


def mask_line(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Take out of every text of a log line what must not be there: the last processor before a line is written."""
    carried: list[str] = []
    if method not in ("debug", "info") or "exception" in event or "exc_info" in event:
        ask = _of_request.get()
        found = {text for text in ask() if len(text) >= SHORTEST} if ask else set()
        carried = sorted(found, key=len, reverse=True)
    return {name: _masked(value, carried) for name, value in event.items()}


def _masked(value: Any, carried: list[str]) -> Any:
    if isinstance(value, str):
        for text in carried:
            value = value.replace(text, MASK)
        return mask(value)
    if isinstance(value, dict):
        return {name: _masked(each, carried) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each, carried) for each in value]
    if isinstance(value, int | float | bool) or value is None:
        return value
    return _masked(str(value), carried)


def first_line(text: str) -> str:
    """The first line of what an exception says, and not too much of it."""
    return next(iter(text.splitlines()), "")[:LONGEST_LINE]


def exception_without_values(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """A trace for the log: kinds, first lines, places; no local variable, no value that a database or a validator repeats."""
    told = _without_locals(exc_info)
    for each in told:
        each["exc_value"] = first_line(str(each["exc_value"]))
        each.pop("exc_notes", None)
        _shorten_groups(each)
    return told


def _shorten_groups(told: dict[str, Any]) -> None:
    for group in told.get("exceptions", ()):
        for each in group:
            each["exc_value"] = first_line(str(each["exc_value"]))
            each.pop("exc_notes", None)
            _shorten_groups(each)
