"""The job that sends a mail. No transaction is open while the mail server is talked to, so that nobody waits for it."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

import structlog
from sqlalchemy.orm import Session

from atlasbahamas.mail.composing import compose
from atlasbahamas.mail.models import WAITING, Mail
from atlasbahamas.mail.services import drop_mail, note_sent
from atlasbahamas.mail.templates import MailTemplate, write_words
from atlasbahamas.mail.transport import deliver
from atlasbahamas.mail.unsubscribing import unsubscribe_token
from atlasbahamas.settings import AtlasSettings, MailSettings

log = structlog.get_logger("atlasbahamas.mail")
NO_TRANSPORT = "this site sends no mail"
NO_ADDRESS = "no confirmed address"
NO_LONGER = "no longer needed"
NOT_TAKEN = "refused by the mail server"


def send(request: Any, payload: dict[str, Any]) -> None:
    """Compose and send one mail. One that was sent or dropped already is left alone.

    What the server refuses for good is dropped; anything else raises, and the job is tried again. A worker that dies between the
    server's yes and the commit sends the mail once more, under the same Message-ID.
    """
    with request.own_transaction() as db:
        prepared = _prepare(request, db, payload["mail"])
    if prepared is None:
        return
    message, ref, address = prepared
    try:
        deliver(request.registry.atlas_settings.section(MailSettings), message, ref=ref)
    except smtplib.SMTPRecipientsRefused as refused:
        code = min(code for code, _ in refused.recipients.values())
        if code < 500:
            raise
        log.warning("the mail server takes no mail for this address", mail=ref, code=code)
        drop_mail(request.db, request.db.get_one(Mail, payload["mail"]), NOT_TAKEN, now=request.clock.now())
        return
    note_sent(request.db, request.db.get_one(Mail, payload["mail"]), address, now=request.clock.now())


def _prepare(request: Any, db: Session, mail_id: int) -> tuple[EmailMessage, str, str] | None:
    """The message, its key and where it goes; None when there is nothing to send, which is noted."""
    now, registry = request.clock.now(), request.registry
    site, settings = registry.atlas_settings.section(AtlasSettings), registry.atlas_settings.section(MailSettings)
    mail = db.get(Mail, mail_id)
    if mail is None or mail.state != WAITING:
        return None
    if settings.transport == "none":
        drop_mail(db, mail, NO_TRANSPORT, now=now)
        return None
    address = mail.address or (mail.person.confirmed_email if mail.person else None)
    if address is None:
        drop_mail(db, mail, NO_ADDRESS, now=now)
        return None
    template: MailTemplate = registry.atlas_mail_templates[mail.template]
    more = template.prepare(request, db, mail) if template.prepare else {}
    if more is None:
        drop_mail(db, mail, NO_LONGER, now=now)
        return None
    content = dict(mail.content)
    path = content.pop("path", "")
    name, link = mail.person.name if mail.person else "", f"{site.base_url}{path}" if path else ""
    values = {"name": name, "link": link, **content, **more}
    unsubscribe = ""
    if mail.category is not None and mail.person_id is not None:
        token = unsubscribe_token(registry, mail.person_id, mail.category)
        unsubscribe = f"{site.base_url}/unsubscribe?token={token}"
    message = compose(
        registry,
        write_words(registry, mail.template, values),
        to=address,
        sender=settings.sender,
        reply_to=settings.reply_to,
        base_url=site.base_url,
        ref=mail.ref,
        now=now,
        unsubscribe=unsubscribe,
    )
    return message, mail.ref, address
