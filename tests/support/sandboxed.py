"""A site that takes cards through the sandbox, and the sandbox's server as a process of its own."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from paying import Till
from renting import organisation_of, run
from served import served
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.people.models import Person
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.programs import Place, Program
from atlasbahamas.testing.services import free_port, need
from atlasbahamas.testing.site import START, Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.allocation.services import payable_charges
from atlasbahamas_plugins.ledger.gateways import services
from atlasbahamas_plugins.ledger.gateways.interface import gateways_of
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment
from atlasbahamas_plugins.ledger.gateways.signing import sign
from atlasbahamas_plugins.sandbox.gateway import SIGNATURE

SECRET = "sandbox-of-a-test"
FEATURES = (*sites.FEATURES, "sandbox")
WEBHOOK = "/gateways/sandbox/webhook"
INI = """[app:main]
use = egg:atlasbahamas
atlas.profile = test
atlas.secret = for-tests-only
atlas.plugins = portfolio listings leasing ledger sandbox
sqlalchemy.url = sqlite:///{folder}/never.sqlite
sandbox.url = {url}
sandbox.secret = {secret}
"""


def start(url: str, folder: Path, *, redis: str | None = None, **more: str) -> Site:
    """A site with the sandbox, on a database that was made for the usual features: it has no tables."""
    return sites.start(url, folder, redis=redis, features=FEATURES, **{"sandbox.secret": SECRET, **more})


def running(profile: str, url: str, folder: Path) -> Iterator[Site]:
    """The same for a fixture, with both kinds of sessions."""
    site = start(url, folder, redis=need("REDIS") if profile == "server" else None)
    yield site
    site.close()


def tell(site: Site, event: dict[str, Any], *, at: datetime | None = None, secret: str = SECRET, status: int = 200) -> Any:
    """Send a webhook as the sandbox does, and see what it is answered."""
    body = json.dumps(event).encode()
    headers = {SIGNATURE: sign(secret, body, now=at or site.clock.now()), "Content-Type": "application/json"}
    return TestApp(site.app).post(WEBHOOK, body, headers=headers, status=status)


@dataclass
class Paying:
    """A till at which jerome pays online, and what became of it."""

    till: Till
    number: int = 0

    @classmethod
    def of(cls, site: Site) -> Paying:
        """Jerome lives there, and goes on to."""
        till = Till.of(site)
        with site.db.transaction() as db:
            running = select(Lease.id).where(Lease.organisation_id == till.lease(db).organisation_id, Lease.state == "active")
            till.lease_id = db.scalars(running.order_by(Lease.id).limit(1)).one()
            jerome = db.scalars(select(Person).where(Person.user_name == "jerome")).one()
            till.lease(db).parties[0].contact.person_id = jerome.id
        return cls(till)

    @property
    def site(self) -> Site:
        """The site."""
        return self.till.site

    def owe_nothing(self) -> None:
        """Charge all the rent there is, and pay it."""
        run(self.site, organisation_of(self.site, self.till.lease_id))
        with self.site.db.transaction("read") as db:
            owed = sum(charge.open_cents for charge in payable_charges(db, self.till.lease(db)))
        if owed:
            self.till.record(owed)

    def path(self, *rest: str) -> str:
        """An address below the ledger of the lease, at home."""
        with self.site.db.transaction("read") as db:
            return "/".join((f"/home/leases/{self.till.lease(db).ref}/ledger", *rest))

    def begin(self, browser: TestApp, amount: str = "1,200", how: str = "sandbox") -> str:
        """Fill the form; gives the path of the try."""
        form = browser.get(self.path("payments", "pay")).forms["form"]
        form["cents"], form["how"] = amount, how
        form.submit(status=303)
        return self.path("payments", "online", str(form["ref"].value), "")

    def started(self) -> dict[str, Any]:
        """The newest try."""
        with self.site.db.transaction("read") as db:
            row = db.scalars(select(GatewayPayment).order_by(GatewayPayment.id.desc())).first()
            assert row is not None
            return {column.name: getattr(row, column.name) for column in GatewayPayment.__table__.columns}

    def event(self, kind: str, **more: Any) -> dict[str, Any]:
        """An event about the newest try, with an id of its own."""
        self.number += 1
        tried = self.started()
        said = {"id": f"evt-{self.number}", "kind": kind, "ref": tried["ref"], "happened": self.site.clock.now().isoformat()}
        return {**said, "remote_ref": "sbx-1", "cents": tried["cents"], "currency": "BSD", **more}


@dataclass
class Sandbox:
    """The sandbox's server. Its clock stands at START until it is moved."""

    url: str
    program: Program = field(repr=False)

    def choose(self, address: str, choice: str) -> str:
        """Choose what the bank does, as a person on its page; gives where that leads."""
        page = ask_whole(address)
        assert f'value="{choice}"' in page
        answer = post(address, f"choice={choice}".encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        assert answer[0] == 303, answer
        return answer[1]

    def move_to(self, moment: datetime, *, before: datetime = START) -> None:
        """Set its clock, which stands at `before`."""
        body = json.dumps({"now": moment.isoformat()}).encode()
        status, _ = post(f"{self.url}/clock", body, {SIGNATURE: sign(SECRET, body, now=before)})
        assert status == 202


def ask_whole(address: str) -> str:
    """The page at an address with a query."""
    host, _, rest = address.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", f"/{rest}")
        return connection.getresponse().read().decode()


def post(address: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Status, and where it leads."""
    host, _, rest = address.removeprefix("http://").partition("/")
    connection = HTTPConnection(host, timeout=20)
    with contextlib.closing(connection):
        connection.request("POST", f"/{rest}", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")


@contextlib.contextmanager
def with_sandbox(url: str, folder: Path, *words: str, redis: str | None = None) -> Iterator[tuple[Site, Sandbox]]:
    """A site that is served, and a sandbox that tells it what happens; both on free ports of this machine."""
    port, own = free_port(), f"http://127.0.0.1:{free_port()}"
    site = start(url, folder, redis=redis, **{"atlas.base_url": f"http://127.0.0.1:{port}", "sandbox.url": own})
    place = Place(folder)
    (folder / "sandbox.ini").write_text(INI.format(folder=folder, url=own, secret=SECRET))
    try:
        with served(site.app, port=port, threads=4):
            program = place.start("atlas", "-c", "sandbox.ini", "sandbox", "serve", "--clock", START.isoformat(), *words)
            program.listens(own)
            yield site, Sandbox(own, program)
    finally:
        place.close()
        site.close()


def until(what: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it never was"
        time.sleep(0.05)
    return found


def save_card(paying: Paying, token: str = "card-works-1", label: str = "Visa ending 4242") -> int:
    """A card of jerome's that the gateway has said that it keeps; gives its id."""
    site, now = paying.site, paying.site.clock.now()
    ref = long_key("method")
    with paying.till.act() as db:
        person = db.scalars(select(Person.id).where(Person.user_name == "jerome")).one()
        rail = gateways_of(site.app.registry)["sandbox"]
        at = services.Addresses("http://127.0.0.1")
        method_id = services.start_saving(db, rail, ref=ref, at=at, by=person, now=now).id
    method = {"token": token, "label": label, "expires": "2029-12-31"}
    tell(site, {"id": f"evt-{ref}", "kind": "method_saved", "ref": ref, "happened": now.isoformat(), "method": method})
    return method_id
