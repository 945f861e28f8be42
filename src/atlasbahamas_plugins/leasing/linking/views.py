"""What pages of links have in common: links shown once, the way back for one that is over, tries that are counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from limits import RateLimitItemPerMinute
from pyramid.httpexceptions import HTTPSeeOther
from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.security.limits import hit, hit_by_address
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.web.forms import Form, form_page
from atlasbahamas_plugins.leasing.forms import LinkForm
from atlasbahamas_plugins.leasing.linking.models import LinkColumns
from atlasbahamas_plugins.leasing.linking.services import Asked
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.portfolio.contacts.models import Contact

CODE_BY_LINK = RateLimitItemPerMinute(5, 15, namespace="leasing-sign-link")
CODE_BY_ADDRESS = RateLimitItemPerMinute(30, 15, namespace="leasing-sign-address")


def count_try(request: Any, link: LinkColumns) -> None:
    """Count a code that was typed. Raises HTTPTooManyRequests."""
    hit_by_address(request, CODE_BY_ADDRESS)
    hit(request, CODE_BY_LINK, link.ref)


def keep_to_show(request: Any, key: str, asked: Iterable[Asked]) -> None:
    """Keep links and codes for the next page, in the asker's own session and nowhere else."""
    # As little as possible: a session may live in a cookie.
    request.session.flash(json.dumps([(each.party.id, each.token, each.code) for each in asked]), key)


def links_shown_once(request: Any, key: str, page: str, parties: Iterable[LeaseParty]) -> list[tuple[str, str, str]]:
    """(name, link, code) of those who were asked right now; a link opens `page`."""
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    names = {party.id: party.contact.name for party in parties}
    asked = [link for links in request.session.pop_flash(key)[-1:] for link in json.loads(links)]
    return [(names[number], f"{base_url}/{page}?token={token}", code) for number, token, code in asked if number in names]


def ask_for(db: Session, lease: Lease, only: str | None, one: str, everybody: str) -> str:
    """What is asked before links are made: about the party with that key, by name (`one`), or about all of them."""
    named = select(Contact.name).join(LeaseParty, LeaseParty.contact_id == Contact.id).where(LeaseParty.lease_id == lease.id)
    name = db.scalar(named.where(Contact.ref == only)) if only else None
    return one.format(name) if name else everybody


def withdraw_link_page(context: Any, request: Any, heading: str, back: str, withdraw: Callable[[str], None]) -> Any:
    """Take one party's link back, after asking; `withdraw` does it by the key of the link."""
    form = LinkForm(request, link=request.params.get("link", ""))

    def submit() -> Any:
        withdraw(form.link.data)
        request.session.flash("The link opens nothing any more.")
        return HTTPSeeOther(context.url(back))

    return form_page(request, form, {"heading": heading, "cancel": context.url(back)}, submit=submit)


def link_over_page(request: Any, refused: Refused, ask: Callable[[], None] | None) -> dict[str, Any]:
    """What a link shows that is over: why, and where `ask` is given, a button by which a new one is asked for."""
    form, asked = Form(request), False
    if ask is not None and form.sent:
        try:
            ask()
            asked = True
        except Refused as again:
            refused = again
    if not asked:
        form.form_errors.append(refused.message)
        request.response.status_int = 404
    return {"form": form, "asked": asked, "may_ask": ask is not None}
