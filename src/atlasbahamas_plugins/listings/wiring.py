"""The only place where the listings register anything."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.web.layout import NavItem, Slot, slot_content
from atlasbahamas_plugins.listings import jobs, resources, services, views
from atlasbahamas_plugins.listings.models import PERIODS
from atlasbahamas_plugins.portfolio.handover.events import PROPERTY_HANDED_OVER
from atlasbahamas_plugins.portfolio.places.events import PLACE_RENAMED
from atlasbahamas_plugins.portfolio.resources import UnitNode
from atlasbahamas_plugins.portfolio.services import island_choices

VIEW, EDIT = resources.VIEW, resources.EDIT
FORM = ("GET", "POST")
PARTS = ("versions", "telling", "review", "reviewers", "let", "several", "offers", "vehicles")


def _front(request: Any, context: Any) -> str:
    values = {"newest": services.newest_listings(request.db), "periods": PERIODS}
    return slot_content(request, "listings/front.jinja2", values)


def _front_search(request: Any, context: Any) -> str:
    return slot_content(request, "listings/front_search.jinja2", {"islands": island_choices(request.db)})


def _organisation_card(request: Any, context: Any) -> str:
    return slot_content(request, "listings/organisation_card.jinja2", {"node": context})


def includeme(config: Any) -> None:
    """The public catalogue, an organisation's listings, and what the core's pages show of them."""
    config.add_mount("listings", resources.Catalogue)
    config.add_child(OrganisationNode, "listings", resources.OwnListings)
    config.add_job("listings.index_places", jobs.index_places)
    config.contribute(PLACE_RENAMED, services.WordsOfPlaces(), name="words")
    config.contribute(PROPERTY_HANDED_OVER, services.WithdrawnWithTheProperty(), name="withdraw")
    config.contribute("nav", NavItem("Homes to rent", "/listings/"), name="catalogue", order=10)
    config.contribute("slot:front-search", Slot(_front_search), name="search", order=10)
    config.contribute("slot:front", Slot(_front), name="newest", order=10)
    config.contribute("slot:organisation", Slot(_organisation_card), name="listings", order=60)

    for part in PARTS:
        config.include(f"atlasbahamas_plugins.listings.{part}.wiring")

    page = config.add_view
    page(views.catalogue, context=resources.Catalogue, permission=PUBLIC, renderer="listings/catalogue.jinja2")
    page(
        views.show_listing,
        context=resources.PublicListing,
        permission=PUBLIC,
        renderer="listings/listing.jinja2",
    )
    page(views.picture, context=resources.PublicListing, name="picture.svg", permission=PUBLIC)
    page(views.picture, context=resources.OwnListing, name="picture.svg", permission=VIEW)
    page(
        views.own_listings,
        context=resources.OwnListings,
        permission=VIEW,
        renderer="listings/own_listings.jinja2",
    )
    page(views.show_own, context=resources.OwnListing, permission=VIEW, renderer="listings/own_listing.jinja2")
    forms = (
        (views.draft, UnitNode, "list", "form"),
        (views.edit, resources.OwnListing, "edit", "form"),
        (views.resume, resources.OwnListing, "resume", "confirm"),
        (views.pause, resources.OwnListing, "pause", "confirm"),
        (views.withdraw, resources.OwnListing, "withdraw", "confirm"),
    )
    for view, node, name, template in forms:
        page(
            view,
            context=node,
            name=name,
            permission=EDIT,
            accept_methods=FORM,
            renderer="confirm.jinja2" if template == "confirm" else f"listings/{template}.jinja2",
        )
