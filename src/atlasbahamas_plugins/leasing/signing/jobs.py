"""Jobs of signing, and what its mails say when they are sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from atlasbahamas.mail.models import Mail
from atlasbahamas.settings import AtlasSettings
from atlasbahamas_plugins.leasing.linking.services import new_token
from atlasbahamas_plugins.leasing.signing import links
from atlasbahamas_plugins.leasing.signing.models import SigningLink


def expire(request: Any, payload: dict[str, Any]) -> None:
    """Close the links that ran out."""
    links.expire_links(request.db, now=request.clock.now())


def prepare_link(request: Any, db: Session, mail: Mail) -> dict[str, Any] | None:
    """A link for the mail that is being sent; None where it was taken back, replaced or answered otherwise meanwhile."""
    link = db.get(SigningLink, mail.content["link"])
    wanted = "signed" if mail.template == links.COPY_TEMPLATE else None
    if link is None or link.answer != wanted:
        return None
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    return {"link": f"{base_url}/sign-lease?token={new_token(db, link)}", "name": link.party.contact.name}
