"""A frozen agreement as PDF: made once, from nothing but the frozen content."""

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
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from atlasbahamas_plugins.leasing.agreements.layout import HEADING, blocks

PLAIN, BOLD = "AtlasPlain", "AtlasBold"


@cache
def fonts() -> None:
    """Make the two faces known to the library."""
    # They come with the library and go into the file: whoever opens it needs none.
    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont(PLAIN, folder / "Vera.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "VeraBd.ttf"))


def render_pdf(content: dict[str, Any], digest: str) -> bytes:
    """The PDF of a document's content, with lines to sign on by hand. The same content gives the same bytes."""
    fonts()
    text = ParagraphStyle("text", fontName=PLAIN, fontSize=10, leading=14, spaceAfter=6)
    heading = ParagraphStyle("heading", parent=text, fontName=BOLD, fontSize=12, leading=16, spaceBefore=8, keepWithNext=True)
    small = ParagraphStyle("small", parent=text, fontSize=8, leading=10)
    story: list[Any] = []
    for kind, words in blocks(content["text"]):
        lines = "<br/>".join(escape(line) for line in words.split("\n"))
        story.append(Paragraph(lines, heading if kind == HEADING else text))
    story.append(Spacer(1, 0.3 * inch))
    for name in (content["landlord"], *(party["name"] for party in content["parties"])):
        story.append(Paragraph(f"{'_' * 40}<br/>{escape(name)}, on ____________", text))
        story.append(Spacer(1, 0.2 * inch))
    story.append(
        Paragraph(f"Lease {escape(content['lease'])}, version {content['version']}. SHA-256 of its text: {digest}", small)
    )
    out = BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=LETTER, leftMargin=inch, rightMargin=inch, topMargin=inch, bottomMargin=inch, invariant=1,
        title=f"Tenancy agreement {content['lease']}", author=content["landlord"],
    )  # fmt: skip
    page.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _number(canvas: Any, page: Any) -> None:
    canvas.setFont(PLAIN, 8)
    canvas.drawRightString(LETTER[0] - inch, 0.6 * inch, f"Page {canvas.getPageNumber()}")
