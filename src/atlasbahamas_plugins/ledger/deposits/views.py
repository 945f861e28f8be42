"""Pages of deposits. A view parses, calls one service, answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from atlasbahamas.web.formats import local_date, money
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing.forms import wants
from atlasbahamas_plugins.leasing.models import DEPOSITS, Lease
from atlasbahamas_plugins.leasing.resources import AnyLease
from atlasbahamas_plugins.ledger.charges.resources import EDIT, Credits, LeaseLedger
from atlasbahamas_plugins.ledger.charges.words import what_it_is
from atlasbahamas_plugins.ledger.deposits import services
from atlasbahamas_plugins.ledger.deposits.forms import LastRentForm, PayBackForm, ReasonForm
from atlasbahamas_plugins.ledger.deposits.models import Disposition
from atlasbahamas_plugins.ledger.deposits.rails import REFUND_RAILS
from atlasbahamas_plugins.ledger.deposits.resources import Deposits, DispositionNode, RefundNode, Refunds
from atlasbahamas_plugins.ledger.deposits.standing import LAST_RENT, Source, Used, sources_of, standing_of, used_of
from atlasbahamas_plugins.ledger.explaining.parts import Part
from atlasbahamas_plugins.ledger.payments.resources import RECORD


def _lease(context: Any) -> Lease:
    lease: Lease = context.above(AnyLease).row
    return lease


def show_deposits(context: Deposits, request: Any) -> dict[str, Any]:
    """What is held of a lease, where it came from, and what became of it."""
    lease, settlement = _lease(context), services.settlement_of(request.db, _lease(context))
    disposition = settlement.disposition
    may_edit, may_record = (bool(request.has_permission(name, context)) for name in (EDIT, RECORD))
    standing, sources = standing_of(request.db, lease), sources_of(request.db, lease)
    used = used_of(request.db, lease, [LAST_RENT, "deposit"])
    refunds = Refunds(request, context, "paid-back")
    last_rents = [each.credit for each in used if each.credit.what == LAST_RENT]
    has_last_rent = any(source.kind == "last" for source in sources) and not last_rents
    credits = Credits(request, context.above(LeaseLedger), "credits")
    return {
        "lease": lease,
        "standing": standing,
        "held": _held(context.above(LeaseLedger), standing.held_cents, sources, used, disposition),
        "last_rents": [credits.node_of(credit) for credit in last_rents],
        "disposition": disposition,
        "disposition_node": context.node_of(disposition) if disposition is not None else None,
        "refunds": [refunds.node_of(row) for row in settlement.refunds],
        "rails": REFUND_RAILS,
        "may_use_last_rent": may_edit and has_last_rent and lease.last_day is not None and disposition is None,
        "may_edit": may_edit,
        "may_settle": may_edit and disposition is None and settlement.statement_sent,
        "may_pay": standing.payable_cents > 0 and may_record,
        "may_record": may_record,
    }


def _held(
    ledger: LeaseLedger, cents: int, sources: list[Source], used: list[Used], disposition: Disposition | None
) -> list[Part]:
    """What is held, as the sum of what was paid and of what became of it."""
    rows = [_source(ledger, source) for source in sources]
    for each in used:
        mine = each.credit.lease_id == ledger.above(AnyLease).row.id
        link = ledger.url("credits", each.credit.ref, "") if mine else ""
        rows.append(Part(-each.credit.cents, _what_it_paid(each), local_date(each.counts_on), link=link))
    if disposition is not None and disposition.back_cents:
        rows.append(Part(-disposition.back_cents, "To be paid back, by the final statement", local_date(disposition.day)))
    if rest := cents - sum(row.cents for row in rows):
        rows.append(Part(rest, "From before these books, and anything else"))
    return rows


def _source(ledger: LeaseLedger, source: Source) -> Part:
    detail = f"{money(source.charge.cents)} agreed, due {local_date(source.charge.due_on)}"
    if source.unpaid_cents:
        detail += f"; {money(source.unpaid_cents)} of it is not paid"
    mine = source.charge.lease_id == ledger.above(AnyLease).row.id
    link = ledger.url(source.charge.ref, "") if mine else ""
    return Part(source.charge.cents - source.unpaid_cents, DEPOSITS.get(source.kind, "Deposit"), detail, link=link)


def _what_it_paid(each: Used) -> str:
    if each.credit.rule.startswith("unpaid:"):
        return "Not paid, and owed no more"
    return f"Paid: {_title(each.charge)}" if each.charge is not None else "Paid what was unpaid"


def use_last_rent(context: Deposits, request: Any) -> Any:
    """Let the last rent pay for the last period, after showing how much."""
    lease = _lease(context)
    found = services.last_rent_of(request.db, lease)
    form = LastRentForm(request, version=found.cents if found is not None else 0)

    def submit() -> Any:
        seen = int(form.version.data or 0)
        services.use_last_rent(request.db, lease, by=request.identity.person_id, now=request.clock.now(), seen=seen)
        return done(request, context, "The last rent pays for the last period.")

    title = _title(found.charge) if found is not None else ""
    return form_page(request, form, {"found": found, "title": title, "cancel": context.url()}, submit=submit)


def _title(charge: Any) -> str:
    return what_it_is(charge.what, charge.period_starts, charge.period_ends, charge.explanation)


def settle(context: Deposits, request: Any) -> Any:
    """Post the final statement, where it was sent before the books could, or what was posted was taken back."""
    lease = _lease(context)
    return confirm_page(
        request,
        context,
        "Put the final statement into the books?",
        lambda: services.dispose(request.db, lease, by=request.identity.person_id, now=request.clock.now()),
        "The final statement is in the books.",
    )


def pay_back(context: Deposits, request: Any) -> Any:
    """Write down that money went back: first what is left then is shown, and then it is done."""
    lease, today = _lease(context), request.clock.today()
    payable = standing_of(request.db, lease).payable_cents
    form = PayBackForm(request, cents=payable or None, paid_on=today, rail="transfer")
    tenants = {str(party.id): party for party in lease.tenants}
    form.party.offer([("", "All of them together"), *[(key, party.contact.name) for key, party in tenants.items()]])
    page = {"payable_cents": payable, "then_cents": None, "cancel": context.url(), "rails": REFUND_RAILS}

    def submit() -> Any:
        paid = form.paid(tenants)
        when = {"by": request.identity.person_id, "now": request.clock.now(), "today": today}
        if wants(request, "sure"):
            services.pay_back(request.db, lease, paid, seen=_seen(request), **when)
            return done(request, context, f"{money(paid.cents)} was paid back. The tenants were told.")
        # Every rule is asked, and nothing stays.
        with request.db.begin_nested() as trial:
            services.pay_back(request.db, lease, paid, **when)
            trial.rollback()
        page["then_cents"] = payable - paid.cents
        return {**page, "form": form}

    answer = form_page(request, form, page, submit=submit)
    return {**answer, "then_cents": page["then_cents"]} if isinstance(answer, dict) else answer


def _seen(request: Any) -> int | None:
    """The cents that were shown; a number that is none is another one than any."""
    sent = request.POST.getall("sure")
    readable = len(sent) == 1 and isinstance(sent[0], str) and re.fullmatch(r"[0-9]{1,15}", sent[0])
    return int(sent[0]) if readable else -1


def take_disposition_back(context: DispositionNode, request: Any) -> Any:
    """Take back what the final statement posted."""
    hint = "What it charged, paid and let be paid back is taken back in the books. The statement itself stays as it was sent."
    return _reason_page(context, request, services.take_disposition_back, context.title, hint)


def take_refund_back(context: RefundNode, request: Any) -> Any:
    """Take back that money went back."""
    hint = "It stays in the books, with an entry that takes it back and says why. It is to be paid back again."
    return _reason_page(context, request, services.take_refund_back, context.title, hint)


def _reason_page(context: Any, request: Any, act: Callable[..., None], lead: str, hint: str) -> Any:
    form, above = ReasonForm(request), context.above(Deposits)

    def submit() -> Any:
        act(
            request.db,
            _lease(context),
            context.row,
            form.reason.data,
            by=request.identity.person_id,
            now=request.clock.now(),
        )
        return done(request, above, "It was taken back.")

    page = {"heading": "Take it back", "lead": lead, "hint": hint, "button": "Take it back", "cancel": above.url()}
    return form_page(request, form, page, submit=submit)
