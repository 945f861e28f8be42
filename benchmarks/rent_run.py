"""`make bench-rent`: how long a rent run takes for 100,000 leases on PostgreSQL, the chain included.

The leases are all of one organisation and due on the first. The first run opens their accounts, the second is that of any month.
Ends with status 1 where one takes longer than a minute.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from scale import make_site, postgresql_urls
from scale_leases import fill
from sqlalchemy import func, select

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.ledger.charges.models import Batch, Charge
from atlasbahamas_plugins.ledger.charges.run import run_rent

# A tenth of them is over after their first day.
LEASES = 112_000
AT_MOST = 60.0
DAYS = (date(2025, 1, 1), date(2025, 2, 1), date(2025, 2, 2))


def run(site: Site, here: int, day: date) -> float:
    """Run in parts, as the job does; gives the seconds."""
    started, after, batch_id = time.perf_counter(), 0, None
    while after is not None:
        with site.db.transaction() as db:
            db.info[ACTOR] = COMMAND
            batch = db.get(Batch, batch_id) if batch_id is not None else None
            today = site.clock.today()
            ran = run_rent(db, here, day, now=site.clock.now(), today=today, batch=batch, after=after)
            batch_id, after = ran.batch.id if ran.batch is not None else None, ran.last
    return time.perf_counter() - started


def main() -> int:
    """Measure and print."""
    slowest = 0.0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-rent-")))
        _, url = stack.enter_context(postgresql_urls(folder))
        site = make_site(url, LEASES, folder, lambda db, count: fill(db, count, spread=1))
        stack.callback(site.close)
        with site.db.transaction("read") as db:
            here = db.scalars(select(Organisation.id).where(Organisation.name.startswith("Bethel"))).one()
        before = 0
        for day in DAYS:
            seconds = run(site, here, day)
            with site.db.transaction("read") as db:
                count = db.scalar(select(func.count()).select_from(Charge)) or 0
            print(f"{day}: {count - before:,} charges in {seconds:.1f} s")
            before, slowest = count, max(slowest, seconds)
    return int(slowest > AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
