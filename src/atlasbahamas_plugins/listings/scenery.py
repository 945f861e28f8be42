"""What every drawing of a listing stands on: the times of day, the sea, the beach and its palms, and the shapes of SVG.

Homes are drawn in drawing.py, vehicles in vehicles/drawing.py; what is only one of theirs does not belong here.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

SHUTTERS: Final = ("#1f6f78", "#f2efe6", "#2e5a88", "#b5495b", "#3d7a57", "#d98032", "#5b4a8a")
DOORS: Final = ("#c8553d", "#22577a", "#2f7d5b", "#e0a526", "#7a3b69", "#15616d")
WHITE: Final = "#fffdf7"
# Louvres, railings and corner stones repeat so often that a pattern each keeps the picture under 8 kB.
_PATTERNS: Final = (
    '<pattern id="l" width="60" height="7" patternUnits="userSpaceOnUse">'
    '<rect width="60" height="7" fill="{shutter}"/><path d="M0 5h60v2H0z" opacity=".16"/></pattern>'
    '<pattern id="r" width="11" height="60" patternUnits="userSpaceOnUse">'
    '<path d="M2 0h3v60H2z" fill="{white}"/></pattern>'
    '<pattern id="q" width="800" height="20" patternUnits="userSpaceOnUse">'
    '<path d="M0 2h800v10H0z" fill="{white}" opacity=".75"/></pattern>'
)


@dataclass(frozen=True)
class Sky:
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


SKIES: Final = (
    Sky("#f7c5c0", "#fdebc8", "#fff3c4", 250, "#7fc6cf", "#b8e6dc", "#fff4ec", "#cfe3e6"),
    Sky("#6fc3ec", "#d8f1f8", "#fff6d0", 96, "#2aa5c0", "#8fe0d6", "#ffffff", "#bfe0ea"),
    Sky("#4fb0e3", "#c6ecf4", "#fff2b8", 130, "#1796b5", "#7fdccf", "#ffffff", "#b5dbe8"),
    Sky("#f08a6c", "#fcd79a", "#fff0b5", 262, "#4a9fb0", "#f3c9a0", "#fbe0cf", "#ffe29a", 0.14),
    Sky("#39406f", "#e59a92", "#fbeed2", 118, "#3b6d8f", "#9fb0b8", "#7f7497", "#ffd983", 0.4),
)


def shade(colour: str, factor: float) -> str:
    """The colour made darker (factor under 1) or nearer to white (over 1)."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    if factor <= 1:
        parts = [round(part * factor) for part in parts]
    else:
        parts = [round(part + (255 - part) * (factor - 1)) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)


def rect(x: float, y: float, w: float, h: float, fill: str, extra: str = "") -> str:
    """A rectangle; ``extra`` is more attributes, with a space before."""
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h:.0f}" fill="{fill}"{extra}/>'


def path(d: str, fill: str, extra: str = "") -> str:
    """A filled path."""
    return f'<path d="{d}" fill="{fill}"{extra}/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str, extra: str = "") -> str:
    """An ellipse by its middle."""
    return f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="{rx:.0f}" ry="{ry:.0f}" fill="{fill}"{extra}/>'


def backdrop(rng: random.Random, sky: Sky, horizon: int, shutter: str) -> list[str]:
    """Sky, sun, clouds, a far cay, the sea with its bands, a sail, and the beach."""
    patterns = _PATTERNS.format(shutter=shutter, white=WHITE)
    sun_x = rng.choice((110, 160, 640, 700))
    out = [
        '<defs><linearGradient id="s" x2="0" y2="1">'
        f'<stop stop-color="{sky.top}"/><stop offset="1" stop-color="{sky.low}"/></linearGradient>'
        '<linearGradient id="w" x2="0" y2="1">'
        f'<stop stop-color="{sky.far}"/><stop offset="1" stop-color="{sky.near}"/></linearGradient>{patterns}</defs>',
        '<rect width="800" height="600" fill="url(#s)"/>',
        oval(sun_x, sky.sun_y, 70, 70, sky.sun, ' opacity=".35"'),
        oval(sun_x, sky.sun_y, 40, 40, sky.sun),
    ]
    for _ in range(rng.randint(2, 3)):
        x, y, size = rng.randint(60, 740), rng.randint(50, 170), rng.uniform(0.7, 1.3)
        out.append(
            path(
                f"M{x - 70 * size:.0f} {y}q{6 * size:.0f}-{24 * size:.0f} {34 * size:.0f}-{20 * size:.0f}"
                f"q{16 * size:.0f}-{30 * size:.0f} {46 * size:.0f}-{10 * size:.0f}"
                f"q{40 * size:.0f}-{8 * size:.0f} {50 * size:.0f} {30 * size:.0f}z",
                sky.cloud,
                ' opacity=".8"',
            )
        )
    cay = rng.choice((40, 520, 600))
    out.append(path(f"M{cay} {horizon}q30-16 70-10q50-14 100 10z", shade(sky.far, 0.72)))
    out.append(rect(0, horizon, 800, 110, "url(#w)"))
    for _ in range(6):
        x, y = rng.randint(0, 720), horizon + rng.randint(10, 80)
        out.append(rect(x, y, rng.randint(40, 110), 3, "#ffffff", ' opacity=".35" rx="1.5"'))
    if rng.random() < 0.7:
        x = rng.choice((70, 120, 690, 730))
        out.append(path(f"M{x} {horizon + 14}v-46l26 40zM{x - 4} {horizon + 14}v-36l-16 32z", "#fffaf0"))
        out.append(path(f"M{x - 22} {horizon + 16}h52l-8 9h-36z", shade(sky.far, 0.6)))
    top = horizon + 84
    out.append(path(f"M0 {top}q120-16 260 0t300-4t240 2V600H0z", "#ffffff", ' opacity=".55"'))
    out.append(path(f"M0 {top + 8}q120-16 260 0t300-4t240 2V600H0z", "#f5e3c1"))
    return out


def palm(rng: random.Random, x: float, foot: float, size: float, lean: float) -> list[str]:
    """A coconut palm: a bent trunk and seven fronds."""
    top_x, top_y = x + lean, foot - 250 * size
    out = [
        path(
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
            path(
                f"M{top_x:.0f} {top_y:.0f}Q{mid_x:.0f} {mid_y:.0f} {end_x:.0f} {end_y:.0f}Q{mid_x:.0f} {mid_y + 24 * size:.0f} {top_x:.0f} {top_y + 9 * size:.0f}z",
                fill,
            )
        )
    out.append(oval(top_x - 5, top_y + 8, 6 * size, 7 * size, "#7b5a34"))
    out.append(oval(top_x + 7, top_y + 9, 6 * size, 7 * size, "#6b4c2a"))
    return out


# fmt: off
