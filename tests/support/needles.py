"""Secrets with known texts, and a net that catches whatever is written while something is done with them."""

from __future__ import annotations

from dataclasses import dataclass, field

SECRET = "needle-of-the-settings-47110815-0123456789"
PASSWORD = "needle of a password 0815"
NEW_PASSWORD = "needle of a new password 0816"
OF_THE_DATABASE = "needle-of-the-database-3301"
OF_THE_BROKER = "needle-of-the-broker-3302"
OF_THE_MAIL = "needle-of-the-mail-3303"


@dataclass
class Net:
    """Needles, and everything that was written: log lines, traces, answers of commands."""

    needles: set[str] = field(default_factory=lambda: {SECRET, PASSWORD, NEW_PASSWORD})
    written: list[str] = field(default_factory=list)

    def catch(self, text: str) -> None:
        self.written.append(text)

    def found(self) -> set[str]:
        """The needles that were written, as they are or as an address has them."""
        text = "\n".join(self.written)
        return {needle for needle in self.needles if needle in text or needle.replace(" ", "+") in text}
