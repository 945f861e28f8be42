"""deploy/atlas-as-site: a command of the operator's runs with what the services have."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import gettempdir

import pytest

from atlasbahamas.testing.site import ROOT

SHOWS = """\
#!/bin/sh
printf '%s\\n' "$@" "secret:${ATLAS_ATLAS__SECRET-}" "url:${ATLAS_SQLALCHEMY__URL-}" \\
    "owner:${ATLAS_SQLALCHEMY__MIGRATION_URL-}" "ini:$ATLAS_INI" "folder:$(pwd)" "user:$(id -un)"
"""
ENVIRONMENT = """\
# What the services have
ATLAS_INI=/opt/atlasbahamas/production.ini

ATLAS_ATLAS__SECRET=$(touch ran) the-old-one
ATLAS_SQLALCHEMY__URL="postgresql+psycopg2://atlas:a=b@h/d"
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A version with a program in the place of `atlas` that shows what it was given."""
    target = tmp_path / "atlasbahamas-2"
    (target / "venv/bin").mkdir(parents=True)
    shutil.copytree(ROOT / "deploy", target / "deploy")
    program = target / "venv/bin/atlas"
    program.write_text(SHOWS)
    program.chmod(0o755)
    (tmp_path / "environment").write_text(ENVIRONMENT)
    (tmp_path / "atlasbahamas").symlink_to(target)
    return tmp_path / "atlasbahamas"


def run(installed: Path, *words: str, user: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    folder = installed.parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ATLAS_", "SITE_"))}
    ours = {
        "SITE_USER": user or getpass.getuser(),
        "SITE_ENVIRONMENT": str(folder / "environment"),
        "SITE_MIGRATION": str(folder / "migration"),
    }
    return subprocess.run(
        [installed / "deploy/atlas-as-site", *words],
        cwd=folder,
        env=kept | ours | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_has_the_environment_of_the_services_and_the_ini_file_of_its_version(installed: Path) -> None:
    done = run(installed, "people", "create-admin", "--name", "Your Name")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "people", "create-admin", "--name", "Your Name",
        "secret:$(touch ran) the-old-one",
        "url:postgresql+psycopg2://atlas:a=b@h/d",
        "owner:",
        f"ini:{installed.resolve()}/production.ini",
        f"folder:{installed.resolve()}",
        f"user:{getpass.getuser()}",
    ]  # fmt: skip
    assert not list(installed.parent.rglob("ran"))


def test_what_only_migrations_need_is_in_a_file_of_its_own(installed: Path) -> None:
    (installed.parent / "migration").write_text("ATLAS_SQLALCHEMY__MIGRATION_URL='postgresql+psycopg2://owner:p@h/d'\n")
    assert "owner:postgresql+psycopg2://owner:p@h/d" in run(installed, "db", "upgrade").stdout.splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [("ATLAS_ATLAS__SECRET", "is not NAME=value"), ("a b=c", "is not NAME=value"), ("NAME=a\\b", "NAME has a backslash")],
)
def test_a_file_that_systemd_would_read_otherwise_is_refused(installed: Path, text: str, said: str) -> None:
    (installed.parent / "environment").write_text(f"{text}\n")
    done = run(installed, "settings", "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_without_the_file_nothing_is_run(installed: Path) -> None:
    (installed.parent / "environment").unlink()
    done = run(installed, "settings", "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "environment is not there" in done.stderr


def test_root_becomes_the_user_and_anybody_else_is_told_who_may(installed: Path) -> None:
    if os.geteuid() != 0:
        done = run(installed, "settings", "check", user="root")
        assert (done.returncode, done.stdout) == (2, "")
        assert "Run this as root" in done.stderr
        return
    for folder in (installed.parent, *installed.parent.parents):
        if folder.is_relative_to(gettempdir()) and folder != Path(gettempdir()):
            folder.chmod(0o755)
    (installed.parent / "environment").chmod(0o600)
    done = run(installed, "settings", "check", user="nobody")
    assert "user:nobody" in done.stdout.splitlines(), done.stderr
    assert "secret:$(touch ran) the-old-one" in done.stdout.splitlines()
