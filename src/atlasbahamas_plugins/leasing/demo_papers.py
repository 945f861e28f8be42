"""Scanned pages for the demo data, drawn by code: a lease as it was signed on paper. The same every time.

Knows nothing of the database: what stands on it goes in, a picture comes out.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from atlasbahamas.files.models import PICTURE
from atlasbahamas.files.uploads import Upload

SIZE = (1000, 1414)
_TABLE, _PAPER, _INK, _PEN = "#b9b4aa", "#fbfaf5", "#2a2f33", "#1f3d8f"
_EDGE, _LINE = 90, 38
# A name as a pen writes it: how far it goes up and down, step by step.
_STROKES = (0, -26, 12, -18, 6, -30, 10, -8, 14, -20, 4, -10, 8, -4)


def draw_page(heading: str, lines: tuple[str, ...], signed: tuple[str, ...]) -> Upload:
    """A page on a table, with a heading, lines of text, and a line to sign on for each name, signed by hand."""
    image = Image.new("RGB", SIZE, _TABLE)
    draw = ImageDraw.Draw(image)
    draw.polygon(((28, 22), (SIZE[0] - 20, 36), (SIZE[0] - 32, SIZE[1] - 20), (18, SIZE[1] - 34)), fill=_PAPER)
    draw.text((_EDGE, 100), heading, fill=_INK, font=ImageFont.load_default(40))
    for at, line in enumerate(lines):
        draw.text((_EDGE, 200 + _LINE * at), line, fill=_INK, font=ImageFont.load_default(24))
    for at, name in enumerate(signed):
        _sign(draw, SIZE[1] - 150 * (len(signed) - at) - 40, name)
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return Upload(PICTURE, "image/jpeg", "scan.jpg", data=out.getvalue(), width=SIZE[0], height=SIZE[1])


def _sign(draw: ImageDraw.ImageDraw, top: int, name: str) -> None:
    draw.line((_EDGE, top, _EDGE + 460, top), fill=_INK, width=2)
    draw.text((_EDGE, top + 8), name, fill=_INK, font=ImageFont.load_default(20))
    # No two names are written alike.
    turn = len(name) % len(_STROKES)
    strokes = _STROKES[turn:] + _STROKES[:turn]
    draw.line([(_EDGE + 30 + 26 * step, top - 14 + up) for step, up in enumerate(strokes)], fill=_PEN, width=4, joint="curve")
