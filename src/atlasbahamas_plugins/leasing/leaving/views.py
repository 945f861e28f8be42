"""Pages of moving out: one that both sides see, and the forms of its steps."""

from __future__ import annotations

import json
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from atlasbahamas.web.forms import Form, confirm_page, done, form_page
from atlasbahamas_plugins.leasing.leaving import answers, services
from atlasbahamas_plugins.leasing.leaving.events import DEPOSIT_KEEPER, DepositKeeper
from atlasbahamas_plugins.leasing.leaving.forms import (
    AnswerForm,
    DayForm,
    DeductionForm,
    KeysForm,
    MeterForm,
    SendForm,
    WriteAnswerForm,
)
from atlasbahamas_plugins.leasing.leaving.models import KINDS, WAYS, Statement
from atlasbahamas_plugins.leasing.leaving.resources import DeductionNode, DeductionPhotos, Deductions, MoveOutNode
from atlasbahamas_plugins.leasing.models import DEPOSITS, Lease
from atlasbahamas_plugins.leasing.notices.resources import Notices, title_of
from atlasbahamas_plugins.leasing.resources import EDIT, AnyLease, MyLease, editing_roles


def show_move_out(context: MoveOutNode, request: Any) -> dict[str, Any]:
    """Where the move-out stands; deductions are shown to tenants once they were sent."""
    found = services.move_out_of(request.db, context.above(AnyLease).row, keepers(request))
    lease, may_edit = lease_left(context), bool(request.has_permission(EDIT, context))
    shows_items = may_edit or found.statement is not None
    deductions = Deductions(request, context, "deductions")
    return {
        **page_of(lease, found, Notices(request, context.above(AnyLease), "notices")),
        "items": [_item(deductions.node_of(row), found, request) for row in found.deductions] if shows_items else [],
        "shows_items": shows_items,
        "may_edit": may_edit,
        "may_change": may_edit and found.statement is None,
        "may_write_down": may_edit and found.statement is not None,
        "is_mine": isinstance(context.above(AnyLease), MyLease),
        "pdf_url": context.url("pdf") if shows_items else None,
        "data_url": context.url("data"),
    }


def keepers(request: Any) -> list[DepositKeeper]:
    """Who keeps the books of deposits."""
    found: list[DepositKeeper] = request.registry.atlas_points.get(DEPOSIT_KEEPER)
    return found


def page_of(lease: Lease, found: services.MoveOut, notices: Notices | None = None) -> dict[str, Any]:
    """What everybody sees of a move-out, and may do nothing about. `notices` leads to the notice, for those who can open it."""
    notice = found.notice
    return {
        "lease": lease,
        "notice_title": title_of(notice) if notice is not None else "",
        "notice_url": notices.node_of(notice).url() if notice is not None and notices is not None else None,
        "home": f"{lease.unit.label}, {lease.unit.property.name}",
        "found": found,
        "account": found.account,
        "is_vacant": any(step.kind == "vacant" for step in found.steps),
        "kinds": KINDS,
        "ways": WAYS,
        "deposit_names": DEPOSITS,
        "shows_items": True,
        **dict.fromkeys(("may_edit", "may_change", "may_write_down", "is_mine", "data_url"), False),
    }


def _item(node: Any, found: services.MoveOut, request: Any) -> dict[str, Any]:
    gallery, row = DeductionPhotos(request, node, "photos"), node.row
    photos = [gallery.node_of(photo) for photo in found.photos[row.id]]
    return {"node": node, "row": row, "gallery": gallery, "photos": photos, "answers": found.answers[row.id]}


def lease_left(context: Any) -> Lease:
    """The lease above, of which somebody leaves. Raises HTTPNotFound where nobody does."""
    lease: Lease = context.above(AnyLease).row
    if not services.is_leaving(lease):
        raise HTTPNotFound()
    return lease


def agree_date(context: MoveOutNode, request: Any) -> Any:
    """Say on which day the home is handed over."""
    lease = lease_left(context)
    form = DayForm(request, day=lease.last_day)
    return _step(context, request, form, "Agree on a date", lambda: services.Step("date", form.day.data))


def read_meter(context: MoveOutNode, request: Any) -> Any:
    """Write down what a meter shows."""
    form = MeterForm(request, day=request.clock.today())
    return _step(
        context,
        request,
        form,
        "Read a meter",
        lambda: services.Step("meter", form.day.data, name=form.name.data, reading=form.reading.data),
    )


def return_keys(context: MoveOutNode, request: Any) -> Any:
    """Count the keys that came back."""
    form = KeysForm(request, day=request.clock.today())
    return _step(context, request, form, "Keys returned", lambda: services.Step("keys", form.day.data, count=form.count.data))


def _step(context: MoveOutNode, request: Any, form: Form, heading: str, make: Any) -> Any:
    lease, person_id = lease_left(context), request.identity.person_id

    def submit() -> Any:
        services.take_step(request.db, lease, make(), person_id=person_id, now=request.clock.now(), today=request.clock.today())
        return done(request, context, "It was saved.")

    return form_page(request, form, {"heading": heading, "hint": "", "cancel": context.url()}, submit=submit)


