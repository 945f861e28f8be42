"""What goes through a gateway, for tests that need it to be there: cards, tries to pay, and instructions, in every state."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.autopay import services as autopay
from atlasbahamas_plugins.ledger.autopay.models import Autopay
from atlasbahamas_plugins.ledger.gateways import receiving, services
from atlasbahamas_plugins.ledger.gateways.interface import Event, Method
from atlasbahamas_plugins.ledger.gateways.models import GatewayPayment, SavedMethod
from atlasbahamas_plugins.sandbox.gateway import SandboxRail

RAIL = SandboxRail(url="http://127.0.0.1:9", secret="for-tests-only")
AT = services.Addresses("http://127.0.0.1")
_numbers = count(1)


def with_gateway(url: str, folder: Path) -> Site:
    """A site with a gateway behind its pages, on a database that was made for the usual features: the sandbox has no tables."""
    return sites.start(url, folder, features=(*sites.FEATURES, "sandbox"))


def told(db: Session, kind: str, ref: str, now: datetime, **more: Any) -> None:
    """The gateway tells something."""
    number = next(_numbers)
    event = Event(id=f"evt-of-a-test-{number}", kind=kind, ref=ref, happened=now, **more)
    receiving.receive(db, RAIL, "sandbox", event, str(number).encode(), now=now, today=now.date())


def card(db: Session, person_id: int, ref: str, now: datetime, *, label: str = "Visa ending 4242") -> SavedMethod:
    """A card that the gateway keeps for somebody."""
    method = services.start_saving(db, RAIL, ref=ref, at=AT, by=person_id, now=now)
    told(db, "method_saved", ref, now, method=Method(f"token-of-{ref}", label, date(2029, 12, 31)))
    return method


def begun(db: Session, lease: Lease, person_id: int, ref: str, now: datetime, cents: int = 40_000) -> GatewayPayment:
    """A try to pay of which nothing is known yet."""
    return services.start_payment(db, RAIL, lease, cents, ref=ref, at=AT, by=person_id, now=now)


def paid(db: Session, lease: Lease, person_id: int, ref: str, now: datetime, cents: int = 40_000) -> GatewayPayment:
    """One that was paid."""
    payment = begun(db, lease, person_id, ref, now, cents)
    told(db, "paid", ref, now, remote_ref=f"sbx-{ref}", cents=cents)
    return payment


def instruction(db: Session, lease: Lease, person_id: int, ref: str, now: datetime, method: SavedMethod | None = None) -> Autopay:
    """What somebody wants for a home: taken by a card, or to be reminded."""
    wanted = autopay.Wanted(method, None, 3)
    return autopay.set_autopay(db, lease, wanted, by=person_id, now=now, today=now.date(), ref=ref)
