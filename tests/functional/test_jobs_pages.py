"""What administrators, operators and probes see of the jobs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyramid.config import Configurator

from atlasbahamas.cli import atlas
from atlasbahamas.jobs import services
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site

PAGE = "/admin/jobs/"


def ask(site: Site, name: str) -> int:
    with site.db.transaction() as db:
        entry = enqueue(db, name, {"person_id": 1}, now=site.clock.now())
        assert entry is not None
        return entry.id


def fails(request: Any, payload: dict[str, Any]) -> None:
    raise OSError("the disk of <marva@example.com> is full")


@pytest.fixture
def failed(site: Site) -> int:
    """A job that failed, beside one that is done and one that waits."""
    config = Configurator(registry=site.app.registry)
    config.add_job("atlas.fail_once", fails, attempts=1)
    config.commit()
    entry_id = ask(site, "atlas.fail_once")
    ask(site, "atlas.forget_devices")
    site.drain_jobs()
    ask(site, "atlas.forget_jobs")
    return entry_id


def rows(page: Any) -> list[str]:
    return re.findall(r"href=\"/admin/jobs/(\d+)/\"", page.text)


def test_the_list_shows_counts_and_is_filtered_by_state_and_name(site: Site, failed: int) -> None:
    browser = site.browser("paula")
    page = browser.get(PAGE, status=200)
    assert len(rows(page)) == 3
    assert "OSError: the disk of &lt;…@…&gt; is full" in page.text
    assert rows(browser.get(PAGE, {"state": "failed"})) == [str(failed)]
    assert rows(browser.get(PAGE, {"name": "atlas.forget_jobs", "state": "waiting"})) != []
    assert rows(browser.get(PAGE, {"name": "atlas.forget_jobs", "state": "failed"})) == []
    for wrong in ({"state": "lost"}, {"name": "drop table"}, {"sort": "x"}, {"after": "10" * 30}):
        browser.get(PAGE, wrong, status=400)
    assert "atlas.fail_once" in browser.get(PAGE, {"format": "csv"}).text


def test_a_failed_job_is_shown_and_tried_again_once(site: Site, failed: int) -> None:
    browser = site.browser("paula")
    page = browser.get(f"{PAGE}{failed}/", status=200)
    assert "{&#34;person_id&#34;: 1}" in page.text
    confirm = page.click("Retry").forms["form"]
    assert "waits to run again" in confirm.submit(status=303).follow().text
    assert rows(browser.get(PAGE, {"state": "failed"})) == []
    answer = confirm.submit(status=422)
    assert "Only a job that failed can be tried again." in answer.text
    site.drain_jobs()
    assert rows(browser.get(PAGE, {"state": "failed"})) == [str(failed)]
    browser.get(PAGE).click("Retry all that failed").forms["form"].submit(status=303)
    assert rows(browser.get(PAGE, {"state": "failed"})) == []


def test_what_is_not_there_is_not_found(site: Site, failed: int) -> None:
    browser = site.browser("paula")
    for key in ("0", "01", f"{failed}x", "9" * 18, "9" * 30, "new"):
        browser.get(f"{PAGE}{key}/", status=404)


def test_health_tells_of_the_jobs_and_fails_for_none_of_it(database_url: str, tmp_path: Path) -> None:
    site = sites.start(database_url, tmp_path, **{"atlas.broker": f"filesystem://{tmp_path}/broker"})
    browser = site.browser()

    def parts() -> Any:
        answer = browser.get("/health/ready", status=200).json
        return answer["status"], {name: answer["parts"][name] for name in ("worker", "beat", "outbox_seconds")}

    assert parts() == ("degraded", {"worker": "late", "beat": "late", "outbox_seconds": 0})
    for part in ("worker", "beat"):
        with site.db.transaction() as db:
            services.note_alive(db, part, now=site.clock.now())
    ask(site, "atlas.forget_devices")
    site.clock.move(seconds=30)
    assert parts() == ("ok", {"worker": "ok", "beat": "ok", "outbox_seconds": 30})
    site.clock.move(seconds=30)
    assert parts()[0] == "degraded"
    site.close()


def test_health_says_off_where_nothing_wakes_a_worker(site: Site) -> None:
    answer = site.browser().get("/health/ready", status=200).json
    assert answer["status"] == "ok"
    assert (answer["parts"]["worker"], answer["parts"]["beat"]) == ("off", "off")


@pytest.fixture
def ini(site: Site, tmp_path: Path) -> Path:
    file = tmp_path / "site.ini"
    settings = "".join(f"{key} = {value.replace('%', '%%')}\n" for key, value in site.settings.items())
    file.write_text(f"[app:main]\nuse = egg:atlasbahamas\n{settings}")
    return file


def command(ini: Path, *words: object, status: int = 0) -> Result:
    result = CliRunner().invoke(atlas, ["-c", str(ini), "jobs", *map(str, words)])
    assert result.exit_code == status, result.output
    return result


def test_the_command_lists_shows_and_retries(site: Site, failed: int, ini: Path) -> None:
    said = command(ini, "list").output
    assert re.search(r"Waiting +1\n", said) and re.search(r"Failed +1\n", said) and re.search(r"Done +1\n", said)
    assert f"{failed}  atlas.fail_once" in said
    assert "OSError: the disk of <…@…> is full" in said
    said = command(ini, "show", failed).output
    assert re.search(r"attempts +1\n", said) and "person_id" in said
    assert "1 job waits to run again" in command(ini, "retry", failed).output
    assert "Only a job that failed" in command(ini, "retry", failed, status=1).output
    assert "0 jobs wait" in command(ini, "retry", "--failed").output
    assert "no job 999" in command(ini, "show", 999, status=1).output
    command(ini, "retry", status=2)
    command(ini, "retry", failed, "--failed", status=2)


def test_the_command_drains_what_is_due(site: Site, ini: Path) -> None:
    entry_id = ask(site, "atlas.forget_devices")
    assert command(ini, "drain").stdout == "1 done\n"
    assert command(ini, "drain").stdout == "Nothing was due.\n"
    assert re.search(r"state +done\n", command(ini, "show", entry_id).output)


def test_without_a_broker_nothing_runs_by_itself(ini: Path) -> None:
    for part in ("run", "beat", "work"):
        assert "atlas.broker is empty" in command(ini, part, status=1).output
