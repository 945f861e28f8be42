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
from sqlalchemy import select
from zope.interface import Interface, implementer

from atlasbahamas.traversal.nodes import Node, RowNode


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
    query = select(*[node.model for node in chain]).select_from(chain[0].model).where(type(chain[0]).key == chain[0].__name__)
    for above, node in itertools.pairwise(chain):
        query = query.join(node.model, node.join_to(above.model)).where(type(node).key == node.__name__)
    widths = []
    for node in chain:
        query, width = node.extend(query)
        widths.append(width)
    rows = request.db.execute(query).all()
    if not rows:
        raise HTTPNotFound()
    start = len(chain)
    for position, (node, width) in enumerate(zip(chain, widths, strict=True)):
        node.receive(rows[0][position], [tuple(row[start : start + width]) for row in rows])
        start += width


def includeme(config: Any) -> None:
    """Use this resolver for every path, and the tree's root for every request."""
    from atlasbahamas.traversal.nodes import Root

    config.add_traverser(Resolver, Interface)
    config.set_root_factory(Root)
