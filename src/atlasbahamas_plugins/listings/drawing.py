"""A drawn picture for a home without a photo: always the same for the same listing, in the colours of the islands.

Numbers come from a generator that is seeded with the listing's key; no text of a person ever gets into the SVG.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

WIDTH, HEIGHT = 800, 600
GROUND = 470
STOREYS = {"apartment": 2, "townhouse": 2, "villa": 2}
SHARE_OF_WIDTH = {
    "apartment": 460,
    "villa": 440,
    "house": 360,
    "townhouse": 300,
    "cottage": 280,
    "studio": 220,
}


@dataclass(frozen=True)
class Sky:
    """Colours of a time of day."""

    top: str
    bottom: str
    sun: str
    sea: str


SKIES = (
    Sky("#8fd3e8", "#e8f6f4", "#fff3c4", "#1d9aa5"),
    Sky("#f6b596", "#fde9cf", "#fff1d6", "#2a8f9c"),
    Sky("#6fb7dd", "#d5eef2", "#ffffff", "#127f93"),
    Sky("#e59aa5", "#fbe0c8", "#ffe2b0", "#356f8d"),
)
WALLS = ("#f7c9b6", "#fbe6a2", "#b9e0d2", "#f4a7a0", "#cfe3f5", "#f3e9dc", "#d8cdec", "#a9d8c8")
SHUTTERS = ("#1f6f78", "#c2543f", "#2f5d8a", "#7a3e5d", "#3f7d4e")
ROOFS = ("#8a5a44", "#a8483a", "#5f6b73", "#e9ecec", "#6e7f62")
BLOSSOMS = ("#d9367e", "#f0567a", "#f28c38", "#ffffff")


def draw_home(seed: str, *, kind: str, beds: int, island: str) -> str:
    """An SVG of 800 by 600 for a home of this kind (portfolio's PROPERTY_KINDS) with so many bedrooms."""
    digest = hashlib.sha256(f"{seed}/{kind}/{beds}/{island}".encode()).digest()
    rng = random.Random(digest)  # noqa: S311  (a picture, not a secret)
    sky = rng.choice(SKIES)
    parts = [_air(rng, sky), _sea_and_sand(rng, sky)]
    width = SHARE_OF_WIDTH.get(kind, 340) + min(beds, 6) * 8
    left = (WIDTH - width) // 2 + rng.randint(-40, 40)
    palms = [_palm(rng, left - rng.randint(70, 130)), _palm(rng, left + width + rng.randint(60, 120))]
    home, door = _home(rng, left, width, STOREYS.get(kind, 1))
    parts += [palms[0], home, palms[1], _garden(rng, left, width, int(door))]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"{''.join(parts)}</svg>"
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"{more}/>'


def _air(rng: random.Random, sky: Sky) -> str:
    sun_x, sun_y = rng.randint(80, 720), rng.randint(70, 170)
    clouds = "".join(
        f'<g fill="#fff" opacity=".75"><ellipse cx="{x}" cy="{y}" rx="70" ry="16"/>'
        f'<ellipse cx="{x - 22}" cy="{y - 12}" rx="32" ry="18"/><ellipse cx="{x + 22}" cy="{y - 9}" rx="28" ry="14"/></g>'
        for x, y in (
            (rng.randint(60, 330), rng.randint(50, 150)),
            (rng.randint(470, 740), rng.randint(40, 170)),
        )
    )
    return (
        f'<defs><linearGradient id="a" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{sky.top}"/>'
        f'<stop offset="1" stop-color="{sky.bottom}"/></linearGradient></defs>'
        f'{_rect(0, 0, WIDTH, 380, "url(#a)")}<circle cx="{sun_x}" cy="{sun_y}" r="38" fill="{sky.sun}"/>{clouds}'
    )


def _sea_and_sand(rng: random.Random, sky: Sky) -> str:
    horizon = rng.randint(325, 355)
    waves = "".join(
        f'<path d="M{rng.randint(0, 700)} {y}q14 -6 28 0t28 0t28 0" fill="none" stroke="#fff" stroke-width="2" opacity=".5"/>'
        for y in range(horizon + 14, 410, 18)
    )
    shore = rng.randint(405, 425)
    return (
        f"{_rect(0, horizon, WIDTH, 120, sky.sea)}{waves}"
        f'<path d="M0 {shore}Q200 {shore - 24} 400 {shore}T800 {shore - 6}V600H0Z" fill="#f3e2bd"/>'
        f'<path d="M0 {GROUND + 8}Q260 {GROUND - 18} 520 {GROUND + 4}T800 {GROUND}V600H0Z" fill="#a9c77f"/>'
    )


def _home(rng: random.Random, left: int, width: int, storeys: int) -> tuple[str, float]:
    wall, shutter, roof = rng.choice(WALLS), rng.choice(SHUTTERS), rng.choice(ROOFS)
    storey = 112 if storeys == 2 else 138
    top = GROUND + 14 - storeys * storey
    boards = "".join(
        f'<path d="M{left} {y}H{left + width}" stroke="#000" stroke-opacity=".06" stroke-width="2"/>'
        for y in range(top + 14, GROUND + 10, 14)
    )
    rise = rng.randint(64, 92)
    inset = rng.randint(60, max(61, width // 3))
    over = 26
    body = _rect(left, top, width, storeys * storey, wall) + boards
    body += (
        f'<path d="M{left - over} {top + 4}L{left + inset} {top - rise}H{left + width - inset}L{left + width + over} {top + 4}Z"'
        f' fill="{roof}"/><path d="M{left - over} {top + 4}H{left + width + over}" stroke="#000" stroke-opacity=".18" stroke-width="6"/>'
    )
    columns = max(3, width // 92)
    step = width / columns
    # Never at a corner: the flowers stand there.
    door = rng.randrange(1, columns - 1)
    for level in range(storeys):
        y = top + level * storey
        ground_floor = level == storeys - 1
        for column in range(columns):
            middle = left + step * (column + 0.5)
            if ground_floor and column == door:
                body += _door(middle, GROUND + 14, shutter)
            else:
                body += _window(middle, y + storey * 0.26, shutter)
        if not ground_floor:
            body += _balcony(left, y + storey, width)
    entrance = left + step * (door + 0.5)
    return body + _porch(entrance, GROUND + 14), entrance


def _window(middle: float, y: float, shutter: str) -> str:
    return (
        _rect(middle - 19, y, 38, 54, "#fff")
        + _rect(middle - 15, y + 4, 30, 46, "#5b8fa8")
        + f'<path d="M{middle:g} {y + 4:g}v46M{middle - 15:g} {y + 27:g}h30" stroke="#fff" stroke-width="3"/>'
        + _rect(middle - 36, y, 15, 54, shutter, ' rx="2"')
        + _rect(middle + 21, y, 15, 54, shutter, ' rx="2"')
    )


def _door(middle: float, floor: float, colour: str) -> str:
    return (
        _rect(middle - 25, floor - 92, 50, 92, "#fff")
        + _rect(middle - 20, floor - 87, 40, 87, colour)
        + f'<circle cx="{middle + 12:g}" cy="{floor - 42:g}" r="3" fill="#f3d27a"/>'
    )


def _balcony(left: float, y: float, width: float) -> str:
    posts = "".join(f"M{left + x:g} {y - 26:g}v26" for x in range(8, int(width), 16))
    return (
        _rect(left - 12, y - 4, width + 24, 8, "#fff")
        + f'<path d="{posts}M{left - 12:g} {y - 27:g}h{width + 24:g}" stroke="#fff" stroke-width="4" fill="none"/>'
    )


def _porch(middle: float, floor: float) -> str:
    return _rect(middle - 44, floor - 2, 88, 10, "#e8dcc4") + _rect(middle - 54, floor + 8, 108, 10, "#d9cbb0")


def _palm(rng: random.Random, x: int) -> str:
    lean, height = rng.randint(-34, 34), rng.randint(210, 290)
    top_x, top_y, foot = x + lean, GROUND + 30 - height, GROUND + 30
    fronds = "".join(
        f'<path d="M{top_x} {top_y}Q{top_x + dx * 0.6:g} {top_y - lift} {top_x + dx} {top_y + drop}'
        f'Q{top_x + dx * 0.5:g} {top_y - lift + 26} {top_x} {top_y}Z"/>'
        for dx, lift, drop in (
            (-96, 30, 40),
            (-70, 58, 4),
            (-34, 74, -30),
            (34, 74, -30),
            (70, 58, 4),
            (96, 30, 40),
        )
    )
    return (
        f'<path d="M{x - 9} {foot}Q{x + lean * 0.2:g} {foot - height / 2:g} {top_x - 4} {top_y}h9'
        f'Q{x + lean * 0.2 + 14:g} {foot - height / 2:g} {x + 10} {foot}Z" fill="#9a7650"/>'
        f'<g fill="{rng.choice(("#2f7d4f", "#3b8f5a", "#27704a"))}">{fronds}</g>'
        f'<circle cx="{top_x - 7}" cy="{top_y + 9}" r="8" fill="#7a5b34"/><circle cx="{top_x + 8}" cy="{top_y + 10}" r="8" fill="#8a6a3e"/>'
    )


def _garden(rng: random.Random, left: int, width: int, path: int) -> str:
    bushes = ""
    for x in (left - 10, left + width + 6):
        colour = rng.choice(BLOSSOMS)
        flowers = "".join(
            f'<circle cx="{x + rng.randint(-38, 38)}" cy="{GROUND + 16 + rng.randint(-26, 12)}" r="5" fill="{colour}"/>'
            for _ in range(9)
        )
        bushes += f'<ellipse cx="{x}" cy="{GROUND + 14}" rx="48" ry="34" fill="#4d8c55"/>{flowers}'
    return (
        bushes
        + f'<path d="M{path - 30} 600Q{path} 540 {path - 8} {GROUND + 36}h24Q{path + 40} 540 {path + 60} 600Z" fill="#efe3c8"/>'
    )
