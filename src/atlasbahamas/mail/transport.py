"""How a message leaves: by SMTP, or as a file in a folder on one's own machine."""

from __future__ import annotations

import os
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from atlasbahamas.settings.mail import MailSettings

MAIL_ERRORS = (OSError, smtplib.SMTPException)
"""What talking to a mail server may raise."""


def deliver(settings: MailSettings, message: EmailMessage, *, ref: str) -> None:
    """Hand the message over. Raises OSError or smtplib.SMTPException when it was not taken: the job tries again."""
    if settings.transport == "folder":
        _write(Path(settings.folder), message, ref)
    else:
        _send(settings, message)


def _send(settings: MailSettings, message: EmailMessage) -> None:
    with connected(settings) as server:
        server.send_message(message)


@contextmanager
def connected(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A connection to the SMTP server, encrypted and signed in as the settings say. Raises one of MAIL_ERRORS."""
    with _connect(settings) as server:
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.user and settings.password is not None:
            server.login(settings.user, settings.password.get_secret_value())
        yield server


def _connect(settings: MailSettings) -> smtplib.SMTP:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)


def _write(folder: Path, message: EmailMessage, ref: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(message.as_bytes())
    # Renamed when it is whole: whoever reads the folder never sees half a mail.
    Path(name).rename(folder / f"{ref}.eml")
