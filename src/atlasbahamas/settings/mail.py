"""The settings of outgoing mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr

from atlasbahamas.settings.guards import is_here
from atlasbahamas.settings.section import Section, Words


def _sender(text: str) -> str:
    _, address = parseaddr(text)
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError):
        address = ""
    if "@" not in address or "\n" in text or "\r" in text:
        raise ValueError("must be an address such as AtlasBahamas <homes@example.com>")
    return text


def _addresses(found: tuple[str, ...]) -> tuple[str, ...]:
    for text in found:
        _sender(text)
    return found


class MailSettings(Section):
    """How mail leaves the site."""

    prefix = "mail"

    transport: Literal["none", "folder", "smtp"] = Field(
        default="none",
        description="none: no mail is sent; folder: mails are written to files, on one's own machine; smtp: they are sent.",
    )
    sender: Annotated[str, AfterValidator(_sender)] = Field(
        default="AtlasBahamas <no-reply@localhost.localdomain>", description="Whom mails come from."
    )
    reply_to: str = Field(default="", description="Where answers go, when not to the sender.")
    folder: str = Field(default="", description="Where mails are written to, with mail.transport = folder.")
    host: str = Field(default="", description="The SMTP server, with mail.transport = smtp.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port: 587 with starttls, 465 with tls.")
    security: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="How the connection is encrypted; none is for a server on this machine only."
    )
    user: str = Field(default="", description="The name to sign in with at the SMTP server; empty for none.")
    password: SecretStr | None = Field(default=None, description="The password that goes with it.")
    timeout: int = Field(default=20, ge=1, le=300, description="How long to wait for the SMTP server, in seconds.")

    errors_to: Annotated[Words, AfterValidator(_addresses)] = Field(
        default=(), description="Addresses that are told when something fails that nobody expected."
    )
    errors_every_minutes: int = Field(
        default=60, ge=1, le=10_080, description="How long a further error of the same kind is only counted, in minutes."
    )

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Require what the transport needs, and refuse in production what is for one's own machine."""
        transport = values.get("mail.transport")
        if values.get("atlas.profile") == "production":
            yield from cls._check_production(values)
        if transport == "folder" and values.get("mail.folder") == "":
            yield "mail.folder", "is required when mail.transport = folder"
        if transport == "none" and values.get("mail.errors_to"):
            yield "mail.errors_to", "needs a way to send mail: set mail.transport"
        if transport == "smtp" and values.get("mail.host") == "":
            yield "mail.host", "is required when mail.transport = smtp"
        if transport == "smtp" and values.get("mail.security") == "none" and values.get("mail.user"):
            yield "mail.security", "must be starttls or tls when there is a password to send"

    @classmethod
    def _check_production(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        transport = values.get("mail.transport", "smtp")
        if transport == "folder":
            yield "mail.transport", "must be smtp in production: a folder is read by everybody who opens /dev/mail/"
        if transport == "none":
            yield "mail.transport", "must be smtp in production: nobody could confirm an address or choose a new password"
        if transport != "smtp":
            return
        if values.get("mail.sender") == cls.model_fields["sender"].default:
            yield "mail.sender", "must be an address of yours in production, such as AtlasBahamas <homes@example.com>"
        if values.get("mail.security") == "none" and not is_here(values.get("mail.host")):
            yield "mail.security", "must be starttls or tls in production, unless the SMTP server is on this machine"
