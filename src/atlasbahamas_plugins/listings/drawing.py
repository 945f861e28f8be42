"""Drawings of Bahamian homes, for listings that have no photographs.

Stands in the listings feature and knows nothing of the database or the web: a seed and four facts go in, an SVG
picture comes out. The picture is attributes only (no text, script, style or reference), so that it may be served
under the strictest content security policy. Its identifiers are short, so it is an image of its own: two drawings
inside one page would share them. Photographs and their processing do not belong here.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

_WALLS: Final = (
    "#f7b7a3", "#f9d58f", "#a9dccb", "#9fd3e6", "#f4a8b8", "#cdb9e6", "#fdf0d5", "#b9dc9f", "#f6c1d0", "#8fcfd0",
)  # fmt: skip
_ROOFS: Final = ("#f4f1ea", "#e9e4da", "#b5644f", "#7d8f98", "#c98a6b", "#5f7f86")
_SHUTTERS: Final = ("#1f6f78", "#f2efe6", "#2e5a88", "#b5495b", "#3d7a57", "#d98032", "#5b4a8a")
_DOORS: Final = ("#c8553d", "#22577a", "#2f7d5b", "#e0a526", "#7a3b69", "#15616d")
_WHITE: Final = "#fffdf7"
# Louvres, railings and corner stones repeat so often that a pattern each keeps the picture under 8 kB.
_PATTERNS: Final = (
    '<pattern id="l" width="60" height="7" patternUnits="userSpaceOnUse">'
    '<rect width="60" height="7" fill="{shutter}"/><path d="M0 5h60v2H0z" opacity=".16"/></pattern>'
    '<pattern id="r" width="11" height="60" patternUnits="userSpaceOnUse">'
    '<path d="M2 0h3v60H2z" fill="{white}"/></pattern>'
    '<pattern id="q" width="800" height="20" patternUnits="userSpaceOnUse">'
    '<path d="M0 2h800v10H0z" fill="{white}" opacity=".75"/></pattern>'
)
_FLOWERS: Final = ("#e0377a", "#f2643d", "#f7c331", "#c23fa0", "#ffffff")


@dataclass(frozen=True)
class _Sky:
    """Colours of one time of day: sky from the top down to the horizon, sun, sea far and near, clouds,
    window panes, and how dark the land is."""

    top: str
    low: str
    sun: str
    sun_y: int
    far: str
    near: str
    cloud: str
    lit: str
    dusk: float = 0


_SKIES: Final = (
    _Sky("#f7c5c0", "#fdebc8", "#fff3c4", 250, "#7fc6cf", "#b8e6dc", "#fff4ec", "#cfe3e6"),
    _Sky("#6fc3ec", "#d8f1f8", "#fff6d0", 96, "#2aa5c0", "#8fe0d6", "#ffffff", "#bfe0ea"),
    _Sky("#4fb0e3", "#c6ecf4", "#fff2b8", 130, "#1796b5", "#7fdccf", "#ffffff", "#b5dbe8"),
    _Sky("#f08a6c", "#fcd79a", "#fff0b5", 262, "#4a9fb0", "#f3c9a0", "#fbe0cf", "#ffe29a", 0.14),
    _Sky("#39406f", "#e59a92", "#fbeed2", 118, "#3b6d8f", "#9fb0b8", "#7f7497", "#ffd983", 0.4),
)


@dataclass(frozen=True)
class _Paint:
    """The colours of one home."""

    wall: str
    roof: str
    shutter: str
    door: str
    lit: str


def _shade(colour: str, factor: float) -> str:
    """The colour made darker (factor under 1) or nearer to white (over 1)."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    if factor <= 1:
        parts = [round(part * factor) for part in parts]
    else:
        parts = [round(part + (255 - part) * (factor - 1)) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _rect(x: float, y: float, w: float, h: float, fill: str, extra: str = "") -> str:
    """A rectangle; ``extra`` is more attributes, with a space before."""
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" fill="{fill}"{extra}/>'


def _path(d: str, fill: str, extra: str = "") -> str:
    return f'<path d="{d}" fill="{fill}"{extra}/>'


def _oval(x: float, y: float, rx: float, ry: float, fill: str, extra: str = "") -> str:
    return f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="{rx:.0f}" ry="{ry:.0f}" fill="{fill}"{extra}/>'


def _backdrop(rng: random.Random, sky: _Sky, horizon: int, shutter: str) -> list[str]:
    """Sky, sun, clouds, a far cay, the sea with its bands, a sail, and the beach."""
    patterns = _PATTERNS.format(shutter=shutter, white=_WHITE)
    sun_x = rng.choice((110, 160, 640, 700))
    out = [
        '<defs><linearGradient id="s" x2="0" y2="1">'
        f'<stop stop-color="{sky.top}"/><stop offset="1" stop-color="{sky.low}"/></linearGradient>'
        '<linearGradient id="w" x2="0" y2="1">'
        f'<stop stop-color="{sky.far}"/><stop offset="1" stop-color="{sky.near}"/></linearGradient>{patterns}</defs>',
        '<rect width="800" height="600" fill="url(#s)"/>',
        _oval(sun_x, sky.sun_y, 70, 70, sky.sun, ' opacity=".35"'),
        _oval(sun_x, sky.sun_y, 40, 40, sky.sun),
    ]
    for _ in range(rng.randint(2, 3)):
        x, y, size = rng.randint(60, 740), rng.randint(50, 170), rng.uniform(0.7, 1.3)
        out.append(
            _path(
                f"M{x - 70 * size:.0f} {y}q{6 * size:.0f}-{24 * size:.0f} {34 * size:.0f}-{20 * size:.0f}"
                f"q{16 * size:.0f}-{30 * size:.0f} {46 * size:.0f}-{10 * size:.0f}"
                f"q{40 * size:.0f}-{8 * size:.0f} {50 * size:.0f} {30 * size:.0f}z",
                sky.cloud,
                ' opacity=".8"',
            )
        )
    cay = rng.choice((40, 520, 600))
    out.append(_path(f"M{cay} {horizon}q30-16 70-10q50-14 100 10z", _shade(sky.far, 0.72)))
    out.append(_rect(0, horizon, 800, 110, "url(#w)"))
    for _ in range(6):
        x, y = rng.randint(0, 720), horizon + rng.randint(10, 80)
        out.append(_rect(x, y, rng.randint(40, 110), 3, "#ffffff", ' opacity=".35" rx="1.5"'))
    if rng.random() < 0.7:
        x = rng.choice((70, 120, 690, 730))
        out.append(_path(f"M{x} {horizon + 14}v-46l26 40zM{x - 4} {horizon + 14}v-36l-16 32z", "#fffaf0"))
        out.append(_path(f"M{x - 22} {horizon + 16}h52l-8 9h-36z", _shade(sky.far, 0.6)))
    top = horizon + 84
    out.append(_path(f"M0 {top}q120-16 260 0t300-4t240 2V600H0z", "#ffffff", ' opacity=".55"'))
    out.append(_path(f"M0 {top + 8}q120-16 260 0t300-4t240 2V600H0z", "#f5e3c1"))
    return out


def _palm(rng: random.Random, x: float, foot: float, size: float, lean: float) -> list[str]:
    """A coconut palm: a bent trunk and seven fronds."""
    top_x, top_y = x + lean, foot - 250 * size
    out = [
        _path(
            f"M{x - 9 * size:.0f} {foot:.0f}Q{x:.0f} {foot - 120 * size:.0f} {top_x - 4:.0f} {top_y:.0f}h8Q{x + 14 * size:.0f} {foot - 110 * size:.0f} {x + 11 * size:.0f} {foot:.0f}z",
            "#9b7653",
        )
    ]
    for number, degrees in enumerate((-172, -148, -118, -84, -54, -26, 4)):
        angle = math.radians(degrees + rng.uniform(-6, 6))
        length = size * rng.uniform(88, 112)
        end_x, end_y = top_x + math.cos(angle) * length, top_y + math.sin(angle) * length * 0.55 + 48 * size
        mid_x, mid_y = (
            top_x + math.cos(angle) * length * 0.62,
            top_y + math.sin(angle) * length * 0.72 - 22 * size,
        )
        fill = ("#2f8f5b", "#3da66a", "#277a50")[number % 3]
        out.append(
            _path(
                f"M{top_x:.0f} {top_y:.0f}Q{mid_x:.0f} {mid_y:.0f} {end_x:.0f} {end_y:.0f}Q{mid_x:.0f} {mid_y + 24 * size:.0f} {top_x:.0f} {top_y + 9 * size:.0f}z",
                fill,
            )
        )
    out.append(_oval(top_x - 5, top_y + 8, 6 * size, 7 * size, "#7b5a34"))
    out.append(_oval(top_x + 7, top_y + 9, 6 * size, 7 * size, "#6b4c2a"))
    return out


# fmt: off
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
        _path(frames, _WHITE),
        _path(panes, paint.lit),
        _path(bars, "none", f' stroke="{_WHITE}" stroke-width="3"'),
        _path(leaves, "url(#l)"),
    ))  # fmt: skip


