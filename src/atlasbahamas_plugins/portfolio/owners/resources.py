"""The node of a property's owners. Who may see the property but not its owners is told 403."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from atlasbahamas.traversal.nodes import Node
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.owners.models import Ownership, Share
from atlasbahamas_plugins.portfolio.resources import PropertyNode


class Owners(Node):
    """`.../properties/<ref>/owners/`: who owns it, owned it and will own it."""

    title = "Owners"

    def shares(self) -> Select[Any]:
        """Shares of every set that counts, as the organisation above knows them. They have no addresses of their own."""
        above = self.above(PropertyNode).row
        mine = (Ownership.property_id == above.id, Ownership.organisation_id == above.organisation_id, Ownership.complete)
        return (
            select(Share)
            .join(Ownership, Ownership.id == Share.ownership_id)
            .join(Contact, Contact.id == Share.contact_id)
            .where(*mine, Ownership.replaced.is_(None))
        )
