"""Drawings of Bahamian homes, for listings that have no photographs.

Stands in the listings feature and knows nothing of the database or the web: a seed and four facts go in, an SVG
picture comes out. The picture is attributes only (no text, script, style or reference), so that it may be served
under the strictest content security policy. Its identifiers are short, so it is an image of its own: two drawings
inside one page would share them. Photographs and their processing do not belong here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from atlasbahamas_plugins.listings.scenery import DOORS, SHUTTERS, SKIES, WHITE, backdrop, oval, palm, path, rect, shade

_WALLS: Final = (
    "#f7b7a3", "#f9d58f", "#a9dccb", "#9fd3e6", "#f4a8b8", "#cdb9e6", "#fdf0d5", "#b9dc9f", "#f6c1d0", "#8fcfd0",
)  # fmt: skip
_ROOFS: Final = ("#f4f1ea", "#e9e4da", "#b5644f", "#7d8f98", "#c98a6b", "#5f7f86")
_FLOWERS: Final = ("#e0377a", "#f2643d", "#f7c331", "#c23fa0", "#ffffff")


@dataclass(frozen=True)
class _Paint:
    """The colours of one home."""

    wall: str
    roof: str
    shutter: str
    door: str
    lit: str


def _box(x: float, y: float, w: float, h: float) -> str:
    """A rectangle as a piece of path data: several in one path are much shorter than several elements."""
    return f"M{x:.0f} {y:.0f}h{w:.0f}v{h:.0f}h-{w:.0f}z"


def _windows(spots: list[tuple[float, float]], w: float, h: float, paint: _Paint) -> str:
    """Windows of one size with white frames, sills and louvred shutters; a spot is the middle of an upper edge."""
    frames = panes = bars = leaves = ""
    leaf = w * 0.42
    for x, y in spots:
        left = x - w / 2
        frames += _box(left - 4, y - 4, w + 8, h + 8) + _box(left - 8, y + h + 3, w + 16, 5)
        panes += _box(left, y, w, h)
        bars += f"M{x:.0f} {y:.0f}v{h:.0f}M{left:.0f} {y + h / 2:.0f}h{w:.0f}"
        leaves += _box(left - leaf - 5, y - 3, leaf, h + 6) + _box(left + w + 5, y - 3, leaf, h + 6)
    return "".join((
        path(frames, WHITE),
        path(panes, paint.lit),
        path(bars, "none", f' stroke="{WHITE}" stroke-width="3"'),
        path(leaves, "url(#l)"),
    ))  # fmt: skip


def _door(x: float, ground: float, h: float, paint: _Paint) -> str:
    """A panelled front door with a fanlight, a lamp and a step; ``x`` is its middle."""
    w = h * 0.46
    top = ground - h
    return "".join((
        path(f"M{x - w / 2 - 6:.0f} {ground:.0f}V{top:.0f}a{w / 2 + 6:.0f} {w / 2 + 2:.0f} 0 0 1 {w + 12:.0f} 0V{ground:.0f}z", WHITE),
        path(f"M{x - w / 2:.0f} {top:.0f}a{w / 2:.0f} {w / 2 - 3:.0f} 0 0 1 {w:.0f} 0z", paint.lit),
        rect(x - w / 2, top + 3, w, h - 3, paint.door),
        rect(x - w / 2 + 6, top + 11, w - 12, h * 0.36, shade(paint.door, 1.22), ' rx="2"'),
        rect(x - w / 2 + 6, top + h * 0.55, w - 12, h * 0.36, shade(paint.door, 1.22), ' rx="2"'),
        oval(x + w / 2 - 7, top + h * 0.5, 3, 3, "#fbe7a1"),
        rect(x + w / 2 + 13, top + 6, 7, 13, "#ffe9a8", ' rx="2"'),
        rect(x - w / 2 - 14, ground - 3, w + 28, 9, "#efe7d8"),
    ))  # fmt: skip


def _hip_roof(x: float, y: float, w: float, h: float, paint: _Paint) -> str:
    """A hip roof over a wall that is ``w`` wide and begins at ``x``: eaves at ``y``, courses drawn as lines."""
    over, inset = 20, min(h * 1.15, w * 0.36)
    out = [
        path(f"M{x - over:.0f} {y:.0f}L{x + inset:.0f} {y - h:.0f}H{x + w - inset:.0f}L{x + w + over:.0f} {y:.0f}z", paint.roof),
        path(
            f"M{x + w - inset:.0f} {y - h:.0f}L{x + w + over:.0f} {y:.0f}H{x + w - inset - 14:.0f}z",
            "#000000", ' opacity=".09"',
        ),
    ]  # fmt: skip
    courses = ""
    for part in (0.25, 0.5, 0.75):
        edge = (inset + over) * (1 - part)
        courses += f"M{x - over + (inset + over - edge):.0f} {y - h * part:.0f}H{x + w + over - (inset + over - edge):.0f}"
    out.append(path(courses, "none", f' stroke="{shade(paint.roof, 0.86)}" stroke-width="2"'))
    out.append(rect(x - over, y - 3, w + 2 * over, 10, WHITE))
    return "".join(out)


def _rail(x: float, y: float, w: float) -> str:
    """A railing 32 high that stands on ``y``."""
    return path(_box(x, y - 32, w, 4) + _box(x, y - 6, w, 4), WHITE) + rect(x, y - 30, w, 26, "url(#r)")


def _porch(x: float, ground: float, w: float, h: float, paint: _Paint) -> str:
    """A porch before a wall, behind posts and a lean-to roof; the railing leaves the middle free for the door."""
    gap = 46
    out = [rect(x, ground - h, w, h, "#000000", ' opacity=".07"')]
    posts = [x + 4, x + w / 2 - gap, x + w / 2 + gap - 8, x + w - 12]
    out.append(_rail(posts[0], ground, posts[1] - posts[0]) + _rail(posts[2], ground, posts[3] - posts[2]))
    out += [rect(post, ground - h, 8, h, WHITE) for post in posts]
    out.append(
        path(f"M{x - 16:.0f} {ground - h + 6:.0f}L{x + 8:.0f} {ground - h - 26:.0f}H{x + w - 8:.0f}L{x + w + 16:.0f} {ground - h + 6:.0f}z",
              shade(paint.roof, 0.94))
    )  # fmt: skip
    out.append(rect(x - 16, ground - h + 4, w + 32, 7, WHITE))
    return "".join(out)


def _wall(x: float, y: float, w: float, h: float, paint: _Paint) -> str:
    """A wall with a shaded end, white quoins at its corners and a stone foot."""
    return "".join((
        rect(x, y, w, h, paint.wall),
        rect(x, y, w, 16, "#000000", ' opacity=".08"'),
        path(_box(x, y + 12, 12, h - 28) + _box(x + w - 12, y + 12, 12, h - 28), "url(#q)"),
        rect(x - 3, y + h - 12, w + 6, 12, shade(paint.wall, 0.8)),
    ))  # fmt: skip


def _low(x: float, ground: float, w: float, h: float, roof: float, windows: int, paint: _Paint, *, porch: bool) -> str:
    """A home of one storey with its door in the middle and ``windows`` on each side."""
    middle, side = x + w / 2, (w / 2 - 50) / windows
    steps = [46 + side * (number + 0.5) for number in range(windows)]
    spots = [(middle + sign * step, ground - h + 38) for step in steps for sign in (-1, 1)]
    out = [
        _wall(x, ground - h, w, h, paint),
        _windows(spots, min(34.0, side * 0.42), 58, paint),
        _door(middle, ground, 88, paint),
        _hip_roof(x, ground - h, w, roof, paint),
    ]
    if porch:
        out.append(_porch(x + w * 0.04, ground, w * 0.92, h - 8, paint))
    return "".join(out)


def _high(x: float, ground: float, w: float, floors: int, columns: int, paint: _Paint) -> str:
    """A building of several floors with balconies and an odd number of columns; the door is in the middle one."""
    tall = 96
    top, step = ground - floors * tall - 14, w / columns
    spots = [
        (x + step * (column + 0.5), ground - floor * tall - 76)
        for floor in range(floors)
        for column in range(columns)
        if floor or column != columns // 2
    ]
    out = [_wall(x, top, w, ground - top, paint), _windows(spots, min(32.0, step * 0.34), 48, paint)]
    out += [_rail(x + 12, ground - floor * tall + 2, w - 24) for floor in range(1, floors)]
    return "".join((*out, _door(x + w / 2, ground, 76, paint), _hip_roof(x, top, w, 62, paint)))


# fmt: on


def _row(rng: random.Random, x: float, ground: float, w: float, houses: int, paint: _Paint) -> str:
    """A row of narrow two-storey houses, each in a colour of its own."""
    wide, top = w / houses, ground - 206
    walls = [paint.wall, *rng.sample([wall for wall in _WALLS if wall != paint.wall], houses - 1)]
    out, doors, spots = [], "", []
    roofs, sides = "", ""
    for number, wall in enumerate(walls):
        left = x + wide * number
        own = _Paint(wall, paint.roof, paint.shutter, rng.choice(DOORS), paint.lit)
        out.append(_wall(left + 2, top, wide - 4, 206, own))
        out.append(rect(left + 2, ground - 108, wide - 4, 6, WHITE))
        spots += [
            (left + wide * 0.28, top + 30),
            (left + wide * 0.72, top + 30),
            (left + wide * 0.7, top + 132),
        ]
        doors += _door(left + wide * 0.3, ground, 76, own)
        ridge = left + wide / 2
        roofs += f"M{left - 4:.0f} {top + 2:.0f}L{ridge:.0f} {top - 56:.0f}L{left + wide + 4:.0f} {top + 2:.0f}z"
        sides += f"M{ridge:.0f} {top - 56:.0f}l{wide / 2 + 4:.0f} 58h-22z"
    out += [_windows(spots, min(26.0, wide * 0.17), 48, paint), doors]
    out += [
        path(roofs, paint.roof),
        path(sides, "#000000", ' opacity=".1"'),
        rect(x - 4, top - 1, w + 8, 8, WHITE),
    ]
    return "".join(out)


def _pool(x: float, y: float) -> str:
    """A pool with a pale rim."""
    return "".join((
        oval(x, y, 116, 25, "#fffaf0"),
        oval(x, y, 106, 20, "#46c3d2"),
        path(f"M{x - 70:.0f} {y - 4:.0f}q18-6 36 0t36 0M{x - 20:.0f} {y + 8:.0f}q18-6 36 0t36 0", "none", ' stroke="#c9f3f2" stroke-width="3"'),
    ))  # fmt: skip


def _garden(rng: random.Random, bushes: tuple[float, ...], door: float, ground: float) -> list[str]:
    """Grass, a path that widens from the door to the viewer, and flowering bushes either side of it."""
    out = [
        path(f"M0 {ground - 6:.0f}q200-16 400-8t400 4V600H0z", "#a9cf7c"),
        path(f"M0 {ground + 56:.0f}q180-20 380 0t420-6V600H0z", "#f0dcb4"),
    ]
    spread = 70
    out.append(
        path(
            f"M{door - 24:.0f} {ground:.0f}C{door - 30:.0f} {ground + 50:.0f} {door - spread:.0f} {ground + 70:.0f} {door - spread - 20:.0f} 600"
            f"H{door + spread:.0f}C{door + 50:.0f} {ground + 70:.0f} {door + 24:.0f} {ground + 50:.0f} {door + 24:.0f} {ground:.0f}z",
            "#faf1dd",
        )
    )
    flower = rng.choice(_FLOWERS)
    for x in bushes:
        if abs(x - door) < 74:
            continue
        y, size = ground + rng.randint(0, 6), rng.uniform(0.8, 1.15)
        out.append(path(
            f"M{x - 36 * size:.0f} {y:.0f}q-4-{22 * size:.0f} {18 * size:.0f}-{22 * size:.0f}q{16 * size:.0f}-{22 * size:.0f} {34 * size:.0f}-2"
            f"q{24 * size:.0f} 0 {20 * size:.0f} 24z", rng.choice(("#3c9a5f", "#4dac6b", "#2f8752")),
        ))  # fmt: skip
        dots = "".join(f"M{x + rng.randint(-26, 26) * size:.0f} {y - rng.randint(6, 24) * size:.0f}h.1" for _ in range(6))
        out.append(path(dots, "none", f' stroke="{flower}" stroke-width="7" stroke-linecap="round"'))
    return out


# fmt: off
# Width of a home without bedrooms, and what each bedroom adds.
_WIDTHS: Final = {"studio": (216, 0), "cottage": (250, 22), "apartment": (430, 0), "townhouse": (450, 0), "villa": (380, 14)}


def draw_home(seed: str, *, kind: str, beds: int, island: str) -> str:
    """An SVG of 800 by 600, 3 to 8 kB, of a home of this ``kind`` (house, apartment, townhouse, villa, cottage, studio).

    The same four facts always give the same picture. ``beds`` makes a house, cottage or villa wider; ``island`` moves the
    horizon, so homes of one island belong together. An unknown kind is drawn as a house; no text gets into the SVG.
    """
    rng = random.Random(f"{seed}/{kind}/{beds}/{island}")  # noqa: S311  (a picture, not a secret)
    horizon = 318 + random.Random(island).randrange(0, 5) * 8  # noqa: S311
    sky, ground = rng.choice(SKIES), 496.0
    wall = rng.choice(_WALLS)
    paint = _Paint(wall, rng.choice(_ROOFS), rng.choice(SHUTTERS), rng.choice(DOORS), sky.lit)
    rooms = max(0, min(beds, 6))
    base, step = _WIDTHS.get(kind, (330, 16))
    width = float(base + rooms * step)
    left = 400 - width / 2 + rng.randint(-36, 36)
    right, door = left + width, left + width / 2
    after = ""
    if kind == "studio":
        home = _low(left, ground, width, 118, 74, 1, paint, porch=False)
    elif kind == "cottage":
        home = _low(left, ground, width, 122, 82, 1, paint, porch=True)
    elif kind == "apartment":
        home = _high(left, ground, width, 3, 5, paint)
    elif kind == "townhouse":
        home = _row(rng, left, ground, width, 3, paint)
        door = left + width / 3 * 1.3
    elif kind == "villa":
        wings = [(left - 60 + step, ground - 74) for step in (50, 118, width + 2, width + 70)]
        home = _wall(left - 60, ground - 112, width + 120, 112, paint) + _windows(wings, 26, 54, paint)
        home += _hip_roof(left - 60, ground - 112, width + 120, 60, paint)
        home += _high(left + width * 0.2, ground, width * 0.6, 2, 3, paint)
        after = _pool(door + rng.choice((-236, 236)), ground + 52)
        left, right = left - 60, right + 60
    else:
        home = _low(left, ground, width, 132, 92, 2, paint, porch=rng.random() < 0.6)
    palms = [palm(rng, left - rng.randint(24, 50), ground + 4, rng.uniform(0.95, 1.2), -rng.randint(20, 50))]
    palms.append(
        palm(rng, right + rng.randint(24, 50), ground + 14, rng.uniform(0.8, 1.1), rng.randint(20, 50))
    )
    bushes = (left - 16, right + 16) if kind == "townhouse" else (left + 4, left + 62, right - 62, right - 4)
    garden = _garden(rng, bushes, door, ground)
    dusk = rect(0, horizon, 800, 600 - horizon, sky.top, f' opacity="{sky.dusk}"') if sky.dusk else ""
    parts = (*backdrop(rng, sky, horizon, paint.shutter), *palms[0], *garden[:3], dusk, home, *garden[3:], *palms[1], after)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600">{"".join(parts)}</svg>'
