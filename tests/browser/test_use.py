"""What people do in a browser: with a mouse, with the keyboard only, without JavaScript, in the dark, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from live import LiveSite
from playwright.sync_api import Browser, Page, expect
from visitor import Visitor

from atlasbahamas_plugins.listings.review.services import APPROVE, DECISIONS
from atlasbahamas_plugins.listings.versions.models import CHECKLIST

TITLE = "Sea Grape Cottage, two minutes from the beach"
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def visit(request: pytest.FixtureRequest, chrome: Browser) -> Iterator[Any]:
    """Somebody in front of a browser; at the end nothing may have gone wrong on the way."""
    if "fresh" in request.fixturenames:
        # Begun before the visitors, it ends after them: a page may still be asking for its pictures as the test ends.
        request.getfixturevalue("fresh")
    visitors: list[Visitor] = []

    def arrive(live: LiveSite, user_name: str | None = None, **options: Any) -> Page:
        visitors.append(Visitor(chrome, live.site, live.address, user_name, seen=set(), **options))
        return visitors[-1].page

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    assert [visitor.faults for visitor in visitors if visitor.faults] == []


def test_a_home_is_let_and_found_without_javascript(visit: Any, fresh: LiveSite) -> None:
    page = visit(fresh, java_script_enabled=False, viewport=PHONE)
    page.goto("/")
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("link", name="Register").click()
    page.get_by_label("Your name").fill("Vernice Cooper")
    page.get_by_label("User name").fill("vernice")
    page.get_by_label("Password").fill("a boat in the harbour")
    page.get_by_role("button", name="Make my account").click()

    page.get_by_role("link", name="I have a home to let").click()
    page.get_by_label("Name of the property").fill("Sea Grape Cottage")
    page.get_by_label("Settlement or subdivision").select_option(label="George Town")
    page.get_by_role("button", name="Put my home in").click()
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_label("Street or landmark").fill("By the old well")
    page.get_by_label("Rent a month").fill("1,850")
    page.get_by_role("button", name="Put my home in").click()
    expect(page.get_by_role("status")).to_contain_text("Your home is in.")

    page.get_by_role("link", name="Listing", exact=True).click()
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Description").fill("Two rooms under a sea grape tree.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Submit for review").click()
    page.get_by_role("button", name="Yes, go ahead").click()
    expect(page.get_by_role("status")).to_contain_text("It is in review.")
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("button", name="Sign out").click()

    reviewer = visit(fresh, "paula", java_script_enabled=False, viewport=PHONE)
    reviewer.goto("/admin/")
    reviewer.get_by_role("link", name=re.compile("^Review")).click()
    reviewer.get_by_role("link", name=TITLE).click()
    for looked_at in CHECKLIST.values():
        reviewer.get_by_label(looked_at).check()
    reviewer.get_by_label("Your decision").select_option(label=DECISIONS[APPROVE])
    reviewer.get_by_role("button", name="Save the decision").click()
    expect(reviewer.get_by_role("status").first).to_contain_text("The lister is told.")

    page.get_by_label("Where").select_option(label="Exuma")
    page.get_by_role("button", name="Find a home").click()
    page.get_by_label("Search").fill("grape tree")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_text("B$1,850").first).to_be_visible()


class Keyboard:
    """Hands that have no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str) -> None:
        """Press Tab until the thing of that name has the focus."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(
                """(name) => {
                  const at = document.activeElement;
                  const words = at.labels?.length ? at.labels[0].innerText : at.getAttribute("aria-label") ?? at.innerText;
                  return words.replace(/\\s+optional$/, "").trim() === name;
                }""",
                name,
            ):
                return
        raise AssertionError(f"the Tab key does not lead to {name!r}")

    def type(self, name: str, text: str) -> None:
        """Go to a field and type; in a list, its first letters choose."""
        self.to(name)
        self.page.keyboard.type(text)

    def press(self, name: str, key: str = "Enter") -> None:
        """Go to a link or button and press it; wait for the page that it leads to."""
        self.to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


def test_a_home_is_let_with_the_keyboard_only(visit: Any, fresh: LiveSite) -> None:
    page = visit(fresh)
    keys = Keyboard(page)
    page.goto("/")
    keys.press("Sign in")
    keys.type("E-mail or user name", "marva")
    keys.type("Password", "conch-salad-2026")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.press("Let your home")
    keys.type("Name of the property", "Sea Grape Cottage")
    keys.type("Settlement or subdivision", "George Town")
    keys.type("Street or landmark", "By the old well")
    keys.type("Rent a month", "1850")
    keys.press("Put my home in", "Space")
    keys.press("Listing")
    keys.type("Description", "Two rooms under a sea grape tree.")
    keys.press("Save")
    keys.press("Submit for review")
    keys.press("Yes, go ahead")
    expect(page.get_by_role("status")).to_contain_text("It is in review.")

    reviewer = visit(fresh, "paula")
    decide = Keyboard(reviewer)
    reviewer.goto("/admin/review/")
    decide.press(page.locator("h1").inner_text())
    for looked_at in CHECKLIST.values():
        decide.to(looked_at)
        reviewer.keyboard.press("Space")
    decide.type("Your decision", DECISIONS[APPROVE])
    decide.press("Save the decision")
    expect(reviewer.get_by_role("status").first).to_contain_text("The lister is told.")

    page.reload()
    keys.press("As visitors see it")
    expect(page).to_have_url(re.compile("/listings/[^/]+/$"))


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
def test_menus_close_by_escape_and_by_a_click_beside_them(size: Any, visit: Any, live: LiveSite) -> None:
    page = visit(live, "keva", viewport=size)
    page.goto("/home/")
    opener = page.locator("summary:visible").first
    leave = page.get_by_role("button", name="Sign out")
    expect(leave).to_be_hidden()
    opener.click()
    expect(leave).to_be_visible()
    page.keyboard.press("Escape")
    expect(leave).to_be_hidden()
    expect(opener).to_be_focused()
    opener.press("Enter")
    expect(leave).to_be_visible()
    page.get_by_role("heading", level=1).click(position={"x": 5, "y": 5}, force=True)
    page.mouse.click(size["width"] / 2, size["height"] - 60)
    expect(leave).to_be_hidden()


def test_the_skip_link_leads_past_the_header(visit: Any, live: LiveSite) -> None:
    page = visit(live)
    page.goto("/listings/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_what_is_wrong_leads_to_the_field(visit: Any, live: LiveSite) -> None:
    page = visit(live)
    page.goto("/sign-in")
    page.get_by_label("E-mail or user name").fill("keva")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_label("E-mail or user name")).to_have_value("keva")
    page.get_by_role("link", name=re.compile("^Password:")).click()
    expect(page.get_by_label("Password")).to_be_focused()


def test_light_and_dark_follow_the_system_until_one_is_chosen(visit: Any, live: LiveSite) -> None:
    page = visit(live, color_scheme="dark")
    root = page.locator("html")
    toggle = page.get_by_role("button", name="Dark colours")
    page.goto("/")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-bs-theme", "light")
    toggle.click()
    page.goto("/listings/")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(toggle).to_have_attribute("aria-pressed", "true")


def test_nothing_moves_for_those_who_do_not_want_it(visit: Any, live: LiveSite) -> None:
    page = visit(live)
    page.goto("/listings/")
    moves = "getComputedStyle(document.querySelector('.listing-card')).transitionDuration !== '0s'"
    assert not page.evaluate(moves)
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moves)


def test_paper_is_light_and_has_no_navigation(visit: Any, live: LiveSite) -> None:
    page = visit(live, color_scheme="dark")
    page.goto(f"/listings/{live.keys['live']}/")
    page.emulate_media(media="print")
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator(".site-footer")).to_be_hidden()
    colours = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(16, 47, 54)"]


def test_icons_and_manifest_are_there(visit: Any, live: LiveSite) -> None:
    page = visit(live)
    page.goto("/")
    links = page.evaluate("[...document.querySelectorAll('link[rel*=icon], link[rel=manifest]')].map((link) => link.href)")
    assert len(links) == 4
    answers = [page.request.get(link) for link in links]
    manifest = answers[-1].json()
    base = links[-1].split("?")[0].rsplit("/", 1)[0]
    answers += [page.request.get(f"{base}/{icon['src']}") for icon in manifest["icons"]]
    assert [answer.url for answer in answers if not answer.ok] == []
    assert page.request.get(f"{base}/{manifest['start_url']}").ok
