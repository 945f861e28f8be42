"""What a run of the proofs leaves behind: a summary of each module in docs/proofs/, to be committed."""

from __future__ import annotations

import platform
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest

from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import ROOT

SUMMARIES = ROOT / "docs" / "proofs"
SAID, RAN_ON = "said", "ran on"
_reports: dict[str, list[pytest.TestReport]] = defaultdict(list)


@pytest.fixture
def say(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line of the proof, whether it passes or not, and put it into the summary."""

    def line(words: str) -> None:
        request.node.user_properties.append((SAID, words))
        with capsys.disabled():
            print(f"\n  {words}", flush=True)

    return line


@pytest.fixture(scope="session")
def versions() -> str:
    """What the proofs run on."""
    connection = psycopg2.connect(need("POSTGRESQL").replace("+psycopg2", ""))
    server = connection.get_parameter_status("server_version")
    connection.close()
    return f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, PostgreSQL {server}"


@pytest.fixture(autouse=True)
def ran_on(request: pytest.FixtureRequest, versions: str) -> None:
    """Each report says it: where several processes share the proofs, reports are what reaches the one that writes."""
    request.node.user_properties.append((RAN_ON, versions))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what came of each test."""
    if report.when == "call" or report.outcome != "passed":
        _reports[report.nodeid.partition("::")[0]].append(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the summary of each module that ran; of several processes the one that hears of all tests does."""
    if hasattr(session.config, "workerinput"):
        return
    words = [str(word).replace(f"{ROOT}/", "") for word in session.config.invocation_params.args]
    for module, reports in _reports.items():
        if "tests/proofs/" in module:
            name = Path(module).stem.removeprefix("test_").replace("_", "-")
            SUMMARIES.mkdir(exist_ok=True)
            (SUMMARIES / f"{name}.md").write_text(_summary(module, reports, " ".join(["pytest", *words])))


def _summary(module: str, reports: list[pytest.TestReport], command: str) -> str:
    passed = sum(report.outcome == "passed" for report in reports)
    ran_on = next((words for report in reports for kind, words in report.user_properties if kind == RAN_ON), "what did not start")
    lines = [
        f"# {module}",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, `{command}`, on {ran_on}: {passed} of {len(reports)} passed.",
        "",
    ]
    for report in reports:
        lines.append(f"- {report.outcome}, {report.duration:.0f} s: `{report.nodeid.partition('::')[2]}`")
        lines += [f"  - {words}" for kind, words in report.user_properties if kind == SAID]
    return "\n".join([*lines, ""])
