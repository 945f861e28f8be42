"""Pages of one's own data. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Person
from atlasbahamas.people.resources import Account
from atlasbahamas.personal import services
from atlasbahamas.personal.archive import archive
from atlasbahamas.personal.forms import EraseForm
from atlasbahamas.security.limits import ERASE_BY_PERSON, EXPORT_BY_PERSON, hit
from atlasbahamas.security.passwords import verify_password
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import form_page

NOT_THE_PASSWORD = Refused("That is not your password.", "password")


def data(context: Account, request: Any) -> dict[str, Any]:
    """What can be done with one's own data."""
    return {"alone": services.owned_alone(request.db, _me(request))}


def export(context: Account, request: Any) -> Response:
    """Everything about me, as a file."""
    hit(request, EXPORT_BY_PERSON, str(request.identity.person_id))
    now = request.clock.now()
    tables = services.export_person(request.db, request.registry.atlas_personal, _me(request))
    files = services.files_of(request.db, request.registry.atlas_store, _me(request))
    response = Response(body=archive(tables, files, now=now), content_type="application/zip")
    response.content_disposition = f'attachment; filename="atlasbahamas-{now.date().isoformat()}.zip"'
    return response


def erase(context: Account, request: Any) -> Any:
    """Erase me, after asking for the password."""
    form = EraseForm(request)
    person = _me(request)

    def submit() -> Any:
        hit(request, ERASE_BY_PERSON, str(person.id))
        if not verify_password(person.password, form.password.data):
            raise NOT_THE_PASSWORD
        registry = request.registry
        services.erase_person(request.db, registry.atlas_store, registry.atlas_personal, person, now=request.clock.now())
        request.session.invalidate()
        return HTTPSeeOther(request.resource_path(request.root, "goodbye"))

    values = {"alone": services.owned_alone(request.db, person), "cancel": context.url("data")}
    return form_page(request, form, values, submit=submit)


def goodbye(context: Root, request: Any) -> dict[str, Any]:
    """The last page that somebody sees who erased their account."""
    request.share()
    return {}


def _me(request: Any) -> Person:
    person: Person = request.db.get_one(Person, request.identity.person_id)
    return person
