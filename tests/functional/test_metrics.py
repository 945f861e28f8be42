"""/metrics: who may read it, what it counts, and that nobody's address or wish makes a new series of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from limits import RateLimitItemPerMinute
from prometheus_client.parser import text_string_to_metric_families
from pyramid.config import Configurator
from sqlalchemy import text
from webtest import TestApp

from atlasbahamas.jobs.services import enqueue, note_alive
from atlasbahamas.mail.services import send_mail
from atlasbahamas.people import services as people
from atlasbahamas.people import views as people_views
from atlasbahamas.plugins.discovery import PluginError
from atlasbahamas.settings import CORE_SECTIONS, SettingsError, load
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import QueryCounter, Site

TOKEN = "0123456789abcdef0123456789abcdef"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def site(profile: str, database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site that tells programs of its own machine."""
    redis = need("REDIS") if profile == "server" else None
    made = sites.start(database_url, tmp_path, redis=redis, **{"atlas.metrics": "loopback"})
    yield made
    made.close()


def asker(site: Site, address: str = "127.0.0.1") -> TestApp:
    return TestApp(site.app, extra_environ={"REMOTE_ADDR": address})


def read(site: Site) -> Samples:
    page = asker(site).get("/metrics", status=200).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def test_it_is_off_unless_asked_for(database_url: str, tmp_path: Path) -> None:
    quiet = sites.start(database_url, tmp_path)
    asker(quiet).get("/metrics", status=404)
    quiet.close()


def test_programs_of_this_machine_may_read_it_and_nobody_through_the_proxy(site: Site) -> None:
    for address in ("127.0.0.1", "127.0.0.9", "::1"):
        asker(site, address).get("/metrics", status=200)
    for address in ("10.0.0.1", "203.0.113.9", "", "localhost"):
        asker(site, address).get("/metrics", status=404)
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"):
        asker(site).get("/metrics", headers={header: "127.0.0.1"}, status=404)


