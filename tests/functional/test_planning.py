"""SQLite plans a statement once: a page that is asked again finds all of its statements as they were planned.

It plans one anew at each execution if a parameter might say which rows an index is of (db/statements.py, `is_one_of`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event, select, text

from atlasbahamas.db.statements import is_one_of
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.ledger.payments.models import UNDECIDED, Payment
from atlasbahamas_plugins.listings.versions.models import ListingVersion

WAITING = select(Payment.id).where(is_one_of(Payment.state, "waiting"))
UNDECIDED_OF_A_LEASE = select(Payment.id).where(Payment.lease_id == 1, is_one_of(Payment.state, *UNDECIDED))
TO_REVIEW = select(ListingVersion.id).where(is_one_of(ListingVersion.state, "submitted"))
TIMES = 3
"""So many times a page is asked before its statements are counted: one for each connection that it may get."""


class Planned:
    """Counts the SELECTs that SQLite plans; it asks an authorizer about each as it does."""

    def __init__(self) -> None:
        self.selects = 0

    def allow(self, action: int, *about: str | None) -> int:
        self.selects += action == sqlite3.SQLITE_SELECT
        return sqlite3.SQLITE_OK

    def listen(self, connection: Any, record: Any) -> None:
        connection.set_authorizer(self.allow)


@pytest.fixture(scope="module")
def planned() -> Iterator[Planned]:
    counter = Planned()
    event.listen(Engine, "connect", counter.listen)
    yield counter
    event.remove(Engine, "connect", counter.listen)


@pytest.fixture(scope="module")
def lived(planned: Planned, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("planned")
    site = sites.start(sites.copy_sqlite(sites.sqlite_template(history=True), folder / "site.sqlite"), folder)
    site.clock.moment = START
    yield site
    site.close()


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """(user name, address) of what a tenant and a landlord open most."""
    home = site.browser("andre").get("/home/").text
    yield "andre", "/home/"
    yield "andre", re.findall(r'href="(/home/leases/[^"/]+/ledger/)', home)[0]
    yield "keva", "/home/"
    organisation = re.findall(r'href="(/portfolio/[^"/]+/)"', site.browser("keva").get("/home/").text)[0]
    yield "keva", f"{organisation}leases/rent-roll"


def test_a_page_that_is_asked_again_is_not_planned_again(lived: Site, planned: Planned) -> None:
    anew = {}
    for name, address in pages(lived):
        browser = lived.browser(name)
        for _ in range(TIMES):
            browser.get(address)
        before = planned.selects
        browser.get(address)
        anew[address] = planned.selects - before
    assert planned.selects > 20
    assert anew == dict.fromkeys(anew, 0)


@pytest.mark.parametrize(
    ("index", "statement"),
    [
        ("ix_ledger_payment_waiting", WAITING.order_by(Payment.received_on)),
        ("ix_ledger_payment_undecided", UNDECIDED_OF_A_LEASE),
        ("ix_listings_version_waiting", TO_REVIEW.order_by(ListingVersion.submitted, ListingVersion.id)),
    ],
)
def test_words_that_are_written_find_the_index_of_just_these(lived: Site, index: str, statement: Select[int]) -> None:
    with lived.db.transaction("read") as db:
        written = statement.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
        plan = db.execute(text(f"EXPLAIN QUERY PLAN {written}")).all()
    assert index in str(plan)
