"""Nodes of a listing's versions: for whoever lists it, and what of the approved one is public."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from atlasbahamas.db.statements import is_one_of
from atlasbahamas.files.gallery.resources import Gallery, PhotoNode
from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.resources import EDIT, VIEW, PublicListing
from atlasbahamas_plugins.listings.versions.models import ListingDocument, ListingPhoto, ListingVersion


class VersionNode(RowNode):
    """One version of the listing above."""

    model = ListingVersion
    key = ListingVersion.ref
    row: ListingVersion

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By listing."""
        return ListingVersion.listing_id == Listing.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """Which one it is."""
        return f"Version {self.row.number}"


class Versions(Collection):
    """`/portfolio/<org>/listings/<key>/versions/`: all of a listing's; the listing's own page shows them."""

    item = VersionNode
    permission = VIEW

    def rows(self) -> Select[Any]:
        """All of the listing's."""
        above = self.__parent__
        assert isinstance(above, RowNode)
        return select(ListingVersion).where(ListingVersion.listing_id == above.row.id)


class VersionPhotoNode(PhotoNode):
    """A photo of the version above."""

    model = ListingPhoto
    key = ListingPhoto.ref


class VersionPhotos(Gallery):
    """Photos of one version. Whoever may write listings changes them as long as the version is a draft."""

    item = VersionPhotoNode
    permission, edit_permission = VIEW, EDIT

    @property
    def subject(self) -> str:
        """The version by its title."""
        return str(self.thing.row.title)

    @property
    def may_edit(self) -> bool:
        """Whether the caller may change them now."""
        return super().may_edit and self.thing.row.state == "draft"

    def changeable(self) -> ColumnElement[bool]:
        """Only a draft's."""
        return ListingVersion.state == "draft"


class DocumentNode(RowNode):
    """A document of the version above."""

    model = ListingDocument
    key = ListingDocument.ref
    row: ListingDocument

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By version."""
        return ListingDocument.version_id == ListingVersion.id

    @property
    def title(self) -> str:  # type: ignore[override]
        """The file's name."""
        return self.row.file.name


class VersionDocuments(Collection):
    """Documents of one version, for those who write listings and for the reviewer; nobody else sees them."""

    item = DocumentNode
    permission = EDIT
    title = "Documents"

    def rows(self) -> Select[Any]:
        """All of the version's."""
        above = self.__parent__
        assert isinstance(above, RowNode)
        return select(ListingDocument).where(ListingDocument.version_id == above.row.id)

    @property
    def may_edit(self) -> bool:
        """Whether they can be changed now: the caller may, or would not be here."""
        above = self.__parent__
        assert isinstance(above, RowNode)
        return bool(above.row.state == "draft")


class PublicPhotoNode(PhotoNode):
    """A photo that everybody may see: one of the approved version of the live listing above."""

    model = ListingPhoto
    key = ListingPhoto.ref

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """By the version that was approved."""
        approved = select(ListingVersion.id).where(
            ListingVersion.listing_id == Listing.id, is_one_of(ListingVersion.state, "approved")
        )
        return ListingPhoto.version_id.in_(approved)


class PublicPhotos(Gallery):
    """`/listings/<key>/photos/`: the photos of a live listing. They have no page of their own."""

    item = PublicPhotoNode
    permission, edit_permission = PUBLIC, EDIT

    def rows(self) -> Select[Any]:
        """Those of the approved version."""
        above = self.__parent__
        assert isinstance(above, PublicListing)
        mine = and_(ListingVersion.listing_id == above.row.id, is_one_of(ListingVersion.state, "approved"))
        return select(ListingPhoto).join(ListingVersion, ListingVersion.id == ListingPhoto.version_id).where(mine)

    @cached_property
    def photos(self) -> list[PhotoNode]:
        """A node for each photo, the cover first. One query."""
        nodes = [self.node_of(row) for row in self.request.db.scalars(self.rows().order_by(ListingPhoto.position))]
        return [node for node in nodes if isinstance(node, PhotoNode)]


def photos_under(parent: VersionNode) -> VersionPhotos:
    """The photos of a version, as a page of another node shows them."""
    return VersionPhotos(parent.request, parent, "photos")


def version_under(listing: RowNode, row: ListingVersion) -> VersionNode:
    """The node of a listing's version, under the listing's."""
    node = Versions(listing.request, listing, "versions").node_of(row)
    assert isinstance(node, VersionNode)
    return node
