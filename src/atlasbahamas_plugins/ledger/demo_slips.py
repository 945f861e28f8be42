"""Proofs of payment for the demo data, drawn by code: what a bank's page shows after a transfer. The same every time.

Knows nothing of the database: what stands on it goes in, a picture comes out.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from atlasbahamas.files.models import PICTURE
from atlasbahamas.files.uploads import Upload
from atlasbahamas.web.formats import local_date, money

SIZE = (540, 760)
_PAPER, _INK, _QUIET, _SEA = "#ffffff", "#17323a", "#6b7f86", "#0d7c86"


def draw_slip(heading: str, day: date, cents: int, lines: tuple[tuple[str, str], ...]) -> Upload:
    """A picture as somebody takes it of their screen: an amount, a day, and (what, which) lines."""
    image = Image.new("RGB", SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 110), fill=_SEA)
    draw.text((36, 36), heading, fill=_PAPER, font=ImageFont.load_default(30))
    draw.text((36, 150), money(cents), fill=_INK, font=ImageFont.load_default(54))
    draw.text((36, 226), local_date(day), fill=_QUIET, font=ImageFont.load_default(24))
    for at, (what, which) in enumerate(lines):
        top = 300 + 92 * at
        draw.line((36, top, SIZE[0] - 36, top), fill="#dfe7e9", width=2)
        draw.text((36, top + 14), what, fill=_QUIET, font=ImageFont.load_default(20))
        draw.text((36, top + 42), which, fill=_INK, font=ImageFont.load_default(28))
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    return Upload(PICTURE, "image/jpeg", "proof.jpg", data=out.getvalue(), width=SIZE[0], height=SIZE[1])
