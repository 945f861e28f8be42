"""Nodes: the tree of addresses, and the only place where permission hangs (house.md section 2).

A node wraps a row or a query and is never the model itself. Walking a path makes lazy nodes that look at the shape of a key;
traversal/resolver.py then fetches every row on the path with one query. Views and services do not belong here.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, TypeVar

from pyramid.authorization import Allow, Authenticated, Everyone
from pyramid.traversal import quote_path_segment
from sqlalchemy import BigInteger, BindParameter, ColumnElement, Select, bindparam, false
from sqlalchemy.orm import InstrumentedAttribute

from atlasbahamas.traversal.keys import is_key, is_number

VIEW = "atlas:page:view"
"""Looking at what everyone may look at."""

USE = "atlas:account:use"
"""What everybody who is signed in may do."""


CALLER: BindParameter[int | None] = bindparam("caller", type_=BigInteger)
"""SQL: the id of whoever is calling, or NULL, in what a node adds to the query of its path."""

N = TypeVar("N", bound="Node")


class Node:
    """One place in the tree.

    `needs_sign_in`: nobody who is not signed in is told what is below. `concealed_by`: who lacks this permission here is told
    404 instead of 403, because they may not know that the thing exists.
    """

    needs_sign_in: ClassVar[bool] = False
    concealed_by: ClassVar[str | None] = None
    title: str = ""

    def __init__(self, request: Any, parent: Node | None = None, name: str = "") -> None:
        self.request = request
        self.__parent__ = parent
        self.__name__ = name

    def child(self, segment: str) -> Node | None:
        """The lazy child of that name, or None. Never touches the database."""
        children = self.request.registry.atlas_children
        for kind in type(self).__mro__:
            node = children.get(kind, {}).get(segment)
            if node is not None:
                return node(self.request, self, segment)  # type: ignore[no-any-return]
        return None

    def lineage(self) -> list[Node]:
        """This node and those above it, root first."""
        above = self.__parent__.lineage() if self.__parent__ is not None else []
        return [*above, self]

    def above(self, kind: type[N]) -> N:
        """The nearest node of a kind on the way up. Raises LookupError where there is none."""
        for node in reversed(self.lineage()):
            if isinstance(node, kind):
                return node
        raise LookupError(f"no {kind.__name__} above {type(self).__name__}")

    def acting_roles(self) -> tuple[str, ...]:
        """The roles as which the caller acts here, for the audit; none where people act for themselves."""
        return self.__parent__.acting_roles() if self.__parent__ is not None else ()

    def url(self, *elements: str, **query: Any) -> str:
        """Path of this node, or of a view or child below it."""
        if query:
            return str(self.request.resource_path(self, *elements, query=query))
        # What Pyramid's own says, which looks up an adapter each time; a page has dozens of these.
        return f"{self.request.script_name}{self._path}{'/'.join(quote_path_segment(element) for element in elements)}"

    @cached_property
    def _path(self) -> str:
        """The quoted path from the root of the tree, with a slash at its end."""
        return f"{self.__parent__._path}{quote_path_segment(self.__name__)}/" if self.__parent__ is not None else "/"


class Root(Node):
    """`/`: everyone may look; a platform administrator may do what the matrix gives to that role."""

    title = "AtlasBahamas"

    @property
    def __acl__(self) -> list[Any]:
        """Everyone looks, the signed-in use their account, administrators do what their role was given."""
        granted = self.request.grants_of("admin")
        return [(Allow, Everyone, VIEW), (Allow, Authenticated, USE), (Allow, "role:admin", granted)]


class RowNode(Node):
    """A node for one row. `model` is the mapped class, `key` the column that is matched with the path segment.

    `is_alike`: what `join_to` and `extend` say hangs on the classes of the nodes on the path alone, and the caller is CALLER;
    then the query is made once for all addresses of that kind. Each class says it for itself: none inherits it.
    """

    is_alike: ClassVar[bool] = False
    model: ClassVar[type[Any]]
    key: ClassVar[InstrumentedAttribute[Any]]
    row: Any

    @classmethod
    def takes(cls, segment: str) -> bool:
        """Whether a path segment has the shape of this node's keys."""
        return is_key(segment)

    def join_to(self, above: type[Any]) -> ColumnElement[bool]:
        """How this row hangs on the row above it on the path; only asked when there is one."""
        raise LookupError(f"{type(self).__name__} does not say how it hangs on {above.__name__}")

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Add columns that tell how the caller is related to the row; gives the query and how many were added.

        They may multiply rows: `receive` gets every row of the answer.
        """
        return select, 0

    def receive(self, row: Any, extras: list[tuple[Any, ...]]) -> None:
        """Take the row, and the added columns of every row of the answer."""
        self.row = row


class NumberedNode(RowNode):
    """A node for a row that is known by its number, where no other key would say more."""

    @classmethod
    def takes(cls, segment: str) -> bool:
        """Only a number: the database would stumble over anything else."""
        return is_number(segment)


class Listed(Node):
    """A node that shows rows as a list. Who lacks `permission` here sees none of them."""

    permission: ClassVar[str]

    def rows(self) -> Select[Any]:
        """SELECT of every row that hangs here, whoever asks."""
        raise LookupError(f"{type(self).__name__} does not say which rows hang here")

    def visible(self) -> Select[Any]:
        """SELECT of the rows that the caller may view here; a property test holds that it agrees with the ACL."""
        return self.allowed(self.permission)

    def allowed(self, permission: str) -> Select[Any]:
        """SELECT of the rows with which the caller may do this here: for a page that changes what it lists."""
        return self.rows() if self.request.has_permission(permission, self) else self.rows().where(false())


class Collection(Listed):
    """A node whose children are rows of one kind."""

    item: ClassVar[type[RowNode]]

    def child(self, segment: str) -> Node | None:
        """A child that a feature mounted, or a row's node when the segment has the shape of a key."""
        return super().child(segment) or (self.item(self.request, self, segment) if self.item.takes(segment) else None)

    def node_of(self, row: Any) -> RowNode:
        """The child for a row that is already loaded; its relation to the caller is taken from this node's lineage."""
        node = self.item(self.request, self, str(getattr(row, self.item.key.key)))
        node.row = row
        return node
