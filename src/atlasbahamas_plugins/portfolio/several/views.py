"""Pages on which several units are added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.response import Response

from atlasbahamas.web.forms import done, form_page
from atlasbahamas.web.imports import Import, Problem, Row, import_page, template_file
from atlasbahamas_plugins.portfolio.resources import PropertyNode, UnitsOfProperty
from atlasbahamas_plugins.portfolio.services import UnitDetails
from atlasbahamas_plugins.portfolio.several import services
from atlasbahamas_plugins.portfolio.several.forms import COLUMNS, SeveralUnitsForm, label_problems, unit_of


def add_several(context: UnitsOfProperty, request: Any) -> Any:
    """Units that are alike, numbered or by their labels."""
    above = context.above(PropertyNode)
    form = SeveralUnitsForm(request, first=1, beds=1, baths=1)
    return form_page(request, form, {"cancel": above.url()}, submit=lambda: _add(request, above, form.units()))


def import_units(context: UnitsOfProperty, request: Any) -> Any:
    """Units from a file, looked at before they are saved."""
    above = context.above(PropertyNode)

    def check(rows: Sequence[Row]) -> list[Problem]:
        taken = services.taken_labels(request.db, above.row, [unit_of(row) for row in rows])
        return label_problems(rows, taken)

    what = Import(COLUMNS, ("unit", "units"), check, lambda rows: _add(request, above, [unit_of(row) for row in rows]))
    values = {
        "heading": "Units from a file",
        "lead": f"A spreadsheet of {above.title}, saved as CSV.",
        "cancel": above.url(),
        "template_url": context.url("template.csv"),
    }
    return import_page(request, what, values)


def units_template(context: UnitsOfProperty, request: Any) -> Response:
    """A file to fill in."""
    return template_file(COLUMNS, "units")


def _add(request: Any, above: PropertyNode, units: Sequence[UnitDetails]) -> Any:
    added = services.add_units(request.db, above.row, units, now=request.clock.now())
    words = f"{added:,} {'unit was' if added == 1 else 'units were'} added."
    return done(request, above, words if added else "These units are there already. Nothing was added twice.")
