"""Photos with a mouse, a keyboard and a finger: dragging, and a word about what is too large before it is sent."""

from __future__ import annotations

import pytest
from live import LiveSite
from playwright.sync_api import Browser, Page
from visitor import Visitor

from atlasbahamas.testing import samples

MEGABYTE = 1024 * 1024


@pytest.fixture
def gallery(fresh: LiveSite, chrome: Browser) -> Page:
    """The page of a property's photos, as its owner sees it, with three of them."""
    visitor = Visitor(chrome, fresh.site, fresh.address, "keva", seen=set())
    page = visitor.page
    page.goto("/portfolio/{organisation}/properties/{property}/photos/".format(**fresh.keys))
    choose(page, ("new.jpg", samples.picture((1200, 900), seed=5)))
    page.get_by_role("button", name="Add them").click()
    page.get_by_text("The photo was added.").wait_for()
    return page


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    page.set_input_files("#photos", [{"name": name, "mimeType": "image/jpeg", "buffer": data} for name, data in files])


def order(page: Page) -> list[str]:
    return list(page.eval_on_selector_all("[data-ref]", "items => items.map((item) => item.dataset.ref)"))


def drag(page: Page, number: int, to: int) -> None:
    handle = page.locator("[data-handle]").nth(number)
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), page.locator("[data-ref] img").nth(to).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 80, steps=10)
    page.mouse.up()


def test_a_photo_is_dragged_to_the_front(gallery: Page) -> None:
    first, second, third = order(gallery)
    drag(gallery, 2, 0)
    gallery.get_by_text("The new order is saved.").wait_for(state="attached")
    assert order(gallery) == [third, first, second]
    assert gallery.locator(f"#{third} [data-cover]").is_visible()
    assert not gallery.locator(f"#{first} [data-cover]").is_visible()
    gallery.reload()
    assert order(gallery) == [third, first, second]


def test_an_order_that_cannot_be_saved_is_taken_back_and_said(gallery: Page) -> None:
    before = order(gallery)
    gallery.context.clear_cookies()
    drag(gallery, 2, 0)
    gallery.get_by_text("The order could not be saved. It is as it was.").wait_for()
    assert order(gallery) == before


def test_the_buttons_do_it_with_the_keyboard_alone(gallery: Page) -> None:
    first, second, third = order(gallery)
    gallery.locator(f"#{third} [data-up]").focus()
    with gallery.expect_navigation():
        gallery.keyboard.press("Enter")
    assert order(gallery) == [first, third, second]
    box = gallery.get_by_label("What photo 2 shows")
    box.fill("The porch")
    with gallery.expect_navigation():
        box.press("Enter")
    assert gallery.locator(f"#{third} img").get_attribute("alt") == "The porch"


def test_what_is_too_large_is_said_before_it_is_sent(gallery: Page) -> None:
    choose(gallery, ("large.jpg", bytes(16 * MEGABYTE)), ("small.jpg", samples.picture(seed=6)))
    note = gallery.get_by_role("alert")
    assert note.inner_text() == "Too large, leave it out: large.jpg."
    gallery.get_by_role("button", name="Add them").click()
    assert len(order(gallery)) == 3
    choose(gallery, ("small.jpg", samples.picture(seed=6)))
    assert not gallery.locator("#photos-too-large").is_visible()
    gallery.get_by_role("button", name="Add them").click()
    gallery.get_by_text("The photo was added.").wait_for()
    assert len(order(gallery)) == 4


def test_a_photo_by_itself_is_fitted_to_the_screen(gallery: Page) -> None:
    said: list[str] = []
    gallery.on("console", lambda message: said.append(message.text))
    address = gallery.locator("[data-ref] img").first.get_attribute("src")
    gallery.set_viewport_size({"width": 390, "height": 740})
    gallery.goto(str(address).replace("/small", "/full"))
    assert gallery.evaluate("document.images[0].naturalWidth > innerWidth")
    assert gallery.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []
