"""Who may do what: one hand-written table per feature. atlasbahamas.testing.authorisation says how to read and write them."""

from __future__ import annotations

from authorisation import core, leasing, ledger, listings, offers, portfolio

TABLES = (core.TABLE, portfolio.TABLE, listings.TABLE, offers.TABLE, leasing.TABLE, ledger.TABLE)
