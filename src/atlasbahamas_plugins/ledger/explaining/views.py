"""Pages that say what a lease owes and why: its ledger, the whole explanation, and each thing in it by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest
from pyramid.response import Response

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.formats import badge
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.resources import ANSWER, AnyLease, LeaseNode
from atlasbahamas_plugins.ledger.allocation.services import PAYABLE, what_if
from atlasbahamas_plugins.ledger.charges.kinds import CREDIT_KINDS
from atlasbahamas_plugins.ledger.charges.resources import EDIT, ChargeNode, CreditNode, LeaseLedger
from atlasbahamas_plugins.ledger.charges.services import may_be_taken_back
from atlasbahamas_plugins.ledger.explaining import things
from atlasbahamas_plugins.ledger.explaining.forms import LookBackForm, WhatIfForm
from atlasbahamas_plugins.ledger.explaining.pages import ANCHORS, address_of, balance_parts, looked_back, parts_of, sections
from atlasbahamas_plugins.ledger.explaining.parts import Part
from atlasbahamas_plugins.ledger.explaining.resources import LeaseEntryNode
from atlasbahamas_plugins.ledger.explaining.rules import rule_of
from atlasbahamas_plugins.ledger.explaining.services import MOST_LINES, TITLES, About, Explanation, explain, title_of
from atlasbahamas_plugins.ledger.explaining.standing import Standing, Stands, stands
from atlasbahamas_plugins.ledger.journal.resources import VIEW as SEE_BOOKS
from atlasbahamas_plugins.ledger.journal.resources import Books
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.payments.resources import RECORD
from atlasbahamas_plugins.ledger.plans.models import STATES as PLAN_STATES
from atlasbahamas_plugins.ledger.plans.models import TONES as PLAN_TONES


def _lease(context: Any) -> Lease:
    lease: Lease = context.above(AnyLease).row
    return lease


def _ledger(context: Any) -> LeaseLedger:
    return context if isinstance(context, LeaseLedger) else context.above(LeaseLedger)


def show_ledger(context: LeaseLedger, request: Any) -> dict[str, Any]:
    """What is owed to whom, since when, why; what the last payment paid; and what a payment would pay today."""
    lease, today = _lease(context), request.clock.today()
    found = stands(request.db, lease, today=today)
    binds, form = lease.state in BINDING, WhatIfForm(request.GET)
    return {
        "lease": lease,
        "mine": not isinstance(context.above(AnyLease), LeaseNode),
        "owed_cents": found.total("cents"),
        "unpaid_cents": found.total("unpaid_cents"),
        "bill_cents": found.look.owed.bill_cents,
        "overdue_cents": found.total("overdue_cents"),
        "since": found.since,
        "today": today,
        "standings": [_shown(context, each) for each in found.by_kind],
        "look": found.look,
        "plan_badge": badge(PLAN_STATES[found.look.plan.state], PLAN_TONES[found.look.plan.state]) if found.look.plan else "",
        "last": _last(context, found),
        "waiting": found.waiting,
        "to_pay": [_sum_of(each, each.unpaid_cents, "unpaid") for each in found.by_kind if each.account in PAYABLE],
        "credit": [_sum_of(each, each.unused_cents, "unused") for each in found.by_kind if each.unused],
        "reference": lease_reference(lease.id),
        "form": form,
        "told": _what_if(context, request, found, form),
        "may_edit": binds and bool(request.has_permission(EDIT, context)),
        "may_record": binds and bool(request.has_permission(RECORD, context)),
        "may_report": binds and bool(request.has_permission(ANSWER, context)),
    }


def _sum_of(standing: Standing, cents: int, what: str) -> Part:
    """What is unpaid, or unused, of one kind of account, which has its rows on the same page."""
    return Part(cents, standing.title, url=f"#{ANCHORS[standing.account]}-{what}")


def _shown(ledger: LeaseLedger, each: Standing) -> dict[str, Any]:
    lists = {name: parts_of(ledger, getattr(each, name)) for name in ("overdue", "due", "unused", "others")}
    return {"standing": each, "anchor": ANCHORS[each.account], **lists}


def _last(ledger: LeaseLedger, found: Stands) -> dict[str, Any] | None:
    if found.last is None:
        return None
    payment, parts = found.last
    return {"payment": payment, "rows": parts_of(ledger, [row for part in parts for row in part.rows])}


def _what_if(ledger: LeaseLedger, request: Any, stands_now: Stands, form: WhatIfForm) -> dict[str, Any] | None:
    """What an amount would pay; None where nobody asked, or for none."""
    if "cents" not in request.GET:
        return None
    if not form.validate() or not form.cents.data:
        request.response.status_int = 400
        return None
    found = what_if(stands_now.payable, form.cents.data)
    rows = [
        things.Row(cents, title_of(charge), "" if cents == charge.open_cents else "A part of it", of=About("charge", charge.ref))
        for charge, cents in found.shares
    ]
    if found.rest_cents:
        rows.append(things.Row(found.rest_cents, "Credit for what comes next"))
    return {"cents": form.cents.data, "rows": parts_of(ledger, rows)}


def show_explanation(context: LeaseLedger, request: Any) -> dict[str, Any]:
    """Everything that made the balance what it is, as at any day, as it was known on any day."""
    form, found = _explained(context, request)
    shown = sections(context, found, lambda since: _earlier(context, form, since))
    return {
        "form": form,
        "explanation": found,
        "sections": shown,
        "parts": balance_parts(shown),
        "looked_back": looked_back(form.as_at.data, form.known.data),
        "pdf_url": context.url("explain.pdf", **form.asked),
    }


def explanation_pdf(context: LeaseLedger, request: Any) -> Response:
    """The same on paper. Raises HTTPBadRequest for a day that is none."""
    # Not at the top: leasing/paper.py says why.
    from atlasbahamas_plugins.ledger.explaining.pdf import render_pdf

    form, found = _explained(context, request)
    if form.errors:
        raise HTTPBadRequest()
    lease = _lease(context)
    shown = sections(context, found, lambda since: "")
    body = render_pdf(
        lease,
        shown,
        heading="What is owed, and why",
        lead=looked_back(form.as_at.data, form.known.data) or "As it is now",
        since=found.since,
        printed=request.clock.now(),
    )
    response = Response(body, content_type="application/pdf")
    response.content_disposition = f'inline; filename="ledger-{lease.ref}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _explained(context: LeaseLedger, request: Any) -> tuple[LookBackForm, Explanation]:
    """The form of the address and what it asks for; what cannot be is told, and left out."""
    form = LookBackForm(request.GET)
    if not form.validate():
        request.response.status_int = 400
        return form, explain(request.db, _lease(context), most=MOST_LINES)
    found = explain(request.db, _lease(context), as_at=form.as_at.data, known_at=form.known_at, most=MOST_LINES)
    return form, found


def _earlier(context: LeaseLedger, form: LookBackForm, since: date) -> str:
    """The explanation of the day before."""
    asked = {**form.asked, "as_at": (since - timedelta(days=1)).isoformat()}
    return context.url("explain", **asked)


def show_charge(context: ChargeNode, request: Any) -> dict[str, Any]:
    """A charge: where its amount comes from, by which rule, who charged it when, and what of it is unpaid."""
    charge, ledger, lease = context.row, _ledger(context), _lease(context)
    made = things.posted(request.db, charge.organisation_id, [charge.entry_number, charge.voided_by])
    posted = made[charge.entry_number]
    rule = rule_of(charge, lease)
    return {
        "charge": charge,
        "posted": posted,
        "voided": made.get(charge.voided_by),
        "rule": rule,
        "clause_url": f"{context.above(AnyLease).url()}#{rule.clause}" if rule.clause else "",
        "amount": parts_of(ledger, things.amount_of_charge(charge, posted.memo)),
        "left": parts_of(ledger, things.left_of_charge(request.db, charge)),
        "left_cents": 0 if charge.voided_by else charge.open_cents,
        "state_badge": _charge_badge(charge, request.clock.today()),
        "entry_url": _books_url(context, request, charge.entry_number),
        **_may_edit(context, request),
    }


def _charge_badge(charge: Any, today: date) -> str:
    if charge.voided_by is not None:
        return badge("Taken back", "quiet")
    if not charge.open_cents:
        return badge("Paid", "good")
    return badge("Overdue", "bad") if charge.due_on < today else badge("Not paid yet", "warn")


def show_credit(context: CreditNode, request: Any) -> dict[str, Any]:
    """A credit: why it was given, by whom, when, and what it pays."""
    credit, ledger = context.row, _ledger(context)
    made = things.posted(request.db, credit.organisation_id, [credit.entry_number, credit.voided_by])
    posted = made[credit.entry_number]
    return {
        "credit": credit,
        "kind": CREDIT_KINDS[credit.what].title,
        "posted": posted,
        "voided": made.get(credit.voided_by),
        "given_for": title_of(credit.charge) if credit.charge else "",
        "amount": [Part(credit.cents, CREDIT_KINDS[credit.what].title, posted.memo)],
        "left": parts_of(ledger, things.left_of_credit(request.db, credit)),
        "left_cents": 0 if credit.voided_by else credit.open_cents,
        "entry_url": _books_url(context, request, credit.entry_number),
        **_may_edit(context, request),
    }


def _may_edit(context: ChargeNode | CreditNode, request: Any) -> dict[str, bool]:
    may_edit = bool(request.has_permission(EDIT, context)) and context.row.voided_by is None
    return {"may_edit": may_edit, "may_take_back": may_edit and may_be_taken_back(context.row)}


def show_entry(context: LeaseEntryNode, request: Any) -> dict[str, Any]:
    """An entry as far as the lease is concerned: what it moved there, who made it, when, and what it takes back."""
    entry, ledger, lease = context.row, _ledger(context), _lease(context)
    found = things.thing_of(request.db, entry)
    return {
        "entry": entry,
        "posted": things.posted(request.db, entry.organisation_id, [entry.number])[entry.number],
        "thing": found[0] if found else "",
        "thing_url": address_of(ledger, found[1]) if found else "",
        "moved": [
            (TITLES[each.account], each, parts_of(ledger, each.rows)) for each in things.moved_by(request.db, lease, entry)
        ],
        "entry_url": _books_url(context, request, entry.number),
    }


def _books_url(context: Any, request: Any, number: int) -> str:
    """Where an entry is in the books, for staff who may see those; "" for everybody else."""
    above = next((node for node in context.lineage() if isinstance(node, OrganisationNode)), None)
    if above is None:
        return ""
    books = Books(request, above, "books")
    return books.url(str(number), "") if request.has_permission(SEE_BOOKS, books) else ""
