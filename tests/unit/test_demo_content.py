"""The demo data fit together: places, units, people and listings, and no two listings say the same."""

from __future__ import annotations

import json
import re
from importlib.resources import files

from atlasbahamas.people.demo_content import ACCOUNTS, ORGANISATIONS
from atlasbahamas_plugins.listings.demo_content import LISTINGS
from atlasbahamas_plugins.listings.vehicles.demo_content import VEHICLES
from atlasbahamas_plugins.portfolio.demo_content import HOLDS, PROPERTIES

UNITS = {(above.name, unit.label): unit for above in PROPERTIES for unit in above.units}


def test_every_property_lies_in_a_settlement_that_exists() -> None:
    text = files("atlasbahamas_plugins.portfolio").joinpath("data/islands.json").read_text(encoding="utf-8")
    islands = json.loads(text)
    places = {(island["key"], place["key"]) for island in islands for place in island["settlements"]}
    assert len(islands) == 19
    assert len(places) == sum(len(island["settlements"]) for island in islands)
    assert {(above.island, above.settlement) for above in PROPERTIES} <= places
    assert len(PROPERTIES) == 14
    assert len({above.island for above in PROPERTIES}) == 6


def test_people_fill_every_role() -> None:
    keys = {entry.key for entry in ORGANISATIONS}
    roles = {role for account in ACCOUNTS for key, role in account.memberships if key in keys}
    assert roles == {"owner", "manager", "bookkeeper", "leasing", "maintenance", "viewer"}
    assert any("admin" in account.platform_roles for account in ACCOUNTS)
    assert all(account.email.endswith("@example.com") for account in ACCOUNTS if account.email)
    assert {above.organisation for above in PROPERTIES} == keys


def test_listings_are_of_units_that_exist_each_once() -> None:
    listed = [(entry.property_name, entry.unit_label) for entry in LISTINGS]
    assert len(set(listed)) == len(listed)
    assert set(listed) <= UNITS.keys()
    assert {(hold.property_name, hold.unit_label) for hold in HOLDS} <= UNITS.keys()
    states = [entry.state for entry in LISTINGS]
    assert [states.count(state) for state in ("approved", "paused", "draft")] == [30, 2, 2]


def test_vehicles_are_somebodys_and_each_is_priced_by_the_day_or_week() -> None:
    assert {entry.organisation for entry in VEHICLES} <= {entry.key for entry in ORGANISATIONS}
    assert {entry.price_period for entry in VEHICLES} == {"day", "week"}
    assert [entry.state for entry in VEHICLES].count("approved") == 3


def test_no_sentence_is_said_twice_and_facts_agree_with_the_unit() -> None:
    said: list[str] = []
    for entry in LISTINGS:
        unit = UNITS[entry.property_name, entry.unit_label]
        sentences = re.split(r"(?<=[.!?]) ", entry.description)
        assert 2 <= len(sentences) <= 4, entry.title
        said += sentences
        assert ("unfurnished" in entry.description) <= (not unit.furnished), entry.title
        assert unit.furnished or entry.category == "long_term", entry.title
        assert entry.category == "short_term" or entry.price_cents == unit.rent_cents, entry.title
    assert len(set(said)) == len(said)
