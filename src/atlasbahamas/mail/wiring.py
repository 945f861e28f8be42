"""What the core registers for mail: the job that sends, and while developing the page that shows what was written."""

from __future__ import annotations

from typing import Any

from atlasbahamas.mail import jobs
from atlasbahamas.mail.development import Development, Mailbox, html_part, mailbox
from atlasbahamas.mail.services import SEND_MAIL
from atlasbahamas.settings import AtlasSettings, MailSettings
from atlasbahamas.traversal.nodes import VIEW


def includeme(config: Any) -> None:
    """Declare the job; mount `/dev/mail/` where mails go into a folder."""
    config.add_job(SEND_MAIL, jobs.send)
    settings = config.registry.atlas_settings
    production = settings.section(AtlasSettings).profile == "production"
    if settings.section(MailSettings).transport == "folder" and not production:
        config.add_mount("dev", Development)
        config.add_child(Development, "mail", Mailbox)
        config.add_view(mailbox, context=Mailbox, permission=VIEW, renderer="mail/mailbox.jinja2")
        config.add_view(html_part, context=Mailbox, name="html", permission=VIEW)
