"""Pages of links to a final statement: those on which they are made, and the one that a link opens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from sqlalchemy import select

from atlasbahamas.errors import Refused
from atlasbahamas.files.serving import ASK, serve_file
from atlasbahamas.security.keys import site_keys
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import Form, form_page
from atlasbahamas_plugins.leasing.leaving.models import Deduction, DeductionPhoto
from atlasbahamas_plugins.leasing.leaving.resources import MoveOutNode
from atlasbahamas_plugins.leasing.leaving.services import MoveOut, move_out_of, statement_of
from atlasbahamas_plugins.leasing.leaving.views import lease_left, page_of, pdf_of
from atlasbahamas_plugins.leasing.linking.services import OVER, link_of
from atlasbahamas_plugins.leasing.linking.views import (
    count_try,
    keep_to_show,
    link_over_page,
    links_shown_once,
    withdraw_link_page,
)
from atlasbahamas_plugins.leasing.models import ROLES, Lease
from atlasbahamas_plugins.leasing.resources import editing_roles
from atlasbahamas_plugins.leasing.statements import services as links
from atlasbahamas_plugins.leasing.statements.forms import answers_form
from atlasbahamas_plugins.leasing.statements.models import ENDS, StatementLink

LINKS = "statement-links"
PAGE = "final-statement"


def statement_links(context: MoveOutNode, request: Any) -> dict[str, Any]:
    """Which tenants have a link to the statement; right after making them, the links and codes, once."""
    lease = lease_left(context)
    standing = links.standing_of(request.db, lease)
    return {
        "is_sent": statement_of(request.db, lease) is not None,
        "standing": standing,
        "links": links_shown_once(request, LINKS, PAGE, [found.party for found in standing]),
        "roles": ROLES,
        "ends": ENDS,
        "now": request.clock.now(),
    }


def make_links(context: MoveOutNode, request: Any) -> Any:
    """Make links for the tenants who have no sign-in, after asking."""
    lease, me = lease_left(context), request.identity.person_id

    def submit() -> Any:
        keys, now = site_keys(request.registry), request.clock.now()
        keep_to_show(request, LINKS, links.make_links(request.db, lease, by_id=me, keys=keys, now=now))
        return HTTPSeeOther(context.url("links"))

    page = {
        "heading": "Make a link for every tenant without a sign-in?",
        "cancel": context.url("links"),
        "subject": context.title,
    }
    return form_page(request, Form(request), page, submit=submit)


def withdraw_link(context: MoveOutNode, request: Any) -> Any:
    """Take one tenant's link back, after asking."""
    lease = lease_left(context)

    def withdraw(ref: str) -> None:
        links.withdraw_statement_link(request.db, lease, ref, now=request.clock.now())

    return withdraw_link_page(context, request, "Take this link back?", "links", withdraw)


@dataclass(frozen=True)
class LinkedPhoto:
    """A photo of a deduction as the page of a link shows it, with what the gallery's macro asks of a photo's node."""

    row: DeductionPhoto
    subject: str
    address: str

    @property
    def alt(self) -> str:
        """What it shows."""
        return self.row.caption or f"Photo {self.row.position} of {self.subject}"

    def url(self, rendition: str) -> str:
        """Where it is, in one of its sizes."""
        return f"{self.address}&photo={self.row.ref}&size={rendition}"


def show_statement(context: Root, request: Any) -> Any:
    """What a link shows: the statement, and where its tenant answers. One that ran out offers to ask for a new one."""
    token, now = request.params.get("token", ""), request.clock.now()
    try:
        link = link_of(request.db, StatementLink, token)
    except Refused as refused:
        return _over(request, None, refused)
    if not links.is_open(request.db, link, now=now):
        return _over(request, link, OVER)
    lease = links.lease_of(request.db, link)
    found = move_out_of(request.db, lease)
    form = answers_form(request, found.deductions)
    if form.sent:
        count_try(request, link)
    page = {**page_of(lease, found), **_of_link(request, lease, found, link, token), "saved": False}

    def submit() -> Any:
        said, keys, tell = form.said(found.deductions), site_keys(request.registry), editing_roles(request)
        links.answer_by_link(request.db, token, form.code.data, said, keys=keys, now=now, tell=tell)
        now_said = move_out_of(request.db, lease)
        return {**page, **_of_link(request, lease, now_said, link, token), "form": form, "saved": True}

    return form_page(request, form, page, submit=submit)


def _of_link(request: Any, lease: Lease, found: MoveOut, link: StatementLink, token: str) -> dict[str, Any]:
    photos_at = request.resource_path(request.root, "statement-photo", query={"token": token})
    items = [
        {
            "row": row,
            "photos": [LinkedPhoto(photo, row.words, photos_at) for photo in found.photos[row.id]],
            "answers": found.answers[row.id],
        }
        for row in found.deductions
    ]
    return {
        "link": link,
        "again_url": request.resource_path(request.root, PAGE, query={"token": token}),
        "items": items,
        "landlord": lease.organisation.name,
        "pdf_url": request.resource_path(request.root, "statement-pdf", query={"token": token}),
    }


def _over(request: Any, link: StatementLink | None, refused: Refused) -> dict[str, Any]:
    ask = None
    if link is not None and links.may_ask_for_new(request.db, link):
        ask = partial(links.ask_for_new_link, request.db, link, now=request.clock.now())
    return {**link_over_page(request, refused, ask), "link": None}


def _open_link(request: Any) -> StatementLink:
    """The link of the address. Raises HTTPNotFound where it opens nothing."""
    try:
        return links.find_link(request.db, request.params.get("token", ""), now=request.clock.now())
    except Refused as refused:
        raise HTTPNotFound() from refused


def linked_pdf(context: Root, request: Any) -> Any:
    """The PDF of the statement that a link shows."""
    lease = links.lease_of(request.db, _open_link(request))
    return pdf_of(request, lease, statement_of(request.db, lease))


def linked_photo(context: Root, request: Any) -> Any:
    """A photo on the page of a link."""
    link, ref = _open_link(request), request.params.get("photo", "")
    photos = select(DeductionPhoto).join(Deduction, Deduction.id == DeductionPhoto.deduction_id)
    photo = request.db.scalar(photos.where(Deduction.lease_id == link.party.lease_id, DeductionPhoto.ref == ref))
    if photo is None:
        raise HTTPNotFound()
    return serve_file(request, photo.file, request.params.get("size", "full"), cache=ASK)
