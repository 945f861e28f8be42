"""What the core registers for photos of people."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.models import PLATFORM_ADMIN
from atlasbahamas.people.photo import views
from atlasbahamas.people.photo.resources import SEE, PhotoOfPersonNode, PhotosOfPeople
from atlasbahamas.people.resources import Account
from atlasbahamas.plugins.manifest import Permission
from atlasbahamas.traversal.nodes import USE

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The photos' addresses, and the two pages on which somebody changes their own."""
    config.declare_permission(Permission(SEE, "See the photo of anybody", (PLATFORM_ADMIN,)))
    config.add_mount("photos", PhotosOfPeople)
    page = config.add_view
    page(views.show, context=PhotoOfPersonNode, name="picture", permission=SEE)
    page(views.change, context=Account, name="photo", permission=USE, accept_methods=FORM, renderer="people/photo.jinja2")
    page(views.remove, context=Account, name="remove-photo", permission=USE, accept_methods=FORM, renderer="confirm.jinja2")
