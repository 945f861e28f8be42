"""Pyramid's and Alembic's own commands on development.ini: each does its work and has nothing to complain of."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

import pytest

from atlasbahamas.testing.programs import Place, ask
from atlasbahamas.testing.services import free_port

Quiet = Callable[..., str]


@pytest.fixture
def quiet(place: Place) -> Quiet:
    """Run a program that must succeed without a word on standard error; gives its output."""

    def run(program: str, *words: str, typed: str = "") -> str:
        done: subprocess.CompletedProcess[str] = place.run(program, *words, typed=typed)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout

    return run


def test_alembic_brings_every_feature_up_and_pserve_serves(place: Place, quiet: Quiet) -> None:
    quiet("alembic", "upgrade", "head")
    # The same command again finds nothing to do, and `atlas` agrees.
    quiet("alembic", "upgrade", "head")
    assert [line.split(":")[0] for line in quiet("atlas", "db", "current").splitlines()] == [
        "core",
        "portfolio",
        "listings",
        "leasing",
        "ledger",
    ]
    assert "head is" not in quiet("atlas", "db", "current")

    url = f"http://127.0.0.1:{free_port()}"
    place.change("development.ini", "listen = 127.0.0.1:6543", f"listen = {url.removeprefix('http://')}")
    served = place.start("pserve", "development.ini")
    served.listens(url)
    assert ask(f"{url}/listings/").status == 200
    assert served.end(signal.SIGINT) in (0, -signal.SIGINT)
    assert "Warning" not in served.said
    assert "Traceback" not in served.said


def test_the_tools_that_look_inside(place: Place, quiet: Quiet) -> None:
    quiet("alembic", "upgrade", "head")
    assert "/health/ready" in quiet("proutes", "development.ini")
    assert "listings.views.catalogue" in quiet("pviews", "development.ini", "/listings/")
    assert "atlasbahamas.web.tweens.shared_pages" in quiet("ptweens", "development.ini")


def test_the_shell_has_the_database_and_every_feature(place: Place, quiet: Quiet) -> None:
    quiet("alembic", "upgrade", "head")
    lines = (
        "print('people', db.query(models.Person).count())",
        "print('islands', db.query(portfolio.Island).count())",
        "print('listings', db.query(listings.Listing).count())",
    )
    done = place.run("pshell", "development.ini", "--python-shell", "python", typed="\n".join(lines))
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    # The console's own prompts are in the way of a word at the line's beginning.
    assert [line.rpartition(">>> ")[2] for line in done.stdout.splitlines() if ">>>" in line][:3] == [
        "people 0",
        "islands 19",
        "listings 0",
    ]
