"""A frozen agreement as PDF: made once, from nothing but the frozen content."""

from __future__ import annotations

from typing import Any

from reportlab.lib.units import inch
from reportlab.platypus import Spacer

from atlasbahamas_plugins.leasing.agreements import layout
from atlasbahamas_plugins.leasing.paper import HEADING, SMALL, TEXT, paragraph, print_pages

LINE = "_" * 40


def render_pdf(content: dict[str, Any], digest: str) -> bytes:
    """The PDF of a document's content, with lines to sign on by hand, each with one for a witness (domain.md 3.3).

    The same content gives the same bytes.
    """
    story: list[Any] = []
    for kind, words in layout.blocks(content["text"]):
        story.append(paragraph(words, HEADING if kind == layout.HEADING else TEXT))
    story.append(Spacer(1, 0.3 * inch))
    for name in (content["landlord"], *(party["name"] for party in content["parties"])):
        story.append(paragraph(f"{LINE}\n{name}, on ____________"))
        story.append(paragraph(f"{LINE}\nWitness, if there is one", SMALL))
        story.append(Spacer(1, 0.2 * inch))
    story.append(paragraph(f"Lease {content['lease']}, version {content['version']}. SHA-256 of its text: {digest}", SMALL))
    return print_pages(story, title=f"Tenancy agreement {content['lease']}", author=content["landlord"])
