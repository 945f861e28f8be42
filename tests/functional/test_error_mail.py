"""Mail to the operators: one for each kind of error and hour, whatever failed, and nothing of what people typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import needles
import pytest
from pyramid.config import Configurator
from sqlalchemy import func, select, text

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.mail.models import Mail
from atlasbahamas.people import services as people
from atlasbahamas.readonly.services import begin_pause, end_pause
from atlasbahamas.reporting.describing import Told
from atlasbahamas.reporting.models import ErrorReport
from atlasbahamas.reporting.services import report
from atlasbahamas.settings import CORE_SECTIONS, SettingsError, load
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer

TO = "ops@example.com"
TOLD = Told("ValueError at atlasbahamas/x.py:1 in f", ("atlasbahamas/x.py:1 in f",), "Root", "r-1")


@pytest.fixture
def told(profile: str, database_url: str, tmp_path: Path, smtp: SmtpServer) -> Iterator[Site]:
    """A site that tells the operators."""
    redis = need("REDIS") if profile == "server" else None
    made = sites.start(database_url, tmp_path, redis=redis, **smtp.settings(), **{"mail.errors_to": f"{TO} second@example.com"})
    yield made
    made.close()


def fail(site: Site, status: int = 500) -> None:
    form = site.browser().get("/sign-in").forms["form"]
    form["name"], form["password"] = "keva", needles.PASSWORD
    form.submit(status=status)


def settle(site: Site) -> None:
    site.app.registry.atlas_reporter.settle()


def quoting(db: Any, name: str, password: str) -> Any:
    raise ValueError(f"{name} cannot use {password}")


def plain(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def test_a_kind_of_error_is_told_once_an_hour_with_what_was_held_back(
    told: Site, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "find_by_password", quoting)
    for _ in range(4):
        fail(told)
    settle(told)
    told.drain_jobs()
    assert sorted(smtp.recipients) == [TO, "second@example.com"]
    words = plain(smtp.messages[0])
    assert "ValueError at " in smtp.messages[0]["Subject"]
    assert "Where: Root.sign-in" in words
    assert "views.py:" in words
    assert "more" not in words
    told.clock.move(minutes=59)
    fail(told)
    settle(told)
    told.drain_jobs()
    assert len(smtp.messages) == 2
    told.clock.move(minutes=1)
    fail(told)
    settle(told)
    told.drain_jobs()
    assert len(smtp.messages) == 4
    assert "it happened 4 more times" in plain(smtp.messages[2])
    written = "".join(message.as_string() for message in smtp.messages)
    assert needles.PASSWORD not in written
    assert "cannot use" not in written


def test_another_place_is_another_kind(told: Site, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "find_by_password", quoting)
    fail(told)

    def elsewhere(db: Any, name: str, password: str) -> Any:
        raise KeyError(password)

    monkeypatch.setattr(people, "find_by_password", elsewhere)
    fail(told)
    settle(told)
    told.drain_jobs()
    assert len({message["Subject"] for message in smtp.messages}) == 2


def test_processes_that_fail_at_once_make_one_mail(told: Site) -> None:
    def tell() -> None:
        with told.db.transaction() as db:
            report(db, TOLD, [TO], cool_down=timedelta(hours=1), now=told.clock.now())

    threads = [Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with told.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Mail).where(Mail.address == TO)) == 1
        assert db.scalars(select(ErrorReport.held_back)).all() == [7]


def test_without_a_database_the_mail_goes_directly_and_once(
    told: Site, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "find_by_password", quoting)
    with told.db.transaction() as db:
        db.execute(text("DROP TABLE error_report"))
    for _ in range(3):
        fail(told)
    settle(told)
    assert sorted(smtp.recipients) == [TO, "second@example.com"]
    assert "ValueError at " in smtp.messages[0]["Subject"]
    smtp.down = True
    monkeypatch.setattr(people, "find_by_password", lambda *_: 1 / 0)
    fail(told)
    settle(told)
    assert len(smtp.messages) == 2


def test_while_the_site_is_read_only_the_mail_goes_directly_and_nothing_is_written(
    told: Site, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = told.clock.now()
    with told.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        begin_pause(db, until=now + timedelta(hours=1), why="", now=now)
    told.clock.move(seconds=3)
    before = told.counts()
    for _ in range(3):
        told.app.registry.atlas_reporter(ValueError("no"), where="Root", request_id="r-1")
    settle(told)
    assert sorted(smtp.recipients) == [TO, "second@example.com"]
    assert told.counts() == before
    with told.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        end_pause(db, now=told.clock.now())
    told.clock.move(seconds=3)
    told.app.registry.atlas_reporter(KeyError("no"), where="Root", request_id="r-2")
    settle(told)
    assert told.counts()["error_report"] == before["error_report"] + 1


def test_a_job_is_told_when_it_is_given_up(told: Site, smtp: SmtpServer) -> None:
    def fails(request: Any, payload: dict[str, Any]) -> None:
        raise OSError("no such thing")

    config = Configurator(registry=told.app.registry)
    config.add_job("atlas.fail_twice", fails, attempts=2)
    config.commit()
    with told.db.transaction() as db:
        enqueue(db, "atlas.fail_twice", {}, now=told.clock.now())
    told.drain_jobs()
    settle(told)
    told.drain_jobs()
    assert smtp.messages == []
    told.clock.move(minutes=1)
    told.drain_jobs()
    settle(told)
    told.drain_jobs()
    assert len(smtp.messages) == 2
    assert "job atlas.fail_twice" in plain(smtp.messages[0])


def test_a_job_that_was_cut_off_each_time_is_told(told: Site, smtp: SmtpServer) -> None:
    with told.db.transaction() as db:
        entry = enqueue(db, "atlas.forget_jobs", {}, now=told.clock.now())
        assert entry is not None
        entry.attempts = 8
    told.drain_jobs()
    settle(told)
    told.drain_jobs()
    assert smtp.messages[0]["Subject"] == "JobLost at job atlas.forget_jobs"


def test_nobody_is_told_where_nobody_asked(mailing: Site, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "find_by_password", quoting)
    fail(mailing)
    settle(mailing)
    mailing.drain_jobs()
    assert smtp.messages == []
    with mailing.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(ErrorReport)) == 0


def test_kinds_that_are_long_gone_are_forgotten(told: Site) -> None:
    with told.db.transaction() as db:
        report(db, TOLD, [], cool_down=timedelta(hours=1), now=told.clock.now())
    told.clock.move(days=91)
    told.drain_jobs()
    with told.db.transaction("read") as db:
        assert db.scalars(select(ErrorReport)).all() == []


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"mail.errors_to": "ops@example.com"}, "mail.errors_to"),
        ({"mail.errors_to": "nobody", "mail.transport": "folder", "mail.folder": "x"}, "mail.errors_to"),
    ],
)
def test_addresses_that_cannot_be_told_are_refused(raw: dict[str, str], key: str) -> None:
    with pytest.raises(SettingsError, match=key):
        load({"atlas.secret": "x", "sqlalchemy.url": "sqlite:///x", **raw}, CORE_SECTIONS, file=None, environ={})
