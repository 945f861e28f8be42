"""Pages on which an agreement is signed: the landlord's, and the one that a link opens."""

from __future__ import annotations

import json
from typing import Any

from limits import RateLimitItemPerMinute
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.response import Response

from atlasbahamas.audit.services import canonical
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation
from atlasbahamas.security.limits import hit
from atlasbahamas.settings import AtlasSettings
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import Form, done, form_page
from atlasbahamas_plugins.leasing.agreements.layout import blocks
from atlasbahamas_plugins.leasing.agreements.resources import AgreementNode, Agreements
from atlasbahamas_plugins.leasing.agreements.services import content_of, current_document
from atlasbahamas_plugins.leasing.models import ROLES
from atlasbahamas_plugins.leasing.resources import LeaseNode
from atlasbahamas_plugins.leasing.signing import services
from atlasbahamas_plugins.leasing.signing.forms import LandlordForm, SignForm
from atlasbahamas_plugins.leasing.signing.models import ANSWERS

CODE_BY_LINK = RateLimitItemPerMinute(5, 15, namespace="leasing-sign-link")
CODE_BY_ADDRESS = RateLimitItemPerMinute(30, 15, namespace="leasing-sign-address")
LINKS = "signing-links"
MUST_AGREE = Refused("Tick this when you have read it.", "agrees")


def signing(context: LeaseNode, request: Any) -> dict[str, Any]:
    """Who signed, who was asked; right after asking, the links and codes, once."""
    document = current_document(request.db, context.row)
    if document is None:
        raise HTTPNotFound()
    standing = services.standing_of(request.db, document)
    return {
        "lease": context.row,
        "is_sent": context.row.state == "sent",
        "standing": standing,
        "document_node": Agreements(request, context, "documents").node_of(document),
        "links": _links_shown_once(request, standing),
        "roles": ROLES,
        "answers": ANSWERS,
        "now": request.clock.now(),
    }


def _links_shown_once(request: Any, standing: list[services.Standing]) -> list[tuple[str, str, str]]:
    """(name, link, code) of those who were asked right now: they wait in the asker's own session and nowhere else."""
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    names = {found.party.id: found.party.contact.name for found in standing if found.party is not None}
    asked = [link for links in request.session.pop_flash(LINKS)[-1:] for link in json.loads(links)]
    return [(names[number], f"{base_url}/sign-lease?token={token}", code) for number, token, code in asked if number in names]


def ask(context: LeaseNode, request: Any) -> Any:
    """Make links for those who have not signed, after asking."""

    def submit() -> Any:
        asked = services.ask_for_signatures(request.db, context.row, now=request.clock.now())
        # As little as possible: a session may live in a cookie.
        links = [(each.party.id, each.token, each.code) for each in asked]
        request.session.flash(json.dumps(links), LINKS)
        return HTTPSeeOther(context.url("signing"))

    page = {
        "heading": "Make a link for everybody who has not signed?",
        "cancel": context.url("signing"),
        "subject": context.title,
    }
    return form_page(request, Form(request), page, submit=submit)


def sign_for_landlord(context: LeaseNode, request: Any) -> Any:
    """A member signs for the organisation."""
    form = LandlordForm(request)
    document = current_document(request.db, context.row)
    if document is None:
        raise HTTPNotFound()

    def submit() -> Any:
        if not form.agrees.data:
            raise MUST_AGREE
        services.sign_for_landlord(
            request.db,
            context.row,
            form.full_name.data,
            form.witness.data,
            _evidence(request),
            person_id=request.identity.person_id,
            now=request.clock.now(),
            today=request.clock.today(),
        )
        return done(request, context, "You signed for the landlord.")

    page = {"blocks": blocks(content_of(document)["text"]), "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def sign_by_link(context: Root, request: Any) -> Any:
    """What a link shows: the agreement, and where a party signs it, or says no."""
    token, form, link = request.params.get("token", ""), SignForm(request), None
    try:
        link = services.find_link(request.db, token, now=request.clock.now())
    except Refused as refused:
        form.form_errors.append(refused.message)
        request.response.status_int = 404
        return {"form": form, "link": None, "signed": None}
    document, evidence = link.document, _evidence(request)
    if "decline" in request.POST:
        form.full_name.flags.required = False
    if form.sent:
        hit(request, CODE_BY_ADDRESS, evidence.address)
        hit(request, CODE_BY_LINK, link.ref)
    page = {
        "link": link,
        "token": token,
        "landlord": content_of(document)["landlord"],
        "blocks": blocks(content_of(document)["text"]),
        "signed": None,
    }

    def submit() -> Any:
        if "decline" in request.POST:
            services.decline_by_link(request.db, token, form.code.data, now=request.clock.now())
            return {**page, "form": form, "signed": "declined"}
        if not form.agrees.data:
            raise MUST_AGREE
        name, witness, now = form.full_name.data, form.witness.data, request.clock.now()
        signature = services.sign_by_link(
            request.db, token, form.code.data, name, witness, evidence, now=now, today=request.clock.today()
        )
        return {**page, "form": form, "signed": signature}

    return form_page(request, form, page, submit=submit)


def certificate(context: AgreementNode, request: Any) -> dict[str, Any]:
    """Who signed what, when and from where."""
    document = context.row
    landlord = request.db.get_one(Organisation, document.lease.organisation_id).name
    return {"document": document, "landlord": landlord, "standing": services.standing_of(request.db, document), "roles": ROLES}


def signatures(context: AgreementNode, request: Any) -> Response:
    """The signatures as data, for whoever wants to verify them (scripts/verify_agreement.py)."""
    content = canonical({"signatures": services.signatures_as_data(request.db, context.row)})
    response = Response(content.encode(), content_type="application/json")
    response.content_disposition = f'attachment; filename="signatures-{context.row.ref}.json"'
    return response


def _evidence(request: Any) -> services.Evidence:
    return services.Evidence(request.client_addr or "", request.user_agent or "")
