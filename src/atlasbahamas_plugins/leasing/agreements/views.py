"""Pages on which an agreement is written, read, sent, taken back, and kept as it was signed on paper."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from atlasbahamas.errors import Refused
from atlasbahamas.files.serving import serve_file
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing.agreements import services
from atlasbahamas_plugins.leasing.agreements.blanks import BLANKS
from atlasbahamas_plugins.leasing.agreements.forms import DraftForm, SendForm, SignedCopyForm, TemplateForm
from atlasbahamas_plugins.leasing.agreements.layout import blocks
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.agreements.resources import AgreementNode, Agreements, AgreementText
from atlasbahamas_plugins.leasing.forms import USUAL, lease_form, wants
from atlasbahamas_plugins.leasing.resources import AnyLease, LeaseNode, Leases
from atlasbahamas_plugins.leasing.services import whole_lease
from atlasbahamas_plugins.leasing.views import contacts_offered
from atlasbahamas_plugins.leasing.writing.services import edit_draft, write_draft
from atlasbahamas_plugins.portfolio.resources import UnitNode, organisation_above


def write_lease(context: UnitNode, request: Any) -> Any:
    """Write a lease for a unit: a draft, to be read and sent."""
    unit = context.row
    leases = Leases(request, organisation_above(context), "leases")
    form, known = draft_form(leases, request, None, {"rent_cents": unit.rent_cents})
    page = {"heading": "Write a lease", "unit": unit, "cancel": context.url()}

    def submit() -> Any:
        lease = write_draft(request.db, unit, form.details(), now=request.clock.now(), known=known)
        return done(request, leases.node_of(lease), "The draft was saved. Read it, then send it.")

    return draft_page(request, form, page, unit.deposit_cents, submit)


def edit_lease(context: LeaseNode, request: Any) -> Any:
    """Change a draft."""
    lease = whole_lease(request.db, context.row)
    form, known = draft_form(context.above(Leases), request, lease, values_of(lease))
    page = {"heading": "Change the draft", "unit": lease.unit, "cancel": context.url()}

    def submit() -> Any:
        edit_draft(request.db, lease, form.details(), now=request.clock.now(), known=known)
        return done(request, context, "The draft was saved.")

    return draft_page(request, form, page, lease.unit.deposit_cents, submit)


def draft_page(request: Any, form: DraftForm, page: dict[str, Any], security_cents: int, submit: Any) -> Any:
    """The page on which a draft is written."""
    if wants(request, "usual"):
        form.fill_usual_deposits(security_cents)
    if wants(request, "usual") or wants(request, "more"):
        return {**page, "form": form}
    return form_page(request, form, page, submit=submit)


def draft_form(leases: Leases, request: Any, row: Any, values: dict[str, Any]) -> tuple[DraftForm, set[int] | None]:
    """The form, and which contacts it offers where that is not all of them."""
    contacts, known = contacts_offered(leases, request)
    lines = 1 + sum(name.startswith("contact_") for name in values)
    form = lease_form(DraftForm, request, contacts, row=row, known_lines=lines, **{**USUAL, **values})
    return form, known


def values_of(lease: Any) -> dict[str, Any]:
    """A draft as its form shows it."""
    values = {deposit.kind: deposit.cents for deposit in lease.deposits}
    values |= {"rent_cents": lease.rents[0].cents, "clause_words": "\n\n".join(clause.words for clause in lease.clauses)}
    for at, party in enumerate(lease.parties):
        values[f"contact_{at}"] = str(party.contact_id)
        values[f"role_{at}"] = "guarantor" if party.role == "guarantor" else "tenant"
    return values


def send(context: LeaseNode, request: Any) -> Any:
    """Read what would be sent, and send it: from then on nobody changes it."""
    form = SendForm(request, context.row)
    today, text = request.clock.today(), ""
    try:
        text = services.preview(request.db, context.row, today=today)
    except Refused as refused:
        if not form.sent:
            form.refuse(refused)

    def submit() -> Any:
        store, seen = request.registry.atlas_store, context.row.version
        document = services.send_lease(request.db, store, context.row, seen=seen, now=request.clock.now(), today=today)
        return done(request, Agreements(request, context, "documents").node_of(document), "This is the agreement as it was sent.")

    page = {"blocks": blocks(text), "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def take_back(context: LeaseNode, request: Any) -> Any:
    """Make what was sent a draft again, after asking."""
    return confirm_page(
        request,
        context,
        "Take this agreement back to change it?",
        lambda: services.take_back(request.db, context.row),
        "It is a draft again. What was sent does not count any more.",
    )


def signed_on_paper(context: LeaseNode, request: Any) -> Any:
    """Keep a copy of the paper that everybody signed."""
    form = SignedCopyForm(request, signed_on=request.clock.today())

    def submit() -> Any:
        services.signed_on_paper(
            request.db,
            request.registry.atlas_store,
            context.row,
            form.copy.data[0],
            form.signed_on.data,
            now=request.clock.now(),
            today=request.clock.today(),
        )
        return done(request, context, "The lease is signed.")

    return form_page(request, form, {"cancel": context.url()}, submit=submit)


def show_document(context: AgreementNode, request: Any) -> dict[str, Any]:
    """What was frozen, to be read."""
    lease = context.above(AnyLease).row
    current = services.current_document(request.db, lease)
    return {
        "document": context.row,
        "blocks": blocks(services.content_of(context.row)["text"]),
        "counts": current is not None and current.id == context.row.id,
        "lease": lease,
    }


def document_pdf(context: AgreementNode, request: Any) -> Any:
    """The PDF that was made when it was sent."""
    return serve_file(request, context.row.pdf)


def document_data(context: AgreementNode, request: Any) -> Response:
    """The frozen content to the byte, for whoever wants to work out the hash."""
    return data_file(context.row)


def data_file(document: Document) -> Response:
    """The frozen content of a document as a file."""
    response = Response(document.content.encode(), content_type="application/json")
    response.content_disposition = f'attachment; filename="agreement-{document.ref}.json"'
    return response


def document_copy(context: AgreementNode, request: Any) -> Any:
    """The copy that was signed on paper."""
    if context.row.copy is None:
        raise HTTPNotFound()
    return serve_file(request, context.row.copy.file)


def _text_of(db: Any, organisation_id: int) -> dict[str, Any]:
    return {"words": services.words_of(db, organisation_id), "link_days": services.days_of_links(db, organisation_id)}


def agreement_text(context: AgreementText, request: Any) -> Any:
    """Say what agreements are to say from now on."""
    organisation = organisation_above(context).row
    template = services.template_of(request.db, organisation.id)
    form = TemplateForm(request, template, **_text_of(request.db, organisation.id))

    def submit() -> Any:
        services.write_template(request.db, organisation, form.words.data, form.link_days.data, now=request.clock.now())
        return done(request, context, "The text was saved. Agreements that were sent stay as they are.")

    page = {"blanks": [(name, about) for name, (about, _) in BLANKS.items()], "cancel": organisation_above(context).url()}
    return form_page(request, form, page, submit=submit)
