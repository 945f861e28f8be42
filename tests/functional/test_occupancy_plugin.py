"""A plugin of a stranger's, installed as any package is, gives the portfolio an occupancy source; lists filter by it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyramid.exceptions import ConfigurationExecutionError
from sqlalchemy import func, select

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.notifications.models import Notification
from atlasbahamas.plugins.discovery import installed_names
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.listings.models import Listing
from atlasbahamas_plugins.listings.versions.models import ListingVersion
from atlasbahamas_plugins.portfolio.models import Property, Unit

MANIFEST = """
from atlasbahamas.plugins.manifest import PLUGIN_API, Plugin

PLUGIN = Plugin(
    name="regattas",
    title="Regattas",
    summary="Homes that a sailing club takes for its guests",
    version="1.0",
    api=PLUGIN_API,
    requires=("portfolio",),
    wiring="regattas.wiring:includeme",
)
"""
WIRING = '''
from datetime import date

from sqlalchemy import literal, select

from atlasbahamas_plugins.portfolio.models import Property, Unit

FIRST, LAST = date(2026, 6, 10), date(2026, 6, 14)


class RegattaSource:
    """Cable Beach Court is let to sailors from 10 to 14 June."""

    def occupied(self, day):
        there = select(Unit.id, literal("let")).join(Property, Property.id == Unit.property_id)
        return there.where(Property.name == "Cable Beach Court", literal(FIRST <= day <= LAST))


def includeme(config):
    config.contribute("occupancy", RegattaSource(), name="regatta")
'''


def install(folder: Path, wiring: str) -> None:
    """What pip leaves behind: a package, and its metadata with an entry point."""
    package, info = folder / "regattas", folder / "regattas-1.0.dist-info"
    for part in (package / "templates", package / "static", info):
        part.mkdir(parents=True)
    (package / "__init__.py").write_text(MANIFEST)
    (package / "wiring.py").write_text(wiring)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: regattas\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[atlasbahamas.plugins]\nregattas = regattas:PLUGIN\n")
    importlib.invalidate_caches()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that Python looks for packages in, as long as the test runs."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "regattas"]:
        del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def sailing(packages: Path, database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The site with the plugin switched on."""
    install(packages, WIRING)
    running = sites.start(database_url, tmp_path, **{"atlas.plugins": "portfolio listings regattas"})
    yield running
    running.close()


def rows(site: Site, state: str) -> set[tuple[str, str, str]]:
    """(property, unit, occupancy) of the list with a filter, as its CSV has it."""
    browser = site.browser("keva")
    organisation = browser.get("/portfolio/").follow().request.path
    lines = browser.get(f"{organisation}units/?state={state}&format=csv").body.decode("utf-8-sig").splitlines()[1:]
    return {(name, label, state) for name, label, state, *_ in (line.split(",") for line in lines)}


def test_the_plugin_is_found_like_any_other(sailing: Site) -> None:
    assert "regattas" in installed_names()
    assert [plugin.name for plugin in sailing.app.registry.atlas_plugins] == ["portfolio", "listings", "regattas"]


def test_lists_filter_by_its_source_on_its_days_and_the_strongest_state_wins(sailing: Site) -> None:
    here = "Cable Beach Court"
    assert {row for row in rows(sailing, "held") if row[0] == here} == {(here, "3B", "Held")}
    assert rows(sailing, "let") == set()
    sailing.clock.move(days=9)
    taken = rows(sailing, "let")
    assert {row[0] for row in taken} == {here}
    assert (here, "3B", "Let") in taken  # held as well
    assert {row for row in rows(sailing, "vacant") | rows(sailing, "held") if row[0] == here} == set()
    sailing.clock.move(days=5)
    assert rows(sailing, "let") == set()
    assert {row for row in rows(sailing, "vacant") if row[0] == here} != set()


def test_the_unit_s_page_and_the_number_of_queries_stay_what_they_were(sailing: Site) -> None:
    browser = sailing.browser("keva")
    units = browser.get("/portfolio/").follow().request.path + "units/"
    sailing.clock.move(days=9)
    page = browser.get(f"{units}?state=let")
    assert "Let</span>" in browser.get(page.html.find("td").find_next("a", href=True)["href"]).text
    with QueryCounter(sailing.db.engine) as counter:
        browser.get(f"{units}?state=let")
    assert len(counter.statements) <= 8, counter.statements


