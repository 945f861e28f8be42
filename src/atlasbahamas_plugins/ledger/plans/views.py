"""Pages of payment plans. A view parses, calls one service, answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from atlasbahamas.web.formats import badge, local_date, money
from atlasbahamas.web.forms import Form, done, form_page
from atlasbahamas_plugins.leasing.leaving.models import WAYS
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.resources import ANSWER, AnyLease, MyLease
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.resources import EDIT, LeaseLedger
from atlasbahamas_plugins.ledger.charges.words import what_it_is
from atlasbahamas_plugins.ledger.explaining.parts import Part
from atlasbahamas_plugins.ledger.plans import services
from atlasbahamas_plugins.ledger.plans.forms import ReasonForm, ShapeForm, WriteForm, proposal_form
from atlasbahamas_plugins.ledger.plans.jobs import editing_roles
from atlasbahamas_plugins.ledger.plans.models import MOST_INSTALMENTS, OPEN, STATES, TONES, Plan
from atlasbahamas_plugins.ledger.plans.resources import PlanNode, Plans
from atlasbahamas_plugins.ledger.plans.schedule import Due, Met, instalments

FIRST_AFTER = timedelta(days=14)
USUAL: dict[str, Any] = {"count": 3, "every": "month"}
USUAL_GRACE_DAYS = 5


def _lease(context: Any) -> Lease:
    lease: Lease = context.above(AnyLease).row
    return lease


def show_plans(context: Plans, request: Any) -> dict[str, Any]:
    """The plans of a lease."""
    found = services.plans_of(request.db, _lease(context))
    return {
        "plans": [(context.node_of(row), badge(STATES[row.state], TONES[row.state])) for row in found],
        "may_propose": _lease(context).state in BINDING
        and bool(request.has_permission(EDIT, context))
        and not any(row.state in OPEN for row in found),
    }


def show_plan(context: PlanNode, request: Any) -> dict[str, Any]:
    """A plan: what it is for, its instalments, how far it is, and what can be done with it."""
    plan, today = context.row, request.clock.today()
    ledger = context.above(LeaseLedger)
    may_edit = bool(request.has_permission(EDIT, context))
    may_answer = isinstance(context.above(AnyLease), MyLease) and bool(request.has_permission(ANSWER, context))
    return {
        "plan": plan,
        "state_badge": badge(STATES[plan.state], TONES[plan.state]),
        "covered": [Part(each.cents, _title(each.charge), "", link=ledger.url(each.charge.ref, "")) for each in plan.covered],
        "instalments": [
            (Part(each.cents, local_date(each.due_on), _detail(each)), _badge(each, plan, today))
            for each in services.met_by(plan)
        ],
        "ways": WAYS,
        "may_answer": may_answer and plan.state == "proposed",
        "may_write": may_edit and plan.state == "proposed",
        "may_end": may_edit and plan.state in OPEN,
    }


def _title(charge: Charge) -> str:
    return what_it_is(charge.what, charge.period_starts, charge.period_ends, charge.explanation)


def _detail(each: Met) -> str:
    late = f"until {local_date(each.until)} at the latest" if each.until > each.due_on else ""
    paid = "" if each.is_paid or not each.paid_cents else f"{money(each.paid_cents)} of it is paid"
    return "; ".join(part for part in (late, paid) if part)


def _badge(each: Met, plan: Plan, today: date) -> Any:
    if each.is_paid:
        return badge("Paid", "good")
    if plan.state in OPEN and each.until < today:
        return badge("Late", "bad")
    return badge("Due", "warn") if plan.state in OPEN and each.due_on <= today else ""


def propose_plan(context: Plans, request: Any) -> Any:
    """What a plan would be, and proposing it."""
    lease, today = _lease(context), request.clock.today()
    arrears = services.arrears_of(request.db, lease, today=today)
    shape, dues, chosen = _shape(request, arrears, today)
    form = proposal_form(request, dues, grace_days=USUAL_GRACE_DAYS, charges=[str(charge.id) for charge in chosen])
    form.charges.offer(_offered(arrears))

    def submit() -> Any:
        when = {"by": request.identity.person_id, "now": request.clock.now(), "today": today}
        plan = services.propose_plan(request.db, lease, form.proposal(), **when)
        return done(request, context.node_of(plan), "The plan is proposed. The tenants were told.")

    page = {
        "shape": shape,
        "arrears_cents": sum(charge.open_cents for charge in arrears),
        "chosen_cents": sum(charge.open_cents for charge in chosen),
        "ledger_url": context.above(LeaseLedger).url(),
        "cancel": context.url(),
    }
    return form_page(request, form, page, submit=submit)


def _offered(arrears: list[Charge]) -> list[tuple[str, str]]:
    return [(str(charge.id), f"{_title(charge)}: {money(charge.open_cents)}") for charge in arrears]


def _shape(request: Any, arrears: list[Charge], today: date) -> tuple[ShapeForm, list[Due], list[Charge]]:
    """What was asked for in the address, or what is usual; its instalments, or as many as were sent; and for which charges."""
    usual: dict[str, Any] = {**USUAL, "first": today + FIRST_AFTER, "charges": [str(charge.id) for charge in arrears]}
    asked = ShapeForm(request.GET) if request.GET else ShapeForm(data=usual)
    asked.charges.offer(_offered(arrears))
    if request.GET and not asked.validate():
        request.response.status_int = 400
        asked_for = usual
    else:
        asked_for = {name: field.data for name, field in asked._fields.items()}
    chosen = [charge for charge in arrears if str(charge.id) in asked_for["charges"]]
    cents = sum(charge.open_cents for charge in chosen)
    if request.method == "POST":
        sent = next(at for at in range(MOST_INSTALMENTS + 1) if f"day_{at}" not in request.POST)
        return asked, [Due(today, 1)] * max(1, sent), chosen
    count = max(1, min(asked_for["count"], cents))
    return asked, instalments(cents, count, asked_for["first"], asked_for["every"]) if cents else [], chosen


def agree(context: PlanNode, request: Any) -> Any:
    """A tenant agrees, after seeing it once more."""
    mine = _mine(context)

    form = Form(request)

    def submit() -> Any:
        now, today = request.clock.now(), request.clock.today()
        services.agree_to_plan(request.db, context.row, mine.party, now=now, today=today, tell=editing_roles(request))
        return done(request, context, "You agreed. Your landlord was told.")

    page = {"plan": context.row, "instalments": services.met_by(context.row), "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def _mine(context: PlanNode) -> MyLease:
    above = context.above(AnyLease)
    if not isinstance(above, MyLease):
        raise HTTPNotFound()
    return above


def decline(context: PlanNode, request: Any) -> Any:
    """A tenant says no, and why."""
    _mine(context)
    return _end_page(context, request, "Say no to this plan", "Your landlord reads why, and can propose another one.")


def end_plan(context: PlanNode, request: Any) -> Any:
    """End a plan, or withdraw it."""
    hint = "Both sides read why. What it covers is due as it was, and late fees run again from today."
    return _end_page(context, request, "End this plan", hint)


def _end_page(context: PlanNode, request: Any, heading: str, hint: str) -> Any:
    form = ReasonForm(request)

    def submit() -> Any:
        when = {"now": request.clock.now(), "today": request.clock.today(), "tell": editing_roles(request)}
        services.end_plan(request.db, context.row, form.reason.data, **when)
        return done(request, context, "The plan has ended. Both sides were told.")

    page = {"heading": heading, "lead": context.title, "hint": hint, "button": heading, "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def write_agreement(context: PlanNode, request: Any) -> Any:
    """Write down that a tenant agreed, in person or otherwise: it is kept as that."""
    lease = _lease(context)
    form, tenants = WriteForm(request), {str(party.id): party for party in lease.tenants}
    form.party.offer([(key, party.contact.name) for key, party in tenants.items()])

    def submit() -> Any:
        party = tenants[form.party.data]
        services.agree_to_plan(
            request.db,
            context.row,
            party,
            now=request.clock.now(),
            today=request.clock.today(),
            tell=editing_roles(request),
            way=form.way.data,
            written_by=request.identity.person_id,
        )
        return done(request, context, f"It was written down that {party.contact.name} agreed.")

    return form_page(request, form, {"cancel": context.url()}, submit=submit)
