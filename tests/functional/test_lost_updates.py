"""Two people change one thing: the second is told, and nothing that the first wrote is lost (house.md section 4)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from authorisation import TABLES
from webtest import TestApp

from atlasbahamas.testing.authorisation import Table, View, World, form_of, type_into
from atlasbahamas.web.forms import VersionField

LINES = [(table, view) for table in TABLES for view in table.views if view.send is not None and view.get]
# By hand: what is called `edit` changes a row, and so does the account. A member's role is a new row each time, and of a
# photo's caption the last word counts.
ALSO = ("Account/", "LeaseNode/send", *(f"OfferNode/{step}" for step in ("talk", "listed", "close")))
OTHERWISE = ("MembershipNode/edit", *(f"{kind}PhotoNode/edit" for kind in ("Property", "Unit", "Version", "Offer", "Deduction")))
EDITS = [line for line in LINES if str(line[1]) in ALSO or (line[1].name == "edit" and str(line[1]) not in OTHERWISE)]
ONCE = ("MoveOutNode/send", "RentRuns/new", "Deposits/use-last-rent")
"""Sent once, with a number of what was shown: the second is told that it was done, which the tests of each have."""
PEOPLE = ("owner", "admin")


def both(view: View) -> tuple[str, str]:
    """Two people who may; where only one may, and at one's own account, the same person has it open twice."""
    may = [name for name in PEOPLE if view.who[name] == "ok"]
    return (may[0], may[-1] if view.at != "account" else may[0])


def test_every_form_that_changes_a_row_carries_its_version(world: World) -> None:
    with_version = []
    for table, view in LINES:
        somebody = next(name for name in (*PEOPLE, *view.who) if view.who[name] == "ok")
        form = form_of(world.browsers[somebody].get(world.path(table, view)))
        if form is not None and "version" in form.fields and form["version"].value and str(view) not in ONCE:
            with_version.append((table, view))
    assert with_version == EDITS


def shown(page: Any) -> list[tuple[str, Any]]:
    """What the form of a page has in it, without its token and the files that nobody has chosen yet."""
    fields = page.forms["form"].submit_fields()
    return [(name, value) for name, value in fields if name != "csrf_token" and isinstance(value, str)]


@pytest.mark.parametrize(("table", "view"), EDITS, ids=[f"{table.feature}-{view}" for table, view in EDITS])
def test_an_older_form_is_refused_and_takes_nothing_back(world: World, table: Table, view: View) -> None:
    path = world.path(table, view)
    first, second = (world.browsers[name] for name in both(view))
    early, late = first.get(path).forms["form"], second.get(path).forms["form"]
    type_into(early, view.send or {})
    early.submit(status=303)
    kept = shown(first.get(path))
    answer = late.submit(status=422)
    assert VersionField.STALE in answer.text
    assert shown(first.get(path)) == kept
    world.restore()


@pytest.mark.parametrize(("table", "view"), EDITS, ids=[f"{table.feature}-{view}" for table, view in EDITS])
def test_of_two_at_the_same_moment_one_wins(world: World, table: Table, view: View) -> None:
    path = world.path(table, view)
    model = world.valid_request(table, view)
    start, statuses = threading.Barrier(2), []

    def send(relation: str) -> None:
        browser = TestApp(world.site.app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        for name, value in world.cookies[relation].items():
            browser.set_cookie(name, value)
        request: list[Any] = [(name, world.tokens[relation] if name == "csrf_token" else value) for name, value in model]
        start.wait(30)
        statuses.append(browser.post(path, request, expect_errors=True).status_int)

    threads = [threading.Thread(target=send, args=(name,)) for name in both(view)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [303, 422]
    world.restore()
