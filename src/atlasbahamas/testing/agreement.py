"""Whether the SELECT of each list and the ACL of each row's own address agree, for everybody (house.md section 2).

Walks the tree as it is registered, so a feature's collections are found by themselves; what rows there are is the test's
business, and so is the roll-back of its transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from atlasbahamas.people.models import PersonRole
from atlasbahamas.security.identity import Identity
from atlasbahamas.testing.requests import request_to
from atlasbahamas.traversal.nodes import Collection, Listed, Node, Root, RowNode
from atlasbahamas.traversal.resolver import Resolver


@dataclass(frozen=True)
class Place:
    """A list in the tree, and the addresses below it that lead to a row."""

    path: str
    items: tuple[str, ...]


class Tree:
    """The tree over the rows of one session, seen as one person or another."""

    def __init__(self, registry: Any, db: Session) -> None:
        self.registry = registry
        self.db = db

    def identity(self, person_id: int) -> Identity:
        """What signing in would find of a person."""
        roles = self.db.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id))
        return Identity(person_id, f"person {person_id}", frozenset(roles), 0)

    def node(self, path: str, identity: Identity | None) -> Node | None:
        """The resolved node, or None for who is not let that far."""
        request = request_to(self.registry, path)
        request.db = self.db
        request.identity_now = identity
        request.matchdict = None
        request.root = Root(request)
        try:
            found = Resolver(request.root)(request)
        except (HTTPNotFound, HTTPForbidden):
            return None
        node: Node = found["context"]
        return node if not found["view_name"] else None

    def places(self, identity: Identity) -> list[Place]:
        """Every list that has an address, with the rows that hang there, as somebody finds them who may look everywhere.

        A row that even this person finds nowhere is somebody's own: it is tried in every list of its kind.
        """
        lists: dict[str, type[Node]] = {}
        items: dict[str, list[str]] = {}
        seen: set[tuple[type[Node], str]] = set()
        open_paths = ["/"]
        while open_paths:
            node = self.node(open_paths.pop(), identity)
            if node is None:
                continue
            path = node.url()
            names = {name for kind in type(node).__mro__ for name in self.registry.atlas_children.get(kind, {})}
            open_paths += [f"{path}{name}/" for name in sorted(names)]
            if isinstance(node, Listed):
                lists[path] = type(node)
            if isinstance(node, Collection):
                found = [key for key in self._keys(type(node)) if self.node(f"{path}{key}/", identity) is not None]
                seen |= {(node.item, key) for key in found}
                items[path] = [f"{path}{key}/" for key in found]
                open_paths += items[path]
        for path, kind in lists.items():
            if issubclass(kind, Collection):
                items[path] += [f"{path}{key}/" for key in self._keys(kind) if (kind.item, key) not in seen]
        return [Place(path, tuple(items.get(path, ()))) for path in lists]

    def _keys(self, collection: type[Collection]) -> Sequence[str]:
        # Every row of the kind there is: one that does not belong here must not be found here.
        return [str(key) for key in self.db.scalars(select(collection.item.key))]

    def disagreements(self, places: Sequence[Place], identity: Identity | None) -> Iterator[str]:
        """Each list whose SELECT shows another set of rows than the ACL lets this person open."""
        granted: dict[str, dict[str, Any]] = {}
        lists: dict[str, Listed] = {}
        for place in places:
            node = self.node(place.path, identity)
            if isinstance(node, Listed):
                lists[place.path] = node
            granted[place.path] = {}
            for item in place.items:
                child = self.node(item, identity)
                if isinstance(child, RowNode) and self._may_view(child):
                    granted[place.path][item] = child.row
        for place in places:
            if place.path not in lists:
                if granted[place.path]:
                    yield f"{place.path} cannot be reached, and what is below it can"
                continue
            node = lists[place.path]
            shown = set(self.db.scalars(node.visible()).unique())
            expected = set(granted[place.path].values()) if isinstance(node, Collection) else self._below(node, granted)
            if shown != expected:
                yield f"{place.path}: the list shows {_ids(shown)}, the ACL gives {_ids(expected)}"

    def _may_view(self, child: Node) -> bool:
        above = child.__parent__
        assert isinstance(above, Listed)
        return bool(child.request.has_permission(above.permission, child))

    def _below(self, node: Listed, granted: dict[str, dict[str, Any]]) -> set[Any]:
        """For a list whose rows have their addresses elsewhere: those below the node that it hangs under."""
        kind = node.rows().column_descriptions[0]["entity"]
        assert node.__parent__ is not None
        start = node.__parent__.url()
        rows = [row for path, items in granted.items() if path.startswith(start) for row in items.values()]
        return {row for row in rows if isinstance(row, kind)}


def _ids(rows: set[Any]) -> list[Any]:
    return sorted(inspect(row).identity for row in rows)
