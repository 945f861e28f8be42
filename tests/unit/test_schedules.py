"""When a schedule falls due, whatever the clocks do; and what of an error may be kept."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from atlasbahamas.jobs.models import ERROR_LENGTH
from atlasbahamas.jobs.registry import Schedule
from atlasbahamas.jobs.running import describe, pause_after
from atlasbahamas.settings import CORE_SECTIONS, load

NASSAU = ZoneInfo("America/Nassau")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds it


def at(schedule: Schedule, *moment: int) -> datetime:
    return schedule.latest_due(datetime(*moment, tzinfo=UTC), NASSAU)  # type: ignore[arg-type,misc]


def test_a_daily_time_is_local_and_follows_daylight_saving() -> None:
    nine = Schedule("a.b", "a.b", at=time(9))
    assert at(nine, 2026, 1, 15, 14, 0) == datetime(2026, 1, 15, 14, tzinfo=UTC)
    assert at(nine, 2026, 1, 15, 13, 59) == datetime(2026, 1, 14, 14, tzinfo=UTC)
    assert at(nine, 2026, 7, 15, 13, 0) == datetime(2026, 7, 15, 13, tzinfo=UTC)


def test_a_time_that_spring_skips_comes_an_hour_later() -> None:
    # On 8 March 2026 the clocks go from 2:00 to 3:00 in Nassau, at 7:00 UTC.
    schedule = Schedule("a.b", "a.b", at=time(2, 30))
    assert at(schedule, 2026, 3, 8, 7, 29) == datetime(2026, 3, 7, 7, 30, tzinfo=UTC)
    assert at(schedule, 2026, 3, 8, 7, 30) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert at(schedule, 2026, 3, 9, 6, 30) == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


def test_a_time_that_autumn_repeats_counts_once() -> None:
    # On 1 November 2026 the clocks go from 2:00 back to 1:00 in Nassau, at 6:00 UTC.
    schedule = Schedule("a.b", "a.b", at=time(1, 30))
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert [at(schedule, 2026, 11, 1, hour, minute) for hour, minute in ((5, 30), (6, 29), (6, 30), (12, 0))] == [first] * 4


@given(st.times(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_daily_time_comes_once_a_day_and_never_goes_back(moment: time, now: datetime, later: timedelta) -> None:
    schedule = Schedule("a.b", "a.b", at=moment)
    first, second = schedule.latest_due(now, NASSAU), schedule.latest_due(now + later, NASSAU)
    assert now - timedelta(hours=25) < first <= now
    assert first <= second <= now + later
    assert schedule.latest_due(first, NASSAU) == first


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=400)), MOMENTS)
def test_every_so_often_is_the_same_for_all_who_look(every: timedelta, now: datetime) -> None:
    schedule = Schedule("a.b", "a.b", every=every)
    due = schedule.latest_due(now, NASSAU)
    assert now - every < due <= now
    assert schedule.latest_due(due + every - timedelta(microseconds=1), NASSAU) == due
    assert schedule.latest_due(due + every, NASSAU) == due + every


@pytest.mark.parametrize(
    "wrong",
    [{}, {"every": timedelta(1), "at": time(1)}, {"every": timedelta(milliseconds=999)}, {"at": time(1, tzinfo=UTC)}],
)
def test_a_schedule_says_what_is_wrong_with_it(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"schedule 'a\.b'"):
        Schedule("a.b", "a.b", **wrong)  # type: ignore[arg-type]


def test_pauses_grow_to_six_hours() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, 9)]
    assert [pause.total_seconds() for pause in pauses] == [2, 10, 50, 250, 1250, 6250, 21600, 21600]
    assert pause_after(10_000) == timedelta(hours=6)
    assert sum(pauses[:7], timedelta()) > timedelta(hours=8)


def test_an_error_is_kept_without_secrets_addresses_and_values() -> None:
    raw = {
        "atlas.secret": "very-secret-indeed",
        "sqlalchemy.url": "postgresql+psycopg2://atlas:pass-word@db/atlas",
        "atlas.broker": "redis://:broker-word@queue/2",
    }
    settings = load(raw, CORE_SECTIONS, file=None, environ={})
    error = OSError("550 <marva@example.com>: very-secret-indeed pass-word broker-word\nTo: marva@example.com")
    assert describe(error, settings) == "OSError: 550 <…@…>: ******** ******** ********"
    wrapped = DBAPIError("UPDATE person SET email = ?", ["marva@example.com"], ValueError("broken\x00\x1b[31m\nDETAIL: marva"))
    assert describe(wrapped, settings) == "ValueError: broken[31m"
    assert len(describe(ValueError("x" * 5000), settings)) == ERROR_LENGTH
    assert describe(ValueError(), settings) == "ValueError: "
