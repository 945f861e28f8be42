"""How an operator says until when."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
import pytest

from atlasbahamas.cli.read_only import moment

NASSAU = ZoneInfo("America/Nassau")
NOW = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)  # two in the afternoon


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("14:30", datetime(2026, 6, 1, 18, 30, tzinfo=UTC)),
        ("9:05", datetime(2026, 6, 2, 13, 5, tzinfo=UTC)),
        ("14:00", datetime(2026, 6, 2, 18, 0, tzinfo=UTC)),
        ("2026-12-01 08:00", datetime(2026, 12, 1, 13, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_the_sites_and_comes_next(said: str, meant: datetime) -> None:
    assert moment(said, now=NOW, zone=NASSAU) == meant


@pytest.mark.parametrize("said", ["", "soon", "25:00", "2026-13-01 08:00", "14:30:00", "2026-12-01"])
def test_anything_else_is_refused_with_examples(said: str) -> None:
    with pytest.raises(click.BadParameter, match="such as 14:30"):
        moment(said, now=NOW, zone=NASSAU)
