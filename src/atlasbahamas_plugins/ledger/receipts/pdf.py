"""A receipt as PDF, on one page, with a code that leads to the page where it can be checked."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import black
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from atlasbahamas.web.formats import local_date, local_datetime, money
from atlasbahamas_plugins.leasing.agreements.pdf import BOLD, PLAIN, fonts
from atlasbahamas_plugins.ledger.receipts.services import Receipt

MODULE = 3.2
"""Points that one square of the code is wide."""
QUIET = 4
"""Squares that have to be left white around it (ISO/IEC 18004)."""


def render_pdf(receipt: Receipt) -> bytes:
    """The PDF of a receipt; the same receipt gives the same bytes."""
    fonts()
    text = ParagraphStyle("text", fontName=PLAIN, fontSize=10, leading=14, spaceAfter=6)
    title = ParagraphStyle("title", parent=text, fontName=BOLD, fontSize=18, leading=24)
    large = ParagraphStyle("large", parent=title, fontSize=26, leading=34)
    small = ParagraphStyle("small", parent=text, fontSize=8, leading=11)
    story: list[Any] = [Paragraph(f"Receipt {receipt.number}", title), Paragraph(escape(receipt.organisation), text)]
    if receipt.is_void:
        story.append(Paragraph("Void: this payment does not count any more.", title))
    story += [Paragraph(money(receipt.cents), large), _facts(receipt, text)]
    story += [Spacer(1, 0.2 * inch), Paragraph("What it pays now", ParagraphStyle("what", parent=text, fontName=BOLD))]
    lines = [*receipt.pays, *([("Credit for what comes next", receipt.rest_cents)] if receipt.rest_cents else [])]
    story.append(_lines([(escape(what), money(cents)) for what, cents in lines], text))
    story += [Spacer(1, 0.2 * inch), _code(receipt.check_url)]
    story.append(Paragraph(f"Anybody can check this receipt: point a phone at the code, or open {receipt.check_url}", small))
    out = BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=LETTER, leftMargin=inch, rightMargin=inch, topMargin=inch, bottomMargin=inch, invariant=1,
        title=f"Receipt {receipt.number}", author=receipt.organisation,
    )  # fmt: skip
    page.build(story)
    return out.getvalue()


def _facts(receipt: Receipt, text: ParagraphStyle) -> Table:
    facts = [
        ("From", receipt.tenants),
        ("For", receipt.home),
        ("Received on", local_date(receipt.received_on)),
        ("How", receipt.how),
        ("Reference", receipt.reference),
        ("Issued", local_datetime(receipt.issued)),
    ]
    return _lines([(name, escape(value)) for name, value in facts if value], text)


def _lines(rows: list[tuple[str, str]], text: ParagraphStyle) -> Table:
    cells = [[Paragraph(first, text), Paragraph(second, text)] for first, second in rows]
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
