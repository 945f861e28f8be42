"""Pages on which a lease is renewed or changed, and its rent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atlasbahamas.web.forms import done, form_page
from atlasbahamas_plugins.leasing.agreements.views import draft_form, draft_page, values_of
from atlasbahamas_plugins.leasing.models import PERIODS
from atlasbahamas_plugins.leasing.notices.services import last_day_by_rule
from atlasbahamas_plugins.leasing.renewals import services
from atlasbahamas_plugins.leasing.renewals.forms import RentForm
from atlasbahamas_plugins.leasing.resources import LeaseNode, Leases
from atlasbahamas_plugins.leasing.services import whole_lease
from atlasbahamas_plugins.leasing.settings import LeasingSettings

TERMS = (
    *("kind", "rolls_over", "period", "timing", "due_day", "grace_days"),
    *("late_fee_kind", "late_fee_cents", "late_fee_hundredths", "late_fee_cap_cents"),
)


def renew_lease(context: LeaseNode, request: Any) -> Any:
    """Write what is to be agreed from a day on: the same people and terms, to be changed as they like."""
    lease, today = whole_lease(request.db, context.row), request.clock.today()
    form, known = draft_form(context.above(Leases), request, None, _continued(lease, today))
    page = {"heading": "Renew or change this lease", "unit": lease.unit, "cancel": context.url()}

    def submit() -> Any:
        following = services.write_following(request.db, lease, form.details(), now=request.clock.now(), known=known)
        return done(request, context.above(Leases).node_of(following), "The draft was saved. Read it, then send it.")

    return draft_page(request, form, page, lease.unit.deposit_cents, submit)


def _continued(lease: Any, today: Any) -> dict[str, Any]:
    """What the form of a new agreement begins with: the day after the term, or else the first of the next month."""
    until = lease.last_day or lease.term_last_day
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    starts = (
        until + timedelta(days=1) if until is not None and until >= today else max(next_month, lease.starts + timedelta(days=1))
    )
    terms = {name: getattr(lease, name) for name in TERMS}
    return {**values_of(lease), **terms, "starts": starts, "rent_cents": lease.rent_on(starts), "term_last_day": None}


def change_rent(context: LeaseNode, request: Any) -> Any:
    """Say what the rent is from a day on."""
    lease, today = whole_lease(request.db, context.row), request.clock.today()
    least = request.registry.atlas_settings.section(LeasingSettings).notice_for(lease.period)
    form = RentForm(request, starts=last_day_by_rule(lease, today, least) + timedelta(days=1))

    def submit() -> Any:
        starts, cents, now = form.starts.data, form.rent_cents.data, request.clock.now()
        services.change_rent(request.db, lease, starts, cents, least=least, now=now, today=today)
        return done(request, context, "The new rent was saved, and those tenants told whom we can reach. Tell the others.")

    page = {"lease": lease, "rent_cents": lease.rents[-1].cents, "period": PERIODS[lease.period], "cancel": context.url()}
    return form_page(request, form, page, submit=submit)
