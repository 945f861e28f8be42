"""Pages on which a unit is taken out of service and brought back."""

from __future__ import annotations

from typing import Any

from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.portfolio.out_of_service import services
from atlasbahamas_plugins.portfolio.out_of_service.forms import OutOfServiceForm
from atlasbahamas_plugins.portfolio.out_of_service.resources import OutOfServiceNode, TimesOutOfService
from atlasbahamas_plugins.portfolio.resources import UnitNode


def take_out(context: TimesOutOfService, request: Any) -> Any:
    """Take the unit out of service."""
    unit = context.above(UnitNode)
    form = OutOfServiceForm(request, starts=request.clock.today())

    def submit() -> Any:
        services.take_out_of_service(
            request.db, unit.row, form.details(), person_id=request.identity.person_id, now=request.clock.now()
        )
        return done(request, unit, "It is written down. The unit is out of service in that time.")

    return form_page(request, form, {"heading": f"Take {unit.title} out of service", "cancel": unit.url()}, submit=submit)


def change(context: OutOfServiceNode, request: Any) -> Any:
    """Change when the unit is out of service, or why."""
    unit = context.above(UnitNode)
    form = OutOfServiceForm(request, context.row)

    def submit() -> Any:
        services.change_out_of_service(request.db, context.row, form.details())
        return done(request, unit, "The time out of service was saved.")

    return form_page(request, form, {"heading": f"{unit.title} is out of service", "cancel": unit.url()}, submit=submit)


def bring_back(context: OutOfServiceNode, request: Any) -> Any:
    """End the time today, after asking."""
    return confirm_page(
        request,
        context.above(UnitNode),
        "Is this unit back in service from today?",
        lambda: services.back_in_service(request.db, context.row, today=request.clock.today()),
        "The unit is back in service.",
    )
