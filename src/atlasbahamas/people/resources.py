"""Nodes of the core: the account, the home page, the organisations and their members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pyramid.authorization import Allow
from sqlalchemy import ColumnElement, Select, and_, false, literal, select

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import MEMBER_ROLES, Invitation, Membership, Organisation, Person
from atlasbahamas.traversal.nodes import CALLER, Collection, Listed, Node, RowNode

UNLIMITED = frozenset({"atlas:organisation:view"})
"""What a limited member may do in the organisation itself: open its front page, which shows them the way to what they may see."""


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

    Its ACL comes from the caller's memberships, which the resolver brings along. A stranger is told 404, and so is a limited
    member of what the limit does not reach. `everywhere` are the roles without a limit; `roles` those that count on this path,
    below a Limitable also limited ones that reach it; `limited_roles` are those that count nowhere but on a LimitableList.
    """

    model = Organisation
    key = Organisation.ref
    is_alike = True
    concealed_by = "atlas:organisation:view"
    row: Organisation

    def __init__(self, request: Any, parent: Node | None = None, name: str = "") -> None:
        super().__init__(request, parent, name)
        self.roles: frozenset[str] = frozenset()
        self.everywhere: frozenset[str] = frozenset()
        self.limited_roles: frozenset[str] = frozenset()
        self.own = alias_of(Membership, "own")
        self._held: list[tuple[str | None, bool]] = []

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Add the caller's current roles here; one row of the answer for each."""
        own = self.own
        mine = and_(own.organisation_id == Organisation.id, own.person_id == CALLER, own.until.is_(None))
        return select.outerjoin(own, mine).add_columns(own.role, own.limit_id), 2

    def receive(self, row: Any, extras: list[tuple[Any, ...]]) -> None:
        """Keep the row and the roles."""
        super().receive(row, extras)
        self._held = [(role, limit_id is not None) for role, limit_id in extras]
        self.everywhere = frozenset(role for role, limited in self._held if role and not limited)
        self.roles = self.everywhere
        self.limited_roles = frozenset(role for role, limited in self._held if role and limited)

    def pass_limits(self, reached: Sequence[bool]) -> None:
        """The path leads on to a row that the limits of some of the caller's memberships reach: `reached`, for each in turn."""
        held = zip(self._held, reached, strict=True)
        self.roles |= {role for (role, limited), there in held if role and limited and there}
        self.limited_roles = frozenset()

    def gives_everywhere(self, permission: str) -> bool:
        """Whether the caller may do this in all of the organisation: by a role without a limit, or by one on the platform."""
        of_roles = any(permission in self.request.grants_of(role) for role in self.everywhere)
        return of_roles or bool(self.request.has_permission(permission, self.request.root))

    def acting_roles(self) -> tuple[str, ...]:
        """The caller's roles here, the strongest first; else those on the platform."""
        own = tuple(role for role in MEMBER_ROLES if role in self.roles | self.limited_roles)
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
        whole = [(Allow, me, self.request.grants_of(role)) for role in sorted(self.roles)]
        return [*whole, *[(Allow, me, self.request.grants_of(role) & UNLIMITED) for role in sorted(self.limited_roles)]]


class Limitable(RowNode):
    """A row under an organisation that a limited member reaches only where the limit does; of others they are told 404.

    What hangs below it needs to say nothing.
    """

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """Whether a limit (a column of the query around it) reaches this row."""
        raise LookupError(f"{cls.__name__} does not say which limits reach it")

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Add whether the limit of each of the caller's memberships reaches the row."""
        select, width = super().extend(select)
        return select.add_columns(self.reached_by(self.above(OrganisationNode).own.limit_id)), width + 1

    def receive(self, row: Any, extras: list[tuple[Any, ...]]) -> None:
        """Keep the row; the organisation learns which roles count here."""
        super().receive(row, [columns[:-1] for columns in extras])
        self.above(OrganisationNode).pass_limits([bool(columns[-1]) for columns in extras])


class LimitableList(Listed):
    """A list under an organisation of which a limited member sees those rows that the limit reaches.

    A list that is no LimitableList, and does not hang below a Limitable, is closed to them. `also` are permissions that their
    roles may give on the list itself, beside looking: for pages that keep to the rows that `allowed` gives for them.
    """

    also: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """Whether a limit (a column of the query around it) reaches a row; where the rows have addresses here, they say it."""
        item: type[Limitable] = cls.item  # type: ignore[attr-defined]
        return item.reached_by(limit_id)

    @property
    def __acl__(self) -> list[Any]:
        """What limited roles give here."""
        above, identity = self.above(OrganisationNode), self.request.identity
        if identity is None:
            return []
        here = {self.permission, *self.also}
        me = f"person:{identity.person_id}"
        return [(Allow, me, self.request.grants_of(role) & here) for role in sorted(above.limited_roles)]

    def allowed(self, permission: str) -> Select[Any]:
        """The rows with which the caller may do this: all of them, or those that a limit reaches."""
        above, query = self.above(OrganisationNode), super().allowed(permission)
        return query if above.gives_everywhere(permission) else query.where(self._within(above, permission))

    def _within(self, above: OrganisationNode, permission: str) -> ColumnElement[bool]:
        """Whether a limit of the caller, with a role that gives the permission, reaches the row."""
        if self.request.identity is None:
            return false()
        own = alias_of(Membership, "own")
        roles = [role for role in self.request.registry.atlas_roles if permission in self.request.grants_of(role)]
        mine = (own.organisation_id == above.row.id, own.person_id == self.request.identity.person_id, own.until.is_(None))
        limited = select(literal(1)).where(*mine, own.role.in_(roles), own.limit_id.is_not(None), self.reached_by(own.limit_id))
        return limited.correlate_except(own).exists()


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
