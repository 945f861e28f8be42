"""The sandbox as it runs: a process of its own, that leads people to its pages and tells the site what came of it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sandboxed import INI, SECRET, Paying, Sandbox, until, with_sandbox
from sqlalchemy import select

from atlasbahamas.people.models import Organisation
from atlasbahamas.settings import CORE_SECTIONS, SettingsError, load
from atlasbahamas.testing.programs import Place, ask
from atlasbahamas.testing.services import free_port, need
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.ledger.allocation.services import credit_of, payable_charges
from atlasbahamas_plugins.ledger.gateways.models import GatewayEvent
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.services import total
from atlasbahamas_plugins.sandbox.settings import SandboxSettings


@pytest.fixture
def sandbox(profile: str, database_url: str, tmp_path: Path) -> Iterator[tuple[Site, Sandbox]]:
    """Each webhook comes twice, and those of half a second the last first."""
    redis = need("REDIS") if profile == "server" else None
    with with_sandbox(database_url, tmp_path, "--duplicates", "1", "--reorder", "0.4", redis=redis) as made:
        yield made


def kinds(site: Site) -> list[str]:
    with site.db.transaction("read") as db:
        return sorted(db.scalars(select(GatewayEvent.kind)))


def on(paying: Paying, kind: str) -> int:
    with proving.whole_view(paying.site.db) as db:
        organisation_id = paying.till.lease(db).organisation_id
        assert proving.verify(db, organisation_id).findings == []
        return total(db, organisation_id, kind).cents


def test_pay_settle_and_give_back(sandbox: tuple[Site, Sandbox]) -> None:
    site, bank = sandbox
    paying = Paying.of(site)
    charge = paying.till.charge(120_000)
    mine = site.browser("jerome")
    at = paying.begin(mine)
    # Refused at first, and paid when tried again: the second fact is told first.
    address = paying.started()["address"]
    back = bank.choose(address, "failed")
    assert back == bank.choose(address, "paid")
    assert back.endswith(at)
    until(lambda: kinds(site) == ["failed", "paid"])
    assert paying.till.open_of(charge) == [0]
    assert "See the payment" in mine.get(at).text
    assert (on(paying, "gateway"), on(paying, "bank")) == (120_000, 0)
    # Two days later the gateway pays out, less its fee.
    site.clock.move(days=2)
    bank.move_to(START + timedelta(days=2))
    until(lambda: "settled" in kinds(site))
    assert (on(paying, "gateway"), on(paying, "bank"), on(paying, "payment_cost")) == (0, 116_520, 3_480)
    # The landlord gives it back, and the books follow when the gateway has.
    staff = site.browser("philip")
    with site.db.transaction("read") as db:
        ref = db.scalars(select(Payment.ref)).one()
        organisation = db.get_one(Organisation, paying.till.lease(db).organisation_id).ref
    path = paying.path("payments", ref, "").replace("/home/", f"/portfolio/{organisation}/")
    assert "Take it back" not in staff.get(path).text
    form = staff.get(path).click("Give it back").forms["form"]
    form.submit(status=422)
    form["reason"] = "It was paid twice"
    form.submit(status=303)
    site.drain_jobs()
    until(lambda: "refunded" in kinds(site))
    assert paying.till.open_of(charge) == [120_000]
    assert "It was given back" in mine.get(at).text
    site.clock.move(days=2)
    bank.move_to(START + timedelta(days=4), before=START + timedelta(days=2))
    until(lambda: "refund_settled" in kinds(site))
    assert (on(paying, "gateway"), on(paying, "bank")) == (0, -3_480)
    assert kinds(site) == ["failed", "paid", "refund_settled", "refunded", "settled"]


def test_a_saved_card_pays_rent_by_itself(sandbox: tuple[Site, Sandbox]) -> None:
    site, bank = sandbox
    paying = Paying.of(site)
    mine = site.browser("jerome")
    page = mine.get("/home/methods/add").forms["form"].submit(status=303).follow()
    bank.choose(unescape(re.search(r'href="([^"]+/save[?][^"]+)"', page.text)[1]), "works")  # type: ignore[index]
    until(lambda: kinds(site) == ["method_saved"])
    form = mine.get(paying.path("autopay", "set")).forms["form"]
    assert "Visa ending 4242" in form.text
    form.submit(status=303)
    paying.owe_nothing()
    charge = paying.till.charge(120_000, START.date() + timedelta(days=1))
    site.clock.move(days=1)
    bank.move_to(START + timedelta(days=1))
    site.drain_jobs()
    until(lambda: kinds(site) == ["method_saved", "paid"])
    assert paying.till.open_of(charge) == [0]
    # The same day once more, and the same again: nothing is asked for.
    site.clock.move(hours=1)
    site.drain_jobs()
    with site.db.transaction("read") as db:
        [taken] = db.scalars(select(Payment).where(Payment.rail == "card"))
        assert taken.state == "confirmed"
        assert payable_charges(db, paying.till.lease(db)) == []
        assert credit_of(db, paying.till.lease(db)) == 0


@pytest.mark.parametrize("profile", ["embedded"], indirect=True)
def test_atlas_serve_starts_it_beside_the_site_and_stops_it(database_url: str, tmp_path: Path) -> None:
    url, port = f"http://127.0.0.1:{free_port()}", free_port()
    text = INI.format(folder=tmp_path, url=url, secret=SECRET).replace(f"sqlite:///{tmp_path}/never.sqlite", database_url)
    (tmp_path / "beside.ini").write_text(f"{text}\n[server:main]\nuse = egg:waitress#main\nlisten = 127.0.0.1:{port}\n")
    place = Place(tmp_path)
    try:
        program = place.start("atlas", "-c", "beside.ini", "serve", "--no-jobs")
        program.listens(url)
        program.listens(f"http://127.0.0.1:{port}")
        assert program.end(signal.SIGTERM) == 0
        assert "Traceback" not in program.said
        with pytest.raises(OSError, match="refused"):
            ask(f"{url}/health/live")
    finally:
        place.close()


def test_production_refuses_it() -> None:
    raw = {"atlas.profile": "production", "atlas.plugins": "sandbox"}
    with pytest.raises(SettingsError) as refused:
        load(raw, (*CORE_SECTIONS, SandboxSettings), file=None, environ={})
    assert any(problem.key == "atlas.plugins" and "sandbox" in problem.message for problem in refused.value.problems)
