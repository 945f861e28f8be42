"""Drawings of vehicles, for listings that have no photographs: on the same shores as the homes (listings/scenery.py)."""

from __future__ import annotations

import random

from atlasbahamas_plugins.listings.scenery import DOORS, SHUTTERS, SKIES, Sky, backdrop, oval, palm, path, rect, shade

GROUND = 520.0
BUS, VAN = 10, 6


def draw_vehicle(seed: str, *, seats: int, island: str) -> str:
    """An SVG of 800 by 600, 3 to 8 kB: a car, a van from VAN seats on, a bus from BUS on.

    The same facts always give the same picture; no text gets into it.
    """
    rng = random.Random(f"{seed}/{seats}/{island}")  # noqa: S311  (a picture, not a secret)
    horizon = 318 + random.Random(island).randrange(0, 5) * 8  # noqa: S311
    sky, paint = rng.choice(SKIES), rng.choice((*DOORS, *SHUTTERS, "#f4f1ea"))
    left = 400 - 210 + rng.randint(-50, 50)
    parts = (
        *backdrop(rng, sky, horizon, paint),
        *palm(rng, left - 80, GROUND - 40, rng.uniform(0.95, 1.2), -rng.randint(20, 50)),
        path("M0 500q200-14 400-6t400 2V600H0z", "#cbb489"),
        path("M0 556h800v6H0z", "#f5e3c1", ' opacity=".6"'),
        *_body(left, seats, paint, sky),
        *palm(rng, left + 500, GROUND + 10, rng.uniform(0.8, 1.0), rng.randint(20, 50)),
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600">{"".join(parts)}</svg>'


def _body(x: float, seats: int, paint: str, sky: Sky) -> list[str]:
    """The shadow, the body with its panes, doors and lights, and the wheels."""
    dark, length = shade(paint, 0.78), 420
    out = [oval(x + length / 2, GROUND + 24, length / 2 + 14, 14, "#000000", ' opacity=".18"')]
    if seats >= VAN:
        top = GROUND - (190 if seats >= BUS else 158)
        out.append(
            path(f"M{x} {GROUND:.0f}V{top + 24:.0f}q0-24 26-24h{length - 110}q30 0 48 34l36 66q10 8 10 24V{GROUND:.0f}z", paint)
        )
        panes = 5 if seats >= BUS else 3
        wide = (length - 120) / panes
        out += [rect(x + 20 + number * wide, top + 24, wide - 12, 52, sky.lit, ' rx="6"') for number in range(panes)]
        out.append(path(f"M{x + length - 92} {top + 24:.0f}h12q14 0 24 18l18 34h-54z", sky.lit))
        out.append(rect(x, GROUND - 62, length, 8, dark))
    else:
        out.append(path(f"M{x + 70} {GROUND - 76:.0f}l52-58q8-10 24-10h118q18 0 30 12l58 56z", dark))
        out.append(
            path(
                f"M{x + 100} {GROUND - 80:.0f}l34-40q6-8 16-8h50v48zM{x + 212} {GROUND - 128:.0f}h46q12 0 20 8l42 40H{x + 212}z",
                sky.lit,
            )
        )
        out.append(
            path(
                f"M{x} {GROUND:.0f}v-44q0-26 34-30l60-6h240q62 4 78 32 8 14 8 48z",
                paint,
            )
        )
        out.append(path(f"M{x + 206} {GROUND - 76:.0f}v70", "none", f' stroke="{dark}" stroke-width="3"'))
    out.append(rect(x + 176, GROUND - 58, 24, 5, dark, ' rx="2"'))
    out.append(rect(x + length - 22, GROUND - 44, 20, 14, "#fff3c4", ' rx="5"'))
    out.append(rect(x + 2, GROUND - 44, 14, 14, "#d94f3d", ' rx="5"'))
    out.append(rect(x - 6, GROUND - 10, length + 12, 12, dark, ' rx="5"'))
    for wheel in (x + 92, x + length - 92):
        out += [
            oval(wheel, GROUND, 42, 42, "#26323a"),
            oval(wheel, GROUND, 20, 20, "#d9dee0"),
            oval(wheel, GROUND, 7, 7, "#7d8f98"),
        ]
    return out