def vacate(context: MoveOutNode, request: Any) -> Any:
    """Say that the home is empty: the lease ends."""
    lease, today, person_id = lease_left(context), request.clock.today(), request.identity.person_id
    form = DayForm(request, day=today)

    def submit() -> Any:
        services.vacate(request.db, lease, form.day.data, person_id=person_id, now=request.clock.now(), today=today)
        return done(request, context, "The home is vacant, and the lease has ended.")

    hint = "The lease ends with this day, if it has not ended before. If rent is owed until later, wait for its last day."
    return form_page(request, form, {"heading": "Vacant", "hint": hint, "cancel": context.url()}, submit=submit)


def add_deduction(context: Deductions, request: Any) -> Any:
    """Write down what is to be taken from the deposits."""
    lease, form, above = lease_left(context), DeductionForm(request), context.above(MoveOutNode)

    def submit() -> Any:
        row = services.add_deduction(request.db, lease, form.details(), now=request.clock.now())
        photos = DeductionPhotos(request, context.node_of(row), "photos")
        return done(request, photos, "It was saved. Add photos of it, or go back.")

    return form_page(request, form, {"heading": "Take something from the deposits", "cancel": above.url()}, submit=submit)


def edit_deduction(context: DeductionNode, request: Any) -> Any:
    """Write it anew."""
    lease, form, above = lease_left(context), DeductionForm(request, context.row), context.above(MoveOutNode)

    def submit() -> Any:
        services.change_deduction(request.db, lease, context.row, form.details())
        return done(request, above, "It was saved.")

    return form_page(request, form, {"heading": "Change what is taken", "cancel": above.url()}, submit=submit)


def remove_deduction(context: DeductionNode, request: Any) -> Any:
    """Take it away, after asking."""
    lease, store, title = lease_left(context), request.registry.atlas_store, context.title

    def act() -> None:
        services.remove_deduction(request.db, store, lease, context.row)

    return confirm_page(request, context.above(MoveOutNode), f"Take “{title}” away?", act, "It is not taken any more.")


def send_statement(context: MoveOutNode, request: Any) -> Any:
    """Show the statement as it would be sent, and send it."""
    lease = lease_left(context)
    content = services.statement_content(request.db, lease, keepers(request))
    seen, form = services.number_of(content), SendForm(request, version=services.number_of(content))

    def submit() -> Any:
        by, now = request.identity.person_id, request.clock.now()
        services.send_statement(request.db, lease, seen=seen, person_id=by, now=now, keepers=keepers(request))
        return done(request, context, "The statement was sent. Nothing of it changes any more.")

    page = {"content": json.loads(content), "kinds": KINDS, "deposit_names": DEPOSITS, "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def statement_data(context: MoveOutNode, request: Any) -> Response:
    """The frozen statement to the byte, for whoever wants to work out its hash."""
    lease = lease_left(context)
    statement = services.statement_of(request.db, lease)
    if statement is None:
        raise HTTPNotFound()
    response = Response(statement.content.encode(), content_type="application/json")
    response.content_disposition = f'attachment; filename="statement-{lease.ref}.json"'
    return response


def statement_pdf(context: MoveOutNode, request: Any) -> Response:
    """The statement to print or to keep; as long as it was not sent, a draft for those who may change it."""
    lease = lease_left(context)
    statement = services.statement_of(request.db, lease)
    if statement is None and not request.has_permission(EDIT, context):
        raise HTTPNotFound()
    return pdf_of(request, lease, statement)


def pdf_of(request: Any, lease: Lease, statement: Statement | None) -> Response:
    """The response with the PDF of a statement, or of what it would be today."""
    # Not at the top: leasing/paper.py says why.
    from atlasbahamas_plugins.leasing.leaving.pdf import render_statement

    if statement is None:
        pdf = render_statement(json.loads(services.statement_content(request.db, lease, keepers(request))))
    else:
        pdf = render_statement(json.loads(statement.content), digest=statement.digest, sent=statement.sent)
    response = Response(pdf, content_type="application/pdf")
    response.content_disposition = f'attachment; filename="statement-{lease.ref}.pdf"'
    return response


def answer_deduction(context: DeductionNode, request: Any) -> Any:
    """A tenant says whether they agree."""
    above, form = context.above(AnyLease), AnswerForm(request)
    if not isinstance(above, MyLease):
        raise HTTPNotFound()
    party = above.party

    def submit() -> Any:
        said = answers.Said(context.row, form.agrees.data == "yes", form.words.data)
        now, tell = request.clock.now(), editing_roles(request)
        answers.answer_deduction(request.db, above.row, party, said, now=now, tell=tell)
        return done(request, context.above(MoveOutNode), "Your answer was saved.")

    return form_page(request, form, {"row": context.row, "cancel": context.above(MoveOutNode).url()}, submit=submit)


def write_answer_down(context: DeductionNode, request: Any) -> Any:
    """Write down what a tenant said, in person or otherwise: it is kept as that, with who wrote it down."""
    lease, form, above = lease_left(context), WriteAnswerForm(request), context.above(MoveOutNode)
    tenants = {str(party.id): party for party in lease.tenants}
    form.party.offer([(key, party.contact.name) for key, party in tenants.items()])

    def submit() -> Any:
        said = answers.Said(context.row, form.agrees.data == "yes", form.words.data)
        party, me, now = tenants[form.party.data], request.identity.person_id, request.clock.now()
        answers.write_answer_down(request.db, lease, party, said, form.way.data, person_id=me, now=now)
        return done(request, above, f"The answer of {party.contact.name} was written down.")

    return form_page(request, form, {"row": context.row, "cancel": above.url()}, submit=submit)