def test_what_is_no_source_stops_the_start_and_names_the_plugin(packages: Path, database_url: str, tmp_path: Path) -> None:
    install(packages, WIRING.replace("def occupied", "def taken"))
    with pytest.raises(ConfigurationExecutionError, match=r"'regattas'.*OccupancySource"):
        sites.start(database_url, tmp_path, **{"atlas.plugins": "portfolio listings regattas"})


def there(site: Site) -> dict[str, tuple[str, str]]:
    """Listing's key -> (its state, its unit's label) of the listings that are or were on the market at Cable Beach Court."""
    with site.db.transaction("read") as db:
        mine = select(Listing.ref, Listing.state, Unit.label).join(Unit, Unit.id == Listing.unit_id)
        mine = mine.join(Property, Property.id == Unit.property_id).where(Property.name == "Cable Beach Court")
        return {ref: (state, label) for ref, state, label in db.execute(mine.where(Listing.published.is_not(None)))}


def test_a_listing_leaves_the_catalogue_by_itself_when_its_unit_is_let(sailing: Site) -> None:
    before = there(sailing)
    assert sorted(before.values()) == [("approved", "1B"), ("paused", "2B"), ("paused", "3A")]
    visitor, keva = sailing.browser(), sailing.browser("keva")
    live = next(ref for ref, (state, _) in before.items() if state == "approved")
    begun = next(ref for ref, (_, label) in before.items() if label == "3A")
    home = keva.get("/portfolio/").follow().request.path
    sailing.drain_jobs()
    assert there(sailing) == before
    sailing.clock.move(days=9)
    keva = sailing.browser("keva")
    assert "let today" in keva.get(f"{home}listings/{begun}/resume").forms["form"].submit(status=422).text
    assert "let today" in keva.get(f"{home}listings/{begun}/submit").forms["form"].submit(status=422).text
    visitor.get(f"/listings/{live}/", status=200)
    done = sailing.drain_jobs()
    assert set(done) == {"done"}
    assert {state for state, _ in there(sailing).values()} == {"let"}
    visitor.get(f"/listings/{live}/", status=404)
    assert "Let</span>" in keva.get(f"{home}listings/{live}/").text
    with sailing.db.transaction("read") as db:
        told = list(db.scalars(select(Notification).where(Notification.category == "listings.let")))
        assert {row.subject.rpartition("”")[2] for row in told} == {" is let and left the catalogue"}
        assert len(told) == 3 * len({row.person_id for row in told})
        paths = {row.path for row in told}
        recorded = db.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "listings:listing:left_by_itself")
        )
        dropped = db.scalars(
            select(ListingVersion.state).join(Listing).where(Listing.ref == begun, ListingVersion.number == 2)
        ).one()
    assert recorded == 3
    assert dropped == "dropped"
    for path in paths:
        keva.get(path, status=200)
    sailing.clock.move(days=5)
    sailing.drain_jobs()
    assert {state for state, _ in there(sailing).values()} == {"let"}  # whoever takes it next finds a new listing


def test_more_than_one_job_takes(sailing: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlasbahamas_plugins.listings.let.services.AT_ONCE", 1)
    sailing.clock.move(days=9)
    sailing.drain_jobs()
    assert {state for state, _ in there(sailing).values()} == {"let"}


def test_let_by_hand(site: Site) -> None:
    keva, home = site.browser("keva"), site.browser("keva").get("/portfolio/").follow().request.path
    live = next(ref for ref, (state, _) in there(site).items() if state == "approved")
    assert "It is let" in keva.get(f"{home}listings/{live}/").text
    keva.get(f"{home}listings/{live}/let").forms["form"].submit(status=303)
    site.browser().get(f"/listings/{live}/", status=404)
    keva.get(f"{home}listings/{live}/let").forms["form"].submit(status=422)
    unit = keva.get(f"{home}units/?q=1B").html.find("td").find_next("a", href=True)["href"]
    before = keva.get(f"{home}listings/{live}/").html.find("h1").get_text()
    again = keva.get(f"{unit}list").forms["form"]  # the unit may have another listing, which begins with the words of the last
    assert again["title"].value == before
    assert again["description"].value
    assert again.submit(status=303).location != f"{home}listings/{live}/"
