"""Pages on which the tenants of many leases are invited from a file, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.response import Response
from sqlalchemy import select

from atlasbahamas.web.forms import done
from atlasbahamas.web.imports import MOST_ROWS, Import, Problem, Row, import_page, template_file
from atlasbahamas.web.imports.columns import shown
from atlasbahamas_plugins.leasing.inviting import services
from atlasbahamas_plugins.leasing.inviting.forms import COLUMNS, LABELS, named_by
from atlasbahamas_plugins.leasing.inviting.lists import InvitationFileList, InvitedList
from atlasbahamas_plugins.leasing.inviting.models import SKIPPED, InvitationRow
from atlasbahamas_plugins.leasing.inviting.resources import InvitationFileNode, InvitationFiles
from atlasbahamas_plugins.leasing.resources import EDIT, Leases
from atlasbahamas_plugins.portfolio.resources import organisation_above


def invite_tenants(context: Leases, request: Any) -> Any:
    """Tenants from a file: what would be sent is looked at before it is."""
    planned: dict[int, services.Planned] = {}
    what = Import(
        COLUMNS,
        ("invitation", "invitations"),
        lambda rows: _problems(context, request, rows, planned),
        lambda rows: _save(context, request, rows),
    )
    values = {
        "heading": "Invite tenants from a file",
        "lead": "Each gets a mail with a link to see their lease with a sign-in of their own. Nobody needs one."
        " The file to fill in names those who have none and were not invited: write down their e-mail addresses.",
        "cancel": context.url(),
        "template_url": context.url("tenants.csv"),
        "planned": planned,
        "reasons": SKIPPED,
    }
    return import_page(request, what, values)


def tenants_template(context: Leases, request: Any) -> Response:
    """A file to fill in, with the tenants who could be invited."""
    now = request.clock.now()
    waiting = services.to_be_invited(request.db, context.allowed(EDIT), most=MOST_ROWS, now=now)
    rows = [[lease.ref, lease.unit.property.name, lease.unit.label, contact.name, contact.email] for lease, contact in waiting]
    return template_file(COLUMNS, "tenants", rows)


def invitation_files(context: InvitationFiles, request: Any) -> Any:
    """The files by which tenants were invited."""
    return InvitationFileList(request, context.visible(), node=context).answer()


def show_file(context: InvitationFileNode, request: Any) -> Any:
    """Whom a file invited, and whom it skipped and why."""
    query = select(InvitationRow).where(InvitationRow.file_id == context.row.id)
    leases_node = Leases(request, organisation_above(context), "leases")
    return InvitedList(request, query, node=context, leases_node=leases_node).answer(sent=context.row)


def _problems(context: Leases, request: Any, rows: Sequence[Row], planned: dict[int, services.Planned]) -> list[Problem]:
    """What the rows alone do not tell; what each of the others would do is put into `planned`, by its number."""
    found = services.plan_invitations(request.db, context.allowed(EDIT), [*map(named_by, rows)], now=request.clock.now())
    planned.update({each.number: each for each in found if isinstance(each, services.Planned)})
    return [
        Problem(each.number, LABELS[each.column], each.message, shown(row.cells[each.column]))
        for row, each in zip(rows, found, strict=True)
        if isinstance(each, services.Wrong)
    ]


def _save(context: Leases, request: Any, rows: Sequence[Row]) -> Any:
    organisation = organisation_above(context)
    row = services.invite_from_file(
        request.db,
        organisation.row.id,
        context.allowed(EDIT),
        [named_by(row) for row in rows],
        by_id=request.identity.person_id,
        now=request.clock.now(),
    )
    node = InvitationFiles(request, organisation, "invitation-files").node_of(row)
    return done(request, node, f"{row.invited:,} {'tenant is' if row.invited == 1 else 'tenants are'} invited.")
