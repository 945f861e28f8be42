"""Pages of a property's owners."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.portfolio.contacts.resources import VIEW as SEE_CONTACTS
from atlasbahamas_plugins.portfolio.contacts.services import contact_choices
from atlasbahamas_plugins.portfolio.owners import services
from atlasbahamas_plugins.portfolio.owners.forms import owners_form, wants_more
from atlasbahamas_plugins.portfolio.owners.lists import ShareList
from atlasbahamas_plugins.portfolio.owners.resources import Owners
from atlasbahamas_plugins.portfolio.resources import PropertyNode, organisation_above


def owners(context: Owners, request: Any) -> Any:
    """Who owns the property today, and everybody before and after."""
    above = context.above(PropertyNode).row
    today = services.owners_on(request.db, above, request.clock.today())
    return ShareList(request, context.shares(), node=context).answer(property=above, current=today)


def change_owners(context: Owners, request: Any) -> Any:
    """Say who owns the property from a day on."""
    above = context.above(PropertyNode).row
    current = services.owners_on(request.db, above, request.clock.today())
    known = current.shares if current else []
    values: dict[str, Any] = {"starts": request.clock.today(), "share_0": None if known else 10_000}
    for at, share in enumerate(known):
        values |= {f"contact_{at}": str(share.contact_id), f"share_{at}": share.hundredths}
    # Whoever is limited to some properties is not told of the owners of the others.
    everybody = organisation_above(context).gives_everywhere(SEE_CONTACTS)
    choosable = None if everybody else services.ever_owners(request.db, above)
    choices = contact_choices(request.db, above.organisation_id, known=choosable)
    form = owners_form(request, len(known) + 1, choices, **values)
    page = {"property": above, "cancel": context.url()}
    if wants_more(request):
        return {**page, "form": form}

    def submit() -> Any:
        person_id, now = request.identity.person_id, request.clock.now()
        starts, shares = form.starts.data, form.shares()
        services.set_owners(request.db, above, starts, shares, person_id=person_id, now=now, known=choosable)
        return done(request, context, "The owners were saved.")

    return form_page(request, form, page, submit=submit)
