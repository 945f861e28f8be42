"""Strangers' plugins, good and broken: each is an installed package with an entry point, started in a process of its own.

A process of its own, because a half-imported module stays where it is until the process ends (house.md section 3).
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atlasbahamas.plugins.manifest import PLUGIN_API
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import free_port


@dataclass
class Made:
    """A plugin to be written to disk. `wiring` is the body of its includeme; `manifest` are arguments of its Plugin."""

    name: str
    wiring: str = "pass"
    manifest: dict[str, str] = field(default_factory=dict)
    init: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        package = folder / f"{self.name}_plugin"
        (package / "templates").mkdir(parents=True)
        (package / "static").mkdir()
        arguments = {
            "name": repr(self.name),
            "title": repr(self.name.title()),
            "summary": "'Made by a test'",
            "version": "'1.0'",
            "api": str(PLUGIN_API),
            "wiring": repr(f"{self.name}_plugin.wiring:includeme"),
            **self.manifest,
        }
        given = ", ".join(f"{name}={value}" for name, value in arguments.items())
        (package / "__init__.py").write_text(
            f"from atlasbahamas.plugins.manifest import Permission, Plugin\n{self.init}\nPLUGIN = Plugin({given})\n"
        )
        body = textwrap.indent(textwrap.dedent(self.wiring), "    ")
        (package / "wiring.py").write_text(f"def includeme(config):\n{body}\n")
        for name, text in self.files.items():
            (package / name).write_text(textwrap.dedent(text))
        info = folder / f"{self.name}_plugin-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {self.name}-plugin\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[atlasbahamas.plugins]\n{self.name} = {self.name}_plugin:PLUGIN\n")


def ini(folder: Path, names: str) -> Path:
    """An INI file that switches plugins on."""
    path = folder / "site.ini"
    path.write_text(
        textwrap.dedent(f"""
            [app:main]
            use = egg:atlasbahamas
            atlas.profile = test
            atlas.secret = for-tests-only
            atlas.plugins = {names}
            atlas.limits = sqlite:///{folder}/limits.sqlite
            sqlalchemy.url = sqlite:///{folder}/site.sqlite

            [server:main]
            use = egg:waitress#main
            listen = 127.0.0.1:{free_port()}
            """)
    )
    return path


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS_")}
    return {**kept, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def start(folder: Path, names: str, program: str) -> subprocess.CompletedProcess[str]:
    """Start the site, which must end by itself."""
    path = ini(folder, names)
    words = ["pserve", str(path)] if program == "pserve" else ["atlas", "-c", str(path), "serve"]
    return subprocess.run(
        [Path(sys.executable).parent / words[0], *words[1:]],
        capture_output=True,
        text=True,
        env=environment(folder),
        cwd=folder,
        timeout=120,
        check=False,
    )


SIBLING_VIEW = """
    from atlasbahamas.people.resources import Account
    config.add_view(lambda context, request: {}, context=Account, name="more", renderer="json", permission="atlas:account:use")
"""
SIBLING_CHILD = """
    from atlasbahamas.traversal.nodes import Node
    config.add_mount("extras", Node)
"""
FOREIGN_PERMISSION = """
    from atlasbahamas.plugins.manifest import Permission
    config.declare_permission(Permission("one:thing:view", "See a thing"))
"""
CORE_VIEW = """
    from atlasbahamas.people.resources import Home
    config.add_view(lambda context, request: {}, context=Home, renderer="json", permission="atlas:account:use")
