"""Every page, as each role that may see it, in light and dark, small and large, and each form with an error shown."""

from __future__ import annotations

from typing import Any

import pytest
from live import LiveSite
from pages import ADDRESSES, NO_PAGE, NOT_THERE, ROLES, View
from visitor import Crowd

from atlasbahamas.testing.authorisation import is_node


def templates_of(app: Any) -> dict[View, str]:
    """View -> the names of the templates that it is made of."""
    found: dict[View, set[str]] = {}
    for entry in app.registry.introspector.get_category("templates"):
        for view in entry["related"]:
            if view.category_name == "views" and is_node(view["context"]):
                found.setdefault((view["context"].__name__, view["name"]), set()).add(entry["introspectable"]["name"])
    return {view: " ".join(sorted(names)) for view, names in found.items()}


def test_every_view_of_the_tree_has_an_address(live: LiveSite) -> None:
    views = [entry["introspectable"] for entry in live.site.app.registry.introspector.get_category("views")]
    there = {(view["context"].__name__, view["name"]) for view in views if is_node(view["context"])}
    assert there == set(ADDRESSES) | NO_PAGE


@pytest.mark.parametrize("view", sorted(ADDRESSES), ids=lambda view: f"{view[0]}-{view[1]}")
def test_page(view: View, crowd: Crowd, live: LiveSite) -> None:
    found: list[str] = []
    made_of = templates_of(live.site.app).get(view, f"{view}")
    for template in ADDRESSES[view]:
        for role, user_name in ROLES.items():
            found += crowd.get(user_name).walk(template.format(**live.keys), f"{view[0]} {view[1]} {role}", made_of)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", NOT_THERE)
def test_page_that_says_no(path: str, crowd: Crowd) -> None:
    found = crowd.get(None).walk(path, f"error {path}", path)
    assert not found, "\n".join(found)
