"""Mutants of the authorisation: each takes away or alters one line of it, in this process, and the matrix must see red.

What a mutant alters is found by itself, in the registry and in the source of the node classes, so a new feature's lines are
mutated without a word here.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock
from weakref import WeakKeyDictionary

from pyramid.authorization import Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.router import Router

import atlasbahamas
from atlasbahamas.people.models import MEMBER_ROLES
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.testing.authorisation import View, World, permissions, registered
from atlasbahamas.traversal import resolver
from atlasbahamas.traversal.nodes import USE, VIEW, Collection, Listed, Node, Root
from authorisation import TABLES

Apply = Callable[[World], AbstractContextManager[None]]


@dataclass(frozen=True)
class Mutant:
    """One altered line. `near` tells the views that should notice first."""

    name: str
    apply: Apply
    near: Callable[[View], bool] = lambda view: True

    def __str__(self) -> str:
        return self.name


def seen_by(world: World, mutant: Mutant) -> str | None:
    """The first surprise that the matrix has under a mutant; None when it survives."""
    try:
        # Queries of paths that were made before would go on as they were, and those that are made now would stay.
        with mock.patch.dict(resolver._MADE, clear=True), mutant.apply(world):
            return next(_surprises(world, mutant), None)
    finally:
        world.restore()


def _surprises(world: World, mutant: Mutant) -> Iterator[str]:
    lines = [(table, view) for table in TABLES for view in table.views]
    # The sort is stable: near lines first, the cheap ones before those that sign somebody in.
    lines.sort(key=lambda line: (not mutant.near(line[1]), line[1].node is Root))
    near = sum(mutant.near(view) for _, view in lines)
    for table, view in lines[:near]:
        yield from world.surprises(table, view)
    for table in TABLES:
        yield from world.strays(table)
    for table in TABLES:
        yield from world.hints(table)
    for table, view in lines[near:]:
        yield from world.surprises(table, view)


def all_mutants(world: World) -> list[Mutant]:
    """Every mutant of what is registered."""
    app = world.site.app
    return [*grants(app), *platform(), *memberships(app), *conditions(app), *hiding(app), *pages(world)]


# What the roles give


BESIDE_ORGANISATIONS = {
    "atlas:admin:view", "atlas:person:view", "atlas:person:edit", "atlas:role:edit", "atlas:audit:view", "atlas:job:view",
    "atlas:job:retry", "atlas:photo:view", "listings:offer:view", "listings:offer:edit",
    "listings:listing:review", "portfolio:place:edit",
}  # fmt: skip
OF_ALL_WHO_ARE_BOUND = {VIEW, USE, "leasing:lease:view", "leasing:lease:sign"}
"""Nobody gets to a lease at home who is not bound by it, and whoever is has these there: who gets in tells none from another."""


def grants(app: Any) -> Iterator[Mutant]:
    """Each role loses each permission that it has, and gets each that it has not."""
    given, views = app.registry.atlas_grants(), permissions(app)
    for permission in app.registry.atlas_permissions:
        if permission in (VIEW, USE):
            continue  # Everybody, and everybody who is signed in, has these from the root.
        if permission == "leasing:lease:sign":
            continue  # It is asked for at home alone.
        for role in app.registry.atlas_roles:
            if role in MEMBER_ROLES and permission in BESIDE_ORGANISATIONS:
                continue  # It is asked for where no organisation is above, and a member's role counts for nothing.
            change = "loses" if permission in given[role] else "gets"
            flipped = {**given, role: given[role] ^ {permission}}
            yield Mutant(
                f"{role} {change} {permission}",
                lambda world, flipped=flipped: _registry(world, flipped),
                lambda view, permission=permission: views.get((view.node, view.name)) == permission,
            )


@contextmanager
def _registry(world: World, given: dict[str, frozenset[str]]) -> Iterator[None]:
    with mock.patch.object(world.site.app.registry, "atlas_grants", lambda: given):
        yield


# The lines of the ACLs


def platform() -> Iterator[Mutant]:
    """Each line of the root's ACL is taken away, or given to more people."""
    acl = Root.__acl__

    def altered(position: int, principal: str | None) -> property:
        def lines(node: Root) -> list[Any]:
            found = list(acl.fget(node))  # type: ignore[attr-defined]
            action, _, permission = found.pop(position)
            return found if principal is None else [*found, (action, principal, permission)]

        return property(lines)

    for position in range(3):
        yield _patched(f"the root's line {position} is gone", Root, "__acl__", altered(position, None))
    yield _patched("all that administrators may, everybody may", Root, "__acl__", altered(2, Everyone))
    yield _patched("all that administrators may, whoever signed in may", Root, "__acl__", altered(2, Authenticated))
    yield _patched("only who is signed in may look", Root, "__acl__", altered(0, Authenticated))
    # Behind this line stands another guard, needs_sign_in, so both fall together.
    yield Mutant(
        "everybody has an account",
        lambda world: _all(
            mock.patch.object(Root, "__acl__", altered(1, Everyone)),
            *_without_sign_in(world.site.app),
        ),
        lambda view: view.node.needs_sign_in,
    )


