"""The samples of docs/plugin-authors/ledger.md do what the page says."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from books import open_books

from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.gateways.interface import PAYMENT_RAILS, GatewayRail, GatewayRefused, Order, WebhookRefused
from atlasbahamas_plugins.ledger.gateways.signing import sign
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.services import ENTRY_KINDS, NotReversible

PAGE = Path(__file__).parents[2] / "docs" / "plugin-authors" / "ledger.md"


GATEWAYS = PAGE.with_name("gateways.md")


def test_the_samples_run(site: Site) -> None:
    samples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(samples) == 3
    names: dict[str, Any] = {}
    for sample in samples:
        exec(compile(sample, str(PAGE), "exec"), names)
    books, day = open_books(site), date(2026, 6, 1)
    with site.db.transaction() as db:
        lease = db.get_one(Lease, books.lease_id)
        number = names["charge_for_keys"](db, lease, 2_500, day, by=1, now=START)
        assert names["owed_by"](db, lease) == 2_500
        assert names["owed_by"](db, lease, as_at=day - timedelta(days=1)) == 0
        names["forgive_keys"](db, lease, number, by=1, now=START + timedelta(hours=1))
        assert names["owed_by"](db, lease) == 0
        assert names["owed_by"](db, lease, known_at=START) == 2_500
        with pytest.raises(NotReversible):
            names["forgive_keys"](db, lease, number, by=1, now=START)
    with proving.whole_view(site.db) as db:
        assert proving.verify(db, books.organisation_id).findings == []
    given: list[Any] = []
    names["includeme"](SimpleNamespace(contribute=lambda point, value, name: given.append((point, value.title, name))))
    assert given == [(ENTRY_KINDS, "Key that was lost", "key_fee")]


def test_the_sample_of_a_gateway_is_one() -> None:
    """It can be given to the ledger, asks as it should, and what it is told is paid."""
    samples = re.findall(r"```python\n(.*?)```", GATEWAYS.read_text(), re.DOTALL)
    assert len(samples) == 2
    names: dict[str, Any] = {}
    for sample in samples:
        exec(compile(sample, str(GATEWAYS), "exec"), names)
    asked: list[Any] = []

    def client(what: str, content: dict[str, Any], *, idempotency_key: str) -> tuple[int, dict[str, str]]:
        asked.append((what, content["your_reference"], idempotency_key))
        return (402, {"message": "Blocked"}) if what == "refunds" else (200, {"url": "https://pay.example.com/1"})

    rail = names["ConchPay"](secret="of the page", client=client)
    assert isinstance(rail, GatewayRail)
    given: list[Any] = []
    names["includeme"](SimpleNamespace(contribute=lambda point, value, name: given.append((point, value.gateway, name))))
    assert given == [(PAYMENT_RAILS, "conchpay", "conchpay")]
    order = Order("online-1", "org-1", "Rent", "https://a.example/back", "https://a.example/hook", START, 5_000)
    assert rail.start(order) == rail.save_method(order) == "https://pay.example.com/1"
    rail.charge(order, "t-1")
    with pytest.raises(GatewayRefused, match="Blocked"):
        rail.refund(order, "ch_1")
    assert asked == [(what, "online-1", "online-1") for what in ("sessions", "setups", "charges", "refunds")]
    body = json.dumps(
        {
            "event": "e1",
            "type": "charged",
            "your_reference": "online-1",
            "at": START.isoformat(),
            "charge": "ch_1",
            "cents": 5_000,
        }
    ).encode()
    signed = {"Conch-Signature": sign("of the page", body, now=START)}
    event = rail.read_webhook(signed, body, now=START)
    assert (event.kind, event.ref, event.cents, event.remote_ref) == ("paid", "online-1", 5_000, "ch_1")
    with pytest.raises(WebhookRefused):
        rail.read_webhook(signed, body + b" ", now=START)
    with pytest.raises(WebhookRefused):
        rail.read_webhook({"Conch-Signature": sign("of the page", b"{}", now=START)}, b"{}", now=START)
