"""Registers the offers: the form, the administrators' queue, what they are told, and the daily erasure."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.admin.resources import Admin
from atlasbahamas.notifications.categories import CATEGORIES
from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.web.layout import NavItem, Slot
from atlasbahamas_plugins.listings.offers import jobs, resources, views
from atlasbahamas_plugins.listings.offers.services import FORGET, OFFERED

FORM = ("GET", "POST")
AT_NIGHT = time(3, 50)


def includeme(config: Any) -> None:
    """`/sell/` and `/admin/offers/`."""
    config.add_mount("sell", resources.SellProperty)
    config.add_child(Admin, "offers", resources.Offers)
    config.add_gallery(resources.OfferNode, "photos", resources.OfferPhotos)
    config.contribute(CATEGORIES, OFFERED, name="offers")
    config.contribute("nav", NavItem("Sell your property", "/sell/"), name="sell", order=60)
    config.contribute("slot:admin", Slot(views.admin_card), name="offers", order=20)
    config.add_job(FORGET, jobs.forget_offers)
    config.add_schedule(FORGET, FORGET, at=AT_NIGHT)

    page = config.add_view
    page(
        views.sell,
        context=resources.SellProperty,
        permission=PUBLIC,
        accept_methods=FORM,
        # A visitor has no session and so no token; the view asks everybody else for theirs.
        require_csrf=False,
        renderer="listings/sell.jinja2",
    )
    page(views.thanks, context=resources.SellProperty, name="thanks", permission=PUBLIC, renderer="listings/sell_thanks.jinja2")
    page(views.offers, context=resources.Offers, permission=resources.VIEW, renderer="listings/offers.jinja2")
    page(views.show_offer, context=resources.OfferNode, permission=resources.VIEW, renderer="listings/offer.jinja2")
    forms = (
        (views.note, "note", "listings/offer_form"),
        (views.talk, "talk", "listings/offer_form"),
        (views.listed, "listed", "listings/offer_form"),
        (views.close, "close", "listings/offer_form"),
        (views.erase, "erase", "confirm"),
    )
    for view, name, template in forms:
        page(
            view,
            context=resources.OfferNode,
            name=name,
            permission=resources.EDIT,
            accept_methods=FORM,
            renderer=f"{template}.jinja2",
        )
