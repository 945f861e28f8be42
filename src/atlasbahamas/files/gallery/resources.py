"""The nodes of a gallery: `<thing>/photos/` and `<thing>/photos/<ref>/`. Who may look is what the feature says in its wiring."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, select

from atlasbahamas.files.gallery.services import Album, owner_column, photos_of
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal.nodes import Collection, RowNode


class PhotoNode(RowNode):
    """One photo of the thing above. A feature's own class names `model` (made of PhotoColumns) and `key`."""

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By the column that is named after the thing."""
        return owner_column(self.model) == above.id  # type: ignore[no-any-return]

    @property
    def gallery(self) -> Gallery:
        """The photos that this is one of."""
        return self.above(Gallery)

    @property
    def alt(self) -> str:
        """What the photo shows, for those who do not see it: its caption, or else which one it is."""
        return self.row.caption or f"Photo {self.row.position} of {self.gallery.subject}"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The same, as a heading."""
        return self.alt


class Gallery(Collection):
    """The photos of the thing above. A feature's own class names `item`, and who may look (`permission`) and change them."""

    item: ClassVar[type[PhotoNode]]
    edit_permission: ClassVar[str]
    title = "Photos"

    @property
    def thing(self) -> RowNode:
        """What the photos are of."""
        above = self.__parent__
        assert isinstance(above, RowNode)
        return above

    @property
    def album(self) -> Album:
        """What the services are told of these photos."""
        above = [node for node in self.lineage() if isinstance(node, OrganisationNode)]
        return Album(self.item.model, self.thing.row, above[-1].row.id if above else None, self.changeable())

    def changeable(self) -> ColumnElement[bool] | None:
        """A test of the thing's row for whether its photos may be changed; None: always."""
        return None

    @property
    def subject(self) -> str:
        """What the photos show, as headings and descriptions say it."""
        return self.thing.title

    @property
    def may_edit(self) -> bool:
        """Whether the caller may change them."""
        return bool(self.request.has_permission(self.edit_permission, self))

    def rows(self) -> Select[Any]:
        """All of the thing's: who may look at one may look at all."""
        return select(self.item.model).where(owner_column(self.item.model) == self.thing.row.id)

    @cached_property
    def photos(self) -> list[PhotoNode]:
        """A node for each photo, the cover first. One query."""
        nodes = [self.node_of(row) for row in photos_of(self.request.db, self.album)]
        return [node for node in nodes if isinstance(node, PhotoNode)]
