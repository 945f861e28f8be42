"""The one exception by which a service says no. Not for failures: those are exceptions of their own."""

from __future__ import annotations


class Refused(Exception):
    """A rule says no. `message` is for the person who asked; `field` names the form field that it belongs to, if one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
