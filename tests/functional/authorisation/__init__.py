"""Who may do what: one hand-written table per feature. atlasbahamas.testing.authorisation says how to read and write them."""

from __future__ import annotations

from pathlib import Path

from online import with_gateway

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.authorisation import World
from authorisation import core, leasing, ledger, listings, offers, portfolio

TABLES = (core.TABLE, portfolio.TABLE, listings.TABLE, offers.TABLE, leasing.TABLE, ledger.TABLE)


def world_of(url: str, folder: Path) -> World:
    """The world of all tables, on a filled database that may be changed."""
    return World.make(with_gateway(url, folder), folder, TABLES)


def sqlite_world(folder: Path) -> World:
    """The same on a copy of its own, in the folder."""
    return world_of(sites.copy_sqlite(sites.sqlite_template(), folder / "site.sqlite"), folder)
