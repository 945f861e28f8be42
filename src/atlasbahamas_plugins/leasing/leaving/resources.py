"""Nodes of moving out, below a lease at either of its addresses. Tenants find deductions there once the statement was sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from atlasbahamas.files.gallery.resources import Gallery, PhotoNode
from atlasbahamas.traversal.nodes import Collection, Node, RowNode
from atlasbahamas_plugins.leasing.leaving.models import Deduction, DeductionPhoto, Statement
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import EDIT, VIEW, AnyLease, LeaseNode

SENT = exists().where(Statement.lease_id == Deduction.lease_id)
"""Whether the statement of a deduction was sent."""


class MoveOutNode(Node):
    """`.../leases/<ref>/move-out/`."""

    title = "Move-out"


class DeductionNode(RowNode):
    """Something that is taken from the deposits of the lease above."""

    model = Deduction
    key = Deduction.ref
    row: Deduction

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By lease."""
        return Deduction.lease_id == Lease.id

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """At home only what was sent."""
        return (select if isinstance(self.above(AnyLease), LeaseNode) else select.where(SENT)), 0

    @property
    def title(self) -> str:  # type: ignore[override]
        """For what."""
        return self.row.words


class Deductions(Collection):
    """`.../move-out/deductions/`. It only leads on; the page of the move-out lists them."""

    item = DeductionNode
    permission = VIEW
    title = "Deductions"

    def rows(self) -> Select[Any]:
        """All of the lease's; at home only what was sent."""
        above = self.above(AnyLease)
        mine = select(Deduction).where(Deduction.lease_id == above.row.id)
        return mine if isinstance(above, LeaseNode) else mine.where(SENT)


class DeductionPhotoNode(PhotoNode):
    """A photo of the deduction above."""

    model = DeductionPhoto
    key = DeductionPhoto.ref


class DeductionPhotos(Gallery):
    """Photos of one deduction, to be changed until the statement is sent."""

    item = DeductionPhotoNode
    permission, edit_permission = VIEW, EDIT

    def changeable(self) -> ColumnElement[bool]:
        """As long as it was not sent."""
        return ~SENT

    @property
    def may_edit(self) -> bool:
        """Whether the caller may change them now."""
        unsent = select(Deduction.id).where(Deduction.id == self.thing.row.id, ~SENT)
        return super().may_edit and self.request.db.scalar(unsent) is not None
