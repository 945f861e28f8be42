"""Pages on which an agreement is signed: the landlord's, a tenant's own, and the one that a link opens."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.response import Response

from atlasbahamas.audit.services import canonical
from atlasbahamas.errors import Refused
from atlasbahamas.files.serving import serve_file
from atlasbahamas.people.models import Organisation
from atlasbahamas.security.keys import site_keys
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import Form, done, form_page
from atlasbahamas_plugins.leasing.agreements.layout import blocks
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.agreements.resources import AgreementNode, Agreements
from atlasbahamas_plugins.leasing.agreements.services import content_of, current_document
from atlasbahamas_plugins.leasing.agreements.views import data_file
from atlasbahamas_plugins.leasing.linking.services import OVER, link_of
from atlasbahamas_plugins.leasing.linking.views import (
    ask_for,
    count_try,
    keep_to_show,
    link_over_page,
    links_shown_once,
    withdraw_link_page,
)
from atlasbahamas_plugins.leasing.models import ROLES
from atlasbahamas_plugins.leasing.resources import LeaseNode, MyLease, editing_roles
from atlasbahamas_plugins.leasing.signing import links, services
from atlasbahamas_plugins.leasing.signing.forms import NameForm, SignForm
from atlasbahamas_plugins.leasing.signing.models import ANSWERS, SigningLink

LINKS = "signing-links"
MUST_AGREE = Refused("Tick this when you have read it.", "agrees")


def signing(context: LeaseNode, request: Any) -> dict[str, Any]:
    """Who signed, who was asked; right after asking, the links and codes, once."""
    document = current_document(request.db, context.row)
    if document is None:
        raise HTTPNotFound()
    standing = links.standing_of(request.db, document)
    return {
        "lease": context.row,
        "is_sent": context.row.state == "sent",
        "standing": standing,
        "document_node": Agreements(request, context, "documents").node_of(document),
        "links": links_shown_once(request, LINKS, "sign-lease", [found.party for found in standing if found.party]),
        "roles": ROLES,
        "answers": ANSWERS,
        "now": request.clock.now(),
    }


def ask(context: LeaseNode, request: Any) -> Any:
    """Make links for those who have not signed, or for one of them, after asking."""
    only = request.GET.get("party")

    def submit() -> Any:
        me, keys, now = request.identity.person_id, site_keys(request.registry), request.clock.now()
        asked = links.ask_for_signatures(request.db, context.row, by_id=me, keys=keys, now=now, only=only)
        keep_to_show(request, LINKS, asked)
        return HTTPSeeOther(context.url("signing"))

    page = {
        "heading": ask_for(request.db, context.row, only, "Make a link for {}?", "Make a link for everybody who has not signed?"),
        "cancel": context.url("signing"),
        "subject": context.title,
    }
    return form_page(request, Form(request), page, submit=submit)


def withdraw_link(context: LeaseNode, request: Any) -> Any:
    """Take one party's link back, after asking."""

    def withdraw(ref: str) -> None:
        links.withdraw_signing_link(request.db, context.row, ref, now=request.clock.now())

    return withdraw_link_page(context, request, "Take this link back?", "signing", withdraw)


def sign_for_landlord(context: LeaseNode, request: Any) -> Any:
    """A member signs for the organisation."""

    def sign(typed: services.Signing, **when: Any) -> Any:
        services.sign_for_landlord(request.db, context.row, typed, person_id=request.identity.person_id, **when)
        return done(request, context, "You signed for the landlord.")

    return _sign_page(context, request, sign)


def sign_at_home(context: MyLease, request: Any) -> Any:
    """A party signs who is signed in, or says no."""

    def sign(typed: services.Signing, **when: Any) -> Any:
        me = request.identity.person_id
        services.sign_at_home(request.db, context.row, context.party, typed, person_id=me, **when)
        return done(request, context, "You have signed.")

    def decline() -> Any:
        links.decline_at_home(request.db, context.row, context.party, now=request.clock.now(), tell=editing_roles(request))
        return done(request, context, "You said no. Your landlord was told.")

    return _sign_page(context, request, sign, decline)


