"""Pages of leases. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.formats import badge
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing import services
from atlasbahamas_plugins.leasing.ending import services as ending
from atlasbahamas_plugins.leasing.forms import USUAL, CancelForm, EndForm, RecordForm, lease_form, wants
from atlasbahamas_plugins.leasing.importing.resources import LeaseImports
from atlasbahamas_plugins.leasing.leaving.services import is_leaving
from atlasbahamas_plugins.leasing.lists import LeaseList
from atlasbahamas_plugins.leasing.models import (
    DEPOSITS,
    KINDS,
    LATE_FEES,
    ORIGINS,
    PERIODS,
    RUNNING,
    STATES,
    TIMINGS,
    TONES,
    Lease,
)
from atlasbahamas_plugins.leasing.notices.services import take_back
from atlasbahamas_plugins.leasing.notices.views import notices_shown
from atlasbahamas_plugins.leasing.papers.views import documents_shown
from atlasbahamas_plugins.leasing.resources import EDIT, VIEW, LeaseNode, Leases
from atlasbahamas_plugins.leasing.writing import services as writing
from atlasbahamas_plugins.portfolio.contacts.resources import VIEW as SEE_CONTACTS
from atlasbahamas_plugins.portfolio.contacts.services import contact_choices
from atlasbahamas_plugins.portfolio.resources import Properties, UnitNode, organisation_above

WORDS = {
    "states": STATES,
    "tones": TONES,
    "kinds": KINDS,
    "periods": PERIODS,
    "timings": TIMINGS,
    "origins": ORIGINS,
    "late_fees": LATE_FEES,
    "deposits": DEPOSITS,
}
"""What the templates call things."""


def leases(context: Leases, request: Any) -> Any:
    """The organisation's leases."""
    choices = Properties(request, organisation_above(context), "properties").choices()
    listed = LeaseList(request, context.visible(), node=context, today=request.clock.today(), properties=choices)
    return listed.answer()


def show_lease(context: LeaseNode, request: Any) -> dict[str, Any]:
    """A lease with everything that was agreed, and what can be done with it."""
    lease, today = services.whole_lease(request.db, context.row), request.clock.today()
    leases_node, following, former = context.above(Leases), lease.following, lease.former
    return {
        **WORDS,
        "lease": lease,
        "today": today,
        "state_badge": badge(STATES[lease.state], TONES[lease.state]),
        "rent_cents": lease.rent_on(max(today, lease.starts)),
        "may_end": lease.state in ("active", "notice"),
        "may_renew": lease.state in ("signed", "active"),
        "former": leases_node.node_of(former) if former is not None else None,
        "following": leases_node.node_of(following) if following is not None else None,
        "may_keep": lease.state == "notice",
        "may_cancel": ending.can_be_cancelled(lease),
        "is_draft": lease.state == "draft",
        "is_sent": lease.state == "sent",
        **documents_shown(context, request),
        "is_leaving": is_leaving(lease),
        "notices": notices_shown(context, request),
        "unit_node": _unit_node(context, request),
        **_brought_in(lease, context, request),
        "shows_reach": True,
    }


def _brought_in(lease: Lease, context: LeaseNode, request: Any) -> dict[str, Any]:
    """Where the lease stood when it came here, and the way to its file for those who may edit leases."""
    opening = lease.opening
    if opening is None or opening.lease_import is None:
        return {"opening": opening, "import_node": None}
    node = LeaseImports(request, organisation_above(context), "lease-imports").node_of(opening.lease_import)
    return {"opening": opening, "import_node": node if request.has_permission(EDIT, node) else None}


def _unit_node(context: LeaseNode, request: Any) -> Any:
    """The unit's own place, as long as the property is this organisation's."""
    above, unit = organisation_above(context), context.row.unit
    if unit.property.organisation_id != above.row.id:
        return None
    properties = Properties(request, above, "properties")
    return properties.node_of(unit.property).child("units").node_of(unit)  # type: ignore[union-attr]


def contacts_offered(leases_node: Leases, request: Any) -> tuple[list[tuple[str, str]], set[int] | None]:
    """Who can be chosen as a party, and their ids where that is not every contact.

    Who may not see all contacts chooses among the tenants whom they can see, or writes somebody new.
    """
    known = contacts_known(leases_node, request)
    return contact_choices(request.db, organisation_above(leases_node).row.id, known=known), known


def contacts_known(leases_node: Leases, request: Any) -> set[int] | None:
    """Ids of the contacts that the caller may know of; None for all."""
    everybody = organisation_above(leases_node).gives_everywhere(SEE_CONTACTS)
    return None if everybody else services.tenants_known(request.db, leases_node.visible())


def record_lease(context: UnitNode, request: Any) -> Any:
    """Write down a lease that exists already."""
    unit, today = context.row, request.clock.today()
    leases_node = Leases(request, organisation_above(context), "leases")
    contacts, known = contacts_offered(leases_node, request)
    values: dict[str, Any] = {**USUAL, "origin": "on_paper", "rent_cents": unit.rent_cents}
    form: RecordForm = lease_form(RecordForm, request, contacts, **values)
    page = {"heading": "Record a lease", "unit": unit, "cancel": context.url()}
    if wants(request, "usual"):
        form.fill_usual_deposits(unit.deposit_cents)
    if wants(request, "usual") or wants(request, "more"):
        return {**page, "form": form}

    def submit() -> Any:
        lease = writing.record_lease(
            request.db,
            unit,
            form.origin.data,
            form.details(),
            now=request.clock.now(),
            today=today,
            known=known,
            opened=form.opened(today),
        )
        return done(request, leases_node.node_of(lease), "The lease was recorded.")

    return form_page(request, form, page, submit=submit)


def end_lease(context: LeaseNode, request: Any) -> Any:
    """Say on which day the tenants leave."""
    form = EndForm(request, last_day=context.row.last_day)

    def submit() -> Any:
        day, reason = form.last_day.data, form.reason.data
        ending.say_last_day(request.db, context.row, day, reason, now=request.clock.now(), today=request.clock.today())
        return done(request, context, "The last day was saved, and those tenants told whom we can reach.")

    return form_page(request, form, {"lease": context.row, "cancel": context.url()}, submit=submit)


def keep_lease(context: LeaseNode, request: Any) -> Any:
    """Take a notice back, after asking."""
    return confirm_page(
        request,
        context,
        "Do the tenants stay?",
        lambda: take_back(request.db, context.row, now=request.clock.now()),
        "The notice was taken back.",
    )


def cancel_lease(context: LeaseNode, request: Any) -> Any:
    """Call a lease off, or take away one that was recorded by mistake."""
    form = CancelForm(request)

    def submit() -> Any:
        ending.cancel_lease(request.db, context.row, form.reason.data)
        return done(request, context, "The lease is cancelled. Its days are free again.")

    return form_page(request, form, {"lease": context.row, "cancel": context.url()}, submit=submit)


def of_unit(request: Any, context: UnitNode) -> dict[str, Any]:
    """What a unit's page says of its leases: who, since when; to whoever may not see leases, only that it is let."""
    may_see = bool(request.has_permission(VIEW, context))
    leases_node = Leases(request, organisation_above(context), "leases")
    found = services.leases_of(request.db, context.row, today=request.clock.today())
    return {
        **WORDS,
        "leases": [(lease, leases_node.node_of(lease) if may_see else None) for lease in found],
        "may_record": not context.row.archived and bool(request.has_permission(EDIT, context)),
        "running": RUNNING,
        "unit_node": context,
        "today": request.clock.today(),
    }
