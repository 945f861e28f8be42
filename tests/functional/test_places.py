"""Homes are found by the names that people use for a place, not only by those that the form offers."""

from __future__ import annotations

import re

import pytest

from atlasbahamas.testing.site import Site


@pytest.mark.parametrize(
    ("words", "place"),
    [("elbow cay", "Hope Town"), ("Georgetown", "George Town"), ("coakley", "Fresh Creek"), ("goodman's bay", "Cable Beach")],
)
def test_another_name_finds_the_place(site: Site, words: str, place: str) -> None:
    page = site.browser().get("/listings/", {"q": words})
    cards = page.html.find_all(class_=re.compile("listing-card$"))
    assert cards
    assert all(place in card.get_text() for card in cards)
