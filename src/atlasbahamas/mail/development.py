"""`/dev/mail/`: the mails that `mail.transport = folder` wrote, to be read while developing. Not mounted in production."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from atlasbahamas.settings import MailSettings
from atlasbahamas.traversal.nodes import Node

MOST = 100
_REF = re.compile(r"[a-z0-9-]{1,80}")


class Development(Node):
    """`/dev/`: what only developers see."""

    title = "Development"


class Mailbox(Node):
    """`/dev/mail/`: every mail, the latest first."""

    title = "Mails"


@dataclass(frozen=True)
class WrittenMail:
    """A mail as it was written to the folder."""

    ref: str
    message: EmailMessage

    @property
    def text(self) -> str:
        """Its plain part."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part is not None else ""


def written_mails(folder: Path) -> list[WrittenMail]:
    """The latest mails of the folder."""
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_read(path) for path in files[:MOST]]


def _read(path: Path) -> WrittenMail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return WrittenMail(path.stem, message)


def _folder(request: Any) -> Path:
    return Path(request.registry.atlas_settings.section(MailSettings).folder)


def mailbox(context: Mailbox, request: Any) -> dict[str, Any]:
    """The list, and the mail that was chosen."""
    mails = written_mails(_folder(request))
    chosen = request.GET.get("mail", "")
    shown = next((mail for mail in mails if mail.ref == chosen), None)
    if chosen and shown is None:
        raise HTTPNotFound()
    return {"mails": mails, "shown": shown}


def html_part(context: Mailbox, request: Any) -> Any:
    """The HTML part of one mail, as a mail program shows it: in a sandbox of its own."""
    ref = request.GET.get("mail", "")
    path = _folder(request) / f"{ref}.eml"
    if not _REF.fullmatch(ref) or not path.exists():
        raise HTTPNotFound()
    part = _read(path).message.get_body(("html",))
    if part is None:
        raise HTTPNotFound()
    response = request.response
    response.text = str(part.get_content())
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