def _door(x: float, ground: float, h: float, paint: _Paint) -> str:
    """A panelled front door with a fanlight, a lamp and a step; ``x`` is its middle."""
    w = h * 0.46
    top = ground - h
    return "".join((
        _path(f"M{x - w / 2 - 6:.0f} {ground:.0f}V{top:.0f}a{w / 2 + 6:.0f} {w / 2 + 2:.0f} 0 0 1 {w + 12:.0f} 0V{ground:.0f}z", _WHITE),
        _path(f"M{x - w / 2:.0f} {top:.0f}a{w / 2:.0f} {w / 2 - 3:.0f} 0 0 1 {w:.0f} 0z", paint.lit),
        _rect(x - w / 2, top + 3, w, h - 3, paint.door),
        _rect(x - w / 2 + 6, top + 11, w - 12, h * 0.36, _shade(paint.door, 1.22), ' rx="2"'),
        _rect(x - w / 2 + 6, top + h * 0.55, w - 12, h * 0.36, _shade(paint.door, 1.22), ' rx="2"'),
        _oval(x + w / 2 - 7, top + h * 0.5, 3, 3, "#fbe7a1"),
        _rect(x + w / 2 + 13, top + 6, 7, 13, "#ffe9a8", ' rx="2"'),
        _rect(x - w / 2 - 14, ground - 3, w + 28, 9, "#efe7d8"),
    ))  # fmt: skip


