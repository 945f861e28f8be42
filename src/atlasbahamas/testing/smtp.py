"""A real SMTP server on loopback that keeps what it was sent, for tests; it can refuse recipients, or everything."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from atlasbahamas.testing.services import free_port


class SmtpServer:
    """Started when it is made, at a free port or the given one.

    `refusing`: addresses that it takes no mail for; `down`: answers 451 to everything.
    """

    def __init__(self, port: int | None = None) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refusing: set[str] = set()
        self.down = False
        self.port = port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def settings(self) -> dict[str, str]:
        """The INI keys of a site that sends through it."""
        return {
            "mail.transport": "smtp",
            "mail.host": "127.0.0.1",
            "mail.port": str(self.port),
            "mail.security": "none",
            "mail.sender": "AtlasBahamas <homes@example.com>",
        }

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take a recipient or not."""
        if self.down:
            return "451 come back later"
        if address in self.refusing:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()
