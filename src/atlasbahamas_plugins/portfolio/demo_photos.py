"""Photos for the demo properties, painted by code: the front of the house, the sea before it, a room. The same every time.

Knows nothing of the database: a view and a seed go in, a JPEG comes out. The drawings of listings without photos are another
thing, in the listings feature.
"""

from __future__ import annotations

import math
import random
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

VIEWS = ("front", "sea", "room")
SIZE = (1200, 900)
_WALLS = ("#f7b7a3", "#a9dccb", "#f9d58f", "#9fd3e6", "#f4a8b8", "#cdb9e6")
_SHUTTERS = ("#1f6f78", "#b5495b", "#2e5a88", "#3d7a57", "#d98032", "#5b4a8a")
Colour = tuple[int, int, int]


@cache
def paint(view: str, seed: int) -> bytes:
    """A picture as a camera would give it. `view` is one of VIEWS."""
    chance = random.Random(f"{view}/{seed}")  # noqa: S311 - the same picture every time
    image = _sky(chance)
    draw = ImageDraw.Draw(image)
    {"front": _front, "sea": _sea, "room": _room}[view](draw, chance, seed)
    out = BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=88)
    return out.getvalue()


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _between(first: str, second: str, part: float) -> Colour:
    a, b = _rgb(first), _rgb(second)
    return tuple(round(x + (y - x) * part) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def _bands(draw: ImageDraw.ImageDraw, top: int, bottom: int, first: str, second: str) -> None:
    for y in range(top, bottom):
        draw.line((0, y, SIZE[0], y), fill=_between(first, second, (y - top) / max(1, bottom - top)))


def _sky(chance: random.Random) -> Image.Image:
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    _bands(draw, 0, 560, "#4fb0e3", "#d8f1f8")
    for _ in range(5):
        x, y = chance.randrange(SIZE[0]), chance.randrange(40, 300)
        for _ in range(6):
            w = chance.randrange(60, 170)
            left, above = x + chance.randrange(-120, 120), y + chance.randrange(-16, 16)
            draw.ellipse((left, above, left + w, above + w // 3), fill="#f6fbfd")
    return image.filter(ImageFilter.GaussianBlur(9))


def _front(draw: ImageDraw.ImageDraw, chance: random.Random, seed: int) -> None:
    wall, shutter = _WALLS[seed % len(_WALLS)], _SHUTTERS[seed % len(_SHUTTERS)]
    _bands(draw, 540, 640, "#1796b5", "#7fdccf")
    _bands(draw, 640, 900, "#7cb26b", "#4d8a4c")
    draw.polygon((560, 900, 640, 900, 620, 760, 580, 760), fill="#e9d9b4")
    draw.rectangle((250, 400, 950, 770), fill=wall)
    draw.rectangle((250, 740, 950, 770), fill=_between(wall, "#000000", 0.15))
    draw.polygon((200, 410, 1000, 410, 880, 250, 320, 250), fill="#f4f1ea")
    draw.polygon((200, 410, 1000, 410, 994, 430, 206, 430), fill="#d5cfc2")
    for left in (310, 450, 690, 830):
        draw.rectangle((left, 500, left + 70, 620), fill="#5c8d99")
        draw.line((left + 35, 500, left + 35, 620), fill="#fffdf7", width=5)
        for side in (left - 26, left + 70):
            draw.rectangle((side, 496, side + 26, 624), fill=shutter)
            for y in range(502, 622, 10):
                draw.line((side + 3, y, side + 23, y), fill=_between(shutter, "#000000", 0.25), width=2)
    draw.rectangle((565, 540, 635, 770), fill=shutter)
    draw.ellipse((620, 650, 630, 660), fill="#f7c331")
    for left in (262, 540, 650, 926):
        draw.rectangle((left, 430, left + 12, 770), fill="#fffdf7")
    for _ in range(70):
        x, y = chance.choice((chance.randrange(120, 540), chance.randrange(660, 1100))), chance.randrange(750, 800)
        draw.ellipse((x, y, x + 26, y + 20), fill=chance.choice(("#2c7a55", "#3d8f61")))
        draw.ellipse((x + 8, y + 2, x + 16, y + 9), fill=chance.choice(("#e0377a", "#f2643d", "#f7c331")))
    _palm(draw, chance, 130, 800, 430)
    _palm(draw, chance, 1060, 820, 380)


def _sea(draw: ImageDraw.ImageDraw, chance: random.Random, seed: int) -> None:
    _bands(draw, 420, 640, "#1283a6", "#59cfc6")
    _bands(draw, 640, 690, "#59cfc6", "#c9efe4")
    _bands(draw, 690, 900, "#f4dfb5", "#e6c98f")
    draw.ellipse((700, 392, 1120, 450), fill="#4f8f7f")
    draw.rectangle((0, 421, SIZE[0], 426), fill="#0f7391")
    for _ in range(46):
        x, y = chance.randrange(SIZE[0]), chance.randrange(450, 680)
        draw.line((x, y, x + chance.randrange(30, 120), y), fill="#bdeee6", width=2)
    points = [(x, 690 + round(9 * math.sin(x / 90 + seed))) for x in range(0, SIZE[0] + 1, 20)]
    draw.line(points, fill="#ffffff", width=9)
    x = 300 + 60 * (seed % 5)
    draw.polygon((x, 560, x + 150, 560, x + 120, 596, x + 24, 596), fill=_SHUTTERS[seed % len(_SHUTTERS)])
    draw.polygon((x + 70, 350, x + 70, 552, x + 150, 552), fill="#fffaf0")
    draw.line((x + 68, 350, x + 68, 560), fill="#8a6242", width=5)
    _palm(draw, chance, 90, 860, 520)
    _palm(draw, chance, 1120, 880, 440)


def _room(draw: ImageDraw.ImageDraw, chance: random.Random, seed: int) -> None:
    wall, cloth = _WALLS[seed % len(_WALLS)], _SHUTTERS[(seed + 2) % len(_SHUTTERS)]
    _bands(draw, 330, 470, "#1796b5", "#7fdccf")
    pale = _between(wall, "#ffffff", 0.55)
    for box in ((0, 0, 300, 700), (900, 0, 1200, 700), (300, 0, 900, 130), (300, 470, 900, 700)):
        draw.rectangle(box, fill=pale)
    draw.rectangle((288, 118, 912, 482), outline="#fffdf7", width=16)
    for x in (496, 700):
        draw.line((x, 126, x, 474), fill="#fffdf7", width=10)
    for left in (270, 850):
        draw.polygon((left, 100, left + 80, 100, left + 66, 560, left + 6, 560), fill="#fffaf0")
    _bands(draw, 700, 900, "#c99d6b", "#a87b4d")
    for y in range(700, 900, 40):
        draw.line((0, y, SIZE[0], y), fill="#97703f", width=2)
    draw.rounded_rectangle((360, 520, 860, 730), 36, fill=cloth)
    draw.rounded_rectangle((330, 590, 890, 770), 30, fill=_between(cloth, "#ffffff", 0.12))
    for x, colour in ((400, "#ffd76a"), (520, "#ff9a76"), (660, "#ffffff"), (760, "#ffd76a")):
        draw.rounded_rectangle((x, 545, x + 84, 629), 14, fill=colour)
    draw.ellipse((380, 800, 840, 880), fill=_between(wall, "#ffffff", 0.3))
    draw.rectangle((1000, 560, 1060, 700), fill="#d9764f")
    for _ in range(16):
        x = chance.randrange(950, 1110)
        draw.line((1030, 565, x, chance.randrange(380, 520)), fill=chance.choice(("#2c7a55", "#3d8f61")), width=9)


def _palm(draw: ImageDraw.ImageDraw, chance: random.Random, x: int, y: int, height: int) -> None:
    lean = chance.choice((-50, 50))
    crown = (x + lean, y - height)
    draw.line((x, y, x + lean // 3, y - height // 2, *crown), fill="#8a6242", width=20, joint="curve")
    for step in range(11):
        angle = math.pi * (step / 10) + chance.uniform(-0.1, 0.1)
        tip = (crown[0] + round(170 * math.cos(angle)), crown[1] - round(90 * math.sin(angle)) + 50)
        middle = ((crown[0] + tip[0]) // 2, min(crown[1], tip[1]) - 20)
        draw.line((*crown, *middle, *tip), fill=chance.choice(("#2c7a55", "#1f5e45")), width=16, joint="curve")
