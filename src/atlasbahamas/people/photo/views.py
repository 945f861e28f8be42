"""Pages of one's own photo, and the photo itself."""

from __future__ import annotations

from typing import Any

from pyramid.response import Response

from atlasbahamas.files.serving import serve_file
from atlasbahamas.people.models import Person
from atlasbahamas.people.photo import services
from atlasbahamas.people.photo.forms import PhotoForm
from atlasbahamas.people.photo.resources import PhotoOfPersonNode
from atlasbahamas.people.resources import Account
from atlasbahamas.web.forms import confirm_page, done, form_page


def show(context: PhotoOfPersonNode, request: Any) -> Response:
    """The picture."""
    return serve_file(request, context.row.file)


def change(context: Account, request: Any) -> Any:
    """Choose a photo, in the place of the one before."""
    form = PhotoForm(request)

    def submit() -> Any:
        (upload,) = form.photo.data
        services.set_photo(request.db, request.registry.atlas_store, _me(request), upload, now=request.clock.now())
        return done(request, context, "Your photo was saved.")

    return form_page(request, form, {"name": request.identity.name, "photo": request.identity.photo}, submit=submit)


def remove(context: Account, request: Any) -> Any:
    """Take the photo away, after asking."""
    return confirm_page(
        request,
        context,
        "Remove your photo?",
        lambda: services.remove_photo(request.db, request.registry.atlas_store, _me(request)),
        "Your photo was removed.",
    )


def _me(request: Any) -> Person:
    person: Person = request.db.get_one(Person, request.identity.person_id)
    return person