def _without_sign_in(app: Any) -> list[Any]:
    """Patches under which no node sends visitors to the sign-in page."""
    guarded = {node for node, _ in registered(app) if node.needs_sign_in}
    return [mock.patch.object(node, "needs_sign_in", False) for node in guarded]


def memberships(app: Any) -> Iterator[Mutant]:
    """The organisation's ACL forgets a role, or takes everybody for a member in every role."""
    receive = OrganisationNode.receive

    def with_roles(change: Callable[[frozenset[str]], frozenset[str]]) -> Callable[..., None]:
        def changed(node: OrganisationNode, row: Any, extras: Any) -> None:
            receive(node, row, extras)
            node.roles = change(node.roles)

        return changed

    for role in app.registry.atlas_roles:
        if role != "admin":
            forget = with_roles(lambda roles, role=role: roles - {role})
            yield _patched(f"the organisation's ACL forgets {role}", OrganisationNode, "receive", forget)
    everything = frozenset(app.registry.atlas_roles)
    yield _patched("everybody has every role", OrganisationNode, "receive", with_roles(lambda roles: everything))


def hiding(app: Any) -> Iterator[Mutant]:
    """A node that hides itself, or asks for signing in, does so no longer."""
    for node in sorted({node for node, _ in registered(app)}, key=lambda node: node.__name__):
        if node.concealed_by is not None:
            yield _patched(f"{node.__name__} hides from nobody", node, "concealed_by", None)
        if node.needs_sign_in and issubclass(node, Collection):
            yield Mutant(
                f"{node.__name__} tells visitors what there is",
                lambda world, node=node: mock.patch.object(node, "needs_sign_in", False),
                lambda view: False,
            )


def _patched(name: str, target: type, attribute: str, value: Any) -> Mutant:
    return Mutant(name, lambda world: mock.patch.object(target, attribute, value))


@contextmanager
def _all(*patches: Any) -> Iterator[None]:
    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        yield


# The permission of each view


def pages(world: World) -> Iterator[Mutant]:
    """Each view loses its permission, is opened to everybody, or asks for another permission of its feature."""
    app, elsewhere = world.site.app, _away_from_home(world)
    given = app.registry.atlas_grants()
    holders = {name: {role for role in given if name in given[role]} for name in app.registry.atlas_permissions}
    for (node, name), permission in sorted(permissions(app).items(), key=lambda item: (item[0][0].__name__, item[0][1])):
        # Permissions that the same roles hold cannot be told apart by who gets in; a member's role counts for nothing where no
        # organisation is above.
        counting = set(given) - (set(MEMBER_ROLES) if permission in BESIDE_ORGANISATIONS else set())
        kin = [
            other
            for other in holders
            if other.split(":")[0] == permission.split(":")[0]
            and other not in (VIEW, USE)
            and holders[other] & counting != holders[permission] & counting
        ]
        alike = OF_ALL_WHO_ARE_BOUND if permission in OF_ALL_WHO_ARE_BOUND and (node, name) not in elsewhere else {permission}
        others = [None, VIEW, USE, *(kin if permission not in (VIEW, USE) else ())]
        for other in [one for one in others if one not in alike and one != permission]:
            # A node behind the sign-in page has two guards, its own or that of what it hangs under; they fall together.
            both = permission == USE and other == VIEW
            yield Mutant(
                f"{node.__name__}/{name} asks for {other or 'nothing that is declared'}",
                lambda world, node=node, name=name, other=other, both=both: _asking(world, node, name, other, both),
                lambda view, node=node, name=name: (view.node, view.name) == (node, name),
            )


def _away_from_home(world: World) -> set[tuple[type[Node], str]]:
    """The views of which the matrix knows an address that is not of a lease at home."""
    lines = [(view, world.path(table, view)) for table in TABLES for view in table.views]
    return {(view.node, view.name) for view, path in lines if not path.startswith("/home/leases/")}


@contextmanager
def _asking(world: World, node: type[Node], name: str, permission: str | None, both: bool) -> Iterator[None]:
    registry, views = world.site.app.registry, _declared(world)[node, name]
    with ExitStack() as stack:
        for patch in _without_sign_in(world.site.app) if both else ():
            stack.enter_context(patch)
        stack.callback(_declare, registry, views)
        _declare(registry, [(package, {**options, "permission": permission}) for package, options in views])
        yield


Declared = tuple[Any, dict[str, Any]]
"""The package that declares a view, and what it says to add_view."""
_OF_APPS: WeakKeyDictionary[Router, dict[tuple[type[Node], str], list[Declared]]] = WeakKeyDictionary()


