"""deploy/systemd: the units name commands that exist, are hardened alike, and systemd has nothing to say against them."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest
from unit_files import command_of

from atlasbahamas.testing.programs import PROGRAMS
from atlasbahamas.testing.site import ROOT

UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
INSTALLED = "/opt/atlasbahamas/venv/bin"
HARDENED = {
    "nonewprivileges": "yes",
    "protectsystem": "strict",
    "protecthome": "yes",
    "privatetmp": "yes",
    "privatedevices": "yes",
    "capabilityboundingset": "",
    "systemcallfilter": "@system-service",
    "restrictnamespaces": "yes",
}


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.read(path)
    return parser


def test_there_is_a_unit_for_each_kind_of_process() -> None:
    assert [path.name for path in UNITS] == ["atlas-beat.service", "atlas-web@.service", "atlas-worker.service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_exists_as_nobody_special(path: Path) -> None:
    service = unit(path)["Service"]
    program, *words = service["ExecStart"].split()
    assert program == f"{INSTALLED}/atlas"
    assert command_of(words).name in ("web", "work", "beat")
    assert service["User"] == "atlas"
    assert service["StandardOutput"] == "journal"
    assert {key: service.get(key) for key in HARDENED} == HARDENED


def test_a_web_process_has_longer_than_it_needs_to_finish() -> None:
    from atlasbahamas.serving import STOPS_WITHIN

    assert int(unit(ROOT / "deploy/systemd/atlas-web@.service")["Service"]["TimeoutStopSec"]) > STOPS_WITHIN


def test_systemd_has_nothing_to_say(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not on this machine; what the units say was read above")
    written = []
    for path in UNITS:
        # The programs of this environment: those of an installed site are not here.
        copy = tmp_path / path.name.replace("@.", "@6543.")
        copy.write_text(path.read_text().replace(INSTALLED, str(PROGRAMS)))
        written.append(str(copy))
    done = subprocess.run(["systemd-analyze", "verify", *written], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
