"""Somebody in front of a browser: opens pages, looks at them in every size and light, and notes what is wrong."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from atlasbahamas.testing.site import Site

HERE = Path(__file__).parent
SCRIPTS = (HERE / "vendor" / "axe.min.js", HERE / "measure.js")
SIZES = {360: 740, 1280: 900}
LIGHTS = ("light", "dark")
PICTURES = os.environ.get("ATLAS_PICTURES", "")
"""A folder for a picture of everything that is looked at, for the eyes of a person."""

SPOIL = """() => {
  const fields = [...document.querySelectorAll("#form input:not([type=hidden]), #form select, #form textarea")];
  for (const field of fields) {
    if (field.type === "checkbox") continue;
    if (field.tagName === "SELECT") field.add(new Option("What nobody offered", "nonsense", true, true));
    else field.value = "";
  }
  return fields.length;
}"""


class Visitor:
    """A person with a browser of their own: signed in, or not. `seen` holds what needs no second look."""

    def __init__(
        self, browser: Browser, site: Site, address: str, user_name: str | None = None, *, seen: set[str], **options: Any
    ) -> None:
        self.address = address
        self.seen = seen
        self.faults: list[str] = []
        self._refused: set[str] = set()
        self.context = browser.new_context(base_url=address, reduced_motion="reduce", **options)
        for script in SCRIPTS:
            self.context.add_init_script(path=script)
        if user_name is not None:
            cookies = site.browser(user_name).cookies
            self.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
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

    def walk(self, path: str, name: str) -> list[str]:
        """Open a page and look at it, and at its form with an error shown. Gives what is wrong, each with where."""
        self.page.set_viewport_size({"width": 1280, "height": SIZES[1280]})
        self.page.goto(path)
        if "/sign-in" in self.page.url and "/sign-in" not in path:
            return self._noted(path)
        if self.look(name) and self.page.evaluate(SPOIL):
            with self.page.expect_navigation() as answer:
                self.page.evaluate("document.getElementById('form').requestSubmit()")
            if answer.value.status != 422:
                self.faults.append(f"a spoiled form was answered {answer.value.status}")
            elif self.page.evaluate("document.activeElement.id") != "errors":
                self.faults.append("what is wrong with the form has not the focus")
            self.look(f"{name}, with an error")
        return self._noted(path)

    def look(self, name: str) -> bool:
        """Measure the page in every size and light, unless it was seen. True when its main part is new."""
        frame, main = self.page.evaluate("atlas.looks()")
        new = main not in self.seen
        if not new and frame in self.seen:
            return False
        part = "body" if new else "header"
        self.seen |= {frame, main}
        for width in SIZES:
            self.page.set_viewport_size({"width": width, "height": SIZES[width]})
            for light in LIGHTS:
                self.page.emulate_media(color_scheme=light)
                where = f"{width} px, {light}"
                self.faults += [f"{where}: {fault}" for fault in self.page.evaluate("(part) => atlas.measure(part)", part)]
                if PICTURES:
                    self._take_picture(f"{name}, {where}")
            if new:
                self.faults += [f"{width} px: {fault}" for fault in self.tab()]
        return new

    def tab(self) -> list[str]:
        """Go through the page with the Tab key; what is not reached, or takes the focus unseen."""
        for _ in range(self.page.evaluate("atlas.startTabbing()")):
            self.page.keyboard.press("Tab")
        return list(self.page.evaluate("atlas.endTabbing()"))

    def _take_picture(self, name: str) -> None:
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{re.sub('[^a-z0-9]+', '-', name.casefold())}.png", full_page=True)

    def _noted(self, path: str) -> list[str]:
        noted, self.faults = [f"{path}: {fault}" for fault in self.faults], []
        return noted


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
