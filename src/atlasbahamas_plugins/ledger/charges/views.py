"""Pages of what is owed: the ledger of a lease, charges and credits by hand, and rent runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from atlasbahamas.errors import Refused
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.web.formats import money
from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.leasing.forms import wants
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.resources import AnyLease, Leases
from atlasbahamas_plugins.ledger.charges import batches, run, services
from atlasbahamas_plugins.ledger.charges.forms import ChargeForm, CreditForm, ReasonForm, RunForm
from atlasbahamas_plugins.ledger.charges.kinds import CREDIT_KINDS
from atlasbahamas_plugins.ledger.charges.lists import BatchList, ChargeList, maker
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.owing import Due
from atlasbahamas_plugins.ledger.charges.resources import (
    EDIT,
    BatchNode,
    ChargeNode,
    CreditNode,
    LeaseLedger,
    RentRuns,
    charge_node,
)
from atlasbahamas_plugins.ledger.charges.words import what_it_is, why
from atlasbahamas_plugins.ledger.journal.resources import VIEW as SEE_BOOKS
from atlasbahamas_plugins.ledger.journal.resources import Books

LEASES_SHOWN = 50


def _lease(context: Any) -> Lease:
    lease: Lease = context.above(AnyLease).row
    return lease


def entry_url(context: Any, request: Any) -> Callable[[int], str] | None:
    """Where an entry is, for staff who may see the books; under `/home/` nobody does."""
    above = next((node for node in context.lineage() if isinstance(node, OrganisationNode)), None)
    if above is None:
        return None
    books = Books(request, above, "books")
    return (lambda number: books.url(str(number), "")) if request.has_permission(SEE_BOOKS, books) else None


def show_charges(context: LeaseLedger, request: Any) -> Any:
    """Every charge of a lease, and why it is there."""
    to_entry = entry_url(context, request)
    charges = ChargeList(request, context.visible(), node=context, entry_url=to_entry, node_of=context.node_of)
    may_edit = bool(request.has_permission(EDIT, context)) and _lease(context).state in BINDING
    return charges.answer(may_edit=may_edit, may_be_taken_back=services.may_be_taken_back)


def add_charge(context: LeaseLedger, request: Any) -> Any:
    """Charge something by hand."""
    form = ChargeForm(request, day=request.clock.today())

    def act(seen: int | None) -> None:
        services.add_charge(request.db, _lease(context), form.details(), seen=seen, **_now(request))

    page = {"heading": "Charge something", "lead": None, "button": "Charge it"}
    return _by_hand_page(context, request, form, page, 1, act)


def give_credit(context: LeaseLedger, request: Any) -> Any:
    """Take something off what is owed."""
    form = CreditForm(request, day=request.clock.today())

    def act(seen: int | None) -> None:
        services.give_credit(request.db, _lease(context), form.details(), seen=seen, **_now(request))

    page = {"heading": "Take something off", "lead": None, "button": "Take it off"}
    return _by_hand_page(context, request, form, page, -1, act)


def forgive(context: ChargeNode, request: Any) -> Any:
    """Give a credit for one charge: all of it, or a part."""
    charge = context.row
    left = charge.cents - services.credited_for(request.db, charge)
    form = CreditForm(request, day=request.clock.today(), cents=left)

    def act(seen: int | None) -> None:
        services.give_credit(request.db, _lease(context), form.details(), charge=charge, seen=seen, **_now(request))

    page = {"heading": "Forgive a charge", "lead": f"{context.title}: {money(charge.cents)}", "button": "Take it off"}
    return _by_hand_page(context, request, form, page, -1, act)


def _now(request: Any) -> dict[str, Any]:
    return {"by": request.identity.person_id, "now": request.clock.now(), "today": request.clock.today()}


def _by_hand_page(
    context: Any,
    request: Any,
    form: ChargeForm | CreditForm,
    page: dict[str, Any],
    sign: int,
    act: Callable[[int | None], None],
) -> Any:
    """First what would be owed then is shown; then it is done. The button that does it says which amount was seen."""
    ledger, owed = context.above(LeaseLedger), services.owed_by(request.db, _lease(context)).cents
    page |= {"owed_cents": owed, "then_cents": None, "cancel": ledger.url()}

    def submit() -> Any:
        page["then_cents"] = owed + sign * form.cents.data
        if wants(request, "sure"):
            act(_seen(request))
            return done(request, ledger, "It is in the books.")
        # Every rule is asked, and nothing stays.
        with request.db.begin_nested() as trial:
            act(None)
            trial.rollback()
        return {**page, "form": form}

    answer = form_page(request, form, page, submit=submit)
    return {**answer, "then_cents": page["then_cents"]} if isinstance(answer, dict) else answer


def _seen(request: Any) -> int:
    """The cents that were shown. Raises Refused for what is no such number."""
    sent = request.POST.getall("sure")
    if len(sent) != 1 or not isinstance(sent[0], str) or not re.fullmatch(r"-?[0-9]{1,15}", sent[0]):
        raise services.CHANGED
    return int(sent[0])


def take_charge_back(context: ChargeNode, request: Any) -> Any:
    """Take back what somebody charged by hand."""
    return _take_back_page(context, request, f"{context.title}: {money(context.row.cents)}")


def take_credit_back(context: CreditNode, request: Any) -> Any:
    """Take back a credit that somebody gave."""
    return _take_back_page(context, request, f"{CREDIT_KINDS[context.row.what].title}: {money(context.row.cents)}")


def _take_back_page(context: ChargeNode | CreditNode, request: Any, lead: str) -> Any:
    form, ledger = ReasonForm(request), context.above(LeaseLedger)

    def submit() -> Any:
        by, now = request.identity.person_id, request.clock.now()
        services.take_back(request.db, _lease(context), context.row, form.reason.data, by=by, now=now)
        return done(request, ledger, "It was taken back.")

    hint = "It stays in the books, with an entry that takes it back and says why."
    page = {"heading": "Take it back", "lead": lead, "hint": hint, "button": "Take it back", "cancel": ledger.url()}
    return form_page(request, form, page, submit=submit)


def rent_runs(context: RentRuns, request: Any) -> Any:
    """What was charged at once."""
    return BatchList(request, context.visible(), node=context).answer()


def run_now(context: RentRuns, request: Any) -> Any:
    """What a run would do, and running it."""
    here, today = context.above(OrganisationNode).row, request.clock.today()
    form = RunForm(request, day=today)
    day = form.day.data if isinstance(form.day.data, date) and form.day.data <= today else today
    plan = run.plan_run(request.db, here.id, day)
    page = {**_shown_plan(context, request, plan), "day": day, "cancel": context.url()}
    if not form.sent or (wants(request, "look") and form.validate()):
        form.version.data = str(plan.number)
        return {**page, "form": form}

    def submit() -> Any:
        seen, more = int(form.version.data or 0), {"by": request.identity.person_id, **_clock(request)}
        batch = run.run_or_go_on(request.db, here.id, form.day.data, seen=seen, **more)
        if batch is None:
            raise Refused("There is nothing to charge up to this day.", "day")
        return done(request, context.node_of(batch), "It is charged.")

    answer = form_page(request, form, page, submit=submit)
    form.version.data = str(plan.number)
    return answer


def _clock(request: Any) -> dict[str, Any]:
    return {"now": request.clock.now(), "today": request.clock.today()}


def _shown_plan(context: RentRuns, request: Any, plan: run.Plan) -> dict[str, Any]:
    """A plan by lease, the first of them."""
    lines: dict[int, dict[str, Any]] = {}
    for facts, due in plan.due:
        lines.setdefault(facts.id, {"home": facts.home, "due": [], "back": []})["due"].append(_line(due, due.cents))
    for facts, charged in plan.back:
        lines.setdefault(facts.id, {"home": facts.home, "due": [], "back": []})["back"].append(_line(charged, charged.cents))
    shown = dict(list(lines.items())[:LEASES_SHOWN])
    leases = Leases(request, context.above(OrganisationNode), "leases")
    for row in request.db.scalars(select(Lease).where(Lease.id.in_(shown))):
        shown[row.id]["url"] = leases.node_of(row).url("ledger", "")
    more_cents = plan.cents - sum(each["cents"] for line in shown.values() for each in line["due"])
    return {"plan": plan, "lines": list(shown.values()), "more": len(lines) - len(shown), "more_cents": more_cents}


def _line(each: run.Charged | Due, cents: int) -> dict[str, Any]:
    title = what_it_is(each.what, each.starts, each.ends, each.explanation)
    return {"title": title, "why": why(each.what, each.explanation), "cents": cents}


def show_batch(context: BatchNode, request: Any) -> Any:
    """What a run charged, all of it or what of it still counts."""
    row = context.row
    charges = _charges_of_leases(context, request, select(Charge).where(Charge.batch_id == row.id), by_state=True)
    count, cents = batches.count_in_force(request.db, row)
    listed = {"yes": cents, "no": row.cents - cents}.get(charges.given.get("counts", ""), row.cents)
    return charges.answer(batch=row, maker=maker(row), count=count, cents=cents, listed_cents=listed)


def show_put_right(context: BatchNode, request: Any) -> Any:
    """What a run took back, because it did not fit its lease any more."""
    return _charges_of_leases(context, request, batches.put_right_by(context.row)).answer(batch=context.row)


def _charges_of_leases(context: BatchNode, request: Any, query: Any, *, by_state: bool = False) -> ChargeList:
    leases = Leases(request, context.above(OrganisationNode), "leases")
    return ChargeList(
        request,
        query,
        node=context,
        entry_url=entry_url(context, request),
        node_of=lambda charge: charge_node(leases.node_of(charge.lease), charge),
        lease_of=lambda charge: leases.node_of(charge.lease),
        by_state=by_state,
    )


def reverse_batch(context: BatchNode, request: Any) -> Any:
    """Take back what a run charged."""
    form, row = ReasonForm(request), context.row
    count, cents = batches.count_in_force(request.db, row)

    def submit() -> Any:
        batches.reverse_batch(request.db, row, form.reason.data, by=request.identity.person_id, now=request.clock.now())
        return done(request, context, "What it charged was taken back.")

    hint = "What the leases say is owed, the next run charges again. Put the leases right first."
    lead = f"{context.title}: {count:,} {'charge' if count == 1 else 'charges'}, {money(cents)}"
    page = {"heading": "Take the run back", "lead": lead, "hint": hint, "button": "Take it back", "cancel": context.url()}
    return form_page(request, form, page, submit=submit)
