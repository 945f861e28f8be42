"""The log: one form for everything, the request's id from the proxy to the worker, and never a secret."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import needles
import pytest
from click.testing import CliRunner
from sandboxed import SIGNATURE, WEBHOOK
from sqlalchemy import select, text

from atlasbahamas import masking, observability
from atlasbahamas.cli import atlas
from atlasbahamas.jobs.models import OutboxEntry
from atlasbahamas.people import services as people
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas.web.tweens import came_through, request_id_of
from atlasbahamas_plugins.ledger.gateways.signing import sign

GIVEN = "f00dfeedf00dfeedf00dfeedf00dfeed"
PROXY = "10.1.2.3"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged since the last time, each a line of JSON."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize(
    ("environ", "taken"),
    [
        ({"REMOTE_ADDR": PROXY}, True),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "203.0.113.9", "SERVER_SOFTWARE": "waitress"}, True),
        ({"REMOTE_ADDR": "203.0.113.9", "SERVER_SOFTWARE": "waitress"}, False),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": PROXY}, False),
        ({}, False),
    ],
)
def test_an_id_is_taken_over_from_the_proxy_alone(environ: dict[str, str], taken: bool) -> None:
    assert came_through(environ, PROXY) is taken
    assert not came_through(environ, "")
    found = request_id_of({**environ, "HTTP_X_REQUEST_ID": GIVEN}, PROXY)
    assert (found == GIVEN) is taken


@pytest.mark.parametrize("wrong", ["short", "a" * 65, "with space 123", 'with"quote-12', "über-uns-123", ""])
def test_an_id_of_another_shape_is_replaced(wrong: str) -> None:
    found = request_id_of({"REMOTE_ADDR": PROXY, "HTTP_X_REQUEST_ID": wrong}, PROXY)
    assert found != wrong
    assert re.fullmatch(r"[0-9a-f]{16}", found)


def test_a_job_names_the_request_that_asked_for_it(
    database_url: str, tmp_path: Path, smtp: SmtpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    site = sites.start(database_url, tmp_path, **smtp.settings(), **{"atlas.trusted_proxy": "127.0.0.1"})
    form = site.browser().get("/register").forms["form"]
    form["full_name"], form["email"], form["password"] = "Eulah Strachan", "eulah@example.com", needles.PASSWORD
    answer = form.submit(headers={"X-Request-ID": GIVEN}, status=303)
    assert answer.headers["X-Request-ID"] == GIVEN
    with site.db.transaction("read") as db:
        entries = db.scalars(select(OutboxEntry).where(OutboxEntry.name == "atlas.send_mail")).all()
        assert [entry.request_id for entry in entries] == [GIVEN]
    lines(capsys)
    site.drain_jobs()
    done = [line for line in lines(capsys) if line["event"] == "job done"]
    assert [(line["job"], line["request_id"]) for line in done if line["job"] == "atlas.send_mail"] == [
        ("atlas.send_mail", GIVEN)
    ]
    site.close()


def test_a_line_says_who_and_which_feature(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    browser = site.browser("keva")
    answer = browser.get("/portfolio/", status=303).follow()
    browser.get(answer.html.find("a", href=re.compile("/properties/"))["href"])
    browser.get("/health/live")
    with site.db.transaction("read") as db:
        keva = db.scalar(text("SELECT id FROM person WHERE user_name = 'keva'"))
    told = {line["path"]: line for line in lines(capsys) if line["event"] == "request"}
    inside = next(line for path, line in told.items() if "/properties/" in path)
    assert (inside["person"], inside["plugin"]) == (keva, "portfolio")
    assert "plugin" not in told["/health/live"]
    assert "person" not in told["/sign-in"] or told["/sign-in"]["status"] == 303


def test_libraries_speak_in_the_same_form(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.browser().get("/health/live")
    lines(capsys)
    logging.getLogger("sqlalchemy.pool").warning("a connection to %s was lost", "postgresql://atlas:hush-hush@db/atlas")
    try:
        raise ValueError("first line\nsecond line, with what was given")
    except ValueError:
        logging.getLogger("waitress").exception("while answering")
    first, second = lines(capsys)
    assert (first["level"], first["logger"]) == ("warning", "sqlalchemy.pool")
    assert first["event"] == "a connection to postgresql://atlas:********@db/atlas was lost"
    assert {"timestamp", "request_id"} <= set(first)
    assert second["exception"][0]["exc_value"] == "first line"
    assert not any("locals" in frame and frame["locals"] for frame in second["exception"][0]["frames"])


def drive(
    site: Site, smtp: SmtpServer, net: needles.Net, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything that has a secret in it, once as it should be and once as it fails."""
    registered = site.browser()
    form = registered.get("/register").forms["form"]
    form["full_name"], form["email"], form["password"] = "Eulah Strachan", "eulah@example.com", needles.PASSWORD
    form.submit(status=303)
    net.needles |= set(registered.cookies.values())
    site.drain_jobs()
    follow_the_link(site, smtp, net)

    for password, status in ((needles.PASSWORD, 422), (DEMO_PASSWORD, 303)):
        form = site.browser().get("/sign-in").forms["form"]
        form["name"], form["password"] = "keva", password
        form.submit(status=status)

    form = site.browser().get("/recover").forms["form"]
    form["name"] = "eulah@example.com"
    form.submit()
    site.drain_jobs()
    form = follow_the_link(site, smtp, net).forms["form"]
    form["password"] = needles.NEW_PASSWORD
    form.submit(status=303)

    owner = site.browser("keva")
    form = owner.get(owner.get("/portfolio/").location + "invitations/new").forms["form"]
    form["name"], form["email"] = "Lisa Ferguson", "lisa.f@example.com"
    form.submit(status=303).follow()
    site.drain_jobs()
    follow_the_link(site, smtp, net)

    for signature in (sign(needles.SECRET, b'{"id": "evt-1"}', now=site.clock.now()), "t=1,v1=needle-of-a-signature-77"):
        net.needles.add(signature.rpartition("=")[2])
        site.browser().post(WEBHOOK, b'{"id": "evt-1"}', headers={SIGNATURE: signature}, status="*")

    def quotes(db: Any, name: str, password: str) -> Any:
        raise RuntimeError(f"{name} cannot use {password}")

    def asks(db: Any, name: str, password: str) -> Any:
        db.execute(text("SELECT missing FROM nowhere WHERE it = :it"), {"it": password})

    for failing in (quotes, asks):
        monkeypatch.setattr(people, "find_by_password", failing)
        browser = site.browser()
        form = browser.get("/sign-in").forms["form"]
        form["name"], form["password"] = "keva", needles.PASSWORD
        net.needles |= {form["csrf_token"].value, *browser.cookies.values()}
        form.submit(status=500)
    monkeypatch.undo()
    net.catch("".join(capsys.readouterr()))


