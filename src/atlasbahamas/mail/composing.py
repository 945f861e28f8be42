"""A mail as a message: plain text and HTML, links that are absolute, headers that nobody can break out of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from atlasbahamas.mail.templates import Words, html_environment, plain_environment


def compose(
    registry: Any,
    words: Words,
    *,
    to: str,
    sender: str,
    reply_to: str,
    base_url: str,
    ref: str,
    now: datetime,
    unsubscribe: str = "",
) -> EmailMessage:
    """The message, in plain text and HTML. `ref` gives it the same Message-ID at each attempt, so that one
    that is sent twice is seen once (RFC 5322, 3.6.4).

    `unsubscribe` is the address of the page that ends this kind of mail (RFC 8058). Raises ValueError for what is no address.
    """
    message = _with_headers(words.subject, to=to, sender=sender, base_url=base_url, ref=ref, now=now)
    if reply_to:
        message["Reply-To"] = _address(reply_to)
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    values: Mapping[str, Any] = {"words": words, "base_url": base_url, "unsubscribe": unsubscribe}
    message.set_content(plain_environment(registry).get_template("mail/frame.txt.jinja2").render(values))
    html = html_environment(registry).get_template("mail/frame.jinja2").render(values)
    message.add_alternative(html, subtype="html")
    return message


def compose_plain(subject: str, text: str, *, to: str, sender: str, base_url: str, ref: str, now: datetime) -> EmailMessage:
    """A message of plain text that needs no template, for commands. Raises ValueError for what is no address."""
    message = _with_headers(subject, to=to, sender=sender, base_url=base_url, ref=ref, now=now)
    message.set_content(text)
    return message


def _with_headers(subject: str, *, to: str, sender: str, base_url: str, ref: str, now: datetime) -> EmailMessage:
    host = urlsplit(base_url).hostname or "localhost"
    message = EmailMessage(policy=SMTP)
    # Python reads an encoded word (RFC 2047) in what it is given and writes what that stands for, which may be the end of a line.
    message["Subject"] = subject.replace("=?", "= ?")
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{ref}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)
