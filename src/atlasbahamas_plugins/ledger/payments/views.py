"""Pages of payments. A view parses, calls one service, answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from atlasbahamas.errors import Refused
from atlasbahamas.files.models import File
from atlasbahamas.files.serving import serve_file
from atlasbahamas.files.store import digest_of
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal.keys import is_key
from atlasbahamas.web.formats import badge, money
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.leasing.resources import ANSWER, AnyLease, LeaseNode, Leases, PropertiesLet
from atlasbahamas_plugins.leasing.services import WITH_PARTIES
from atlasbahamas_plugins.ledger.allocation import services as allocation
from atlasbahamas_plugins.ledger.bills import services as bills
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.charges.words import what_it_is
from atlasbahamas_plugins.ledger.explaining.pages import parts_of
from atlasbahamas_plugins.ledger.explaining.parts import Part
from atlasbahamas_plugins.ledger.explaining.things import PartPaid, parts_of_payment
from atlasbahamas_plugins.ledger.figures.services import next_to_pay
from atlasbahamas_plugins.ledger.gateways.interface import gateways_of
from atlasbahamas_plugins.ledger.journal.resources import VIEW as SEE_BOOKS
from atlasbahamas_plugins.ledger.journal.resources import Books
from atlasbahamas_plugins.ledger.payments import choosing, services
from atlasbahamas_plugins.ledger.payments.duplicates import Alike, Said, look_alike, said_of
from atlasbahamas_plugins.ledger.payments.expecting import expected, standing_of, to_pay
from atlasbahamas_plugins.ledger.payments.forms import (
    MOST_AT_ONCE,
    ConfirmForm,
    FindForm,
    ReasonForm,
    RecordForm,
    ReportForm,
    SeveralForm,
    shares_form,
)
from atlasbahamas_plugins.ledger.payments.lists import PaymentList, leases_about
from atlasbahamas_plugins.ledger.payments.models import CHEQUE_STATES, CHEQUE_TONES, STATES, TONES, Payment
from atlasbahamas_plugins.ledger.payments.rails import CURRENCIES, RAILS, RECORDED, REPORTED
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.payments.resources import (
    RECORD,
    LeasePayments,
    PaymentNode,
    Payments,
    ProofNode,
    Proofs,
    payment_node,
)
from atlasbahamas_plugins.portfolio.resources import organisation_above

LEASES_FOUND = 20
COMPARED = (selectinload(Payment.proofs), joinedload(Payment.cheque))
"""What is compared of many payments that may be there twice."""

COUNTS_LATER = "The cheque was written down. It counts from the day that stands on it."
WORDS = {"states": STATES, "tones": TONES, "rails": RAILS, "currencies": CURRENCIES}
"""What the templates call things."""


def payments(context: Payments, request: Any) -> Any:
    """The payments of all leases."""
    here = organisation_above(context)
    choices, chosen = PropertiesLet(request, here, "properties").choices(), request.GET.get("property", "")
    query = services.of_property(here.row.id, int(chosen)) if chosen in dict(choices) else context.visible()
    listed = PaymentList(request, query, node=context, node_of=context.node_of, properties=choices)
    return listed.answer(may_record=_may_record(context, request), cheques=False)


def lease_payments(context: LeasePayments, request: Any) -> Any:
    """What was paid for one lease."""
    lease = context.above(AnyLease).row
    listed = PaymentList(request, context.visible(), node=context, node_of=context.node_of, of_lease=True)
    may_report = bool(request.has_permission(ANSWER, context)) and lease.state in BINDING
    return listed.answer(
        **standing_of(request, lease),
        may_record=_may_record(context, request) and lease.state in BINDING,
        may_report=may_report,
        may_pay=may_report and bool(gateways_of(request.registry)),
    )


def find_lease(context: Payments, request: Any) -> dict[str, Any]:
    """Who paid? The leases with a tenant, unit or reference like that, each with what it owes."""
    form = FindForm(request.GET)
    asked = bool(request.GET)
    text = form.q.data if asked and form.validate() else ""
    if asked and not text:
        request.response.status_int = 400
    leases = Leases(request, context.above(OrganisationNode), "leases")
    found: list[Any] = []
    if text:
        query = leases.visible().where(Lease.state.in_(BINDING), leases_about(text))
        found = list(request.db.scalars(query.options(*WITH_PARTIES).order_by(Lease.since.desc(), Lease.id).limit(LEASES_FOUND)))
    owed = allocation.owed_by_leases(request.db, [lease.id for lease in found])
    rows = [(lease, owed.get(lease.id, 0), leases.node_of(lease).url("ledger", "payments", "record")) for lease in found]
    return {"form": form, "rows": rows, "q": text, "most": LEASES_FOUND}


def record_payment(context: LeasePayments, request: Any) -> Any:
    """Write down money that is there: one button for cash."""
    lease, today = context.above(LeaseNode).row, request.clock.today()
    page = to_pay(context, request, lease)
    form = RecordForm(request, cents=page["amount_cents"] or None, received_on=today, rail="cash", currency="BSD")
    alike: list[Alike] = []

    def submit() -> Any:
        paid = form.paid()
        alike.extend(_alike(request, lease, paid))
        if alike and not form.knows_alike.data:
            raise Refused(
                "This may have been written down already. Look below, and tick here if it is another one.", "knows_alike"
            )
        payment = services.record_payment(request.db, request.registry.atlas_store, lease, paid, **_now(request))
        if payment.state == "waiting":
            return done(request, context.node_of(payment), COUNTS_LATER)
        return done(request, context.node_of(payment), f"{money(payment.cents)} was received. The receipt is ready.")

    page |= {**WORDS, "cancel": context.url(), "heading": "Record a payment", "by_tenant": False}
    answer = form_page(request, form, page, submit=submit)
    return {**answer, "alike": _shown_alike(context, request, alike)} if isinstance(answer, dict) else answer


def report_payment(context: LeasePayments, request: Any) -> Any:
    """A tenant says that they paid, with a photo of the proof."""
    lease, today = context.above(AnyLease).row, request.clock.today()
    page = to_pay(context, request, lease)
    form = ReportForm(request, cents=page["amount_cents"] or None, received_on=today, rail="transfer")

    def submit() -> Any:
        by, roles = _now(request), recording_roles(request)
        payment = services.report_payment(request.db, request.registry.atlas_store, lease, form.paid(), roles=roles, **by)
        return done(request, context.node_of(payment), "Thank you. Your landlord was told, and looks whether the money is there.")

    advice = [(rail.title, rail.advice) for rail in REPORTED.values()]
    page |= {**WORDS, "cancel": context.url(), "heading": "I paid", "by_tenant": True, "alike": [], "advice": advice}
    return form_page(request, form, page, submit=submit)


def recording_roles(request: Any) -> tuple[str, ...]:
    """The roles whose members confirm payments, and are told what tenants report."""
    return tuple(role for role in request.registry.atlas_roles if RECORD in request.grants_of(role))


def _alike(request: Any, lease: Lease, paid: services.Paid) -> list[Alike]:
    """What looks like it and came with another form."""
    digests = frozenset(each.digest if isinstance(each, File) else digest_of(each.read()) for each in paid.proofs)
    key = (lease.organisation_id, lease.id, paid.cents, paid.received_on, paid.reference)
    said = Said(*key, digests, cheque_number=paid.cheque_number)
    [found] = look_alike(request.db, [said])
    # The same form twice is no second payment: its key gives the first one.
    return [] if any(each.payment.ref == paid.ref for each in found) else found


def show_payment(context: PaymentNode, request: Any) -> dict[str, Any]:
    """A payment: what it is, where each cent went, and what can be done with it."""
    payment = context.row
    parts, ledger = parts_of_payment(request.db, payment), context.above(LeaseLedger)
    decides = _may_record(context, request)
    undecided = payment.state in ("reported", "waiting")
    cheque = payment.cheque
    return {
        **WORDS,
        "by_gateway": payment.rail in RAILS and payment.rail not in RECORDED,
        **_shown(context, request, payment),
        "parts": [(part, parts_of(ledger, part.rows), parts_of(ledger, part.left)) for part in parts],
        "amount": _amount(payment, parts),
        "ledger_url": ledger.url(),
        "state_badge": badge(STATES[payment.state], TONES[payment.state]),
        "cheque": cheque,
        "cheque_badge": badge(CHEQUE_STATES[cheque.state], CHEQUE_TONES[cheque.state]) if cheque else None,
        "decides": decides,
        "undecided": undecided,
        "alike": _shown_alike(context, request, look_alike(request.db, [said_of(payment)])[0]) if decides and undecided else [],
        "entry_url": _entry_url(context, request),
        "reference_of_lease": lease_reference(payment.lease_id),
    }


def _amount(payment: Payment, parts: list[PartPaid]) -> list[Part]:
    """What a payment is made of: what came on each account, or what was reported and is in no books yet."""
    if not parts:
        return [Part(payment.cents, STATES[payment.state], "Not in the books")]
    return [Part(part.cents, part.title, url=f"#on-{part.account_id}") for part in parts]


def _shown(context: PaymentNode, request: Any, payment: Payment) -> dict[str, Any]:
    proofs = Proofs(request, context, "proofs")
    bill = bills.paid_for(request.db, [payment]).get(payment.id)
    return {
        "payment": payment,
        "proofs": [proofs.node_of(row) for row in payment.proofs],
        "bill": bill,
        "bill_title": _title(bill) if bill is not None else None,
    }


def _title(charge: Any) -> str:
    return what_it_is(charge.what, charge.period_starts, charge.period_ends, charge.explanation)


def _entry_url(context: PaymentNode, request: Any) -> str | None:
    above = next((node for node in context.lineage() if isinstance(node, OrganisationNode)), None)
    if above is None or context.row.entry_number is None:
        return None
    books = Books(request, above, "books")
    return books.url(str(context.row.entry_number), "") if request.has_permission(SEE_BOOKS, books) else None


def _shown_alike(context: Any, request: Any, alike: list[Alike]) -> list[dict[str, Any]]:
    """Payments that look alike, each with its page where the caller reaches its lease."""
    if not alike:
        return []
    leases = Leases(request, context.above(OrganisationNode), "leases")
    reached = select(Lease.id).where(Lease.id.in_([each.payment.lease_id for each in alike]))
    ids = set(request.db.scalars(leases.visible().with_only_columns(Lease.id).where(Lease.id.in_(reached))))
    return [
        {"payment": each.payment, "reasons": each.reasons, "node": payment_node(leases.node_of(each.payment.lease), each.payment)}
        for each in alike
        if each.payment.lease_id in ids
    ]


def confirm_payment(context: PaymentNode, request: Any) -> Any:
    """Say that the money is there, beside what was reported and what is expected."""
    payment = context.row
    form = ConfirmForm(request, payment)

    def submit() -> Any:
        cents, received_on = form.cents.data, form.received_on.data
        services.confirm_payment(request.db, payment, cents=cents, received_on=received_on, **_now(request))
        if payment.state == "waiting":
            return done(request, context, COUNTS_LATER)
        return done(request, context, "The payment is confirmed. The tenants were told, and the receipt is ready.")

    shown = _shown(context, request, payment)
    lease = context.above(AnyLease).row
    standing = standing_of(request, lease)
    due = next_to_pay(request.db, [lease], today=request.clock.today()).get(lease.id)
    page = {
        **WORDS,
        **standing,
        **expected(context, shown["bill"], standing["owed_cents"], due),
        **shown,
        "alike": _shown_alike(context, request, look_alike(request.db, [said_of(payment)])[0]),
        "cancel": context.url(),
    }
    return form_page(request, form, page, submit=submit)


def refuse_payment(context: PaymentNode, request: Any) -> Any:
    """Say that there is no such money."""
    hint = "The tenants read why. Nothing is in the books."
    return _reason_page(context, request, "Refuse this payment", hint, services.refuse_payment, "The tenants were told.")


def reverse_payment(context: PaymentNode, request: Any) -> Any:
    """Take a confirmed payment back."""
    hint = "It stays in the books, with an entry that takes it back and says why. Its receipt is void and keeps its number."
    return _reason_page(context, request, "Take this payment back", hint, services.reverse_payment, "It was taken back.")


def _reason_page(context: PaymentNode, request: Any, heading: str, hint: str, act: Callable[..., None], message: str) -> Any:
    form = ReasonForm(request)

    def submit() -> Any:
        act(request.db, context.row, form.reason.data, by=request.identity.person_id, now=request.clock.now())
        return done(request, context, message)

    page = {"heading": heading, "lead": context.title, "hint": hint, "button": heading, "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def allocate_by_hand(context: PaymentNode, request: Any) -> Any:
    """Choose which charges a payment pays."""
    offered = allocation.charges_for(request.db, context.row)
    charges = [(charge.id, _title(charge), cents) for charge, cents, _ in offered]
    form = shares_form(request, charges)

    def submit() -> Any:
        wanted = {charge.id: form[f"charge_{charge.id}"].data or 0 for charge, _, _ in offered}
        choosing.choose_what_it_pays(request.db, context.row, wanted, now=request.clock.now())
        return done(request, context, "The payment pays what you chose.")

    rows = [(form[f"charge_{charge.id}"], charge, most) for charge, _, most in offered]
    page = {"rows": rows, "payment": context.row, "cancel": context.url()}
    return form_page(request, form, page, submit=submit)


def reallocate(context: LeasePayments, request: Any) -> Any:
    """Let all money of a lease pay the oldest first again, after asking."""
    lease = context.above(AnyLease).row
    return confirm_page(
        request,
        context,
        "Let all payments pay the oldest first again? What somebody chose by hand is undone.",
        lambda: choosing.pay_the_oldest_first(request.db, lease, now=request.clock.now()),
        "All payments pay the oldest first again.",
    )


def payments_to_confirm(context: Payments, request: Any) -> Any:
    """What tenants reported and nobody decided about yet, each with its proof beside what is expected."""
    query = context.allowed(RECORD).where(Payment.state == "reported")
    query = query.options(*COMPARED, joinedload(Payment.lease).selectinload(Lease.rents))
    listed = PaymentList(request, query, node=context, node_of=context.node_of, states=False)
    answer = listed.answer()
    if not isinstance(answer, dict):
        return answer
    return {**answer, **WORDS, "lines": _lines(context, request, answer["page"].rows)}


def confirm_several(context: Payments, request: Any) -> Any:
    """Confirm several as they were reported: those that were chosen, or all that wait; shown once more before it is done."""
    refs = _refs(request)
    if not refs and "ticked" in request.GET:
        request.session.flash("Nothing was ticked. Tick the payments whose money is there.")
        return HTTPSeeOther(context.url("to-confirm"))
    query = context.allowed(RECORD).where(Payment.state == "reported")
    if refs:
        query = context.allowed(RECORD).where(Payment.ref.in_(refs))
    query = query.options(*COMPARED, joinedload(Payment.lease).options(*WITH_PARTIES))
    found = list(request.db.scalars(query.order_by(Payment.received_on, Payment.id).limit(MOST_AT_ONCE)).unique())
    form = SeveralForm(request, payment=[row.ref for row in found])
    form.payment.offer([(row.ref, _label(row)) for row in found])

    def submit() -> Any:
        chosen = [row for row in found if row.ref in form.payment.data]
        services.confirm_payments(request.db, chosen, **_now(request))
        return done(request, context, _confirmed([row for row in chosen if row.state == "confirmed"], chosen))

    page = {**WORDS, "lines": _lines(context, request, found), "cancel": context.url("to-confirm"), "most": MOST_AT_ONCE}
    return form_page(request, form, page, submit=submit)


def _confirmed(now: list[Payment], chosen: list[Payment]) -> str:
    """What became of those that were chosen: a cheque with a later day on it waits."""
    words = []
    if now:
        words.append("1 payment is confirmed." if len(now) == 1 else f"{len(now)} payments are confirmed.")
        words.append("The tenants were told, and the receipts are ready.")
    if later := len(chosen) - len(now):
        words.append("1 cheque waits for the day on it." if later == 1 else f"{later} cheques wait for the day on them.")
    return " ".join(words)


def _label(row: Payment) -> str:
    return f"{money(row.cents)} for {row.lease.unit.label}, {row.lease.unit.property.name}"


def _refs(request: Any) -> list[str]:
    sent = (request.POST if request.method == "POST" else request.GET).getall("payment")
    if not all(isinstance(key, str) and is_key(key) for key in sent):
        raise HTTPBadRequest()
    return list(dict.fromkeys(sent))


def _lines(context: Payments, request: Any, rows: list[Payment]) -> list[dict[str, Any]]:
    """Payments, each with what its lease owes, its proofs, and what looks like it."""
    owed = allocation.owed_by_leases(request.db, {row.lease_id for row in rows})
    dues = next_to_pay(request.db, list({row.lease_id: row.lease for row in rows}.values()), today=request.clock.today())
    for_bills = bills.paid_for(request.db, rows)
    lines = []
    for row, alike in zip(rows, look_alike(request.db, [said_of(row) for row in rows]), strict=True):
        node = context.node_of(row)
        proofs = Proofs(request, node, "proofs")
        lines.append(
            {
                "payment": row,
                "node": node,
                **expected(node, bill := for_bills.get(row.id), owed.get(row.lease_id, 0), dues.get(row.lease_id)),
                "bill_title": _title(bill) if bill is not None else None,
                "proofs": [proofs.node_of(proof) for proof in row.proofs],
                "alike": alike,
            }
        )
    return lines


def proof(context: ProofNode, request: Any) -> Any:
    """The photo or document."""
    return serve_file(request, context.row.file, request.GET.get("size", "full"))


def _may_record(context: Any, request: Any) -> bool:
    return bool(request.has_permission(RECORD, context))


def _now(request: Any) -> dict[str, Any]:
    return {"by": request.identity.person_id, "now": request.clock.now(), "today": request.clock.today()}
