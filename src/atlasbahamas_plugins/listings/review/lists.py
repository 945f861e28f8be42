"""The reviewers' queue."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, or_, select

from atlasbahamas.people.models import Organisation
from atlasbahamas.web.formats import local_datetime
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, text_filter
from atlasbahamas_plugins.listings.models import CATEGORIES, ON_THE_MARKET, Listing
from atlasbahamas_plugins.listings.versions.models import ListingVersion

VERSION = ListingVersion.__table__.c
KINDS = {"new": "New listing", "change": "Change of a live listing"}


def _named(typed: str) -> ColumnElement[bool]:
    lister = select(Organisation.name).where(Organisation.id == Listing.organisation_id).scalar_subquery()
    return or_(ListingVersion.title.icontains(typed, autoescape=True), lister.icontains(typed, autoescape=True))


def _kind(value: str) -> ColumnElement[bool]:
    public = Listing.state.in_(ON_THE_MARKET)
    return public if value == "change" else ~public


def _link(row: ListingVersion, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.title)


def kind_of(row: ListingVersion) -> str:
    """Whether a version is of a new listing or of one that the public knows."""
    return KINDS["change" if row.listing.state in ON_THE_MARKET else "new"]


class ReviewQueue(List):
    """What waits for a reviewer, oldest first."""

    name = "review"
    noun = ("version waits", "versions wait")
    identity = VERSION.id
    filters = (
        text_filter("q", "Title or lister", _named),
        choice_filter("kind", "What", list(KINDS.items()), _kind),
        choice_filter("category", "Category", list(CATEGORIES.items()), lambda value: Listing.category == value),
    )
    sorts = (
        Sort("waiting", "Waiting longest", (Key(VERSION.submitted, never_null=True),)),
        Sort("waiting-down", "Newest first", (Key(VERSION.submitted, descending=True, never_null=True),)),
        Sort("title", "Title", (Key(VERSION.title),)),
        Sort("title-down", "Title, Z to A", (Key(VERSION.title, descending=True),)),
    )
    columns = (
        Column("title", "Listing", _link, lambda row: row.title, sort="title"),
        Column("kind", "What", lambda row, node: kind_of(row), kind_of),
        Column(
            "lister",
            "Lister",
            lambda row, node: row.listing.organisation.name,
            lambda row: row.listing.organisation.name,
        ),
        Column(
            "submitted",
            "Waiting since",
            lambda row, node: local_datetime(row.submitted),
            lambda row: local_datetime(row.submitted),
            sort="waiting",
        ),
    )
