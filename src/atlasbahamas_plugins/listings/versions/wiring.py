"""Registers the versions of a listing: below the listing for those who write it, and what of them is public."""

from __future__ import annotations

from typing import Any

from atlasbahamas.files.pictures import RENDITIONS
from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas_plugins.listings.resources import EDIT, VIEW, OwnListing, PublicListing
from atlasbahamas_plugins.listings.versions import resources, views

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """Nodes, galleries and pages."""
    config.add_child(OwnListing, "versions", resources.Versions)
    config.add_gallery(resources.VersionNode, "photos", resources.VersionPhotos)
    config.add_child(resources.VersionNode, "documents", resources.VersionDocuments)
    config.add_child(PublicListing, "photos", resources.PublicPhotos)

    page = config.add_view
    page(views.versions, context=resources.Versions, permission=VIEW)
    page(views.show_version, context=resources.VersionNode, permission=VIEW, renderer="listings/version.jinja2")
    page(views.documents, context=resources.VersionDocuments, permission=EDIT, renderer="listings/documents.jinja2")
    page(views.document, context=resources.DocumentNode, name="file", permission=EDIT)
    for rendition in (*RENDITIONS, "full"):
        page(views.public_photo, context=resources.PublicPhotoNode, name=rendition, permission=PUBLIC)
    forms: tuple[tuple[Any, type, str, str], ...] = (
        (views.revise, OwnListing, "revise", "confirm"),
        (views.take_photos, resources.VersionNode, "take-photos", "confirm"),
        (views.add_documents, resources.VersionDocuments, "add", "listings/documents"),
        (views.remove_document, resources.DocumentNode, "remove", "confirm"),
    )
    for view, node, name, template in forms:
        page(view, context=node, name=name, permission=EDIT, accept_methods=FORM, renderer=f"{template}.jinja2")
