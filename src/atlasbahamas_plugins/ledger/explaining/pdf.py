"""An explanation or a statement on paper: for a tenant who never signs in, and for whoever wants to keep it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Spacer, Table, TableStyle

from atlasbahamas.web.formats import local_date, local_datetime, money
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.paper import BOLD, HEADING, SMALL, TEXT, TITLE, paragraph, print_pages
from atlasbahamas_plugins.ledger.explaining.pages import Section, tenants_and_home
from atlasbahamas_plugins.ledger.payments.references import lease_reference

CELL = ParagraphStyle("cell", parent=TEXT, fontSize=8.5, leading=11, spaceAfter=0)
NUMBER = ParagraphStyle("number", parent=CELL, alignment=2)
SUM = ParagraphStyle("sum", parent=NUMBER, fontName=BOLD)
WIDTHS = [1.15 * inch, 3.35 * inch, 1 * inch, 1 * inch]


def render_pdf(
    lease: Lease, sections: Sequence[Section], *, heading: str, lead: str, since: date | None, printed: datetime
) -> bytes:
    """The PDF. `since`: the day from which lines are there; what was before is one of them. `printed` stands at the foot."""
    owed = sum(section.cents for section in sections)
    story: list[Any] = [
        paragraph(heading, TITLE),
        paragraph(tenants_and_home(lease)),
        paragraph(f"From {lease.organisation.name}. Reference for the bank: {lease_reference(lease.id)}"),
        paragraph(lead),
        paragraph(f"{'Paid ahead' if owed < 0 else 'Owed'}: {money(abs(owed))}", TITLE),
    ]
    for section in sections:
        story += [paragraph(f"{section.title}: {money(section.cents)}", HEADING), _table(section, since)]
        story.append(Spacer(1, 0.15 * inch))
    if not sections:
        story.append(paragraph("Nothing was charged, and nothing was paid."))
    story.append(paragraph("What is owed is above zero; payments and credits are taken off.", SMALL))
    mark = f"Printed {local_datetime(printed)}"
    return print_pages(story, title=heading, author=lease.organisation.name, mark=mark)


def _table(section: Section, since: date | None) -> Table:
    rows = [[paragraph(words, style) for words, style in zip(("Day", "What", "Amount", "Then owed"), _STYLES, strict=True)]]
    if since is not None:
        rows.append(_cells("", f"Before {local_date(since)}", section.before_cents, section.before_cents))
    for shown in section.lines:
        line = shown.line
        who = [line.title, line.party]
        words = "\n".join(each for each in (", ".join(each for each in who if each), line.why) if each)
        rows.append(_cells(local_date(line.on), words, line.cents, shown.then_cents))
    rows.append([paragraph("", CELL), paragraph("Together", CELL), paragraph(money(section.cents), SUM), paragraph("", CELL)])
    table = Table(rows, colWidths=WIDTHS, hAlign="LEFT", repeatRows=1)
    whole = ((0, 0), (-1, -1))
    table.setStyle(TableStyle([("LINEBELOW", *whole, 0.25, black), ("LEFTPADDING", *whole, 0), ("VALIGN", *whole, "TOP")]))
    return table


_STYLES = (CELL, CELL, NUMBER, NUMBER)


def _cells(day: str, words: str, cents: int, then_cents: int) -> list[Any]:
    cells = (day, words, money(cents), money(then_cents))
    return [paragraph(cell, style) for cell, style in zip(cells, _STYLES, strict=True)]
