"""The documents name what exists: files, commands, targets, settings, libraries, and everything that a plugin can add."""

from __future__ import annotations

import configparser
import dataclasses
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click
import pytest

from atlasbahamas.cli import atlas
from atlasbahamas.plugins.directives import includeme
from atlasbahamas.plugins.discovery import load_manifests, resolve
from atlasbahamas.plugins.manifest import Plugin
from atlasbahamas.settings import CORE_SECTIONS
from atlasbahamas.testing import site as sites

ROOT = sites.ROOT
PAGES = [ROOT / line for line in subprocess.check_output(["git", "ls-files", "*.md"], cwd=ROOT, text=True).split()]
FEATURES = ROOT / "src/atlasbahamas_plugins"
PLACES = (ROOT, ROOT / "src/atlasbahamas", FEATURES, FEATURES / "portfolio")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
FENCED = re.compile(r"^```.*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
REFERENCE = (ROOT / "docs/plugin-authors/reference.md").read_text()


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code_of(text: str) -> Iterator[str]:
    """What a page sets as code: its blocks, and the words between backticks."""
    yield from FENCED.findall(text)
    yield from (found.replace("\n", " ") for found in INLINE.findall(FENCED.sub("", text)))


def anchors_of(page: Path) -> set[str]:
    """The addresses of a page's headings, as a forge makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for words in LINK.findall(page.read_text()):
        target = words[0] or words[1]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        assert not anchor or anchor in anchors_of(found), target


def test_every_page_is_reached_from_the_first() -> None:
    reached, left = set(), [ROOT / "README.md"]
    while left:
        page = left.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [(page.parent / words[0].partition("#")[0]).resolve() for words in LINK.findall(page.read_text())]
        for target in targets:
            left += target.glob("*.md") if target.is_dir() else [target] if target.suffix == ".md" and target.exists() else []
    in_docs = {page for page in PAGES if page.is_relative_to(ROOT / "docs") or page.parent == ROOT}
    assert in_docs - reached == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for code in code_of(page.read_text()):
        for named in re.findall(r"^(?:[A-Z]+=\S+ )*make ([a-z]+)", code, re.MULTILINE):
            assert named in targets, code


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_of_atlas_and_their_options_exist(page: Path) -> None:
    for code in code_of(page.read_text()):
        for line in re.findall(r"^(?:\S*/)?atlas(?:-as-site)? ((?!is\b).+)$", code, re.MULTILINE):
            follow(line.partition("#")[0].split())


def follow(words: list[str]) -> None:
    """Walk from the command to what the words name. Fails where there is no such thing."""
    command: click.Command = atlas
    while words:
        word = words.pop(0).strip("'\".,")
        if word == "--help":
            return
        if word.startswith("-"):
            options = {name: option for option in command.params for name in option.opts}
            assert word in options, f"{command.name} has no option {word}"
            if not getattr(options[word], "is_flag", False) and words:
                words.pop(0)
        elif isinstance(command, click.Group) and word not in ("|", "..."):
            context = click.Context(command)
            context.params["ini"] = ROOT / "development.ini"
            found = command.get_command(context, word) or (of_a_feature(word) if command is atlas else None)
            assert found is not None, f"atlas {command.name} has no {word}"
            command = found
            if words[:1] == ["|"]:
                # `show | reference`: the other names stand beside this one.
                return
        else:
            return


def of_a_feature(word: str) -> click.Command | None:
    """The command of a feature that ships with the product and that development.ini does not switch on."""
    given = {manifest.name: manifest.commands for manifest in load_manifests((*sites.FEATURES, "sandbox"))}
    return resolve(given[word]) if given.get(word) else None


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/plugin-authors/reference.md"])
def test_files_and_modules_that_are_named_exist(page: str) -> None:
    named = INLINE.findall(FENCED.sub("", (ROOT / page).read_text()))
    paths = [code for code in named if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", code)]
    modules = [code for code in named if re.fullmatch(r"atlasbahamas(\.\w+)+", code)]
    assert paths + modules
    assert [path for path in paths if not any((place / path).exists() for place in PLACES)] == []
    assert all(resolve_name(module) is not None for module in modules)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "docs/operators" in str(page) or "docs/users" in str(page)], ids=name_of
)
def test_settings_that_are_named_exist(page: Path) -> None:
    known = {key for section in CORE_SECTIONS for key in section.keys()}  # noqa: SIM118 - a method, not a dict
    known |= {section.prefix for section in CORE_SECTIONS}
    longest_first = sorted((section.prefix for section in CORE_SECTIONS), key=len, reverse=True)
    prefixes = "|".join(map(re.escape, longest_first))
    for code in code_of(page.read_text()):
        for key in re.findall(rf"(?<![\w.])(?:{prefixes})\.[a-z_]+\b(?!\()", code):
            assert key in known or key.endswith((".ini", ".sqlite", ".conf")), key


def test_every_library_has_its_reason() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    lines = parser["options"]["install_requires"] + "".join(parser["options.extras_require"].values())
    names = {re.split(r"[ ><=;\[]", line)[0] for line in lines.split("\n") if line.strip() and not line.startswith("#")}
    reasons = plain((ROOT / "docs/decisions/0001-libraries.md").read_text())
    assert len(names) > 25
    assert {name for name in names if not re.search(rf"\b{re.escape(plain(name))}\b", reasons)} == set()


def plain(text: str) -> str:
    return text.casefold().replace("_", "-")


def test_the_reference_of_plugin_authors_is_complete(tmp_path: Path) -> None:
    for field in dataclasses.fields(Plugin):
        assert f"`{field.name}`" in REFERENCE, field.name
    for directive in directives():
        if directive != "include_plugin":
            assert f"`config.{directive}(" in REFERENCE, directive
    running = sites.start(f"sqlite:///{tmp_path}/empty.sqlite", tmp_path)
    points = [entry["introspectable"] for entry in running.app.registry.introspector.get_category("atlas extension point")]
    running.close()
    of_core = {point["name"] for point in points if point["plugin"] == "core"}
    assert len(of_core) >= 5
    assert {name for name in of_core if f"`{name}`" not in REFERENCE} == set()


def directives() -> list[str]:
    """Names of the core's directives, as it registers them."""

    class Listening:
        registry: Any = type("Registry", (), {})()

        def __init__(self) -> None:
            self.names: list[str] = []

        def add_directive(self, name: str, *_: object, **options: object) -> None:
            self.names.append(name)

    listening = Listening()
    includeme(listening)
    return listening.names


def test_no_static_file_is_left_that_nothing_shows() -> None:
    folders = [path for path in (ROOT / "src").rglob("static") if path.is_dir()]
    tracked = subprocess.check_output(["git", "ls-files", "src", "README.md", "docs"], cwd=ROOT, text=True).split()
    readable = (".py", ".jinja2", ".css", ".js", ".webmanifest", ".md", ".svg")
    texts = {ROOT / name: (ROOT / name).read_text() for name in tracked if name.endswith(readable) and (ROOT / name).exists()}
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_dir() or "LICENSE" in file.name or file.name == "CHECKSUMS.txt":
                continue
            assert any(file.name in text for path, text in texts.items() if path != file), file
