"""Jobs of tenants' invitations, and what their mail says when it is sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from atlasbahamas.mail.models import Mail
from atlasbahamas.settings import AtlasSettings
from atlasbahamas_plugins.leasing.tenancy import services
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation


def expire(request: Any, payload: dict[str, Any]) -> None:
    """Close the invitations that ran out."""
    services.expire_invitations(request.db, now=request.clock.now())


def prepare_invitation(request: Any, db: Session, mail: Mail) -> dict[str, Any] | None:
    """A link for the mail that is being sent; None where it was answered or taken back meanwhile."""
    invitation = db.get(TenantInvitation, mail.content["invitation"])
    if invitation is None or invitation.answer is not None:
        return None
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    return {
        "link": f"{base_url}/tenant-invitation?token={services.new_token(db, invitation)}",
        "name": invitation.party.contact.name,
    }
