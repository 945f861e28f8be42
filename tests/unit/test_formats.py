"""Money, dates and numbers as people read and type them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas.web.formats import (
    MAX_CENTS,
    badge,
    device,
    figure,
    jinja_filters,
    local_date,
    local_datetime,
    money,
    number,
    parse_money,
    part,
    plain_money,
)


@pytest.mark.parametrize(
    ("cents", "text"),
    [(125_000, "B$1,250"), (125_050, "B$1,250.50"), (5, "B$0.05"), (-5, "-B$0.05"), (None, "")],
)
def test_money(cents: int | None, text: str) -> None:
    assert money(cents) == text


@given(st.integers(0, MAX_CENTS))
def test_what_is_shown_can_be_typed(cents: int) -> None:
    assert parse_money(money(cents)) == cents
    assert parse_money(plain_money(cents)) == cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1250", 125_000),
        (" $ 1,250.5 ", 125_050),
        ("bsd 7", 700),
        (".50", 50),
        ("007", 700),
        ("10,000,000,000", 10**12),
    ],
)
def test_typed_money(text: str, cents: int) -> None:
    assert parse_money(text) == cents


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.005", "two digits"),
        ("1.0000", "two digits"),
        ("ten", "dollars"),
        ("12a", "dollars"),
        ("", "dollars"),
        ("$", "dollars"),
        ("1,25", "dollars"),
        ("-5", "below zero"),
        ("10,000,000,000.01", "at most"),
        ("9" * 5000, "at most"),
        ("١٢", "dollars"),
        ("1e3", "dollars"),
        ("nan", "dollars"),
        ("5\x00", "dollars"),
    ],
)
def test_no_money(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_money(text)


@given(st.text())
def test_any_text_is_an_amount_or_a_value_error(text: str) -> None:
    try:
        assert 0 <= parse_money(text) <= MAX_CENTS
    except ValueError as error:
        assert str(error).endswith(".")


def test_dates_are_local_to_nassau() -> None:
    night = datetime(2026, 3, 5, 2, 5, tzinfo=UTC)
    assert local_date(night) == "4 March 2026"
    assert local_datetime(night) == "4 March 2026, 9:05 pm"
    assert local_datetime(datetime(2026, 7, 1, 16, 0, tzinfo=UTC)) == "1 July 2026, 12:00 pm"
    assert local_date(date(2026, 3, 4)) == "4 March 2026"
    assert (local_date(None), local_datetime(None)) == ("", "")


def test_numbers_and_the_filters() -> None:
    assert number(1234567) == "1,234,567"
    assert number(None) == ""
    known = {"money", "date", "datetime", "number", "device", "badge", "percent", "avatar", "figure", "part"}
    assert set(jinja_filters()) == known


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605 Version/18.1 Mobile Safari/604",
            "Safari on an iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        ("curl/8.10", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_in_words(agent: str, words: str) -> None:
    assert device(agent) == words


def test_a_badge_escapes_its_text() -> None:
    assert badge("<b>", "good") == '<span class="state state--good">&lt;b&gt;</span>'


def test_an_amount_that_opens_is_marked_and_escaped() -> None:
    assert figure(46452, "/x?a=1&b=2#rent") == '<a class="figure" href="/x?a=1&amp;b=2#rent" data-money="46452">B$464.52</a>'
    assert figure(-500, "/x", "B$5 <ahead>").endswith('data-money="-500">B$5 &lt;ahead&gt;</a>')
    assert part(100) == '<span data-part="100">B$1</span>'
    assert part(-100, "/y") == '<a class="figure" href="/y" data-money="-100" data-part="-100">-B$1</a>'
