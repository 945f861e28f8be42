"""The line that says that the site is read-only, in every size and light, and the page that a form gets meanwhile."""

from __future__ import annotations

from datetime import timedelta

from live import LiveSite
from playwright.sync_api import Browser, expect
from visitor import SIZES, Visitor

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.readonly.services import begin_pause


def test_the_line_and_the_answer_to_a_form(chrome: Browser, fresh: LiveSite) -> None:
    visitor = Visitor(chrome, fresh.site, fresh.address, "keva", seen=set())
    page = visitor.page
    visitor.resize(min(SIZES))
    page.goto("/notifications/preferences")
    now = fresh.site.clock.now()
    with fresh.site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        begin_pause(db, until=now + timedelta(hours=2), why="We are moving to a larger server.", now=now)
    fresh.site.clock.move(seconds=3)
    page.evaluate("document.getElementById('form').requestSubmit()")
    expect(page.get_by_role("heading", level=1)).to_have_text("We cannot do that at the moment")
    visitor.look("the answer to a form", "html")
    page.goto("/home/")
    expect(page.get_by_role("complementary", name="Read-only")).to_contain_text("We are moving to a larger server.")
    visitor.look("a page while the site is read-only", "html")
    visitor.tab("a page while the site is read-only", tuple(SIZES))
    visitor.context.close()
    assert visitor.faults == []
