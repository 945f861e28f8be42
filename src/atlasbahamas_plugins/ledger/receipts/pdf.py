"""A receipt as PDF, on one page, with a code that leads to the page where it can be checked."""

from __future__ import annotations

from typing import Any

import segno
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Spacer, Table, TableStyle

from atlasbahamas.web.formats import local_date, local_datetime, money
from atlasbahamas_plugins.leasing.paper import HEADING, SMALL, TITLE, paragraph, print_pages
from atlasbahamas_plugins.ledger.receipts.services import Receipt

AMOUNT = ParagraphStyle("amount", parent=TITLE, fontSize=26, leading=34)
MODULE = 3.2
"""Points that one square of the code is wide."""
QUIET = 4
"""Squares that have to be left white around it (ISO/IEC 18004)."""


def render_pdf(receipt: Receipt) -> bytes:
    """The PDF of a receipt; the same receipt gives the same bytes."""
    story: list[Any] = [paragraph(f"Receipt {receipt.number}", TITLE), paragraph(receipt.organisation)]
    if receipt.is_void:
        story.append(paragraph("Void: this payment does not count any more.", TITLE))
    story += [paragraph(money(receipt.cents), AMOUNT), _facts(receipt)]
    if not receipt.is_void:
        lines = [*receipt.pays, *([("Credit for what comes next", receipt.rest_cents)] if receipt.rest_cents else [])]
        story += [Spacer(1, 0.2 * inch), paragraph("What it pays now", HEADING)]
        story.append(_lines([(what, money(cents)) for what, cents in lines]))
    story += [Spacer(1, 0.2 * inch), _code(receipt.check_url)]
    story.append(paragraph(f"Anybody can check this receipt: point a phone at the code, or open {receipt.check_url}", SMALL))
    return print_pages(story, title=f"Receipt {receipt.number}", author=receipt.organisation)


def _facts(receipt: Receipt) -> Table:
    facts = [
        ("From", receipt.tenants),
        ("For", receipt.home),
        ("Received on", local_date(receipt.received_on)),
        ("How", receipt.how),
        ("Reference", receipt.reference),
        ("Issued", local_datetime(receipt.issued)),
    ]
    return _lines([(name, value) for name, value in facts if value])


def _lines(rows: list[tuple[str, str]]) -> Table:
    cells = [[paragraph(first), paragraph(second)] for first, second in rows]
    table = Table(cells, colWidths=[3.2 * inch, 3.2 * inch], hAlign="LEFT")
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.25, black), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table


def _code(url: str) -> Drawing:
    rows = [list(row) for row in segno.make(url, error="m", micro=False).matrix]
    side = (len(rows) + 2 * QUIET) * MODULE
    drawing = Drawing(side, side)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                left, bottom = (x + QUIET) * MODULE, side - (y + QUIET + 1) * MODULE
                # A hair wider than its place: readers of PDF leave white lines between squares that only touch.
                drawing.add(Rect(left, bottom, MODULE + 0.05, MODULE + 0.05, fillColor=black, strokeWidth=0, strokeColor=None))
    return drawing
