"""Money under `kill -9`: a web process and a worker that are killed where it hurts, and what the books say afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from unittest import mock

from background import IMPORTABLE, Background
from over_http import Person
from pausing import AFTER, FOLDER, INSIDE, stopped
from renting import unit_of
from sqlalchemy import func, select

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.db.engine import Database
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.programs import Place, Program
from atlasbahamas.testing.services import free_port
from atlasbahamas.testing.site import FEATURES
from atlasbahamas.web.formats import NASSAU
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms, record_lease
from atlasbahamas_plugins.ledger.charges.models import Charge
from atlasbahamas_plugins.ledger.charges.run import RUN
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments.models import Payment, ReceiptBook
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails

WEEKLY_CENTS = 30_000
INI = """[app:main]
use = egg:atlasbahamas
pyramid.includes = pausing
atlas.profile = test
atlas.secret = for-tests-only
atlas.plugins = {features}
atlas.limits = sqlite:///{folder}/limits.sqlite
atlas.files.store = file://{folder}/files
atlas.broker = {broker}
atlas.workers = 1
atlas.job_seconds = 2
sqlalchemy.url = {url}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = 2
"""


@dataclass
class Killing:
    """A site with a lease whose rent is due each week, and its processes."""

    folder: Path
    database: Database
    port: int
    jobs: Background
    place: Place
    weeks: int
    lease_id: int = 0
    organisation_id: int = 0
    path: str = ""
    killed: dict[str, int] = field(default_factory=lambda: {INSIDE: 0, AFTER: 0})

    def arrange(self) -> None:
        """Record the lease; its rent of `weeks` weeks is due by now."""
        today = datetime.now(NASSAU).date()
        with self.database.transaction() as db:
            db.info[ACTOR] = COMMAND
            agreed = Terms(today - timedelta(weeks=self.weeks), "month_to_month", None, True, WEEKLY_CENTS, period="weekly")
            details = LeaseDetails(agreed, [PartyLine(None, ContactDetails("Rosalie Rent"), "primary")], {})
            lease = record_lease(db, unit_of(db), "oral", details, now=datetime.now(UTC), today=today)
            organisation = db.get_one(Organisation, lease.organisation_id)
            self.lease_id, self.organisation_id = lease.id, organisation.id
            self.path = f"/portfolio/{organisation.ref}/leases/{lease.ref}/ledger/payments/record"

    def starts_on(self) -> date:
        """The first day of the lease."""
        with self.database.transaction("read") as db:
            return db.get_one(Lease, self.lease_id).starts

    def serve(self) -> Program:
        """A web process that answers."""
        program = self.place.start("pserve", "site.ini")
        program.listens(f"http://127.0.0.1:{self.port}")
        return program

    def stop_at(self, point: str) -> Callable[[], bool]:
        """Have the next one who posts stop there; gives a question that says when it did."""
        stopped(self.folder, point).unlink(missing_ok=True)
        (self.folder / point).touch()
        return stopped(self.folder, point).exists

    def payments(self, ref: str) -> int:
        """How many payments there are of one form."""
        with self.database.transaction("read") as db:
            return db.scalar(select(func.count()).select_from(Payment).where(Payment.ref == ref)) or 0

    def rents(self) -> int:
        """How many rents of the lease are charged and count."""
        mine = (Charge.lease_id == self.lease_id, Charge.what == "rent", Charge.voided_by.is_(None))
        with self.database.transaction("read") as db:
            return db.scalar(select(func.count()).select_from(Charge).where(*mine)) or 0

    def kill_web(self, points: list[str]) -> None:
        """Send one form per point, kill the web process there, and send the form again to the next one.

        What was killed before its commit left nothing; what was committed is there once, however often it is sent.
        """
        web = self.serve()
        person = Person(self.port)
        assert person.sign_in("keva", DEMO_PASSWORD) == 303
        for number, point in enumerate(points):
            form = person.form(self.path)
            form |= {
                "cents": f"{10 + number}",
                "received_on": datetime.now(NASSAU).date().isoformat(),
                "rail": "cash",
                "currency": "BSD",
            }
            reached = self.stop_at(point)
            asked = threading.Thread(target=lambda form=form: _ask(person, self.path, form))  # type: ignore[misc]
            asked.start()
            web.wait_for(reached, f"stop {point}")
            web.process.kill()
            web.process.wait()
            asked.join()
            self.killed[point] += 1
            assert self.payments(form["ref"]) == (1 if point == AFTER else 0), point
            web = self.serve()
            for _ in range(2):
                assert person.ask(self.path, form)[0] == 303
                assert self.payments(form["ref"]) == 1
        web.process.kill()
        web.process.wait()

    def kill_worker(self, points: list[str]) -> None:
        """Ask for a rent run per point that charges one week, kill the worker there with all its processes, and start another."""
        self.jobs.start("jobs", "beat")
        worker = self.jobs.start("jobs", "work")
        starts = self.starts_on()
        for number, point in enumerate(points):
            reached = self.stop_at(point)
            payload = {"organisation_id": self.organisation_id, "day": (starts + timedelta(weeks=number)).isoformat()}
            with self.database.transaction() as db:
                enqueue(db, RUN, payload, now=datetime.now(UTC))
            self.jobs.wait(reached, f"stop {point}", every=0.02)
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
            self.killed[point] += 1
            assert self.rents() == number + (1 if point == AFTER else 0), point
            worker = self.jobs.start("jobs", "work")
            self.jobs.wait(lambda number=number: self.rents() == number + 1, "the rent of the week")
        self.jobs.wait(
            lambda: self.jobs.count(f"SELECT 'left', count(*) FROM outbox WHERE name = '{RUN}' AND state <> 'done'")["left"] == 0,
            "all done",
        )
        assert self.rents() == len(points)

    def prove(self) -> str:
        """Verify the books and the receipts; gives a line about them. Raises AssertionError."""
        with self.database.transaction("read") as db:
            proved = proving.verify(db, self.organisation_id)
            assert proved.findings == []
            numbers = db.scalars(
                select(Payment.receipt_number)
                .where(Payment.organisation_id == self.organisation_id, Payment.receipt_number.is_not(None))
                .order_by(Payment.receipt_number)
            ).all()
            last = db.scalar(select(ReceiptBook.last_number).where(ReceiptBook.organisation_id == self.organisation_id)) or 0
        assert numbers == list(range(1, last + 1))
        return f"chain whole, {len(numbers)} receipts without gaps"


def _ask(person: Person, path: str, form: dict[str, str]) -> None:
    with contextlib.suppress(OSError, HTTPException):
        person.ask(path, form)


@contextlib.contextmanager
def killing(folder: Path, url: str, broker: str, *, weeks: int) -> Iterator[Killing]:
    """A site on a filled database, whose processes stop where they are told."""
    port = free_port()
    (folder / "site.ini").write_text(INI.format(folder=folder, features=" ".join(FEATURES), broker=broker, url=url, port=port))
    place = Place(folder, environ={"PYTHONPATH": IMPORTABLE, "PYTHONWARNINGS": "ignore"})
    database = Database(url)
    jobs = Background(folder / "site.ini", database, folder / "log")
    arranged = Killing(folder, database, port, jobs, place, weeks)
    try:
        with mock.patch.dict(os.environ, {FOLDER: str(folder)}):
            arranged.arrange()
            yield arranged
    finally:
        place.close()
        jobs.close()
