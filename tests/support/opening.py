"""Amounts that open: which amounts of a page are marked, and whether what is behind each adds up to it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from webtest import TestApp

WORDS = (
    ".arithmetic",
    "nav",
    "h1",
    ".lead",
    "label",
    "legend",
    ".form-text",
    ".visually-hidden",
    ".card-link",
    ".callout",
    "option",
    'a[href$="#terms"]',
)
"""Where an amount is words and no figure: arithmetic, titles, hints, links to where it is marked, and what was agreed."""


def text_of(page: Any) -> str:
    """The text of a page's main part, with one blank between words."""
    return " ".join(page.html.find("main").get_text(" ").split())


KEY = re.compile(r"[a-z0-9-]*[0-9][a-z0-9-]*")
MOST_ALIKE = 8
"""How many pages of one shape are opened: a rent run has a charge of every lease."""

AMOUNT = re.compile(r"B\$[0-9]")


@dataclass
class Walk:
    """What somebody finds who opens every marked amount of some pages, and every marked amount of what is behind those.

    `pages` are what they saw, `opened` how many amounts, and `wrong` says what leads nowhere, or does not add up.
    """

    browser: TestApp
    pages: dict[str, Any] = field(default_factory=dict)
    opened: set[tuple[str, int]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def walk(self, addresses: list[str]) -> None:
        """From these pages on."""
        rest = deque(addresses)
        while rest:
            page = self._page(rest.popleft())
            if page is None or page.content_type != "text/html":
                continue
            for address, cents in self._marked(page):
                if (address, cents) in self.opened or self._knows_enough_like(address):
                    continue
                self.opened.add((address, cents))
                if (problem := self._problem(address, cents)) is not None:
                    self.wrong.append(f"{cents} on {page.request.path_qs}: {problem}")
                if urldefrag(address).url not in self.pages:
                    rest.append(urldefrag(address).url)

    def unmarked(self, page: Any) -> list[str]:
        """What of a page's main part looks like an amount, and is neither marked nor words."""
        found = []
        main = page.html.find("main")
        exempt = {id(element) for each in WORDS for element in main.select(f"{each}, {each} *")}
        for text in main.find_all(string=AMOUNT):
            marked = text.find_parents(lambda tag: tag.has_attr("data-money") or tag.has_attr("data-part"))
            if not marked and id(text.parent) not in exempt:
                found.append(" ".join(text.split()))
        return found

    def _knows_enough_like(self, address: str) -> bool:
        """Whether so many pages of its shape were seen that one more would say nothing new."""
        url = urldefrag(address).url
        shape = KEY.sub("*", url)
        return url not in self.pages and sum(KEY.sub("*", each) == shape for each in self.pages) >= MOST_ALIKE

    def _page(self, url: str) -> Any:
        if url not in self.pages:
            page = self.browser.get(url, expect_errors=True)
            self.pages[url] = page if page.status_int == 200 else None
        return self.pages[url]

    def _marked(self, page: Any) -> list[tuple[str, int]]:
        found = []
        for element in page.html.select("[data-money]"):
            link = element if element.name == "a" else element.find_parent("a")
            if link is None:
                self.wrong.append(f"{element} on {page.request.path_qs} opens nothing")
                continue
            found.append((_local(page, link["href"]), int(element["data-money"])))
        return found

    def _problem(self, address: str, cents: int) -> str | None:
        """What is wrong with an explanation; None where its rows, over all pages of a list, add up to the amount."""
        url, anchor = urldefrag(address)
        rows = 0
        while True:
            page = self._page(url)
            if page is None:
                return f"{address} cannot be opened"
            there = page.html.select(f'[id="{anchor}"][data-sum]' if anchor else "[data-sum]")
            if len(there) != 1:
                return f"{address} has {len(there)} explanations"
            rows += sum(int(row["data-part"]) for row in there[0].select("[data-part]"))
            following = page.html.select_one("a[rel=next]")
            if following is None or there[0].find("table") is None:
                break
            url = _local(page, following["href"])
        said = int(there[0]["data-sum"])
        # A payment is above zero on its own page, and taken off where it is a line of what is owed.
        right = rows == said and abs(said) == abs(cents)
        return None if right else f"{address} says {said}, and its rows come to {rows}"


def _local(page: Any, href: str) -> str:
    found = urlsplit(urljoin(page.request.path_qs, href))
    return found._replace(scheme="", netloc="").geturl()
