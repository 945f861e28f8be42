"""Somebody in front of a browser: opens pages, looks at them in every size and light, and notes what is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from examples import examples
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect
from webtest import TestApp

from atlasbahamas.testing.site import Site

HERE = Path(__file__).parent
SCRIPTS = (HERE / "vendor" / "axe.min.js", HERE / "measure.js")
Light = Literal["light", "dark"]
EVERY_ADDRESS = examples("pages looked at closely", 1) > 1
SIZES = {360: 740, 1280: 900}
OTHER_SIZES = tuple(SIZES) if EVERY_ADDRESS else (min(SIZES),)
"""For what hardly ever depends on the size: in the suite the smaller one."""
LIGHTS_OF_ERRORS: Sequence[Light] = ("light", "dark") if EVERY_ADDRESS else ("light",)
"""An error has the same colours on every form: in the dark it is looked at in the proofs."""
NEW_EACH_TIME = re.compile(r'<input type="hidden" name="csrf_token"[^>]*>|<code>[0-9a-f]{16}</code>')
TAG = re.compile(r"<([a-z][a-z0-9-]*)(\s[^<>]*)?>")
ATTRIBUTE = re.compile(r'([a-z-]+)(="[^"]*")?')
PICTURES = os.environ.get("ATLAS_TEST_PICTURES", "")
"""A folder for a picture of everything that is looked at, for the eyes of a person."""

SPOIL = """() => {
  const typed = "input:not([type=hidden], [type=checkbox], [type=file]), select, textarea";
  const fields = [...document.getElementById("form")?.querySelectorAll(typed) ?? []];
  for (const field of fields) {
    if (field.tagName === "SELECT") field.add(new Option("What nobody offered", "nonsense", true, true));
    else field.value = field.required || field.type === "date" ? "" : "far too long ".repeat(2000);
  }
  return fields.length;
}"""
"""Something wrong in every field of a form that can have something wrong; how many those are."""


def kinds_of_elements(html: str) -> set[str]:
    """What a page is made of: its tags with the names of their attributes, their classes and types, without any text."""
    found = set()
    for tag, attributes in TAG.findall(html):
        told = [name + value if name in ("class", "type", "role") else name for name, value in ATTRIBUTE.findall(attributes)]
        found.add(" ".join([tag, *sorted(told)]))
    return found


class Visitor:
    """A person with a browser of their own: signed in, or not. `seen` holds what needs no second look."""

    def __init__(
        self, browser: Browser, site: Site, address: str, user_name: str | None = None, *, seen: set[str], **options: Any
    ) -> None:
        self.seen = seen
        self.faults: list[str] = []
        self._refused: set[str] = set()
        self.reader: TestApp = site.browser(user_name)
        self.context = browser.new_context(base_url=address, reduced_motion="reduce", **options)
        for script in SCRIPTS:
            self.context.add_init_script(path=script)
        self.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in self.reader.cookies.items()])
        self.page = self.context.new_page()
        self._listen(self.page)

    def _listen(self, page: Page) -> None:
        page.on("response", self._on_response)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))
        page.on("requestfailed", self._on_failure)

    def _on_response(self, response: Response) -> None:
        if response.status < 400:
            return
        if response.request.is_navigation_request():
            self._refused.add(response.url)
        else:
            self.faults.append(f"{response.status} for {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium itself says in the console that a page came with an error status; the page says the rest.
        if message.location["url"] not in self._refused:
            self.faults.append(f"in the console: {message.type}: {message.text}")

    def _on_failure(self, request: Request) -> None:
        # What was still under way when the next page was asked for is aborted by the browser.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.failure} for {request.url}")

    def walk(self, path: str, name: str, templates: str) -> list[str]:
        """Open a page and look at it, and at its form with an error shown. Gives what is wrong, each with where.

        What was seen is not looked at again: two people often see the same page in the same frame, or one with other words. A
        page with a kind of element that those of its templates did not have is looked at, but only the first of them closely: in
        every size and light, with the Tab key, and with its form sent. In the proofs whatever differs in anything is looked at,
        closely at each address, and in each size also with the Tab key and with an error, then with the Tab key, too.
        """
        answer = self.reader.get(path, expect_errors=True)
        if "Location" in answer.headers:  # somewhere else is where it is looked at
            return []
        html = NEW_EACH_TIME.sub("", answer.text)
        frame, main = html[html.index("<body") : html.index("<main")], html[html.index("<main") :]
        kind = f"{answer.status_int} {path if EVERY_ADDRESS else templates}"
        parts = {main} if EVERY_ADDRESS else {f"{kind}: {element}" for element in kinds_of_elements(main)}
        new_frame, new_main = frame not in self.seen, not parts <= self.seen
        if not new_frame and not new_main:
            return []
        closely = kind not in self.seen
        self.seen |= {frame, kind, *parts}
        self.resize(max(SIZES) if new_frame else min(SIZES))
        self.page.goto(path)
        if new_frame:
            self.page.evaluate("atlas.setMenus(true)")
            self.look(f"{name}, with open menus", ".site-header")
            self.page.evaluate("atlas.setMenus(false)")
        if new_main and not closely:
            self.look(name, "html", lights=("light",), widths=[min(SIZES)])
        if new_main and closely:
            self.tab(name, OTHER_SIZES)
            self.look(name, "html")
        if new_main and closely and self.page.evaluate(SPOIL):
            self.resize(min(SIZES))
            with self.page.expect_navigation() as answer:
                self.page.evaluate("document.getElementById('form').requestSubmit()")
            if answer.value.status != 422:
                self.faults.append(f"a spoiled form was answered {answer.value.status}")
            expect(self.page.locator("#errors"), "what is wrong with the form").to_be_focused()
            self.look(f"{name}, with an error", "html", lights=LIGHTS_OF_ERRORS, widths=OTHER_SIZES)
            if EVERY_ADDRESS:
                self.tab(f"{name}, with an error", [min(SIZES)])
        noted, self.faults = [f"{path}: {fault}" for fault in self.faults], []
        return noted

    def resize(self, width: int) -> None:
        """Make the window so wide; to where it is already it is not made again."""
        if self.page.viewport_size != {"width": width, "height": SIZES[width]}:
            self.page.set_viewport_size({"width": width, "height": SIZES[width]})

    def look(
        self, name: str, part: str, *, lights: Sequence[Light] = ("light", "dark"), widths: Iterable[int] = tuple(SIZES)
    ) -> None:
        """Measure a part of the page in some sizes and lights; dark in one size, on which colours do not depend."""
        for width in widths:
            self.resize(width)
            where = f"{name}, {width} px"
            for light in lights if width == min(SIZES) else lights[:1]:
                self.page.emulate_media(color_scheme=light)
                colours = light == "dark"
                found = self.page.evaluate("([part, colours]) => atlas.judge(part, colours)", [part, colours])
                if not colours:
                    found += self.page.evaluate("(part) => atlas.measure(part)", part)
                self.faults += [f"{where}, {light}: {fault}" for fault in found]
                self._take_picture(f"{where}, {light}")

    def tab(self, name: str, widths: Iterable[int]) -> None:
        """Go through the page with the Tab key in some sizes; everything is reached, and seen where it is."""
        for width in widths:
            self.resize(width)
            for _ in range(self.page.evaluate("atlas.startTabbing()")):
                self.page.keyboard.press("Tab")
            self.faults += [f"{name}, {width} px: {fault}" for fault in self.page.evaluate("atlas.endTabbing()")]

    def _take_picture(self, name: str) -> None:
        if PICTURES:
            file = re.sub("[^a-z0-9]+", "-", name.casefold()) + ".png"
            self.page.screenshot(path=Path(PICTURES) / file, full_page=True)


@dataclass
class Crowd:
    """The people who walk through the site, each with a browser of their own, made when they are first wanted."""

    browser: Browser
    site: Site
    address: str
    people: dict[str, Visitor]
    seen: set[str]

    def get(self, user_name: str | None) -> Visitor:
        """The visitor who is signed in with a demo account, or with none."""
        key = user_name or ""
        if key not in self.people:
            self.people[key] = Visitor(self.browser, self.site, self.address, user_name, seen=self.seen)
        return self.people[key]
