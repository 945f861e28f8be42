"""`make bench-scale`, third part: whether figures and ledgers cost the same with 20,000 leases and 1,000,000 transfers as with 200
leases; and how long it takes to prove the books of the large site.

Each lease that runs has been charged for two and a half years. Nearly all of it was paid; one of twenty tenants has stopped. Ends
with status 1 if a page takes more than twice as long, or if the proof takes more than 30 s.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from results import Line, publish, section
from scale import AT_MOST, FIRST_ID, ROUNDS, compare, make_site, postgresql_urls, sqlite_urls
from scale_leases import LANDLORD, TENANT, cookie_of, fill, leases_path
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.db import metadata
from atlasbahamas.db.engine import Database
from atlasbahamas.db.inserts import insert_many
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.ledger.allocation.models import Allocation
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.payments.models import Payment, PaymentPart, ReceiptBook
from atlasbahamas_plugins.ledger.services import PAYMENT, AccountKey, Entry, Source, Transfer, accounts, open_journal, post

FEW, MANY = 200, 20_000
FIRST_DAY = "2024-01-01"
PROOF_AT_MOST = 30.0
LEASES_AT_ONCE, PAID_AT_ONCE = 1000, 20_000
STOPPED_EVERY, STOPPED = 20, date(2026, 2, 1)
_PAYMENTS, _PARTS, _ALLOCATIONS = (metadata.tables[model.__tablename__] for model in (Payment, PaymentPart, Allocation))
PAGES: tuple[tuple[str, str], ...] = (
    ("Rent roll", "leases/rent-roll"),
    ("Rent roll, most unpaid", "leases/rent-roll?sort=unpaid-down"),
    ("Rent roll, late for more than 90 days", "leases/rent-roll?owes=90"),
    ("Rent roll, one tenant", "leases/rent-roll?q=tenant+number+177"),
    ("Rent roll, a property", "leases/rent-roll?property={property}"),
    ("Ageing", "leases/ageing"),
    ("Charges", "charges/"),
    ("Charges, late for more than 90 days", "charges/?unpaid=older"),
    ("Charges, of an old month", "charges/?from=2024-03-01&until=2024-03-31"),
    ("Collection", "charges/collection"),
    ("Payments", "payments/"),
    ("Payments, of an old month", "payments/?from=2024-03-01&until=2024-03-31&state=confirmed"),
    ("The ledger of a lease", "leases/made-l7/ledger/"),
    ("The payments of a lease", "leases/made-l7/ledger/payments/"),
)


def fill_books(db: Database, count: int) -> None:
    """So many leases, each charged by the run and paid, by the same rules and triggers as everywhere."""
    fill(db, count, spread=1, first=FIRST_DAY)
    with db.transaction("read") as session:
        here = session.scalars(select(Organisation.id).where(Organisation.name.startswith("Bethel"))).one()
        person = session.scalars(select(Person.id).where(Person.user_name == LANDLORD)).one()
    after: int | None = 0
    while after is not None:
        with db.transaction() as session:
            session.info[ACTOR] = COMMAND
            after = run_rent(session, here, START.date(), now=START, today=START.date(), after=after, at_once=LEASES_AT_ONCE).last
    with db.transaction() as session:
        session.add(ReceiptBook(organisation_id=here, last_number=0))
        owed = select(Charge.id, Charge.lease_id, Charge.account_id, Charge.due_on, Charge.cents)
        charges = session.execute(owed.where(Charge.lease_id > FIRST_ID, Charge.voided_by.is_(None)).order_by(Charge.id)).all()
    paid = [row for row in charges if row.due_on < STOPPED or (row.lease_id % STOPPED_EVERY != 7 and row.due_on < START.date())]
    numbered = list(enumerate(paid))
    for start in range(0, len(numbered), PAID_AT_ONCE):
        with db.transaction() as session:
            session.info[ACTOR] = COMMAND
            _pay(session, here, person, numbered[start : start + PAID_AT_ONCE])


def _pay(session: Session, here: int, person: int, paid: list[tuple[int, Any]]) -> None:
    """A payment for each of these charges, numbered from 0."""
    open_journal(session, here)
    keys = {AccountKey("bank"), *[AccountKey("receivable", row.lease_id) for _, row in paid]}
    refs = accounts(session, here, keys)
    bank = refs[AccountKey("bank")]
    payments, entries = [], []
    for number, row in paid:
        ref, day = f"made-pay{number}", row.due_on + timedelta(days=row.lease_id % 9)
        received = min(day, START.date())
        owed = refs[AccountKey("receivable", row.lease_id)]
        entries.append(Entry(PAYMENT, received, (Transfer(bank, owed, row.cents),), Source("payment", ref), by=person))
        payments.append(
            {
                "id": FIRST_ID + number,
                "ref": ref,
                "organisation_id": here,
                "lease_id": row.lease_id,
                "cents": row.cents,
                "currency": "BSD",
                "rail": "transfer",
                "state": "reported",
                "received_on": received,
                "reference": f"BNK {number}",
                "created": START,
                "reason": "",
            }
        )
    insert_many(session, _PAYMENTS, payments)
    parts = [
        {"id": FIRST_ID + number, "organisation_id": here, "payment_id": FIRST_ID + number, "account_id": row.account_id}
        | {"cents": row.cents, "open_cents": row.cents}
        for number, row in paid
    ]
    insert_many(session, _PARTS, parts)
    confirmed = [
        {"key": FIRST_ID + number, "entry": entry, "receipt": number + 1, "token": f"r1-{number:032x}"}
        for (number, _), entry in zip(paid, post(session, here, entries, now=START), strict=True)
    ]
    session.connection().execute(
        text(
            "UPDATE ledger_payment SET state = 'confirmed', entry_number = :entry, receipt_number = :receipt,"
            f" receipt_token = :token, decided_by_id = {person}, decided = created WHERE id = :key"
        ),
        confirmed,
    )
    rows = [
        {"organisation_id": here, "lease_id": row.lease_id, "charge_id": row.id, "part_id": FIRST_ID + number, "credit_id": None}
        | {"cents": row.cents, "by_hand": False, "made": START}
        for number, row in paid
    ]
    insert_many(session, _ALLOCATIONS, rows)


def measure() -> list[Line]:
    """Every line of the table."""
    lines = []
    for database, urls in (("SQLite", sqlite_urls), ("PostgreSQL", postgresql_urls)):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-books-")))
            few_url, many_url = stack.enter_context(urls(folder))
            few, many = (make_site(url, rows, folder, fill_books) for url, rows in ((few_url, FEW), (many_url, MANY)))
            stack.callback(few.close)
            stack.callback(many.close)
            lines += pages(database, few, many)
            lines.append(proof(database, many_url))
    return lines


def pages(database: str, few: Site, many: Site) -> list[Line]:
    """The pages of a landlord and of a tenant."""
    landlord, tenant = ((cookie_of(few, name), cookie_of(many, name)) for name in (LANDLORD, TENANT))

    def path(site: Site, query: str) -> str:
        with site.db.transaction("read") as db:
            number = db.scalar(text("SELECT id FROM portfolio_property WHERE ref = 'made-p1'"))
        return leases_path(site).removesuffix("leases/") + query.format(property=number)

    lines = [
        compare(f"{database}: {name}", few, many, lambda site, query=query: path(site, query), noun="lease", cookies=landlord)  # type: ignore[misc]
        for name, query in PAGES
    ]
    lines.append(compare(f"{database}: A landlord's home", few, many, "/home/", cookies=landlord))
    for name, address in (("A tenant's home", "/home/"), ("A tenant's ledger", "/home/leases/made-l7/ledger/")):
        lines.append(compare(f"{database}: {name}", few, many, address, cookies=tenant))
    return lines


def proof(database: str, url: str) -> Line:
    """`atlas ledger verify`, as an operator runs it."""
    environment = {**os.environ, "ATLAS_SQLALCHEMY__URL": url}
    command = [Path(sys.executable).with_name("atlas"), "ledger", "verify"]
    before, started = os.times(), time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - started, os.times()
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    count = max(int(found.replace(",", "")) for found in re.findall(r"([\d,]+) transfers", done.stdout))
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    words = f"**{seconds:.1f} s**; {count:,} transfers; {processor:.1f} s of processor in two processes, a server's not counted"
    words += f"; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    line = Line(f"{database}: `atlas ledger verify`", words, f"< {PROOF_AT_MOST:g} s", seconds < PROOF_AT_MOST)
    print(f"{line.what}: {line.measured}", flush=True)
    return line


def report(lines: list[Line]) -> str:
    """The section of RESULTS.md."""
    body = f"""
Computed pages of a site with {MANY:,} leases of one organisation and more than 1,000,000 transfers against the same pages of one with {FEW}
leases, for somebody who is signed in, measured as above; the fastest of {ROUNDS} rounds. The target is {AT_MOST:g} times. One of twenty tenants has not paid
since February. Last, how long it takes to prove the books of the large site, chain and
sums: the target is for two cores that nobody else uses, which a load of 2 means, so the processor's time and the load stand beside it.
"""
    return section("Scale of the ledger", "make bench-scale", body, lines)


def main() -> int:
    """Measure, write, and say whether every target was met."""
    return publish(measure, report)


if __name__ == "__main__":
    sys.exit(main())
