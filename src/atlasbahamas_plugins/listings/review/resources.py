"""Nodes of the review, under the administration. Who does not administer is told 404 by the node above."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from atlasbahamas.files.gallery.resources import Gallery
from atlasbahamas.traversal.nodes import Collection, RowNode
from atlasbahamas_plugins.listings.versions.models import ListingDocument, ListingPhoto, ListingVersion
from atlasbahamas_plugins.listings.versions.resources import DocumentNode, VersionPhotoNode

REVIEW = "listings:listing:review"


def reviewing_roles(request: Any) -> tuple[str, ...]:
    """The roles whose holders may review."""
    return tuple(role for role in request.registry.atlas_roles if REVIEW in request.grants_of(role))


class ReviewNode(RowNode):
    """A version that is, or was, reviewed."""

    model = ListingVersion
    key = ListingVersion.ref
    row: ListingVersion

    @property
    def title(self) -> str:  # type: ignore[override]
        """The version's title."""
        return self.row.title


class Reviews(Collection):
    """`/admin/review/`: what waits for a reviewer."""

    item = ReviewNode
    permission = REVIEW
    title = "Review"

    def rows(self) -> Select[Any]:
        """Every version: whoever reviews may look back as well."""
        return select(ListingVersion)


class ReviewPhotoNode(VersionPhotoNode):
    """A photo, as the reviewer sees it."""


class ReviewPhotos(Gallery):
    """The photos of a version that is reviewed. They have no page of their own."""

    item = ReviewPhotoNode
    permission = edit_permission = REVIEW

    @property
    def subject(self) -> str:
        """The version by its title."""
        return str(self.thing.row.title)

    @property
    def may_edit(self) -> bool:
        """Nobody changes anything here."""
        return False

    def rows(self) -> Select[Any]:
        """All of the version's."""
        return select(ListingPhoto).where(ListingPhoto.version_id == self.thing.row.id)


class ReviewDocumentNode(DocumentNode):
    """A document, as the reviewer sees it."""


class ReviewDocuments(Collection):
    """The documents of a version that is reviewed. They have no page of their own."""

    item = ReviewDocumentNode
    permission = REVIEW

    def rows(self) -> Select[Any]:
        """All of the version's."""
        above = self.__parent__
        assert isinstance(above, ReviewNode)
        return select(ListingDocument).where(ListingDocument.version_id == above.row.id)
