"""Whom a limit by address counts together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from pyramid.httpexceptions import HTTPTooManyRequests

from atlasbahamas.security.limits import hit_by_address, home_of

TWICE = RateLimitItemPerHour(2, 1, namespace="test-address")


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("no address", "no address"),
        (None, ""),
    ],
)
def test_a_home_is_one_address_or_the_network_that_a_line_is_given(address: str | None, home: str) -> None:
    assert home_of(address) == home


def test_another_address_of_the_same_home_is_not_another_try() -> None:
    counting = SimpleNamespace(limit_hit=lambda namespace: None)
    registry = SimpleNamespace(atlas_limiter=FixedWindowRateLimiter(MemoryStorage()), atlas_counting=counting)

    def come_from(address: str) -> Any:
        hit_by_address(SimpleNamespace(registry=registry, client_addr=address), TWICE)

    come_from("2001:db8:1:2::1")
    come_from("2001:db8:1:2:ffff::2")
    with pytest.raises(HTTPTooManyRequests):
        come_from("2001:db8:1:2:abcd::3")
    come_from("2001:db8:1:3::1")
    come_from("203.0.113.7")
    come_from("203.0.113.8")
