"""The drawn pictures of homes: the same every time, small, and nothing in them that runs or links."""

import re
from xml.etree import ElementTree

import pytest

from atlasbahamas_plugins.listings.drawing import draw_home
from atlasbahamas_plugins.listings.vehicles.drawing import draw_vehicle

KINDS = ("house", "apartment", "townhouse", "villa", "cottage", "studio")
SHAPES = {"svg", "defs", "linearGradient", "stop", "pattern", "rect", "path", "ellipse"}


def draw(seed: str = "two-bed-cottage-k7m2p9", kind: str = "cottage", beds: int = 2, island: str = "abaco") -> str:
    return draw_home(seed, kind=kind, beds=beds, island=island)


def test_the_same_home_is_always_drawn_the_same() -> None:
    assert draw() == draw()


def test_each_fact_changes_the_picture() -> None:
    pictures = {draw(), draw(seed="another-p2k7"), draw(kind="villa"), draw(beds=3), draw(island="exuma")}
    assert len(pictures) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_twenty_seeds_give_twenty_pictures(kind: str) -> None:
    assert len({draw(seed=f"home-{number}", kind=kind) for number in range(20)}) == 20


@pytest.mark.parametrize("kind", [*KINDS, "other"])
@pytest.mark.parametrize("beds", [0, 1, 4, 12])
def test_every_picture_is_well_formed_small_and_inert(kind: str, beds: int) -> None:
    for number in range(25):
        svg = draw(seed=f"home-{number}", kind=kind, beds=beds)
        assert 3_000 <= len(svg.encode()) <= 8_000
        root = ElementTree.fromstring(svg)
        assert root.get("viewBox") == "0 0 800 600"
        for element in root.iter():
            assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in SHAPES
            assert not (element.text or "").strip()
            assert not (element.tail or "").strip()
            assert not [name for name in element.attrib if "href" in name or name == "style" or name.startswith("on")]


@pytest.mark.parametrize("seats", [1, 4, 6, 9, 10, 60])
def test_vehicles_are_drawn_as_homes_are(seats: int) -> None:
    pictures = [draw_vehicle(f"car-{number}", seats=seats, island="abaco") for number in range(20)]
    assert len(set(pictures)) == 20
    assert pictures[0] == draw_vehicle("car-0", seats=seats, island="abaco") != draw_vehicle("car-0", seats=seats, island="exuma")
    for svg in (*pictures, draw_vehicle('"><script>', seats=seats, island="&text;")):
        assert 3_000 <= len(svg.encode()) <= 8_000
        assert not re.search(r"--|nan|inf\b|\de[+-]\d", svg)
        assert {
            element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in ElementTree.fromstring(svg).iter()
        } <= SHAPES


def test_a_car_a_van_and_a_bus_differ() -> None:
    assert len({draw_vehicle("k7m2", seats=seats, island="abaco").count("<rect") for seats in (4, 7, 12)}) == 3


def test_words_of_a_person_never_get_into_the_picture() -> None:
    svg = draw(seed='"><script>alert(1)</script>', kind="<text>", island="&island;")
    ElementTree.fromstring(svg)
    assert "script" not in svg
    assert "text" not in svg
    assert "island" not in svg


def test_numbers_are_written_as_svg_reads_them() -> None:
    for kind in KINDS:
        assert not re.search(r"--|nan|inf\b|\de[+-]\d", draw(kind=kind))