def _hip_roof(x: float, y: float, w: float, h: float, paint: _Paint) -> str:
    """A hip roof over a wall that is ``w`` wide and begins at ``x``: eaves at ``y``, courses drawn as lines."""
    over, inset = 20, min(h * 1.15, w * 0.36)
    out = [
        _path(f"M{x - over:.0f} {y:.0f}L{x + inset:.0f} {y - h:.0f}H{x + w - inset:.0f}L{x + w + over:.0f} {y:.0f}z", paint.roof),
        _path(
            f"M{x + w - inset:.0f} {y - h:.0f}L{x + w + over:.0f} {y:.0f}H{x + w - inset - 14:.0f}z",
            "#000000", ' opacity=".09"',
        ),
    ]  # fmt: skip
    courses = ""
    for part in (0.25, 0.5, 0.75):
        edge = (inset + over) * (1 - part)
        courses += f"M{x - over + (inset + over - edge):.0f} {y - h * part:.0f}H{x + w + over - (inset + over - edge):.0f}"
    out.append(_path(courses, "none", f' stroke="{_shade(paint.roof, 0.86)}" stroke-width="2"'))
    out.append(_rect(x - over, y - 3, w + 2 * over, 10, _WHITE))
    return "".join(out)


def _rail(x: float, y: float, w: float) -> str:
    """A railing 32 high that stands on ``y``."""
    return _path(_box(x, y - 32, w, 4) + _box(x, y - 6, w, 4), _WHITE) + _rect(x, y - 30, w, 26, "url(#r)")


def _porch(x: float, ground: float, w: float, h: float, paint: _Paint) -> str:
    """A porch before a wall, behind posts and a lean-to roof; the railing leaves the middle free for the door."""
    gap = 46
    out = [_rect(x, ground - h, w, h, "#000000", ' opacity=".07"')]
    posts = [x + 4, x + w / 2 - gap, x + w / 2 + gap - 8, x + w - 12]
    out.append(_rail(posts[0], ground, posts[1] - posts[0]) + _rail(posts[2], ground, posts[3] - posts[2]))
    out += [_rect(post, ground - h, 8, h, _WHITE) for post in posts]
    out.append(
        _path(f"M{x - 16:.0f} {ground - h + 6:.0f}L{x + 8:.0f} {ground - h - 26:.0f}H{x + w - 8:.0f}L{x + w + 16:.0f} {ground - h + 6:.0f}z",
              _shade(paint.roof, 0.94))
    )  # fmt: skip
    out.append(_rect(x - 16, ground - h + 4, w + 32, 7, _WHITE))
    return "".join(out)


