"""Nodes of the core: the account, the home page, the organisations and their members."""

from __future__ import annotations

from typing import Any

from pyramid.authorization import Allow
from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from atlasbahamas.people.models import MEMBER_ROLES, Invitation, Membership, Organisation, Person
from atlasbahamas.traversal.nodes import Collection, Node, RowNode


class Home(Node):
    """`/home/`: the signed-in person's own things, across organisations. 403 is never told: one has it or signs in."""

    needs_sign_in = True
    title = "Home"


class Account(Node):
    """`/account/`: who I am, and where I am signed in."""

    needs_sign_in = True
    title = "Your account"


class OrganisationNode(RowNode):
    """`/portfolio/<org>/`: what belongs to an organisation hangs here and nowhere else.

    Its ACL comes from the caller's memberships, which the resolver brings along. A stranger is told 404.
    """

    model = Organisation
    key = Organisation.ref
    concealed_by = "atlas:organisation:view"
    row: Organisation

    def __init__(self, request: Any, parent: Node | None = None, name: str = "") -> None:
        super().__init__(request, parent, name)
        self.roles: frozenset[str] = frozenset()

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Add the caller's current roles here; one row of the answer for each."""
        person_id = self.request.identity.person_id if self.request.identity else None
        own = aliased(Membership)
        mine = and_(own.organisation_id == Organisation.id, own.person_id == person_id, own.until.is_(None))
        return select.outerjoin(own, mine).add_columns(own.role), 1

    def receive(self, row: Any, extras: list[tuple[Any, ...]]) -> None:
        """Keep the row and the roles."""
        super().receive(row, extras)
        self.roles = frozenset(role for (role,) in extras if role)

    def acting_roles(self) -> tuple[str, ...]:
        """The caller's roles here, the strongest first; else those on the platform."""
        own = tuple(role for role in MEMBER_ROLES if role in self.roles)
        return own or tuple(sorted(self.request.identity.roles if self.request.identity else ()))

    @property
    def title(self) -> str:  # type: ignore[override]
        """The organisation's name."""
        return self.row.name

    @property
    def __acl__(self) -> list[Any]:
        """What the matrix gives to the caller's roles here."""
        if self.request.identity is None:
            return []
        me = f"person:{self.request.identity.person_id}"
        return [(Allow, me, self.request.grants_of(role)) for role in sorted(self.roles)]


class Organisations(Collection):
    """`/portfolio/`: the organisations that one may look into. It only leads on: no title, so no place in a breadcrumb."""

    item = OrganisationNode
    permission = "atlas:organisation:view"
    needs_sign_in = True

    def rows(self) -> Select[Any]:
        """Every organisation."""
        return select(Organisation)

    def visible(self) -> Select[Any]:
        """All of them for whom the platform lets; else those in which one of the caller's roles gives the right to view."""
        if self.request.identity is None or self.request.has_permission(self.permission, self):
            return super().visible()
        roles = [role for role in self.request.registry.atlas_roles if self.permission in self.request.grants_of(role)]
        mine = select(Membership.organisation_id).where(
            Membership.person_id == self.request.identity.person_id, Membership.until.is_(None), Membership.role.in_(roles)
        )
        return self.rows().where(Organisation.id.in_(mine))


class MembershipNode(RowNode):
    """One current membership of the organisation; another organisation's is a 404."""

    model = Membership
    key = Membership.ref
    row: Membership

    @property
    def title(self) -> str:  # type: ignore[override]
        """The member's name."""
        return self.row.person.name

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return and_(Membership.organisation_id == Organisation.id, Membership.until.is_(None))


class InvitationNode(RowNode):
    """One invitation of the organisation; another organisation's is a 404."""

    model = Invitation
    key = Invitation.ref
    row: Invitation

    @property
    def title(self) -> str:  # type: ignore[override]
        """Who is invited."""
        return self.row.name

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation."""
        return Invitation.organisation_id == Organisation.id


class Invitations(Collection):
    """`/portfolio/<org>/invitations/`: whom the organisation invited to work here."""

    item = InvitationNode
    permission = "atlas:member:edit"
    title = "Invitations"

    def rows(self) -> Select[Any]:
        """The organisation's."""
        return select(Invitation).where(Invitation.organisation_id == self.above(OrganisationNode).row.id)


class Members(Collection):
    """`/portfolio/<org>/members/`: who works here, as what."""

    item = MembershipNode
    permission = "atlas:member:view"
    title = "Members"

    def rows(self) -> Select[Any]:
        """Current members of the organisation that this node hangs under."""
        above = self.__parent__
        assert isinstance(above, OrganisationNode)
        return (
            select(Membership)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.organisation_id == above.row.id, Membership.until.is_(None))
        )
