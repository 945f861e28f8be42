"""Registers the review: its pages for listers and for administrators, and what their own pages show of it."""

from __future__ import annotations

from typing import Any

from atlasbahamas.admin.resources import Admin
from atlasbahamas.files.pictures import RENDITIONS
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.listings.resources import EDIT, OwnListing, writing_roles
from atlasbahamas_plugins.listings.review import resources, services, views
from atlasbahamas_plugins.listings.review.resources import REVIEW
from atlasbahamas_plugins.listings.reviewers.services import COUNTED_UP_TO, count_waiting

FORM = ("GET", "POST")


def _admin_card(request: Any, context: Any) -> str:
    if not request.has_permission(REVIEW, context):
        return ""
    count = count_waiting(request.db, request.identity.person_id, resources.reviewing_roles(request))
    values = {"node": context, "count": count, "most": COUNTED_UP_TO}
    return slot_content(request, "listings/review_card.jinja2", values)


def _home(request: Any, context: Any) -> str:
    # Who belongs to no organisation writes no listings.
    writes = request.layout.organisations
    waits = services.what_waits_for(request.db, request.identity.person_id, writing_roles(request)) if writes else []
    reviewing = resources.reviewing_roles(request)
    count = count_waiting(request.db, request.identity.person_id, reviewing) if request.identity.roles & set(reviewing) else 0
    values = {"waits": waits, "count": count, "most": COUNTED_UP_TO}
    return slot_content(request, "listings/home.jinja2", values) if waits or count else ""


def includeme(config: Any) -> None:
    """The queue below `/admin/`, and what is done with an own listing."""
    config.add_child(Admin, "review", resources.Reviews)
    config.add_child(resources.ReviewNode, "photos", resources.ReviewPhotos)
    config.add_child(resources.ReviewNode, "documents", resources.ReviewDocuments)
    config.contribute("slot:admin", Slot(_admin_card), name="review", order=10)
    config.contribute("slot:home", Slot(_home), name="review", order=40)

    page = config.add_view
    page(views.queue, context=resources.Reviews, permission=REVIEW, renderer="listings/review_queue.jinja2")
    for rendition in (*RENDITIONS, "full"):
        page(views.photo, context=resources.ReviewPhotoNode, name=rendition, permission=REVIEW)
    page(views.document, context=resources.ReviewDocumentNode, name="file", permission=REVIEW)
    forms: tuple[tuple[Any, type, str, str, str], ...] = (
        (views.review, resources.ReviewNode, "", REVIEW, "listings/review"),
        (views.several, resources.Reviews, "several", REVIEW, "listings/review_several"),
        (views.submit, OwnListing, "submit", EDIT, "confirm"),
        (views.take_back, OwnListing, "take-back", EDIT, "confirm"),
        (views.drop_changes, OwnListing, "drop-changes", EDIT, "confirm"),
    )
    for view, node, name, permission, template in forms:
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=f"{template}.jinja2")
