"""Pages of statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound
from pyramid.response import Response

from atlasbahamas.web.formats import local_date
from atlasbahamas.web.lists.csv import csv_chunks
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.resources import AnyLease
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.explaining.forms import LookBackForm
from atlasbahamas_plugins.ledger.explaining.pages import Section, balance_parts, looked_back, sections
from atlasbahamas_plugins.ledger.explaining.parts import Part
from atlasbahamas_plugins.ledger.explaining.services import Explanation, explain
from atlasbahamas_plugins.ledger.statements import services
from atlasbahamas_plugins.ledger.statements.resources import MonthNode, Statements

HEADER = ["Day", "What", "Why", "Of", "Owed more", "Owed less", "Then owed", "Written by", "Written on"]


def show_statements(context: Statements, request: Any) -> dict[str, Any]:
    """The months, the newest first."""
    months = services.months_of(request.db, _lease(context), today=request.clock.today())
    return {"months": [(month, context.month(month.key)) for month in months]}


def show_statement(context: MonthNode, request: Any) -> dict[str, Any]:
    """What happened in a month; as at a day of it, as it was known on any day."""
    form, found, shown = _statement(context, request)
    return {
        "form": form,
        "explanation": found,
        "sections": shown,
        "totals": [
            ("before", "Owed before", [Part(each.before_cents, each.title, url=each.before_url) for each in shown]),
            ("added", "Owed more", [Part(each.added_cents, each.title, link=f"#{each.anchor}") for each in shown]),
            ("taken-off", "Paid or taken off", [_taken_off(each) for each in shown]),
            ("balance", "Owed after", balance_parts(shown)),
        ],
        "looked_back": looked_back(form.as_at.data, form.known.data),
        "last_day": found.as_at,
        "links": [(name, context.url(f"statement.{name.lower()}", **form.asked)) for name in ("PDF", "CSV")],
    }


def _taken_off(section: Section) -> Part:
    return Part(section.taken_off_cents, section.title, link=f"#{section.anchor}")


def statement_pdf(context: MonthNode, request: Any) -> Response:
    """The same on paper, for a tenant who never signs in. Raises HTTPBadRequest for a day that is none."""
    # Not at the top: leasing/paper.py says why.
    from atlasbahamas_plugins.ledger.explaining.pdf import render_pdf

    form, found, shown = _statement(context, request)
    if form.errors:
        raise HTTPBadRequest()
    lead = looked_back(form.as_at.data, form.known.data)
    period = f"{local_date(context.first)} to {local_date(found.as_at)}"
    body = render_pdf(
        _lease(context),
        shown,
        heading=f"Statement of {context.title}",
        lead=f"{period}. {lead}" if lead else period,
        since=context.first,
        printed=request.clock.now(),
    )
    response = Response(body, content_type="application/pdf")
    response.content_disposition = f'inline; filename="statement-{context.__name__}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def statement_csv(context: MonthNode, request: Any) -> Response:
    """The same as a file. Raises HTTPBadRequest for a day that is none."""
    form, found, shown = _statement(context, request)
    if form.errors:
        raise HTTPBadRequest()
    response = Response(app_iter=csv_chunks(HEADER, _rows(context.first, found, shown)), content_type="text/csv", charset="UTF-8")
    response.content_disposition = f'attachment; filename="statement-{context.__name__}.csv"'
    return response


def _rows(first: date, found: Explanation, shown: list[Section]) -> Iterator[list[Any]]:
    for section in shown:
        yield [first.isoformat(), "Owed before", "", section.title, "", "", _dollars(section.before_cents), "", ""]
        for each in section.lines:
            line = each.line
            sides = [_dollars(line.cents), ""] if line.cents > 0 else ["", _dollars(-line.cents)]
            what = ", ".join(words for words in (line.title, line.party) if words)
            more = [line.by, line.posted_at.isoformat()]
            yield [line.on.isoformat(), what, line.why, section.title, *sides, _dollars(each.then_cents), *more]
        yield [(found.as_at or first).isoformat(), "Owed after", "", section.title, "", "", _dollars(section.cents), "", ""]


def _dollars(cents: int) -> Decimal:
    return Decimal(cents) / 100


def _lease(context: Any) -> Lease:
    lease: Lease = context.above(AnyLease).row
    return lease


def _statement(context: MonthNode, request: Any) -> tuple[LookBackForm, Explanation, list[Section]]:
    """What the address asks for. Raises HTTPNotFound for a month of which there is none."""
    lease, first = _lease(context), context.first
    if not services.has_month(request.db, lease, first, today=request.clock.today()):
        raise HTTPNotFound()
    form = LookBackForm(request.GET)
    last, as_at, known_at = services.last_day_of(first), None, None
    if form.validate() and _within(form, first, last):
        as_at, known_at = form.as_at.data, form.known_at
    else:
        request.response.status_int = 400
    found = explain(request.db, lease, since=first, as_at=as_at or last, known_at=known_at)
    ledger = context.above(LeaseLedger)

    def before_url(since: date) -> str:
        return ledger.url("explain", **{**form.asked, "as_at": services.day_before(since).isoformat()})

    return form, found, sections(ledger, found, before_url)


def _within(form: LookBackForm, first: date, last: date) -> bool:
    """Whether the day is one of the month; the form says so where it is not."""
    if form.as_at.data is None or first <= form.as_at.data <= last:
        return True
    form.as_at.errors = [*form.as_at.errors, f"Choose a day from {local_date(first)} to {local_date(last)}."]
    return False