def _wall(x: float, y: float, w: float, h: float, paint: _Paint) -> str:
    """A wall with a shaded end, white quoins at its corners and a stone foot."""
    return "".join((
        _rect(x, y, w, h, paint.wall),
        _rect(x, y, w, 16, "#000000", ' opacity=".08"'),
        _path(_box(x, y + 12, 12, h - 28) + _box(x + w - 12, y + 12, 12, h - 28), "url(#q)"),
        _rect(x - 3, y + h - 12, w + 6, 12, _shade(paint.wall, 0.8)),
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
    spots = [(x + step * (column + 0.5), ground - floor * tall - 76) for floor in range(floors) for column in range(columns) if floor or column != columns // 2]
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
        own = _Paint(wall, paint.roof, paint.shutter, rng.choice(_DOORS), paint.lit)
        out.append(_wall(left + 2, top, wide - 4, 206, own))
        out.append(_rect(left + 2, ground - 108, wide - 4, 6, _WHITE))
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
        _path(roofs, paint.roof),
        _path(sides, "#000000", ' opacity=".1"'),
        _rect(x - 4, top - 1, w + 8, 8, _WHITE),
    ]
    return "".join(out)


def _pool(x: float, y: float) -> str:
    """A pool with a pale rim."""
    return "".join((
        _oval(x, y, 116, 25, "#fffaf0"),
        _oval(x, y, 106, 20, "#46c3d2"),
        _path(f"M{x - 70:.0f} {y - 4:.0f}q18-6 36 0t36 0M{x - 20:.0f} {y + 8:.0f}q18-6 36 0t36 0", "none", ' stroke="#c9f3f2" stroke-width="3"'),
    ))  # fmt: skip


def _garden(rng: random.Random, bushes: tuple[float, ...], door: float, ground: float) -> list[str]:
    """Grass, a path that widens from the door to the viewer, and flowering bushes either side of it."""
    out = [
        _path(f"M0 {ground - 6:.0f}q200-16 400-8t400 4V600H0z", "#a9cf7c"),
        _path(f"M0 {ground + 56:.0f}q180-20 380 0t420-6V600H0z", "#f0dcb4"),
    ]
    spread = 70
    out.append(
        _path(
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
        out.append(_path(
            f"M{x - 36 * size:.0f} {y:.0f}q-4-{22 * size:.0f} {18 * size:.0f}-{22 * size:.0f}q{16 * size:.0f}-{22 * size:.0f} {34 * size:.0f}-2"
            f"q{24 * size:.0f} 0 {20 * size:.0f} 24z", rng.choice(("#3c9a5f", "#4dac6b", "#2f8752")),
        ))  # fmt: skip
        dots = "".join(f"M{x + rng.randint(-26, 26) * size:.0f} {y - rng.randint(6, 24) * size:.0f}h.1" for _ in range(6))
        out.append(_path(dots, "none", f' stroke="{flower}" stroke-width="7" stroke-linecap="round"'))
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
    sky, ground = rng.choice(_SKIES), 496.0
    wall = rng.choice(_WALLS)
    paint = _Paint(wall, rng.choice(_ROOFS), rng.choice(_SHUTTERS), rng.choice(_DOORS), sky.lit)
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
    palms = [_palm(rng, left - rng.randint(24, 50), ground + 4, rng.uniform(0.95, 1.2), -rng.randint(20, 50))]
    palms.append(
        _palm(rng, right + rng.randint(24, 50), ground + 14, rng.uniform(0.8, 1.1), rng.randint(20, 50))
    )
    bushes = (left - 16, right + 16) if kind == "townhouse" else (left + 4, left + 62, right - 62, right - 4)
    garden = _garden(rng, bushes, door, ground)
    dusk = _rect(0, horizon, 800, 600 - horizon, sky.top, f' opacity="{sky.dusk}"') if sky.dusk else ""
    parts = (*_backdrop(rng, sky, horizon, paint.shutter), *palms[0], *garden[:3], dusk, home, *garden[3:], *palms[1], after)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600">{"".join(parts)}</svg>'
