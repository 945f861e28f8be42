"""Nodes of leases. Under an organisation another one's is a 404, and so is one that a limited member does not reach; under
`/home/` so is every lease by which the caller is not bound.
"""

from __future__ import annotations

from typing import Any

from pyramid.authorization import Allow
from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import defaultload, joinedload, lazyload

from atlasbahamas.db.statements import among
from atlasbahamas.people.models import Organisation
from atlasbahamas.people.resources import Limitable, LimitableList
from atlasbahamas.traversal.nodes import CALLER, USE, Collection, RowNode
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.limits.services import reaches_unit
from atlasbahamas_plugins.portfolio.models import Property, Unit
from atlasbahamas_plugins.portfolio.resources import Properties, organisation_above

VIEW = "leasing:lease:view"
EDIT = "leasing:lease:edit"
SIGN = "leasing:lease:sign"
"""Signing a lease as one of its parties. No role gives it."""

ANSWER = "leasing:lease:answer"
"""What a tenant does about their own home: give notice, answer. No role gives it."""

SHOWN_TO_PARTIES = ("sent", *BINDING)
"""States in which a lease is shown to those whom it binds, or is to bind."""


def editing_roles(request: Any) -> tuple[str, ...]:
    """The roles whose members look after leases, and are told what tenants do."""
    return tuple(role for role in request.registry.atlas_roles if EDIT in request.grants_of(role))


class AnyLease(RowNode):
    """A lease, at either of its addresses: what those who let it and those who live there both see hangs below this."""

    model = Lease
    key = Lease.ref
    row: Lease

    @property
    def title(self) -> str:  # type: ignore[override]
        """The home."""
        unit = self.row.unit
        return f"{unit.label}, {unit.property.name}"


class LeaseNode(AnyLease, Limitable):
    """`/portfolio/<org>/leases/<ref>/`: a lease of the organisation above, in any state."""

    is_alike = True

    @classmethod
    def reached_by(cls, limit_id: Any) -> ColumnElement[bool]:
        """By the property of the unit."""
        return reaches_unit(limit_id, Lease.unit_id)

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By organisation: a lease is its organisation's, whoever has the property now."""
        return Lease.organisation_id == Organisation.id


class Leases(LimitableList, Collection):
    """`/portfolio/<org>/leases/`."""

    item = LeaseNode
    permission = VIEW
    also = (EDIT,)
    title = "Leases"

    def rows(self) -> Select[Any]:
        """All of the organisation's."""
        return select(Lease).where(Lease.organisation_id == organisation_above(self).row.id)


class PropertiesLet(Properties):
    """The properties whose leases the caller may see: to choose from, where something of leases is shown by property.

    It has no address of its own.
    """

    permission = VIEW


class MyLease(AnyLease):
    """`/home/leases/<ref>/`: a lease that binds the caller, who is one of its parties; nobody else finds it here.

    All may look and sign; a guarantor answers nothing about a home that is not theirs. The lease itself has dates, so a former
    tenant keeps what was theirs.
    """

    is_alike = True
    party: LeaseParty

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Keep to those who are bound, and say as what."""
        query = select.join(LeaseParty, LeaseParty.lease_id == Lease.id).join(LeaseParty.contact)
        # Every page under here says from whom the home is rented, and none where it lies or who the caller is.
        home = defaultload(Lease.unit).defaultload(Unit.property).lazyload(Property.settlement)
        query = query.options(joinedload(Lease.organisation), home, lazyload(LeaseParty.contact))
        return query.where(Contact.person_id == CALLER, among(Lease.state, SHOWN_TO_PARTIES)).add_columns(LeaseParty), 1

    def receive(self, row: Any, extras: list[tuple[Any, ...]]) -> None:
        """Keep the lease, and as what the caller is bound."""
        super().receive(row, extras)
        self.party = extras[0][0]

    @property
    def __acl__(self) -> list[Any]:
        """Looking and signing for everybody who is bound, answering for those who live there."""
        me = f"person:{self.request.identity.person_id}"
        return [(Allow, me, {VIEW, SIGN} if self.party.role == "guarantor" else {VIEW, SIGN, ANSWER})]


class MyLeases(Collection):
    """`/home/leases/`: the leases that bind the caller. They are listed at `/home/`."""

    item = MyLease
    permission = USE

    def rows(self) -> Select[Any]:
        """The caller's own; who is not signed in has none."""
        identity = self.request.identity
        mine = false() if identity is None else Contact.person_id == identity.person_id
        bound = select(LeaseParty.lease_id).join(Contact, Contact.id == LeaseParty.contact_id).where(mine).distinct()
        # They are found first: SQLite would walk all leases that are in such a state.
        found = bound.cte("bound").prefix_with("MATERIALIZED")
        return select(Lease).join(found, found.c.lease_id == Lease.id).where(among(Lease.state, SHOWN_TO_PARTIES))

    def node_as(self, row: Lease, party: LeaseParty) -> MyLease:
        """The child for a lease that is loaded already, with the party that the caller is."""
        node = self.node_of(row)
        assert isinstance(node, MyLease)
        node.party = party
        return node
