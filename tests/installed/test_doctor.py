"""`atlas doctor`, `atlas mail test`, `atlas people sign-in-link`: what helps when something is wrong."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import needles
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from atlasbahamas.cli import atlas
from atlasbahamas.db.engine import Database
from atlasbahamas.doctor import database as of_database
from atlasbahamas.jobs.services import enqueue, note_alive
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import free_port
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer


@pytest.fixture
def ini(profile: str, database_url: str, tmp_path: Path, smtp: SmtpServer, redis_url: str) -> Path:
    """A site in which all is well."""
    more = {
        "atlas.profile": "test",
        "atlas.secret": needles.SECRET,
        "atlas.plugins": " ".join(sites.FEATURES),
        "atlas.limits": f"sqlite:///{tmp_path}/limits.sqlite",
        "atlas.files.store": f"file://{tmp_path}/files",
        "atlas.broker": redis_url if profile == "server" else f"filesystem://{tmp_path}/broker",
        "sqlalchemy.url": database_url,
        "mail.errors_to": "ops@example.com",
        **smtp.settings(),
    }
    if profile == "server":
        more |= {
            "atlas.sessions": "redis",
            "redis.sessions.secret": f"{needles.SECRET}-too",
            "redis.sessions.redis_url": redis_url,
        }
    file = tmp_path / "site.ini"
    lines = "".join(f"{key} = {value}\n" for key, value in more.items())
    file.write_text(f"[app:main]\nuse = egg:atlasbahamas\n{lines}\n[server:main]\nuse = egg:waitress#main\n")
    (tmp_path / "alembic").symlink_to(sites.ROOT / "alembic")
    alive(database_url)
    return file


def alive(url: str) -> None:
    database = Database(url)
    with database.transaction() as db:
        for part in ("worker", "beat"):
            note_alive(db, part, now=datetime.now(UTC))
    database.dispose()


def run(ini: Path, *words: str, status: int = 0) -> str:
    done = CliRunner().invoke(atlas, ["-c", str(ini), *words])
    assert done.exit_code == status, done.output
    assert needles.SECRET not in done.output
    return done.output


def change(ini: Path, **values: str) -> None:
    """Set keys, `__` for a dot."""
    lines = ini.read_text()
    for name, value in values.items():
        key = name.replace("__", ".")
        lines, count = re.subn(rf"^{re.escape(key)} =.*$", f"{key} = {value}", lines, flags=re.MULTILINE)
        if not count:
            lines = lines.replace("[app:main]\n", f"[app:main]\n{key} = {value}\n")
    ini.write_text(lines)


def wrong(output: str) -> dict[str, str]:
    """What is wrong: the rest of the line, by the thing; each has advice below it."""
    lines = output.splitlines()
    found = {}
    for line, next_line in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("WRONG "):
            assert next_line.strip().startswith("-> "), line
            found[line.split()[1]] = line[20:]
    return found


def test_where_all_is_well_it_says_so(ini: Path) -> None:
    said = run(ini, "doctor")
    assert said.endswith("Nothing is wrong.\n")
    things = {line.split()[1] for line in said.splitlines() if line.startswith(("ok ", "note "))}
    looked_at = "settings plugins database migrations worker beat outbox files disk mail proxy"
    assert set(looked_at.split()) <= things


def test_it_says_all_that_is_wrong_at_once(ini: Path, database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    with database.transaction() as db:
        db.execute(text("UPDATE job_heartbeat SET seen = :long_ago"), {"long_ago": "2020-01-01 00:00:00+00:00"})
        db.execute(text("UPDATE atlas_migrations_ledger SET version_num = 'ledger_0012'"))
        enqueue(db, "atlas.forget_jobs", {}, now=datetime(2020, 1, 1, tzinfo=UTC))
    database.dispose()
    closed = free_port()
    files = tmp_path / "no-folder"
    files.write_text("a file")
    change(
        ini,
        mail__port=str(closed),
        atlas__files__store=f"file://{files}/below",
        atlas__base_url=f"https://127.0.0.1:{closed}",
        atlas__trusted_proxy="10.0.0.1",
        atlas__broker=f"redis://:{needles.OF_THE_BROKER}@127.0.0.1:{closed}/0",
    )
    said = run(ini, "doctor", status=1)
    assert needles.OF_THE_BROKER not in said
    found = wrong(said)
    assert set(found) == {"worker", "beat", "outbox", "migrations", "mail", "files", "certificate", "proxy", "broker"}
    assert found["migrations"] == "ledger is at ledger_0012, the code at ledger_0013"


def test_it_works_when_the_site_does_not_start(ini: Path, tmp_path: Path) -> None:
    change(ini, atlas__workers="none", atlas__tyme_zone="x")
    assert set(wrong(run(ini, "doctor", status=1))) == {"settings"}
    change(ini, atlas__plugins="nowhere")
    assert set(wrong(run(ini, "doctor", status=1))) == {"plugins"}
    assert "there is no" in run(tmp_path / "none.ini", "doctor", status=1)


def test_without_a_database_it_says_the_rest(ini: Path) -> None:
    port = free_port()
    change(ini, sqlalchemy__url=f"postgresql+psycopg2://atlas:{needles.OF_THE_DATABASE}@127.0.0.1:{port}/atlas")
    said = run(ini, "doctor", status=1)
    assert set(wrong(said)) == {"database"}
    assert needles.OF_THE_DATABASE not in said
    assert "takes mail" in said


def test_connections_for_all_processes_must_be_there(ini: Path, profile: str) -> None:
    if profile == "embedded":
        assert "PostgreSQL takes" not in run(ini, "doctor", "--web-processes", "50")
        return
    change(ini, sqlalchemy__pool_size="20", sqlalchemy__max_overflow="10")
    found = wrong(run(ini, "doctor", "--web-processes", "8", status=1))
    assert found == {"connections": "10 processes may open 300 connections, PostgreSQL takes 97"}


def test_a_clock_that_is_off_is_seen(ini: Path, profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if profile == "embedded":
        return

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC).replace(year=2025)

    monkeypatch.setattr(of_database, "datetime", Late)
    assert "clock" in wrong(run(ini, "doctor", status=1))


def test_a_mail_is_sent_at_once_to_try_it_out(ini: Path, smtp: SmtpServer) -> None:
    assert "took a mail for ops@example.com" in run(ini, "mail", "test", "ops@example.com")
    assert smtp.recipients == ["ops@example.com"]
    assert smtp.messages[0]["Subject"] == "A mail to try it out"
    smtp.refusing = {"nobody@example.com"}
    assert "it was not taken: SMTPRecipientsRefused" in run(ini, "mail", "test", "nobody@example.com", status=1)
    assert "is no address" in run(ini, "mail", "test", "no-address", status=1)
    change(ini, mail__transport="none", mail__errors_to="")
    assert "sends no mail" in run(ini, "mail", "test", "ops@example.com", status=1)


def test_a_link_lets_somebody_in_once_and_soon_ends(site: Site, tmp_path: Path) -> None:
    ini = tmp_path / "site.ini"
    lines = "".join(f"{key} = {value.replace('%', '%%')}\n" for key, value in site.settings.items())
    ini.write_text(f"[app:main]\nuse = egg:atlasbahamas\n{lines}")
    link = run(ini, "people", "sign-in-link", "paula").strip()
    assert link.startswith("http://127.0.0.1:6543/reset?token=")
    site.clock.moment = datetime.now(UTC)
    address = link.removeprefix("http://127.0.0.1:6543")
    browser = site.browser()
    form = browser.get(address).forms["form"]
    form["password"] = "guava duff on Sunday"
    form.submit(status=303)
    browser.get("/admin/", status=200)
    again = site.browser().get(address).forms["form"]
    again["password"] = "guava duff on Monday"
    again.submit(status=422)
    late = run(ini, "people", "sign-in-link", "paula").strip().removeprefix("http://127.0.0.1:6543")
    site.clock.move(minutes=16)
    form = site.browser().get(late).forms["form"]
    form["password"] = "guava duff on Monday"
    form.submit(status=422)
    with site.db.transaction("read") as db:
        made = text("SELECT role FROM audit_entry WHERE action = 'atlas:sign_in_link:made'")
        assert [row[0] for row in db.execute(made)] == ["command", "command"]
    assert "Nobody here is called" in run(ini, "people", "sign-in-link", "nobody", status=1)


def test_a_link_for_somebody_without_an_address_proves_none(site: Site, tmp_path: Path) -> None:
    ini = tmp_path / "site.ini"
    lines = "".join(f"{key} = {value.replace('%', '%%')}\n" for key, value in site.settings.items())
    ini.write_text(f"[app:main]\nuse = egg:atlasbahamas\n{lines}")
    run(ini, "people", "create-admin", "--user-name", "root-of-it", "--name", "Root", "--password", "a-long-password")
    link = run(ini, "people", "sign-in-link", "root-of-it").strip().removeprefix("http://127.0.0.1:6543")
    site.clock.moment = datetime.now(UTC)
    form = site.browser().get(link).forms["form"]
    form["password"] = "guava duff on Sunday"
    form.submit(status=303)
    with site.db.transaction("read") as db:
        row = db.execute(text("SELECT email, email_confirmed FROM person WHERE user_name = 'root-of-it'")).one()
    assert tuple(row) == (None, None)


def test_health_tells_of_migrations_and_of_the_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.browser()
    answer = browser.get("/health/ready", status=200).json
    assert (answer["status"], answer["parts"]["migrations"], answer["parts"]["disk"]) == ("ok", "ok", "ok")

    def at(revision: str) -> None:
        with site.db.transaction() as db:
            db.execute(text("UPDATE atlas_migrations_ledger SET version_num = :it"), {"it": revision})

    at("ledger_0011")
    answer = browser.get("/health/ready", status=503).json
    assert (answer["status"], answer["parts"]["migrations"]) == ("unavailable", "behind")
    at("ledger_9999")
    assert browser.get("/health/ready", status=200).json["parts"]["migrations"] == "ok"
    at("ledger_0013")
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    answer = browser.get("/health/ready", status=200).json
    assert (answer["status"], answer["parts"]["disk"]) == ("degraded", "short")
