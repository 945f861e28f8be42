"""Statements that are made once, and connections that remember what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Select, literal, select, text
from sqlalchemy.exc import OperationalError

from atlasbahamas.db.engine import Database
from atlasbahamas.db.statements import made_once
from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas.traversal import resolver
from atlasbahamas.traversal.nodes import RowNode
from atlasbahamas_plugins.leasing.resources import LeaseNode, MyLease


def test_a_statement_is_made_once_for_each_shape() -> None:
    made = []

    @made_once
    def one(shape: str) -> Select[str]:
        made.append(shape)
        return select(literal(shape))

    assert one("a") is one("a")
    assert one("b") is not one("a")
    assert made == ["a", "b"]


def _chain(kinds: Sequence[type[RowNode]], person_id: int | None, key: str) -> list[RowNode]:
    identity = None if person_id is None else SimpleNamespace(person_id=person_id)
    request, above, chain = SimpleNamespace(identity=identity), None, []
    for kind in kinds:
        above = kind(request, above, key)
        chain.append(above)
    return chain


@pytest.mark.parametrize("kinds", [(OrganisationNode,), (OrganisationNode, LeaseNode), (MyLease,)])
def test_the_query_of_nodes_that_are_alike_holds_nothing_of_a_request(kinds: Sequence[type[RowNode]]) -> None:
    """Or one person would be shown what another may see."""

    def made(person_id: int | None, key: str) -> Any:
        compiled = resolver._make_query(_chain(kinds, person_id, key))[0].compile()
        return str(compiled), compiled.params

    assert made(7, "lease-aaaa") == made(8, "lease-bbbb") == made(None, "lease-cccc")
    assert made(7, "lease-aaaa")[1]["caller"] is None
    assert resolver._query_of(_chain(kinds, 7, "a")) is resolver._query_of(_chain(kinds, 8, "b"))


def test_no_node_inherits_that_it_is_alike() -> None:
    class Another(MyLease):
        pass

    first, second = (resolver._query_of(_chain((Another,), person, "a")) for person in (7, 8))
    assert first[0] is not second[0]


def test_a_connection_that_wrote_refuses_when_it_reads_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/one.sqlite")
    add = text("INSERT INTO things VALUES (1)")
    with database.transaction() as db:
        db.execute(text("CREATE TABLE things (id INTEGER)"))
    for _ in range(2):
        with database.transaction("read") as db, pytest.raises(OperationalError, match="readonly"):
            db.execute(add)
        with database.transaction() as db:
            db.execute(add)
    with database.transaction("read") as db:
        assert db.scalar(text("SELECT count(*) FROM things")) == 2
    database.dispose()
