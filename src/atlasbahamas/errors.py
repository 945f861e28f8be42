"""The exception by which a service says no. Failures are exceptions of their own, and do not belong here."""

from __future__ import annotations


class Refused(Exception):
    """A rule says no. `message` is for the person who asked; `field` names the form field, if any."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
