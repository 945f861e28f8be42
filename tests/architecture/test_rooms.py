"""The rules of house.md section 1 that import-linter cannot see."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atlasbahamas.testing import site as sites

ROOT = Path(__file__).parents[2]
FEATURES = ROOT / "src" / "atlasbahamas_plugins"
ROOMS = {
    "__init__", "wiring", "models", "services", "resources", "views", "forms", "lists", "events", "jobs", "settings",
    "personal", "demo", "demo_content",
}  # fmt: skip
OF_THEIR_OWN = {
    "portfolio": {"demo_photos", "occupancy", "tables"},
    "listings": {"drawing", "scenery", "tables"},
    "listings/vehicles": {"drawing"},
    "leasing": {"demo_papers", "guards", "occupancy", "paper", "tables", "telling", "words"},
    "leasing/agreements": {"blanks", "layout", "pdf"},
    "leasing/leaving": {"answers", "pdf"},
    "leasing/signing": {"links"},
    "leasing/tenancy": {"home"},
    "ledger": {"cli", "reasons", "splitting", "demo_slips", "demo_walk", "tables", "verify_export"},
    "ledger/sharing": {"guards", "parts", "telling"},
    "ledger/plans": {"guards", "schedule", "telling"},
    "ledger/payments": {"choosing", "duplicates", "expecting", "guards", "rails", "references", "telling"},
    "ledger/receipts": {"pdf"},
    "ledger/figures": {"ages", "columns", "guards", "occupancy", "unpaid"},
    "ledger/explaining": {"look", "pages", "parts", "pdf", "rules", "standing", "things"},
    "ledger/gateways": {"guards", "interface", "receiving", "signing"},
    "ledger/autopay": {"days", "guards"},
    "sandbox": {"cli", "gateway", "server"},
    "ledger/lateness": {"unpaid"},
    "ledger/deposits": {"guards", "posting", "rails", "standing", "telling"},
    "ledger/bills": {"guards", "telling"},
    "ledger/charges": {"batches", "guards", "kinds", "late_fees", "owing", "posting", "run", "schedule", "words"},
    "ledger/journal": {"accounts", "chain", "exporting", "guards", "kinds", "proving", "reading"},
}


def features() -> list[Path]:
    """Every feature, and every part of one that has rooms of its own (docs/decisions/0011)."""
    return [path.parent for path in sorted([*FEATURES.glob("*/wiring.py"), *FEATURES.glob("*/*/wiring.py")])]


def name_of(feature: Path) -> str:
    return str(feature.relative_to(FEATURES))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Any]:
    running = sites.start(f"sqlite:///{tmp_path}/empty.sqlite", tmp_path)
    yield running.app
    running.close()


@pytest.mark.parametrize("feature", features(), ids=name_of)
def test_rooms_have_the_same_names_in_every_feature(feature: Path) -> None:
    found = {path.stem for path in feature.glob("*.py")}
    assert found - ROOMS - OF_THEIR_OWN.get(name_of(feature), set()) == set()
    assert feature.parent != FEATURES or (feature / "README.md").exists()


@pytest.mark.parametrize("feature", features(), ids=name_of)
def test_only_wiring_speaks_to_the_configurator(feature: Path) -> None:
    for path in feature.glob("*.py"):
        if path.stem == "wiring":
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "config" not in names, path


@pytest.mark.parametrize("feature", features(), ids=name_of)
def test_no_service_commits_or_reads_the_clock(feature: Path) -> None:
    tree = ast.parse((feature / "services.py").read_text())
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert called & {"commit", "now", "utcnow", "today", "registry"} == set()


def test_permissions_of_views_are_declared_by_a_plugin_or_the_core(app: Any) -> None:
    used = {entry["introspectable"]["value"] for entry in app.registry.introspector.get_category("permissions")}
    open_to_all = {"__no_permission_required__", "atlas:page:undeclared"}
    assert len(used) > 5
    assert used - set(app.registry.atlas_permissions) - open_to_all == set()


def test_no_template_has_inline_script_or_style() -> None:
    for path in (ROOT / "src").rglob("*.jinja2"):
        if path.parent.name == "mail" and path.name == "frame.jinja2":
            continue  # mail programs read no style sheet, and know no CSP
        text = path.read_text()
        assert "<style" not in text, path
        assert re.search(r"<[a-z]+ [^>%]*\bstyle=", text) is None, path
        assert " onclick=" not in text, path
        assert "<script>" not in text, path


def test_no_two_modules_of_tests_have_one_name() -> None:
    # pytest imports them by their names alone, and the second one would be taken for the first.
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_every_room_of_the_core_is_in_the_drawing() -> None:
    core = ROOT / "src" / "atlasbahamas"
    rooms = {f"{path.name}/" for path in core.iterdir() if path.is_dir() and path.name != "__pycache__"}
    named = set(re.findall(r"`([a-z_]+/)`", (ROOT / "ARCHITECTURE.md").read_text()))
    assert rooms - named == set()
