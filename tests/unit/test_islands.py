"""The islands and settlements that the product ships, against domain.md section 4, written here by hand."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest

FILE = files("atlasbahamas_plugins.portfolio").joinpath("data/islands.json")
ISLANDS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))

MAIN_SETTLEMENTS = {
    "New Providence": {"Downtown Nassau", "Paradise Island", "Cable Beach", "Fox Hill", "Carmichael", "Lyford Cay"},
    "Grand Bahama": {"Freeport", "Lucaya", "West End", "Eight Mile Rock", "High Rock", "McLean's Town"},
    "Abaco": {"Marsh Harbour", "Hope Town", "Treasure Cay", "Green Turtle Cay", "Sandy Point", "Cooper's Town"},
    "Eleuthera": {"Governor's Harbour", "Rock Sound", "Tarpum Bay", "Gregory Town", "Hatchet Bay"},
    "Exuma": {"George Town", "Rolleville", "Rolle Town", "Black Point", "Staniel Cay"},
    "Andros": {"Nicholls Town", "Fresh Creek", "Andros Town", "Mangrove Cay", "Kemp's Bay", "Congo Town"},
    "Bimini": {"Alice Town", "Bailey Town", "South Bimini"},
    "Berry Islands": {"Bullock's Harbour", "Great Harbour Cay", "Chub Cay"},
    "Cat Island": {"Arthur's Town", "New Bight", "Old Bight", "Port Howe"},
    "Long Island": {"Clarence Town", "Deadman's Cay", "Salt Pond", "Stella Maris", "Simms"},
    "San Salvador": {"Cockburn Town", "United Estates"},
    "Rum Cay": {"Port Nelson"},
    "Acklins": {"Spring Point", "Snug Corner", "Salina Point"},
    "Crooked Island": {"Colonel Hill", "Landrail Point", "Long Cay"},
    "Inagua": {"Matthew Town"},
    "Mayaguana": {"Abraham's Bay", "Pirate's Well", "Betsy Bay"},
    "Ragged Island": {"Duncan Town"},
    "Spanish Wells": {"Spanish Wells", "Russell Island"},
    "Harbour Island": {"Dunmore Town"},
}


def spelling(name: str) -> str:
    """What two ways of writing one place have in common: "The Sea-Breeze Estates" and "Seabreeze"."""
    words = re.sub(r"[^a-z ]", "", name.casefold().replace("-", " ").replace("saint ", "st ")).split()
    words = [word for word in words if word not in ("the", "estates", "subdivision")]
    return "".join(words)


def names_of(place: dict[str, Any]) -> list[str]:
    return [place["name"], *place["other_names"]]


def test_every_island_that_people_name_is_there_with_its_main_settlements() -> None:
    assert {island["name"] for island in ISLANDS} == set(MAIN_SETTLEMENTS)
    for island in ISLANDS:
        there = {place["name"] for place in island["settlements"]}
        assert MAIN_SETTLEMENTS[island["name"]] <= there, island["name"]
    assert [island["order"] for island in ISLANDS] == list(range(1, len(ISLANDS) + 1))


def test_new_providence_is_known_by_its_areas() -> None:
    assert len(ISLANDS[0]["settlements"]) >= 25
    assert ISLANDS[0]["name"] == "New Providence"


@pytest.mark.parametrize("name", ["Freeport", "Marsh Harbour", "Paradise Island", "George Town", "Hope Town"])
def test_a_name_that_stands_for_an_island_finds_the_island_and_the_settlement(name: str) -> None:
    assert [island["name"] for island in ISLANDS if name in island["other_names"]]
    assert [place for island in ISLANDS for place in island["settlements"] if place["name"] == name]


def test_no_settlement_stands_twice_on_an_island_not_even_in_other_letters() -> None:
    for island in ISLANDS:
        seen: dict[str, str] = {}
        for place in island["settlements"]:
            own = {spelling(name) for name in names_of(place)}
            assert "" not in own
            for name in own:
                assert name not in seen, f"{island['name']}: {place['name']} is {seen[name]}"
            seen |= dict.fromkeys(own, place["name"])


def test_keys_are_the_names_in_plain_letters_and_no_place_lists_its_own_name_again() -> None:
    for place in [*ISLANDS, *(place for island in ISLANDS for place in island["settlements"])]:
        assert place["key"] == re.sub(r"[^a-z]+", "-", place["name"].casefold().replace("'", "")), place
        assert len(set(names_of(place))) == len(names_of(place))


def test_the_spelling_is_what_it_says() -> None:
    assert spelling("The Sea-Breeze Estates") == spelling("Seabreeze")
    assert spelling("St George's Cay") == spelling("Saint Georges Cay")
    assert spelling("Nassau Village") != spelling("Nassau")