"""
POINT = "config.add_extension_point('shelf', int)"

BROKEN: dict[str, tuple[list[Made], list[str]]] = {
    "its module cannot be imported": (
        [Made("one", init="import nothing_of_that_name")],
        ["plugin 'one'", "nothing_of_that_name"],
    ),
    "its wiring cannot be imported": (
        [Made("one", manifest={"wiring": "'one_plugin.nowhere:includeme'"})],
        ["plugin 'one'", "one_plugin.nowhere"],
    ),
    "its wiring fails": ([Made("one", wiring="1 / 0")], ["plugin 'one'", "ZeroDivisionError"]),
    "its entry point is no plugin": ([Made("one", init="Plugin = dict")], ["plugin 'one'", "is not a Plugin"]),
    "it calls itself something else": ([Made("one", manifest={"name": "'two'"})], ["plugin 'one'", "'two'"]),
    "it was written for another api": ([Made("one", manifest={"api": "99"})], ["plugin 'one'", "API 99"]),
    "it claims a permission of another plugin": (
        [Made("one", manifest={"permissions": "(Permission('two:thing:view', 'See'),)"})],
        ["plugin 'one'", "two:thing:view"],
    ),
    "it requires what is not there": ([Made("one", manifest={"requires": "('absent',)"})], ["plugin 'one'", "'absent'"]),
    "they require each other": (
        [Made("one", manifest={"requires": "('two',)"}), Made("two", manifest={"requires": "('one',)"})],
        ["one", "two", "circle"],
    ),
    "two hang up one child": (
        [Made("one", wiring=SIBLING_CHILD), Made("two", wiring=SIBLING_CHILD)],
        ["plugin 'one' and plugin 'two'", "child", "extras"],
    ),
    "two declare one permission": (
        [Made("one", manifest={"permissions": "(Permission('one:thing:view', 'See'),)"}), Made("two", wiring=FOREIGN_PERMISSION)],
        ["plugin 'one' and plugin 'two'", "permission", "one:thing:view"],
    ),
    "two register one view": (
        [Made("one", wiring=SIBLING_VIEW), Made("two", wiring=SIBLING_VIEW)],
        ["plugin 'one' and plugin 'two'", "view 'more' of Account"],
    ),
    "two open one extension point": (
        [Made("one", wiring=POINT), Made("two", wiring=POINT)],
        ["plugin 'one' and plugin 'two'", "extension point 'shelf'"],
    ),
    "it takes a view of the core's": (
        [Made("one", wiring=CORE_VIEW)],
        ["the core and plugin 'one'", "view '' of Home"],
    ),
    "it contributes the wrong thing": (
        [Made("one", wiring="config.contribute('nav', 'no nav item', name='x')")],
        ["plugin 'one'", "NavItem", "'nav'"],
    ),
    "a deferred action of its fails": (
        [Made("one", wiring="config.action('late', lambda: 1 / 0)")],
        ["plugin 'one'", "ZeroDivisionError"],
    ),
    "its child has a digit in its name": (
        [Made("one", wiring="config.add_mount('no1', object)")],
        ["plugin 'one'", "'no1'"],
    ),
}


@pytest.mark.parametrize("program", ["pserve", "atlas serve"])
@pytest.mark.parametrize("what", BROKEN)
def test_a_plugin_that_cannot_be_used_is_named_in_one_line(what: str, program: str, tmp_path: Path) -> None:
    plugins, words = BROKEN[what]
    for plugin in plugins:
        plugin.write(tmp_path)
    ended = start(tmp_path, " ".join(plugin.name for plugin in plugins), program)
    assert ended.returncode == 1, ended.stdout
    said = [line for line in ended.stderr.splitlines() if line]
    assert len(said) == 1, ended.stderr
    for word in words:
        assert word in said[0]


def test_a_name_that_is_not_installed_gets_the_nearest(tmp_path: Path) -> None:
    ended = start(tmp_path, "portfolio listing", "pserve")
    assert "did you mean 'listings'?" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def ask(folder: Path, names: str, script: str) -> list[str]:
    """What a script prints that has `browser`, of a site with these plugins on a migrated database."""
    url = sites.copy_sqlite(sites.sqlite_template(), folder / "site.sqlite")
    assert url == f"sqlite:///{folder}/site.sqlite"
    start_up = f"""
        import sys
        from pyramid.paster import get_app
        from webtest import TestApp
        app = get_app({str(ini(folder, names))!r})
        browser = TestApp(app)
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(start_up) + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        env=environment(folder),
        cwd=folder,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


