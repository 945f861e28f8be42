"""Pages of autopay. A view parses, calls one service, answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from sqlalchemy.orm import joinedload

from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing.models import RUNNING
from atlasbahamas_plugins.leasing.resources import ANSWER, AnyLease, MyLease
from atlasbahamas_plugins.ledger.autopay import services
from atlasbahamas_plugins.ledger.autopay.forms import DUE, REMIND, AutopayForm
from atlasbahamas_plugins.ledger.autopay.models import STATES, TONES, Autopay
from atlasbahamas_plugins.ledger.autopay.resources import AutopayNode, Autopays
from atlasbahamas_plugins.ledger.gateways.interface import gateways_of
from atlasbahamas_plugins.ledger.gateways.services import methods_of
from atlasbahamas_plugins.ledger.payments.references import lease_reference


def show_autopay(context: Autopays, request: Any) -> dict[str, Any]:
    """What is paid by itself, or reminded of: a tenant's own, or for staff each tenant's without the card."""
    lease = context.above(AnyLease).row
    query = context.visible().where(Autopay.state != "ended").order_by(Autopay.id)
    query = query.options(joinedload(Autopay.method), joinedload(Autopay.person))
    at_home = any(isinstance(node, MyLease) for node in context.lineage())
    may_set = bool(request.has_permission(ANSWER, context)) and lease.state in RUNNING
    return {
        "rows": [(row, context.node_of(row), badge(STATES[row.state], TONES[row.state])) for row in request.db.scalars(query)],
        "at_home": at_home,
        "may_set": may_set,
        "takes_cards": bool(gateways_of(request.registry)),
        "taken_by_another": at_home and services.takes_already(request.db, lease, request.identity.person_id),
        "reference": lease_reference(lease.id),
        "methods_url": request.root.url("home", "methods", ""),
    }


def set_autopay(context: Autopays, request: Any) -> Any:
    """Say what to take or to be reminded of."""
    lease, me, today = context.above(AnyLease).row, request.identity.person_id, request.clock.today()
    if lease.state not in RUNNING:
        raise HTTPNotFound()
    offered = gateways_of(request.registry)
    methods = {each.ref: each for each in methods_of(request.db, me, today=today) if each.gateway in offered}
    form = AutopayForm(request, how=next(iter([*methods, REMIND])), day=DUE, lead_days=3)
    by_card = [(ref, f"Take it from {method.label}") for ref, method in methods.items()]
    form.how.offer([*by_card, (REMIND, "Remind me, and I pay it myself")])

    def submit() -> Any:
        day = None if form.day.data == DUE else int(form.day.data)
        wanted = services.Wanted(methods.get(form.how.data), day, form.lead_days.data)
        services.set_autopay(request.db, lease, wanted, by=me, now=request.clock.now(), today=today, ref=form.ref.data)
        return done(request, context, "Autopay is on." if wanted.method else "You will be reminded.")

    page = {
        "cancel": context.url(),
        "takes_cards": bool(offered),
        "has_cards": bool(methods),
        "methods_url": request.root.url("home", "methods", ""),
    }
    return form_page(request, form, page, submit=submit)


def pause_autopay(context: AutopayNode, request: Any) -> Any:
    """Pause it, after asking."""
    heading = "Pause it? Nothing is taken, and you are not reminded, until you let it go on."
    return _confirm(context, request, heading, lambda by: services.pause_autopay(request.db, context.row, by=by), "It is paused.")


def resume_autopay(context: AutopayNode, request: Any) -> Any:
    """Let it go on, after asking."""

    def act(by: int) -> None:
        services.resume_autopay(request.db, context.row, by=by, today=request.clock.today())

    heading = "Let it go on? It begins with what is due from tomorrow on, and takes with that what is unpaid from before."
    return _confirm(context, request, heading, act, "It goes on.")


def end_autopay(context: AutopayNode, request: Any) -> Any:
    """End it, after asking."""
    heading = "End it? You pay by yourself from now on."
    return _confirm(context, request, heading, lambda by: services.end_autopay(request.db, context.row, by=by), "It has ended.")


def _confirm(context: AutopayNode, request: Any, heading: str, act: Callable[[int], None], message: str) -> Any:
    above = context.__parent__
    return confirm_page(request, above, heading, lambda: act(request.identity.person_id), message)
