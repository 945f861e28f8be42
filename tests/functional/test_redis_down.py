"""Redis killed in the middle: public pages stay up, signed-in ones say so with 503, and all is well again by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import RedisServer


@pytest.mark.parametrize("profile", ["embedded"])
def test_redis_killed_and_started_again(database_url: str, tmp_path: Path, redis_server: RedisServer) -> None:
    site = sites.start(database_url, tmp_path, redis=redis_server.url)
    browser, visitor = site.browser("marva"), site.browser()
    browser.get("/home/", status=200)
    redis_server.stop()
    for path in ("/", "/listings/"):
        visitor.get(path, status=200)
        browser.get(path, status=200)
    answer = browser.get("/home/", status=503)
    assert "cannot see who you are" in answer.text
    visitor.get("/sign-in", status=503)
    assert browser.get("/health/ready", status=503).json["parts"]["redis"] == "down"
    redis_server.start()
    site.browser("marva").get("/home/", status=200)
    browser.get("/health/ready", status=200)
    site.close()
