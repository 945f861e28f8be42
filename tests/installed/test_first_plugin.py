"""docs/plugin-authors/first-plugin.md, done as it says: its files are taken out of the page, installed, tested and asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlasbahamas.testing.programs import Place
from atlasbahamas.testing.site import ROOT

GUIDE = ROOT / "docs/plugin-authors/first-plugin.md"
BLOCK = re.compile(r"^```(?P<kind>\w*)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [match.groupdict() for match in BLOCK.finditer(GUIDE.read_text())]
COMPARE = """
import sys
from atlasbahamas.cli.site import Site
from atlasbahamas.db import migrations

site = Site.read(sys.argv[1])
with site.database().read_engine.connect() as connection:
    print([migrations.differences(connection, part) for part in site.components() if part.name == "keyring"])
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The plugin as the reader has it in the end, and beside its modules what pip would write about it."""
    folder = tmp_path / "atlas-keyring"
    for block in BLOCKS:
        if block["file"]:
            path = folder / block["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"])
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    about = folder / "src" / "atlas_keyring-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["atlasbahamas.plugins"]
    lines = ["[atlasbahamas.plugins]", *(f"{name} = {target}" for name, target in points.items())]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


def test_every_sample_of_code_is_a_file_of_the_plugin() -> None:
    assert {block["file"] is not None for block in BLOCKS if block["kind"] in ("python", "jinja", "toml")} == {True}
    assert len({block["file"] for block in BLOCKS if block["file"]}) == len([block for block in BLOCKS if block["file"]]) >= 14


def test_its_own_tests_pass_on_both_databases(package: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ATLAS_TEST_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error::DeprecationWarning:atlas_keyring"],
        cwd=package,
        env=own | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b10 passed\b", done.stdout) or "LEFT OUT" in done.stdout, done.stdout


def test_its_style_is_ours(package: Path) -> None:
    ours = "lint.isort.known-first-party=['atlasbahamas', 'atlas_keyring']"
    words = ["ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "--config", ours, "src"]
    done = subprocess.run([sys.executable, "-m", *words], cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def enabled(place: Place, package: Path) -> Iterator[Place]:
    """A site that has switched the plugin on, by the lines of the page."""
    lines = next(block["text"] for block in BLOCKS if block["kind"] == "ini")
    place.change("development.ini", "atlas.plugins =\n    portfolio\n    listings\n    leasing\n", lines)
    place.environ["PYTHONPATH"] = str(package / "src")
    yield place


def test_the_commands_of_the_page_say_what_it_says(enabled: Place, package: Path) -> None:
    listed = enabled.run("atlas", "plugins", "list")
    assert "* keyring 0.1.0: Which keys there are, and where each hangs" in listed.stdout, listed.stderr
    shown = enabled.run("atlas", "plugins", "show", "keyring").stdout
    for line in (
        "permission: keyring:key:edit",
        "child: atlasbahamas.people.resources.OrganisationNode/keys",
        "contribution: slot:organisation/keyring/keys",
    ):
        assert line in shown
    for command in (("upgrade",), ("downgrade", "keyring"), ("upgrade",)):
        done = enabled.run("atlas", "db", *command)
        assert (done.returncode, done.stderr) == (0, "")
    assert "keyring: keyring_0001\n" in enabled.run("atlas", "db", "current").stdout
    # The page says that its migration is what the models need: nothing more, nothing less.
    assert enabled.run(sys.executable, "-c", COMPARE, "development.ini").stdout == "[[]]\n"


def test_a_revision_is_written_from_the_models(enabled: Place, package: Path) -> None:
    versions = package / "src/atlas_keyring/migrations/versions"
    (versions / "0001_keys.py").unlink()
    assert enabled.run("atlas", "db", "upgrade").returncode == 0
    written = enabled.run("atlas", "db", "revision", "keyring", "-m", "keys")
    assert written.returncode == 0, written.stderr
    file = Path(written.stdout.splitlines()[-1])
    assert file.parent == versions
    text = file.read_text()
    assert "keyring_key" in text
    assert "uq_keyring_key_organisation_id_hook" in text
    assert "portfolio" not in text