def _sign_page(context: Any, request: Any, sign: Any, decline: Any = None) -> Any:
    form, document = NameForm(request), current_document(request.db, context.row)
    if document is None:
        raise HTTPNotFound()
    declines = decline is not None and "decline" in request.POST
    if declines:
        form.full_name.flags.required = False

    def submit() -> Any:
        if declines:
            return decline()
        return sign(_typed(request, form), now=request.clock.now(), today=request.clock.today())

    page = {"blocks": blocks(content_of(document)["text"]), "cancel": context.url(), "may_decline": decline is not None}
    return form_page(request, form, page, submit=submit)


def sign_by_link(context: Root, request: Any) -> Any:
    """What a link shows: the agreement, and where a party signs it, or says no; to whoever has signed by it, their copy.

    One that ran out offers to ask for a new one.
    """
    token, now = request.params.get("token", ""), request.clock.now()
    try:
        link = link_of(request.db, SigningLink, token)
    except Refused as refused:
        return _over(request, None, refused)
    if links.shows_copy(link, now=now):
        return {**_page(link, token), "form": Form(request), **_signed(request, link)}
    if not links.is_open(request.db, link, now=now):
        return _over(request, link, OVER)
    form = SignForm(request)
    if "decline" in request.POST:
        form.full_name.flags.required = False
    if form.sent:
        count_try(request, link)
    page = {**_page(link, token), "signed": None}

    def submit() -> Any:
        keys = site_keys(request.registry)
        if "decline" in request.POST:
            links.decline_by_link(request.db, token, form.code.data, keys=keys, now=now)
            return {**page, "form": form, "signed": "declined"}
        today, typed = request.clock.today(), _typed(request, form)
        services.sign_by_link(request.db, token, form.code.data, typed, keys=keys, now=now, today=today)
        return {**page, "form": form, **_signed(request, link)}

    return form_page(request, form, page, submit=submit)


def _over(request: Any, link: Any, refused: Refused) -> dict[str, Any]:
    asks = link is not None and links.may_ask_for_new(link)
    ask = partial(links.ask_for_new_link, request.db, link, now=request.clock.now()) if asks else None
    return {**link_over_page(request, refused, ask), "link": None, "signed": None}


def _page(link: Any, token: str) -> dict[str, Any]:
    content = content_of(link.document)
    return {"link": link, "token": token, "landlord": content["landlord"], "blocks": blocks(content["text"])}


def _signed(request: Any, link: Any) -> dict[str, Any]:
    """Their own signature, and how far the others are: whoever has no sign-in finds the certificate here."""
    standing = links.standing_of(request.db, link.document)
    mine = next(found.signature for found in standing if found.party is not None and found.party.id == link.party_id)
    return {"signed": mine, "standing": standing, "roles": ROLES}


def signed_copy(context: Root, request: Any) -> Any:
    """What somebody signed, by their link: the PDF, or the `part` by which it can be verified, "data" or "signatures"."""
    try:
        link = link_of(request.db, SigningLink, request.params.get("token", ""))
    except Refused as refused:
        raise HTTPNotFound() from refused
    if not links.shows_copy(link, now=request.clock.now()):
        raise HTTPNotFound()
    part = request.params.get("part", "pdf")
    if part == "data":
        return data_file(link.document)
    return signatures_file(request, link.document) if part == "signatures" else serve_file(request, link.document.pdf)


def certificate(context: AgreementNode, request: Any) -> dict[str, Any]:
    """Who signed what, when and from where."""
    document = context.row
    landlord = request.db.get_one(Organisation, document.lease.organisation_id).name
    return {"document": document, "landlord": landlord, "standing": links.standing_of(request.db, document), "roles": ROLES}


def signatures(context: AgreementNode, request: Any) -> Response:
    """The signatures as data, for whoever wants to verify them (scripts/verify_agreement.py)."""
    return signatures_file(request, context.row)


def signatures_file(request: Any, document: Document) -> Response:
    """The signatures of a document as a file."""
    content = canonical({"signatures": services.signatures_as_data(request.db, document)})
    response = Response(content.encode(), content_type="application/json")
    response.content_disposition = f'attachment; filename="signatures-{document.ref}.json"'
    return response


def _typed(request: Any, form: NameForm) -> services.Signing:
    if not form.agrees.data:
        raise MUST_AGREE
    return services.Signing(form.full_name.data, form.witness.data, request.client_addr or "", request.user_agent or "")
