"""The ITraverser: walks the path over lazy nodes, then fetches every row on it with a single query.

A missing row is a 404 and so is whatever is left over behind a view's name. At most two queries reach any depth: this one,
and the one that tells who is calling (house.md section 2).
"""

from __future__ import annotations

import itertools
from typing import Any

from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from pyramid.interfaces import ITraverser
from pyramid.traversal import split_path_info
from sqlalchemy import Select, bindparam, select
from zope.interface import Interface, implementer

from atlasbahamas.traversal.nodes import Node, RowNode

_MADE: dict[tuple[type[RowNode], ...], tuple[Select[Any], list[int]]] = {}
"""The queries of paths whose nodes are all alike, by the classes of the nodes."""


@implementer(ITraverser)
class Resolver:
    """Pyramid calls it with the root and then with the request."""

    def __init__(self, root: Any) -> None:
        self.root = root

    def __call__(self, request: Any) -> dict[str, Any]:
        """Find context and view name. Raises HTTPNotFound, or HTTPForbidden where signing in comes first."""
        subpath: tuple[str, ...] = ()
        if request.matchdict is None:
            segments = tuple(split_path_info(request.path_info))
        else:
            # A route beside the tree (static files, probes) has no segments of its own.
            segments, subpath = (), tuple(request.matchdict.get("subpath", ()))
        node, rest = self._walk(segments)
        if len(rest) > 1:
            raise HTTPNotFound()
        lineage = node.lineage()
        if any(step.needs_sign_in for step in lineage) and request.identity is None:
            request.context = node
            raise HTTPForbidden()
        resolve(request, [step for step in lineage if isinstance(step, RowNode)])
        return {
            "context": node,
            "view_name": rest[0] if rest else "",
            "subpath": subpath,
            "traversed": tuple(segments[: len(segments) - len(rest)]),
            "virtual_root": self.root,
            "virtual_root_path": (),
            "root": self.root,
        }

    def _walk(self, segments: tuple[str, ...]) -> tuple[Node, tuple[str, ...]]:
        node: Node = self.root
        for position, segment in enumerate(segments):
            below = node.child(segment)
            if below is None:
                return node, segments[position:]
            node = below
        return node, ()


def resolve(request: Any, chain: list[RowNode]) -> None:
    """Fetch the rows of all nodes of a path, and the caller's relation to them, with one query.

    Raises HTTPNotFound when any of them is missing.
    """
    if not chain:
        return
    query, widths = _query_of(chain)
    keys = {_key_at(position): node.__name__ for position, node in enumerate(chain)}
    caller = request.identity.person_id if request.identity else None
    rows = request.db.execute(query, {"caller": caller, **keys}).all()
    if not rows:
        raise HTTPNotFound()
    start = len(chain)
    for position, (node, width) in enumerate(zip(chain, widths, strict=True)):
        node.receive(rows[0][position], [tuple(row[start : start + width]) for row in rows])
        start += width


def _key_at(position: int) -> str:
    return f"key_{position}"


def _query_of(chain: list[RowNode]) -> tuple[Select[Any], list[int]]:
    """The query for the rows of a path, and how many columns each node adds to it."""
    kinds = tuple(type(node) for node in chain)
    if not all(vars(kind).get("is_alike") for kind in kinds):
        return _make_query(chain)
    return _MADE.get(kinds) or _MADE.setdefault(kinds, _make_query(chain))


def _make_query(chain: list[RowNode]) -> tuple[Select[Any], list[int]]:
    query = select(*[node.model for node in chain]).select_from(chain[0].model)
    for above, node in itertools.pairwise(chain):
        query = query.join(node.model, node.join_to(above.model))
    widths = []
    for position, node in enumerate(chain):
        query, width = node.extend(query.where(type(node).key == bindparam(_key_at(position))))
        widths.append(width)
    return query, widths


def includeme(config: Any) -> None:
    """Use this resolver for every path, and the tree's root for every request."""
    from atlasbahamas.traversal.nodes import Root

    config.add_traverser(Resolver, Interface)
    config.set_root_factory(Root)
