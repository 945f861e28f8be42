"""Every page, as each role that may see it, in light and dark, small and large, and each form with an error shown."""

from __future__ import annotations

import pytest
from live import LiveSite
from pages import ADDRESSES, NO_PAGE, NOT_THERE, ROLES, View
from visitor import Crowd

from atlasbahamas.testing.authorisation import is_node


def test_every_view_of_the_tree_has_an_address(live: LiveSite) -> None:
    views = [entry["introspectable"] for entry in live.site.app.registry.introspector.get_category("views")]
    there = {(view["context"].__name__, view["name"]) for view in views if is_node(view["context"])}
    assert there == set(ADDRESSES) | NO_PAGE


@pytest.mark.parametrize("view", sorted(ADDRESSES), ids=lambda view: f"{view[0]}-{view[1]}")
def test_page(view: View, crowd: Crowd, live: LiveSite) -> None:
    found: list[str] = []
    for template in ADDRESSES[view]:
        for role, user_name in ROLES.items():
            found += crowd.get(user_name).walk(template.format(**live.keys), f"{view[0]} {view[1]} {role}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", NOT_THERE)
def test_page_that_says_no(path: str, crowd: Crowd) -> None:
    found = crowd.get(None).walk(path, f"error {path}")
    assert not found, "\n".join(found)
