"""The portfolio's revisions, one after the other back and forth, with the demo data in the tables."""

from __future__ import annotations

from sqlalchemy import inspect, text

from atlasbahamas.db.migrations import components, differences, downgrade, migrating, script_directory, upgrade
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site


def test_every_revision_goes_back_and_forth_and_keeps_what_was_there(site: Site) -> None:
    found = components(sites.ROOT / "alembic", load_manifests(sites.FEATURES))
    named = {each.name: each for each in found}
    portfolio, upon_it = named["portfolio"], (named["leasing"], named["ledger"])
    revisions = [script.revision for script in script_directory(portfolio).walk_revisions()][::-1]
    kept = ("portfolio_property", "portfolio_unit", "portfolio_hold", "portfolio_settlement")
    before = {table: count for table, count in site.counts().items() if table in kept}
    site.db.dispose()
    with migrating(site.db.write_engine, found) as connection:
        # Leases hang on contacts, and accounts on leases: what needs the portfolio goes first, and comes back last.
        for component in reversed(upon_it):
            downgrade(connection, component, "base")
        for revision in reversed(revisions[:-1]):
            downgrade(connection, portfolio, revision)
        assert "amenities" not in {column["name"] for column in inspect(connection).get_columns("portfolio_property")}
        for revision in revisions[1:]:
            upgrade(connection, portfolio, revision)
        for component in upon_it:
            upgrade(connection, component, "head")
    with site.db.read_engine.connect() as connection:
        assert differences(connection, portfolio) == []
        for table, count in before.items():
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == count