BAD_MODELS = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
    from atlasbahamas.db import Id, metadata, type_annotations
    from atlasbahamas.people.models import Organisation

    class Base(DeclarativeBase):
        metadata = metadata
        type_annotation_map = type_annotations

    class Thing(Base):
        __tablename__ = "one_thing"
        id: Mapped[Id]
        organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
        organisation: Mapped[Organisation] = relationship()
        elsewhere = relationship("NothingOfThatName")
"""


def test_a_bad_relationship_in_one_plugin_breaks_no_query_of_another(tmp_path: Path) -> None:
    one = Made("one", manifest={"models": "'one_plugin.models'"}, wiring="import one_plugin.models")
    one.files["models.py"] = BAD_MODELS
    one.write(tmp_path)
    script = """
        from one_plugin.models import Thing
        from sqlalchemy import select
        try:
            app.registry.atlas_db.session("read").execute(select(Thing)).all()
        except Exception as error:
            print(type(error).__name__)
        page = browser.get("/listings/", status=200)
        print(page.text.count("listing-card__title"))
        form = browser.get("/sign-in").forms["form"]
        form["name"], form["password"] = "keva", "conch-salad-2026"
        form.submit(status=303)
        print(browser.get("/portfolio/").follow().status_int)
    """
    assert ask(tmp_path, "one portfolio listings", script) == ["InvalidRequestError", "12", "200"]


def test_a_contribution_to_a_point_that_is_not_there_is_ignored(tmp_path: Path) -> None:
    Made("one", wiring="config.contribute('occupancy', object(), name='mine')").write(tmp_path)
    assert ask(tmp_path, "one", "print(browser.get('/').status_int, app.registry.atlas_points.get('occupancy'))") == ["200 []"]


def test_a_good_plugin_adds_a_place_a_page_and_a_permission(tmp_path: Path) -> None:
    one = Made("one", manifest={"permissions": "(Permission('one:shelf:view', 'See the shelf', ('owner',)),)"})
    one.wiring = """
        from atlasbahamas.people.resources import OrganisationNode
        from atlasbahamas.traversal.nodes import Node
        class Shelf(Node):
            title = "Shelf"
        config.add_child(OrganisationNode, "shelf", Shelf)
        show = lambda context, request: {"on": context.title}
        config.add_view(show, context=Shelf, renderer="json", permission="one:shelf:view")
    """
    one.write(tmp_path)
    script = """
        for name in ("keva", "tamar"):
            browser = TestApp(app)
            form = browser.get("/sign-in").forms["form"]
            form["name"], form["password"] = name, "conch-salad-2026"
            form.submit(status=303)
            links = [link.get("href", "") for link in browser.get("/home/").html.find_all("a")]
            place = next(link for link in links if link.startswith("/portfolio/blue-hole"))
            print(browser.get(place + "shelf/", expect_errors=True).status_int)
    """
    assert ask(tmp_path, "one", script) == ["200", "403"]


def test_without_any_plugin_the_site_works(tmp_path: Path) -> None:
    script = """
        print([browser.get(path, expect_errors=True).status_int for path in ("/", "/listings/", "/let/", "/health/ready")])
        form = browser.get("/register").forms["form"]
        form["full_name"], form["user_name"], form["password"] = "Eulah Strachan", "eulah", "guava duff on Sunday"
        form.submit(status=303)
        print([browser.get(path).status_int for path in ("/home/", "/account/")])
        form = browser.get("/account/").forms["form"]
        form["phone"] = "322-1234"
        print(form.submit(status=303).follow().status_int)
    """
    assert ask(tmp_path, "", script) == ["[200, 404, 404, 200]", "[200, 200]", "200"]
