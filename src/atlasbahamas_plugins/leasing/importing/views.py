"""Pages on which leases that exist are brought in, and taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.response import Response
from sqlalchemy import select

from atlasbahamas.web.forms import confirm_page, done
from atlasbahamas.web.imports import Import, Problem, Row, import_page, template_file
from atlasbahamas.web.imports.columns import shown
from atlasbahamas_plugins.leasing.importing import services
from atlasbahamas_plugins.leasing.importing.forms import COLUMNS, LABELS, deposits_of, terms_of
from atlasbahamas_plugins.leasing.importing.lists import ImportedLeaseList, LeaseImportList
from atlasbahamas_plugins.leasing.importing.resources import LeaseImportNode, LeaseImports, UnitsToLet
from atlasbahamas_plugins.leasing.resources import EDIT, Leases
from atlasbahamas_plugins.leasing.views import contacts_known
from atlasbahamas_plugins.leasing.writing.models import Opening
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails
from atlasbahamas_plugins.portfolio.models import Unit
from atlasbahamas_plugins.portfolio.resources import organisation_above

NAMED_MOST = 20
MOST_LEASES = 500
"""As many as are written in two seconds: nobody waits for a page longer than that."""


def import_leases(context: Leases, request: Any) -> Any:
    """Leases from a file, looked at before they are saved."""
    what = Import(
        COLUMNS,
        ("lease", "leases"),
        lambda rows: _problems(context, request, rows),
        lambda rows: _save(context, request, rows),
        most=MOST_LEASES,
    )
    values = {
        "heading": "Leases from a file",
        "lead": "Leases that exist already, from a spreadsheet that was saved as CSV: one row for each. Nobody is asked to sign.",
        "cancel": context.url(),
        "template_url": context.url("template.csv"),
    }
    return import_page(request, what, values)


def leases_template(context: Leases, request: Any) -> Response:
    """A file to fill in."""
    return template_file(COLUMNS, "leases")


def lease_imports(context: LeaseImports, request: Any) -> Any:
    """What was brought in."""
    return LeaseImportList(request, context.visible(), node=context).answer()


def show_import(context: LeaseImportNode, request: Any) -> Any:
    """The leases that came with a file, and what its undo did."""
    row = context.row
    query = select(Opening).where(Opening.import_id == row.id)
    leases_node = Leases(request, organisation_above(context), "leases")
    kept = services.kept_leases(request.db, row) if row.undone else []
    return ImportedLeaseList(request, query, node=context, leases_node=leases_node).answer(
        brought=row,
        kept=[(lease, leases_node.node_of(lease)) for lease in kept[:NAMED_MOST]],
        kept_more=max(0, len(kept) - NAMED_MOST),
        may_undo=services.may_be_undone(row, now=request.clock.now()),
        undo_days=services.UNDO_WITHIN.days,
    )


def undo(context: LeaseImportNode, request: Any) -> Any:
    """Take the leases of a file away, after asking."""
    return confirm_page(
        request,
        context,
        "Take these leases away? Those that were changed since stay.",
        lambda: services.undo_import(request.db, context.row, person_id=request.identity.person_id, now=request.clock.now()),
        "They are taken away, and their days are free again. Below you see what stayed.",
    )


def _units(context: Leases, request: Any, rows: Sequence[Row]) -> list[Unit | tuple[str, str]]:
    units = UnitsToLet(request, organisation_above(context), "units")
    named = [services.Named(row.values["property"], row.values["unit"]) for row in rows]
    return services.find_units(request.db, units.allowed(EDIT), named)


def _problems(context: Leases, request: Any, rows: Sequence[Row]) -> list[Problem]:
    """What the rows alone do not tell, and what their cells say only together."""
    problems: list[Problem] = []

    def wrong(row: Row, name: str, message: str) -> None:
        problems.append(Problem(row.number, LABELS[name], message, shown(row.cells[name])))

    wanted = []
    for row, found in zip(rows, _units(context, request, rows), strict=True):
        terms, paid_to = terms_of(row), row.values["paid to"]
        if terms.term_last_day is not None and terms.term_last_day < terms.starts:
            wrong(row, "ends", "The term has to end after it begins.")
        if paid_to is not None and paid_to < terms.starts:
            wrong(row, "paid to", "This is before the first day of the lease.")
        if isinstance(found, Unit):
            wanted.append((row.number, found, terms))
        else:
            wrong(row, *found)
    by_number = {row.number: row for row in rows}
    for number, message in services.taken_days(request.db, wanted).items():
        wrong(by_number[number], "starts", message)
    return problems


def _save(context: Leases, request: Any, rows: Sequence[Row]) -> Any:
    organisation = organisation_above(context)
    units = _units(context, request, rows)
    row = services.import_leases(
        request.db,
        organisation.row.id,
        [_arriving(row, unit) for row, unit in zip(rows, units, strict=True) if isinstance(unit, Unit)],
        person_id=request.identity.person_id,
        now=request.clock.now(),
        today=request.clock.today(),
        known=contacts_known(context, request),
    )
    node = LeaseImports(request, organisation, "lease-imports").node_of(row)
    return done(request, node, f"{row.leases:,} {'lease was' if row.leases == 1 else 'leases were'} brought in.")


def _arriving(row: Row, unit: Unit) -> services.Arriving:
    first, *others = row.values["tenants"]
    return services.Arriving(
        unit=unit,
        terms=terms_of(row),
        tenants=[ContactDetails(first, row.values["email"], row.values["phone"]), *[ContactDetails(name) for name in others]],
        deposits=deposits_of(row),
        paid_to=row.values["paid to"],
        balance_cents=row.values["balance"] or 0,
    )
