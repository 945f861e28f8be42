"""The node of a property's owners. Who may see the property but not its owners is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from atlasbahamas.traversal.nodes import Listed
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.owners.models import Ownership, Share
from atlasbahamas_plugins.portfolio.resources import PropertyNode

VIEW = "portfolio:owner:view"


class Owners(Listed):
    """`.../properties/<ref>/owners/`: who owns it, owned it and will own it."""

    permission = VIEW
    title = "Owners"

    def rows(self) -> Select[Any]:
        """Shares of every set that counts or counted, as the organisation above knows them."""
        above = self.above(PropertyNode).row
        mine = (Ownership.property_id == above.id, Ownership.organisation_id == above.organisation_id, Ownership.complete)
        return (
            select(Share)
            .join(Ownership, Ownership.id == Share.ownership_id)
            .join(Contact, Contact.id == Share.contact_id)
            .where(*mine, Ownership.replaced.is_(None))
        )