def test_with_a_token_only_whoever_has_it(database_url: str, tmp_path: Path) -> None:
    more = {"atlas.metrics": "token", "atlas.metrics_token": TOKEN}
    site = sites.start(database_url, tmp_path, **more)
    asker(site, "203.0.113.9").get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, status=200)
    for wrong in (TOKEN, f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", "Bearer ünicode"):
        asker(site).get("/metrics", headers={"Authorization": wrong.encode().decode("latin-1")}, status=404)
    asker(site).get("/metrics", status=404)
    site.close()


@pytest.mark.parametrize("token", [None, "short", "change-me-change-me-change-me-change-me"])
def test_a_token_that_is_none_is_refused(token: str | None) -> None:
    raw = {"atlas.secret": "x", "sqlalchemy.url": "sqlite:///x", "atlas.metrics": "token"}
    raw |= {"atlas.metrics_token": token} if token else {}
    with pytest.raises(SettingsError, match=r"atlas\.metrics_token"):
        load(raw, CORE_SECTIONS, file=None, environ={})


def test_requests_are_counted_by_page_and_never_by_path(site: Site) -> None:
    browser = site.browser("keva")
    home = browser.get("/portfolio/", status=303).location
    browser.get(home)
    before = len([key for key in read(site) if key[0] == "atlas_requests_total"])
    for number in range(30):
        browser.get(f"{home}no-such-{number}", status=404)
        browser.get(f"/nowhere-{number}/x", status=404)
        asker(site).request(f"/listings/?q={number}", method="PUT" if number % 2 else "GET", status="*")
    samples = read(site)
    assert value(samples, "atlas_requests_total", page="OrganisationNode", method="GET", status="200") >= 1
    assert len([key for key in samples if key[0] == "atlas_requests_total"]) <= before + 6
    assert value(samples, "atlas_request_seconds_count", method="GET") > 30
    assert not any("nowhere" in text or "no-such" in text for _, labels in samples for _, text in labels)


def test_what_goes_wrong_is_counted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def sign_in(status: int) -> None:
        form = site.browser().get("/sign-in").forms["form"]
        form["name"], form["password"] = "keva", "not hers at all"
        form.submit(status=status)

    sign_in(422)
    monkeypatch.setattr(people_views, "SIGN_IN_BY_ADDRESS", RateLimitItemPerMinute(1, 5, namespace="sign-in-test"))
    sign_in(422)
    sign_in(429)
    monkeypatch.undo()

    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(people, "find_by_password", fails)
    sign_in(500)
    samples = read(site)
    assert value(samples, "atlas_sign_ins_failed_total") == 2
    assert value(samples, "atlas_limits_hit_total", limit="sign-in-test") == 1
    assert value(samples, "atlas_errors_total", kind="ZeroDivisionError") == 1


def test_jobs_mails_and_signs_of_life_come_from_the_database(site: Site) -> None:
    samples = read(site)
    assert value(samples, "atlas_heartbeat_age_seconds", part="worker") == math.inf
    assert value(samples, "atlas_outbox_entries", state="waiting") == 0
    with site.db.transaction() as db:
        note_alive(db, "worker", now=site.clock.now())
        enqueue(db, "atlas.forget_jobs", {}, now=site.clock.now())
        send_mail(db, "atlas/never-sent.jinja2", now=site.clock.now(), address="keva@example.com")
    site.clock.move(seconds=90)
    samples = read(site)
    assert value(samples, "atlas_heartbeat_age_seconds", part="worker") == 90
    assert value(samples, "atlas_outbox_oldest_seconds") == 90
    assert value(samples, "atlas_outbox_entries", state="waiting") == 2
    assert value(samples, "atlas_mails_last_hour", state="waiting") == 1
    assert {state for name, labels in samples if name == "atlas_mails_last_hour" for _, state in labels} == {
        "waiting", "sent", "dropped",
    }  # fmt: skip
    assert value(samples, "atlas_plugin", plugin="ledger", state="active") == 1
    assert value(samples, "atlas_database_connections", state="most") == 15
    assert value(samples, "atlas_files_free_bytes") > 0
    assert value(samples, "atlas_metrics_unread") == 0


def test_the_books_are_proved_at_night_and_what_does_not_hold_is_told(site: Site) -> None:
    from paying import Till

    till = Till.of(site)
    till.charge(100_000)
    site.clock.move(days=3)
    assert value(read(site), "ledger_books_verified_age_seconds") == timedelta(days=3).total_seconds()
    site.drain_jobs()
    samples = read(site)
    assert value(samples, "ledger_books_verified_age_seconds") == 0
    assert value(samples, "ledger_books_wrong") == 0
    # What triggers refuse somebody did who owns the tables: a sum that was kept is another one.
    with site.db.transaction() as db:
        db.execute(text("UPDATE ledger_verified SET wrong = 2"))
    assert value(read(site), "ledger_books_wrong") == 2
    site.clock.move(days=1)
    site.drain_jobs()
    assert value(read(site), "ledger_books_wrong") == 0


def test_one_that_cannot_be_read_takes_nothing_along(site: Site) -> None:
    config = Configurator(registry=site.app.registry)
    config.add_metric("atlas_broken", "Broken.", lambda db, now: db.scalar(text("SELECT no FROM nowhere")))
    config.add_metric("atlas_by_day", "By day.", lambda db, now: {("monday",): 1.5, ("friday",): 2}, labels=("day",))
    config.commit()
    samples = read(site)
    assert value(samples, "atlas_metrics_unread") == 1
    assert value(samples, "atlas_by_day", day="friday") == 2
    assert not any(name == "atlas_broken" for name, _ in samples)
    assert value(samples, "ledger_books_wrong") == 0


@pytest.mark.parametrize("name", ["ledger_things", "Atlas_things", "atlas-things", "atlas_"])
def test_a_name_says_whose_it_is(site: Site, name: str) -> None:
    with pytest.raises(PluginError, match="should be of the form"):
        Configurator(registry=site.app.registry).add_metric(name, "Things.", lambda db, now: 0)


def test_to_ask_costs_few_queries_and_to_count_none(site: Site) -> None:
    asker(site).get("/metrics")
    with QueryCounter(site.db.engine) as counter:
        asker(site).get("/metrics")
    assert len(counter.statements) <= 8
    with QueryCounter(site.db.engine) as counter:
        site.browser().get("/sign-in")
    assert counter.statements == []
