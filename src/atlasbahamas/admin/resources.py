"""Nodes of the administration. Who may not administer is told 404: there is nothing here for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.traversal.nodes import Collection, Node, NumberedNode


class Admin(Node):
    """`/admin/`: the front page; other parts hang below it with add_child."""

    needs_sign_in = True
    concealed_by = "atlas:admin:view"
    title = "Administration"

    def acting_roles(self) -> tuple[str, ...]:
        """The caller's roles on the platform."""
        return tuple(sorted(self.request.identity.roles)) if self.request.identity else ()


class PersonNode(NumberedNode):
    """`/admin/people/<number>/`: one person, for administrators."""

    model = Person
    key = Person.id
    row: Person

    @property
    def title(self) -> str:  # type: ignore[override]
        """The person's name."""
        return self.row.name


class People(Collection):
    """`/admin/people/`: everybody who is known to the platform."""

    item = PersonNode
    permission = "atlas:person:view"
    title = "People"

    def rows(self) -> Select[Any]:
        """Everybody."""
        return select(Person)


class EveryOrganisation(Node):
    """`/admin/organisations/`: every organisation; each one's own pages are under /portfolio/."""

    title = "Organisations"

    def rows(self) -> Select[Any]:
        """Every one."""
        return select(Organisation)