def follow_the_link(site: Site, smtp: SmtpServer, net: needles.Net) -> Any:
    """Open the link of the latest mail; its token is a needle from now on."""
    link = re.search(r"http://127\.0\.0\.1:6543(/\S+token=(\S+))", str(smtp.messages[-1].get_body(("plain",)).get_content()))  # type: ignore[union-attr]
    assert link is not None
    net.needles.add(link[2])
    return site.browser().get(link[1])


def hushed(database_url: str, folder: Path, smtp: SmtpServer) -> Site:
    more = {**smtp.settings(), "atlas.secret": needles.SECRET, "sandbox.secret": needles.SECRET}
    return sites.start(database_url, folder, features=(*sites.FEATURES, "sandbox"), **more)


def test_no_secret_is_in_a_log_line_or_a_trace(
    database_url: str, tmp_path: Path, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site, net = hushed(database_url, tmp_path, smtp), needles.Net()
    drive(site, smtp, net, monkeypatch, capsys)
    written = "".join(net.written)
    assert "unhandled" in written
    assert "cannot use ********" in written
    assert "no such table" in written or "does not exist" in written
    assert len(net.needles) > 8
    assert net.found() == set()
    site.close()


def test_that_test_sees_what_is_not_masked(
    database_url: str, tmp_path: Path, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as without:
        without.setattr(masking, "mask_line", lambda logger, method, event: event)
        site, net = hushed(database_url, tmp_path, smtp), needles.Net()
    try:
        drive(site, smtp, net, monkeypatch, capsys)
    finally:
        observability.configure("test")
        site.close()
    assert needles.PASSWORD in net.found()


INI = f"""[app:main]
use = egg:atlasbahamas
atlas.profile = production
atlas.secret = {needles.SECRET}
atlas.sessions = redis
atlas.cookies_secure = true
redis.sessions.secret = {needles.SECRET}-of-sessions
redis.sessions.redis_url = redis://:{needles.OF_THE_BROKER}@127.0.0.1:9/0
redis.sessions.cookie_secure = true
atlas.limits = redis://:{needles.OF_THE_BROKER}@127.0.0.1:9/1
atlas.broker = redis://:{needles.OF_THE_BROKER}@127.0.0.1:9/2
atlas.trusted_proxy = 127.0.0.1
atlas.base_url = https://homes.internal
atlas.files.store = file://{{folder}}/files
mail.transport = smtp
mail.sender = Homes <homes@example.com>
mail.host = 127.0.0.1
mail.port = 9
mail.user = homes
mail.password = {needles.OF_THE_MAIL}
sqlalchemy.url = postgresql+psycopg2://atlas:{needles.OF_THE_DATABASE}@127.0.0.1:9/atlas

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:0
trusted_proxy = 127.0.0.1
"""
COMMANDS = (
    ("settings", "check"),
    ("settings", "show"),
    ("plugins", "list"),
    ("db", "current"),
    ("doctor",),
    ("mail", "test", "ops@example.com"),
    ("people", "sign-in-link", "root"),
    ("jobs", "list"),
    ("people", "create-admin", "--user-name", "root", "--name", "Root", "--password", needles.PASSWORD),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_says_a_secret(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Nothing that the site needs answers, so most of them fail, with all that they say then."""
    ini = tmp_path / "site.ini"
    ini.write_text(INI.format(folder=tmp_path))
    net = needles.Net()
    net.needles |= {needles.OF_THE_DATABASE, needles.OF_THE_BROKER, needles.OF_THE_MAIL}
    command = [sys.executable, "-m", "atlasbahamas.cli", "-c", str(ini), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=sites.ROOT)
    net.catch(done.stdout + done.stderr)
    assert net.written != [""]
    assert net.found() == set()
    assert "Traceback" not in done.stderr


def test_a_command_that_fails_logs_in_the_same_form(tmp_path: Path) -> None:
    ini = tmp_path / "site.ini"
    ini.write_text(INI.format(folder=tmp_path))
    command = [sys.executable, "-m", "atlasbahamas.cli", "-c", str(ini), "jobs", "list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=sites.ROOT)
    (line,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert (done.returncode, line["event"], line["level"]) == (1, "ended by an error", "error")


def test_a_receipt_opens_for_whoever_has_its_address_so_the_log_has_not(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    key = f"r1-{'0123456789abcdef' * 2}"
    site.browser().get(f"/receipts/{key}/", status=404)
    (line,) = lines(capsys)
    assert line["path"] == "/receipts/r1-0********/"


def test_settings_show_says_no_secret(tmp_path: Path) -> None:
    ini = tmp_path / "site.ini"
    ini.write_text(INI.format(folder=tmp_path))
    shown = CliRunner().invoke(atlas, ["-c", str(ini), "settings", "show"]).output
    assert needles.SECRET not in shown
    assert "atlas.secret = ********" in shown
