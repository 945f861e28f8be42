"""Nodes of the administration. Who may not administer is told 404: there is nothing here for them."""

from __future__ import annotations

from atlasbahamas.traversal.nodes import Node


class Admin(Node):
    """`/admin/`: the front page; other parts hang below it with add_child."""

    needs_sign_in = True
    concealed_by = "atlas:admin:view"
    title = "Administration"

    def acting_roles(self) -> tuple[str, ...]:
        """The caller's roles on the platform."""
        return tuple(sorted(self.request.identity.roles)) if self.request.identity else ()
