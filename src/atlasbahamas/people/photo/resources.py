"""Nodes of people's photos. Who may not see a person is told 404."""

from __future__ import annotations

from typing import Any

from pyramid.authorization import Allow
from sqlalchemy import ColumnElement, Select, false, or_, select

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import Membership
from atlasbahamas.people.photo.models import PersonPhoto
from atlasbahamas.traversal.nodes import Collection, RowNode

SEE = "atlas:photo:view"


def _may_see(person_id: int | None) -> ColumnElement[bool]:
    """Photos of the person themselves, and of who is a member of one of their organisations today."""
    if person_id is None:
        return false()
    mine, theirs = alias_of(Membership, "mine"), alias_of(Membership, "theirs")
    colleagues = (
        select(theirs.person_id)
        .join(mine, mine.organisation_id == theirs.organisation_id)
        .where(mine.person_id == person_id, mine.until.is_(None), theirs.until.is_(None))
    )
    return or_(PersonPhoto.person_id == person_id, PersonPhoto.person_id.in_(colleagues))


class PhotoOfPersonNode(RowNode):
    """`/photos/<ref>/`: the photo of somebody: for themselves, for whom they work with, and for administrators."""

    model = PersonPhoto
    key = PersonPhoto.ref
    concealed_by = SEE
    row: PersonPhoto

    def __init__(self, *where: Any) -> None:
        super().__init__(*where)
        self.known = False

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Add whether the caller may see this person."""
        return select.add_columns(_may_see(_caller(self.request))), 1

    def receive(self, row: Any, extras: list[tuple[Any, ...]]) -> None:
        """Keep the row, and whether the caller may see it."""
        super().receive(row, extras)
        self.known = bool(extras[0][0])

    @property
    def __acl__(self) -> list[Any]:
        """Who knows the person may look."""
        return [(Allow, f"person:{_caller(self.request)}", SEE)] if self.known else []


class PhotosOfPeople(Collection):
    """`/photos/`: it has no page of its own; lists of people point below it."""

    item = PhotoOfPersonNode
    permission = SEE
    needs_sign_in = True

    def rows(self) -> Select[Any]:
        """Everybody's."""
        return select(PersonPhoto)

    def visible(self) -> Select[Any]:
        """All of them for whom the platform lets; else one's own and those of people one works with."""
        if self.request.has_permission(self.permission, self):
            return super().visible()
        return self.rows().where(_may_see(_caller(self.request)))


def _caller(request: Any) -> int | None:
    return request.identity.person_id if request.identity else None
