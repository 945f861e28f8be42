"""Pages of notices."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from atlasbahamas.files.serving import serve_file
from atlasbahamas.web.forms import confirm_page, done, form_page
from atlasbahamas_plugins.leasing.notices import services
from atlasbahamas_plugins.leasing.notices.forms import MyNoticeForm, NoticeForm, ServedForm
from atlasbahamas_plugins.leasing.notices.models import GIVERS, HERE, WAYS
from atlasbahamas_plugins.leasing.notices.resources import NoticeNode, Notices, ServingNode, Servings
from atlasbahamas_plugins.leasing.resources import AnyLease, LeaseNode, MyLease, editing_roles
from atlasbahamas_plugins.leasing.settings import LeasingSettings, Span


def give_notice(context: LeaseNode, request: Any) -> Any:
    """Write down a notice of either side."""
    lease, today, least = context.row, request.clock.today(), _least(request, context)
    rule = services.last_day_by_rule(lease, today, least)
    form = NoticeForm(request, last_day=rule, giver="landlord", way="hand", given=today, served_on=today)

    def submit() -> Any:
        services.give_notice(
            request.db,
            request.registry.atlas_store,
            lease,
            form.details(),
            form.served(),
            least=least,
            now=request.clock.now(),
            today=today,
        )
        return done(request, context, "The notice was saved.")

    return form_page(request, form, {"lease": lease, "rule": rule, "cancel": context.url()}, submit=submit)


def give_my_notice(context: MyLease, request: Any) -> Any:
    """A tenant says that they leave."""
    lease, today, least = context.row, request.clock.today(), _least(request, context)
    rule = services.last_day_by_rule(lease, today, least)
    form, party = MyNoticeForm(request, last_day=rule), context.party

    def submit() -> Any:
        details = services.NoticeDetails("tenant", today, form.last_day.data, form.words.data, knows_short=form.knows_short.data)
        served = services.Served(HERE, party.contact.name, today, party=party)
        services.give_notice(
            request.db,
            request.registry.atlas_store,
            lease,
            details,
            served,
            least=least,
            now=request.clock.now(),
            today=today,
            tell=editing_roles(request),
        )
        return done(request, context, "You gave notice.")

    return form_page(request, form, {"lease": lease, "rule": rule, "cancel": context.url()}, submit=submit)


def show_notice(context: NoticeNode, request: Any) -> dict[str, Any]:
    """A notice, and how it was served."""
    above = context.above(AnyLease)
    notice, newest = context.row, services.notices_of(request.db, above.row)[0]
    mine = above.party if isinstance(above, MyLease) else None
    proofs = Servings(request, context, "proofs")
    return {
        "notice": notice,
        "counts": services.counts(above.row, notice, newest),
        "servings": [(row, proofs.node_of(row)) for row in notice.servings],
        "ways": {**WAYS, HERE: "Read here" if notice.giver == "landlord" else "Written here"},
        "givers": GIVERS,
        "may_read": mine is not None and notice.giver == "landlord" and not services.has_read(request.db, notice, mine),
    }


def serve_again(context: NoticeNode, request: Any) -> Any:
    """Add another proof that it was served."""
    form, today = ServedForm(request, way="hand", served_on=request.clock.today()), request.clock.today()

    def submit() -> Any:
        lease, store = context.above(AnyLease).row, request.registry.atlas_store
        services.serve_again(request.db, store, lease, context.row, form.served(), now=request.clock.now(), today=today)
        return done(request, context, "It was added.")

    return form_page(request, form, {"cancel": context.url()}, submit=submit)


def read_notice(context: NoticeNode, request: Any) -> Any:
    """A tenant says that they have read it, after asking."""
    above = context.above(AnyLease)
    if not isinstance(above, MyLease):
        raise HTTPNotFound()
    now, today = request.clock.now(), request.clock.today()
    return confirm_page(
        request,
        context,
        "Say that you have read this notice? It says nothing about whether you agree.",
        lambda: services.read_notice(request.db, above.row, context.row, above.party, now=now, today=today),
        "It says now that you have read it.",
    )


def photo(context: ServingNode, request: Any) -> Any:
    """The photo of a proof."""
    if context.row.file is None:
        raise HTTPNotFound()
    return serve_file(request, context.row.file)


def notices_shown(context: AnyLease, request: Any) -> list[tuple[NoticeNode, bool]]:
    """The notices of a lease for its page, each with whether it counts."""
    rows, collection = services.notices_of(request.db, context.row), Notices(request, context, "notices")
    nodes = [collection.node_of(row) for row in rows]
    return [(node, services.counts(context.row, node.row, rows[0])) for node in nodes if isinstance(node, NoticeNode)]


def _least(request: Any, context: AnyLease) -> Span:
    settings: LeasingSettings = request.registry.atlas_settings.section(LeasingSettings)
    return settings.notice_for(context.row.period)
