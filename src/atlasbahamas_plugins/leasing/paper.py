"""What goes onto paper: one typeface, one page size, and the same bytes for the same words.

This and the modules that print with it are imported when somebody wants a PDF: what draws takes 17 MB and a third of a second.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

PLAIN, BOLD = "AtlasPlain", "AtlasBold"
TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=10, leading=14, spaceAfter=6)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName=BOLD, fontSize=12, leading=16, spaceBefore=8, keepWithNext=True)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8, leading=10)
TITLE = ParagraphStyle("title", parent=TEXT, fontName=BOLD, fontSize=16, leading=20, keepWithNext=True)


@cache
def _fonts() -> None:
    # They come with the library and go into the file: whoever opens it needs none.
    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont(PLAIN, folder / "Vera.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "VeraBd.ttf"))


def paragraph(words: str, style: ParagraphStyle = TEXT) -> Paragraph:
    """Words with their lines."""
    _fonts()
    return Paragraph("<br/>".join(escape(line) for line in words.split("\n")), style)


def print_pages(story: list[Any], *, title: str, author: str, mark: str = "") -> bytes:
    """A PDF. `mark` stands at the foot of every page, beside its number."""
    out = BytesIO()
    pages = SimpleDocTemplate(
        out, pagesize=LETTER, leftMargin=inch, rightMargin=inch, topMargin=inch, bottomMargin=inch, invariant=1,
        title=title, author=author,
    )  # fmt: skip

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(PLAIN, 8)
        canvas.drawString(inch, 0.6 * inch, mark)
        canvas.drawRightString(LETTER[0] - inch, 0.6 * inch, f"Page {canvas.getPageNumber()}")

    pages.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()
