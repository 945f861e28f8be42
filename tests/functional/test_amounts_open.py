"""Every amount of the books that a page shows opens into rows that add up to it, for tenants and for staff."""

from __future__ import annotations

import pytest
from authorisation import TABLES
from authorisation.leasing import lease_of
from examples import examples, on_databases
from opening import AMOUNT, Walk
from paying import TODAY, Till, days
from sqlalchemy import select

from atlasbahamas.people.models import Person
from atlasbahamas.testing.authorisation import World
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.services import allocate_by_hand
from atlasbahamas_plugins.ledger.cheques.services import lodge_cheque, return_cheque
from atlasbahamas_plugins.ledger.payments.models import Cheque, Payment
from atlasbahamas_plugins.ledger.payments.services import reverse_payment
from atlasbahamas_plugins.ledger.services import AccountKey, Entry, EntryKind, Source, Transfer, accounts, post
from atlasbahamas_plugins.portfolio.models import Unit

EVERYTHING = examples("amounts", 1) > 1
[LEDGER] = [table for table in TABLES if table.feature == "ledger"]
MORE = (
    "?cents=400",
    "explain?as_at=2026-05-31",
    "explain?known=2026-05-31",
    "statements/2026-06/",
    "statements/2026-06/?known=2026-06-01",
)


@pytest.fixture(scope="module")
def busy(world: World) -> World:
    """The world of the matrix, with more on both leases: taken back, returned, overdue, unused, posted by another plugin."""
    for state in ("active", "signed"):
        with world.site.db.transaction("read") as db:
            lease_id = db.scalars(select(Lease.id).where(Lease.ref == lease_of(db, state))).one()
            keva = db.scalars(select(Person.id).where(Person.user_name == "keva")).one()
        till = Till(world.site, lease_id, keva)
        for number in range(3):
            till.charge(10_000 + number, TODAY - days(20 * number), "deposit" if number == 1 else "rent")
        till.void(till.charge(777))
        till.credit(1_234)
        _pay(till)
        with till.act() as db:
            lease = till.lease(db)
            property_id = db.get_one(Unit, lease.unit_id).property_id
            keys = (AccountKey("receivable", lease.id), AccountKey("fee_income", property_id=property_id))
            found = accounts(db, lease.organisation_id, keys)
            entry = Entry(
                EntryKind("key_fee", "Key"),
                TODAY,
                [Transfer(found[keys[0]], found[keys[1]], 1_500)],
                Source("test", "key-1"),
                memo="A key was lost",
            )
            post(db, lease.organisation_id, [entry], now=world.site.clock.now())
    return world


def _pay(till: Till) -> None:
    when = {"by": till.by, "now": till.site.clock.now()}
    big, wrong, back = till.record(10_000_000), till.record(3_000), till.record(2_500, rail="cheque", cheque_number="9")
    with till.act() as db:
        reverse_payment(db, db.get_one(Payment, wrong), "Another tenant's", **when)
        allocate_by_hand(db, db.get_one(Payment, big), {}, now=when["now"])
        cheque = db.get_one(Cheque, back)
        lodge_cheque(db, cheque, TODAY, today=TODAY, **when)
        return_cheque(db, cheque, TODAY, "No funds", today=TODAY, **when)


@on_databases(EVERYTHING)
@pytest.mark.parametrize(("relation", "at"), [("owner", "ledger"), ("tenant", "my ledger")])
def test_every_amount_opens_into_rows_that_add_up_to_it(busy: World, relation: str, at: str) -> None:
    lines = [view for view in LEDGER.views if view.get and view.who.get(relation) == "ok"]
    ledger = busy.addresses(LEDGER)[at]
    pages = [busy.path(LEDGER, view) for view in lines] + [f"{ledger}{more}" for more in MORE]
    walk = Walk(busy.browsers[relation])
    # The lease first, with all that is behind its pages.
    walk.walk(sorted([*pages, ledger.removesuffix("ledger/")], key=lambda page: not page.startswith(ledger)))
    assert walk.wrong == []
    assert len(walk.opened) > 60
    seen = {url: page for url, page in walk.pages.items() if page is not None and page.content_type == "text/html"}
    unmarked = {url: walk.unmarked(page) for url, page in seen.items() if "/ledger/" in url or "/payments/" in url}
    assert {url: found for url, found in unmarked.items() if found} == {}


@on_databases(EVERYTHING)
def test_figures_of_many_leases_open_the_lease(busy: World) -> None:
    walk = Walk(busy.browsers["owner"])
    leases = busy.addresses(LEDGER)["leases"]
    pages = [f"{leases}rent-roll", f"{leases}ageing"]
    walk.walk([*pages, "/home/"])
    assert walk.wrong == []
    assert len([address for address, cents in walk.opened if "/unpaid#" in address]) > 8
    assert [walk.unmarked(walk.pages[page]) for page in pages] == [[], []]


@on_databases(EVERYTHING)
def test_what_a_tenant_reads_first_opens(busy: World) -> None:
    walk = Walk(busy.browsers["tenant"])
    walk.walk(["/home/"])
    assert walk.wrong == []
    ways = {address.partition("#")[2] for address, cents in walk.opened if "/unpaid#" in address}
    assert {"next", "waiting"} <= ways
    first = walk.pages["/home/"].html.select(".due")
    assert [text for each in first for text in each.find_all(string=AMOUNT) if not text.find_parents("a")] == []
