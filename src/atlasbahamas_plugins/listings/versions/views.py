"""Pages of a listing's versions: photos, documents, and how it was worded before."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from atlasbahamas.files.serving import ASK, SHARE, serve_file
from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import Form, confirm_page, done, form_page
from atlasbahamas_plugins.listings.resources import OwnListing
from atlasbahamas_plugins.listings.versions import services
from atlasbahamas_plugins.listings.versions.forms import PapersForm
from atlasbahamas_plugins.listings.versions.models import STATES, TONES
from atlasbahamas_plugins.listings.versions.resources import (
    DocumentNode,
    PublicPhotoNode,
    VersionDocuments,
    VersionNode,
    VersionPhotos,
    Versions,
)


def versions(context: Versions, request: Any) -> HTTPSeeOther:
    """They stand on the listing's own page."""
    assert context.__parent__ is not None
    return HTTPSeeOther(f"{context.__parent__.url()}#versions")


def show_version(context: VersionNode, request: Any) -> dict[str, Any]:
    """One version as it was worded, with what was decided about it."""
    return {
        "version": context.row,
        "state_badge": badge(STATES[context.row.state], TONES[context.row.state]),
        "listing": context.above(OwnListing),
    }


def revise(context: OwnListing, request: Any) -> Any:
    """Begin to change the photos or documents of a listing that the public sees, after asking."""

    def submit() -> Any:
        version = services.revise_listing(request.db, context.row, now=request.clock.now())
        node = Versions(request, context, "versions").node_of(version)
        request.session.flash("Change the photos here. The public sees them when they are approved.")
        return HTTPSeeOther(node.url("photos", ""))

    form = Form(request)
    heading = "Begin a new version? What the public sees stays until it is approved."
    return form_page(request, form, {"heading": heading, "cancel": context.url(), "subject": context.title}, submit=submit)


def take_photos(context: VersionNode, request: Any) -> Any:
    """Begin the photos with those of the unit, after asking."""
    return confirm_page(
        request,
        VersionPhotos(request, context, "photos"),
        "Take the photos of the unit?",
        lambda: services.take_photos(request.db, context.row, now=request.clock.now()),
        "The unit's photos are in. Put them in order, and remove what you do not want.",
    )


def documents(context: VersionDocuments, request: Any) -> dict[str, Any]:
    """The documents, and how to add some."""
    return {"form": PapersForm(request), "papers": _papers(context, request)}


def add_documents(context: VersionDocuments, request: Any) -> Any:
    """Upload documents."""
    form = PapersForm(request)

    def submit() -> Any:
        services.add_documents(
            request.db,
            request.registry.atlas_store,
            context.above(VersionNode).row,
            form.documents.data,
            person_id=request.identity.person_id,
            now=request.clock.now(),
        )
        return done(request, context, "The documents are in. Only you and the reviewer see them.")

    return form_page(request, form, {"papers": _papers(context, request)}, submit=submit)


def document(context: DocumentNode, request: Any) -> Response:
    """The document itself."""
    return serve_file(request, context.row.file, cache=ASK)


def remove_document(context: DocumentNode, request: Any) -> Any:
    """Delete a document, after asking."""
    above = context.above(VersionDocuments)
    version = context.above(VersionNode).row

    def act() -> None:
        services.remove_document(request.db, request.registry.atlas_store, version, context.row)

    return confirm_page(request, above, "Remove this document?", act, "The document was removed.")


def public_photo(context: PublicPhotoNode, request: Any) -> Response:
    """A photo of a live listing; the address ends with the rendition."""
    return serve_file(request, context.row.file, request.view_name, cache=SHARE)


def _papers(context: VersionDocuments, request: Any) -> list[Any]:
    return [context.node_of(row) for row in services.documents_of(request.db, context.above(VersionNode).row)]
