"""Pages on which administrators keep islands, settlements and utilities."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from sqlalchemy import select

from atlasbahamas.web.forms import Form, confirm_page, done, form_page
from atlasbahamas_plugins.portfolio.models import Island
from atlasbahamas_plugins.portfolio.places import services
from atlasbahamas_plugins.portfolio.places.events import PLACE_RENAMED, PlaceListener
from atlasbahamas_plugins.portfolio.places.forms import IslandForm, SettlementForm, UtilityForm
from atlasbahamas_plugins.portfolio.places.lists import IslandList, SettlementList, UtilityList
from atlasbahamas_plugins.portfolio.places.resources import (
    IslandNode,
    Islands,
    SettlementNode,
    Settlements,
    Utilities,
    UtilityNode,
)


def islands(context: Islands, request: Any) -> Any:
    """All islands."""
    counted = services.counted_settlements(request.db)
    return IslandList(request, context.visible(), node=context, settlements=counted).answer()


def add_island(context: Islands, request: Any) -> Any:
    """A new island."""
    form = IslandForm(request)

    def submit() -> Any:
        row = services.add_island(request.db, form.details())
        return done(request, context.node_of(row), "The island was added. Now add its settlements.")

    return form_page(request, form, {"heading": "Add an island", "cancel": context.url()}, submit=submit)


def show_island(context: IslandNode, request: Any) -> Any:
    """An island, its settlements as a list, and who supplies it."""
    below = Settlements(request, context, "settlements")
    listed = SettlementList(request, below.visible(), node=below)
    return listed.answer(island=context.row, settlements=below, utilities=services.utilities_on(request.db, context.row.id))


def edit_island(context: IslandNode, request: Any) -> Any:
    """Rename an island, or move it in the order."""
    form = IslandForm(request, context.row)

    def submit() -> Any:
        services.edit_island(request.db, context.row, form.details(), _listeners(request), now=request.clock.now())
        return done(request, context, "The island was saved.")

    return form_page(request, form, {"heading": "Edit this island", "cancel": context.url()}, submit=submit)


def settlements(context: Settlements, request: Any) -> HTTPSeeOther:
    """The settlements of an island stand on its page."""
    return HTTPSeeOther(context.above(IslandNode).url())


def add_settlement(context: Settlements, request: Any) -> Any:
    """A new settlement of an island."""
    above = context.above(IslandNode)
    form = SettlementForm(request)

    def submit() -> Any:
        services.add_settlement(request.db, above.row, form.details())
        return done(request, above, "The settlement was added.")

    return form_page(request, form, {"heading": f"Add a settlement of {above.title}", "cancel": above.url()}, submit=submit)


def edit_settlement(context: SettlementNode, request: Any) -> Any:
    """Rename a settlement; from here it can be retired or deleted, too."""
    above = context.above(IslandNode)
    form = SettlementForm(request, context.row)

    def submit() -> Any:
        services.edit_settlement(request.db, context.row, form.details(), _listeners(request), now=request.clock.now())
        return done(request, above, "The settlement was saved.")

    values = {"heading": "Edit this settlement", "cancel": above.url(), "place": context}
    return form_page(request, form, values, submit=submit)


def retire(context: IslandNode | SettlementNode, request: Any) -> Any:
    """Offer a place no longer, after asking."""
    today = request.clock.today()
    return confirm_page(
        request,
        _page_of(context),
        f"Retire {context.title}? Nobody is offered it any more; what lies there stays.",
        lambda: services.retire_place(request.db, context.row, today=today),
        f"{context.title} is retired.",
    )


def restore(context: IslandNode | SettlementNode, request: Any) -> Any:
    """Offer a place again, after asking."""
    return confirm_page(
        request,
        _page_of(context),
        f"Offer {context.title} again?",
        lambda: services.restore_place(request.db, context.row),
        f"{context.title} is offered again.",
    )


def delete_settlement(context: SettlementNode, request: Any) -> Any:
    """Delete a settlement in which nothing lies, after asking."""
    return confirm_page(
        request,
        context.above(IslandNode),
        f"Delete {context.title} for good?",
        lambda: services.delete_settlement(request.db, context.row),
        "The settlement is gone.",
    )


def delete_island(context: IslandNode, request: Any) -> Any:
    """Delete an island on which nothing lies, after asking."""
    form = Form(request)
    values = {"heading": "Delete this island with its settlements?", "cancel": context.url(), "subject": context.title}

    def submit() -> Any:
        services.delete_island(request.db, context.row)
        return done(request, context.above(Islands), "The island is gone.")

    return form_page(request, form, values, submit=submit)


def utilities(context: Utilities, request: Any) -> Any:
    """All utilities."""
    return UtilityList(request, context.visible(), node=context).answer()


def add_utility(context: Utilities, request: Any) -> Any:
    """A new utility."""
    form = _utility_form(request)

    def submit() -> Any:
        services.add_utility(request.db, form.details())
        return done(request, context, "The utility was added.")

    return form_page(request, form, {"heading": "Add a utility", "cancel": context.url()}, submit=submit)


def edit_utility(context: UtilityNode, request: Any) -> Any:
    """Change a utility, and where it supplies."""
    above = context.above(Utilities)
    form = _utility_form(request, context.row)

    def submit() -> Any:
        services.edit_utility(request.db, context.row, form.details())
        return done(request, above, "The utility was saved.")

    values = {"heading": "Edit this utility", "cancel": above.url(), "utility": context}
    return form_page(request, form, values, submit=submit)


def retire_utility(context: UtilityNode, request: Any) -> Any:
    """Show a utility no longer, after asking."""
    today = request.clock.today()
    return confirm_page(
        request,
        context.above(Utilities),
        f"Show {context.title} no longer?",
        lambda: services.retire_utility(request.db, context.row, today=today),
        f"{context.title} is retired.",
    )


def restore_utility(context: UtilityNode, request: Any) -> Any:
    """Show a utility again, after asking."""
    return confirm_page(
        request,
        context.above(Utilities),
        f"Show {context.title} again?",
        lambda: services.restore_utility(request.db, context.row),
        f"{context.title} is shown again.",
    )


def _listeners(request: Any) -> list[PlaceListener]:
    return list(request.registry.atlas_points.get(PLACE_RENAMED))


def _page_of(context: IslandNode | SettlementNode) -> IslandNode:
    return context if isinstance(context, IslandNode) else context.above(IslandNode)


def _utility_form(request: Any, row: Any = None) -> UtilityForm:
    form = UtilityForm(request, row)
    found = request.db.scalars(select(Island).order_by(Island.position, Island.id))
    form.islands.offer([(str(island.id), island.name) for island in found])
    return form
