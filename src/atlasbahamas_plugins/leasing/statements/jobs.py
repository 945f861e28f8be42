"""What the mails of links say when they are sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from atlasbahamas.mail.models import Mail
from atlasbahamas.settings import AtlasSettings
from atlasbahamas_plugins.leasing.linking.services import new_token
from atlasbahamas_plugins.leasing.statements.models import StatementLink


def prepare_link(request: Any, db: Session, mail: Mail) -> dict[str, Any] | None:
    """A link for the mail that is being sent; None where it was taken back or replaced meanwhile."""
    link = db.get(StatementLink, mail.content["link"])
    if link is None or link.answer is not None:
        return None
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    return {"link": f"{base_url}/final-statement?token={new_token(db, link)}", "name": link.party.contact.name}
