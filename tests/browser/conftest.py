"""Fixtures of the browser tests: the site on a real server, Chromium, and somebody who looks at pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from live import LiveSite, serving
from playwright.sync_api import Browser, Playwright, sync_playwright
from visitor import Crowd

from atlasbahamas.testing import site as sites

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def template() -> Path:
    return sites.sqlite_template()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[LiveSite]:
    """One site for all that only look."""
    with serving(tmp_path_factory.mktemp("live"), template) as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path, template: Path) -> Iterator[LiveSite]:
    """A site of this test's own, to change."""
    with serving(tmp_path, template) as running:
        yield running


@pytest.fixture(scope="session")
def playwright(chromium: str) -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chrome(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def crowd(chrome: Browser, live: LiveSite) -> Crowd:
    """Visitors by demo account, who tell each other what they have seen."""
    return Crowd(chrome, live.site, live.address, {}, set())
