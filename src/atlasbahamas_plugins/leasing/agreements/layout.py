"""How the words of an agreement are laid out: headings begin with a mark, paragraphs stand apart by an empty line."""

from __future__ import annotations

import re

HEADING, PARAGRAPH = "heading", "paragraph"
_MARK = "# "


def blocks(text: str) -> list[tuple[str, str]]:
    """(kind, words) of each heading and paragraph in their order."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [(HEADING, part.removeprefix(_MARK)) if part.startswith(_MARK) else (PARAGRAPH, part) for part in parts]