def _declared(world: World) -> dict[tuple[type[Node], str], list[Declared]]:
    """How each view of the tree was declared, as another start of the same site tells."""
    if world.site.app not in _OF_APPS:
        said: dict[tuple[type[Node], str], list[Declared]] = defaultdict(list)
        add_view = Configurator.add_view

        def noting(config: Any, view: Any = None, **options: Any) -> Any:
            said[options.get("context"), options.get("name", "")].append((config.package, {**options, "view": view}))  # type: ignore[index]
            return add_view(config, view, **options)

        with mock.patch.object(Configurator, "add_view", noting):
            atlasbahamas.main({}, **world.site.settings).registry.atlas_db.dispose()
        _OF_APPS[world.site.app] = said
    return _OF_APPS[world.site.app]


def _declare(registry: Any, views: Iterable[Declared]) -> None:
    """Put views into the place of those that answer there. To start a site for each mutant would take a second of each."""
    for package, options in views:
        config = Configurator(registry=registry, package=package)
        config.add_view(**options)
        config.commit()


# The conditions in the source: how a row hangs on another, whose roles count, which rows are live


FOR_THE_INDEX = {("LeaseEntryNode", "LedgerEntry.organisation_id == Lease.organisation_id")}
"""What follows from the other conditions, and lets the database find rows faster."""


def conditions(app: Any) -> Iterator[Mutant]:
    """Each condition of `extend` and `join_to` of every node class is dropped."""
    for owner, attribute in _methods(app, ("extend", "join_to")):
        for what, function in without_each_condition(owner, attribute):
            if (owner.__name__, what) in FOR_THE_INDEX:
                continue
            yield Mutant(
                f"{owner.__name__}.{attribute} without {what}",
                lambda world, patch=(owner, attribute, function): mock.patch.object(*patch),
                lambda view, owner=owner, attribute=attribute: view.node is owner and attribute == "extend",
            )


def of_lists(app: Any) -> Iterator[Mutant]:
    """Each condition of `rows` and `visible` of every list is dropped: the agreement of lists and ACLs must see red."""
    for owner, attribute in _methods(app, ("rows", "visible")):
        for what, function in without_each_condition(owner, attribute):
            yield _patched(f"{owner.__name__}.{attribute} without {what}", owner, attribute, function)


def _methods(app: Any, names: Sequence[str]) -> list[tuple[type, str]]:
    """(class, method) of those that say something of their own, in the classes that the tree is made of."""
    nodes = {node for node, _ in registered(app)}
    nodes |= {below for children in app.registry.atlas_children.values() for below in children.values()}
    nodes |= {node.item for node in nodes if issubclass(node, Collection)}
    classes = {kind for node in nodes for kind in node.__mro__ if issubclass(kind, Node)}
    found = [(kind, name) for kind in classes for name in names if name in vars(kind)]
    return sorted(found, key=lambda item: (item[0].__qualname__, item[1]))


def without_each_condition(owner: type, attribute: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """(what was dropped, the method without it) for every condition in a method's source."""
    function = vars(owner)[attribute]
    source = textwrap.dedent(inspect.getsource(function))
    position = 0
    while True:
        dropper = _Dropper(position)
        tree = dropper.visit(ast.parse(source))
        if dropper.dropped is None:
            break
        yield dropper.dropped, _compiled(tree, function, owner)
        position += 1
    if attribute == "join_to" and position == 0 and "return" in source:
        from sqlalchemy import true

        yield "its only condition", lambda node, above: true()


class _Dropper(ast.NodeTransformer):
    """Takes the condition at a position out of and_(...), .where(...) and `a if condition else b`."""

    def __init__(self, position: int) -> None:
        self._left = position
        self.dropped: str | None = None

    def _is_it(self, what: ast.AST) -> bool:
        if self.dropped is not None:
            return False
        self._left -= 1
        if self._left < 0:
            self.dropped = ast.unparse(what)
            return True
        return False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        names_and = isinstance(node.func, ast.Name) and node.func.id == "and_" and len(node.args) > 1
        names_where = isinstance(node.func, ast.Attribute) and node.func.attr == "where"
        if names_and or names_where:
            for position, argument in enumerate(node.args):
                if self._is_it(argument):
                    del node.args[position]
                    break
        if names_where and not node.args:
            assert isinstance(node.func, ast.Attribute)
            return node.func.value
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        narrows = "where" in ast.unparse(node.orelse)
        return node.body if narrows and self._is_it(node.test) else node


def _compiled(tree: ast.Module, function: Any, owner: type) -> Callable[..., Any]:
    # In a function of its own, whose argument is what super() looks for.
    factory = ast.parse("def make(__class__):\n    return None")
    maker = factory.body[0]
    assert isinstance(maker, ast.FunctionDef)
    maker.body = [*tree.body, ast.Return(ast.Name(function.__name__, ast.Load()))]
    names: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(factory), inspect.getsourcefile(function) or "", "exec"), function.__globals__, names)
    made: Callable[..., Any] = names["make"](owner)
    return made


__all__ = ["Listed", "Mutant", "all_mutants", "of_lists", "seen_by"]
