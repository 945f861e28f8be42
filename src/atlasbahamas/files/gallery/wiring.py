"""`config.add_gallery`: all that a feature says to give a thing photos."""

from __future__ import annotations

from typing import Any

from atlasbahamas.files.gallery import views
from atlasbahamas.files.gallery.resources import Gallery, PhotoNode
from atlasbahamas.files.pictures import RENDITIONS

FORM = ("GET", "POST")
POST = ("POST",)


def add_gallery(config: Any, parent: type, name: str, gallery: type[Gallery]) -> None:
    """Hang a gallery under every `parent` node as `name`, with its pages, under the permissions that its class names."""
    view, edit = gallery.permission, gallery.edit_permission
    config.add_child(parent, name, gallery)
    page = config.add_view
    page(views.photos, context=gallery, permission=view, renderer="gallery/photos.jinja2")
    page(views.add, context=gallery, name="add", permission=edit, accept_methods=FORM, renderer="gallery/photos.jinja2")
    page(views.order, context=gallery, name="order", permission=edit, accept_methods=POST)
    photo: type[PhotoNode] = gallery.item
    for rendition in (*RENDITIONS, "full"):
        page(views.show, context=photo, name=rendition, permission=view)
    page(views.edit, context=photo, name="edit", permission=edit, accept_methods=FORM, renderer="gallery/photo.jinja2")
    page(views.remove, context=photo, name="remove", permission=edit, accept_methods=FORM, renderer="confirm.jinja2")
    for verb, act in (("up", views.move_up), ("down", views.move_down), ("cover", views.cover)):
        page(act, context=photo, name=verb, permission=edit, accept_methods=POST)


def includeme(config: Any) -> None:
    """Add the directive."""
    config.add_directive("add_gallery", add_gallery, action_wrap=False)
