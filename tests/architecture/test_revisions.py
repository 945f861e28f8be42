"""Each revision says whether the code of before works on after it, and does nothing that gives the lie to that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import Script

from atlasbahamas.db.migrations import EXPAND, KINDS, components, kind_of, script_directory
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.testing import site as sites

REVISIONS: list[Script] = [
    step
    for component in components(sites.ROOT / "alembic", load_manifests((*sites.FEATURES, "sandbox")))
    for step in script_directory(component).walk_revisions()
]
TAKES_AWAY = {"drop_table", "drop_column", "rename_table"}


def name_of(step: Script) -> str:
    return step.revision


def calls_of_upgrade(text: str) -> Iterator[ast.Call]:
    """Calls in a revision, but for those of its downgrade."""
    for part in ast.parse(text).body:
        if not (isinstance(part, ast.FunctionDef) and part.name == "downgrade"):
            yield from (node for node in ast.walk(part) if isinstance(node, ast.Call))


def word(call: ast.Call, name: str) -> object:
    return next((getattr(each.value, "value", each.value) for each in call.keywords if each.arg == name), None)


def given(call: ast.Call) -> set[str | None]:
    return {each.arg for each in call.keywords}


def demands(text: str) -> list[str]:
    """What a revision does that the code of before could not live with, as far as it can be read off."""
    found = []
    for call in calls_of_upgrade(text):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in TAKES_AWAY:
            found.append(name)
        if name == "alter_column" and (word(call, "nullable") is False or word(call, "new_column_name")):
            found.append(name)
        if name == "alter_column" and "server_default" in given(call) and word(call, "server_default") is None:
            found.append(name)
        if name == "add_column":
            columns = [each for each in call.args if isinstance(each, ast.Call)]
            found += [name for column in columns if word(column, "nullable") is False and not word(column, "server_default")]
    return found


def test_there_are_revisions_of_the_core_and_of_every_feature_with_tables() -> None:
    assert {step.revision.split("_")[0] for step in REVISIONS} == {"core", *sites.FEATURES}


@pytest.mark.parametrize("step", REVISIONS, ids=name_of)
def test_a_revision_says_which_kind_it_is(step: Script) -> None:
    assert kind_of(step) in KINDS
    if kind_of(step) == EXPAND:
        assert demands(Path(step.path).read_text()) == [], "this is no expand: the code of before would not work on"


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_table('a')",
        "batch.drop_column('a')",
        "op.rename_table('a', 'b')",
        "batch.alter_column('a', nullable=False)",
        "op.alter_column('t', 'a', new_column_name='b')",
        "batch.alter_column('a', server_default=None)",
        "op.add_column('t', sa.Column('a', sa.Date(), nullable=False))",
    ],
)
def test_what_older_code_cannot_live_with_is_seen(line: str) -> None:
    assert demands(f"def upgrade():\n    {line}\n")
    assert not demands(f"def downgrade():\n    {line}\n")
    assert not demands("op.add_column('t', sa.Column('a', sa.Date(), nullable=False, server_default='1'))")
