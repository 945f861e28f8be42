"""Pages of every gallery. The permission of each is what the feature named in its wiring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from atlasbahamas.errors import Refused
from atlasbahamas.files.gallery import services
from atlasbahamas.files.gallery.forms import CaptionForm, PhotosForm
from atlasbahamas.files.gallery.resources import Gallery, PhotoNode
from atlasbahamas.files.serving import serve_file
from atlasbahamas.web.forms import confirm_page, done, form_page


def photos(context: Gallery, request: Any) -> dict[str, Any]:
    """The photos, and for whoever may change them how to add, order and describe them."""
    return {"form": PhotosForm(request), "max_photos": services.MAX_PHOTOS}


def add(context: Gallery, request: Any) -> Any:
    """Upload photos."""
    form = PhotosForm(request)

    def submit() -> Any:
        added = services.add_photos(
            request.db,
            request.registry.atlas_store,
            context.album,
            form.photos.data,
            person_id=request.identity.person_id,
            now=request.clock.now(),
        )
        return done(request, context, _told(added))

    return form_page(request, form, {"max_photos": services.MAX_PHOTOS}, submit=submit)


def _told(added: services.Added) -> str:
    count = len(added.photos)
    words = [f"{count} photos were added." if count != 1 else "The photo was added."] if count else []
    if added.repeated:
        words.append(f"Here already: {', '.join(added.repeated)}.")
    return " ".join(words)


def order(context: Gallery, request: Any) -> HTTPSeeOther:
    """Bring the photos into the order in which they were dragged. Without JavaScript the buttons do it."""
    refs = request.POST.getall("ref")[: services.MAX_PHOTOS]
    return _press(request, context.url(), lambda: services.set_order(request.db, context.album, refs))


def show(context: PhotoNode, request: Any) -> Response:
    """The picture itself; the address ends with the rendition."""
    return serve_file(request, context.row.file, request.view_name)


def edit(context: PhotoNode, request: Any) -> Any:
    """Say what a photo shows."""
    form = CaptionForm(request, context.row)

    def submit() -> Any:
        services.set_caption(request.db, context.gallery.album, context.row, form.caption.data)
        return _back(context, request, "The words were saved.")

    return form_page(request, form, {}, submit=submit)


def move_up(context: PhotoNode, request: Any) -> HTTPSeeOther:
    """One place towards the front."""
    return _press(request, _place(context), lambda: services.move_photo(request.db, context.gallery.album, context.row, -1))


def move_down(context: PhotoNode, request: Any) -> HTTPSeeOther:
    """One place towards the end."""
    return _press(request, _place(context), lambda: services.move_photo(request.db, context.gallery.album, context.row, 1))


def cover(context: PhotoNode, request: Any) -> HTTPSeeOther:
    """Make it the first one, which stands for the thing."""
    message = "That is the cover now."
    return _press(request, _place(context), lambda: services.make_cover(request.db, context.gallery.album, context.row), message)


def remove(context: PhotoNode, request: Any) -> Any:
    """Delete a photo, after asking."""
    gallery = context.gallery

    def act() -> None:
        services.remove_photo(request.db, request.registry.atlas_store, gallery.album, context.row)

    return confirm_page(request, gallery, "Remove this photo?", act, "The photo was removed.")


def _back(context: PhotoNode, request: Any, message: str) -> HTTPSeeOther:
    request.session.flash(message)
    return HTTPSeeOther(_place(context))


def _place(context: PhotoNode) -> str:
    """The photo's place on the page of all of them."""
    return f"{context.gallery.url()}#{context.row.ref}"


def _press(request: Any, url: str, act: Callable[[], None], message: str | None = None) -> HTTPSeeOther:
    """Do what a button asks for and go back; a refusal is told there."""
    try:
        act()
    except Refused as refused:
        message = refused.message
    if message:
        request.session.flash(message)
    return HTTPSeeOther(url)
