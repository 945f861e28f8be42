"""deploy/install.sh into an empty folder by somebody who is not root, and production.ini started from there.

It takes the versions of deploy/constraints.txt. What came out since shows where the suite runs, which takes the newest.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fronted import DOMAIN

from atlasbahamas.testing.programs import Place, ask
from atlasbahamas.testing.services import free_port
from atlasbahamas.testing.site import ROOT

INSTALLING_TAKES = 400.0  # seconds, most of them the network's
SHIPPED = ("src", "alembic", "deploy", "setup.cfg", "pyproject.toml", "README.md", "LICENSE", "alembic.ini")


def unprivileged() -> list[str]:
    """What to put before a command so that it has no right of root's: in CI the tests often run as root."""
    if os.geteuid() != 0:
        return []
    return ["unshare", "--user", "--map-user=10001", "--map-group=10001"]


def install(checkout: Path, target: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ATLAS_", "VIRTUAL_ENV"))}
    # The interpreter under this environment, not this environment.
    path = os.pathsep.join((str(Path(sys.base_prefix) / "bin"), environ["PATH"]))
    done = subprocess.run(
        [*unprivileged(), "sh", "deploy/install.sh", ".", str(target)],
        cwd=checkout,
        # Somebody may have a path on which an older version lies; that is nobody's installation.
        env=environ | {"PATH": path, "HOME": str(target.parent / "home"), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=INSTALLING_TAKES,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def libraries(target: Path) -> set[str]:
    """What was installed beside the product, as lines of constraints.txt."""
    words = [str(target / "venv/bin/python"), "-c", LISTED]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": ""})
    return set(done.stdout.split())


LISTED = """
import importlib.metadata as m, re
for d in m.distributions():
    name = re.sub(r"[-_.]+", "-", d.name).lower()
    if name not in ("pip", "atlasbahamas"):
        print(f"{name}=={d.version}")
"""


def started_by_systemd(target: Path) -> list[list[str]]:
    """The commands of the installed units, in the tree where they were installed."""
    units = [path.read_text() for path in (target / "deploy/systemd").glob("*.service")]
    lines = [re.findall(r"^ExecStart=/opt/atlasbahamas/(.*)$", text, re.MULTILINE) for text in units]
    assert [len(found) for found in lines] == [1, 1, 1]
    return [[str(target / words[0]), *words[1:]] for words in (found[0].split() for found in lines)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that git has of what is shipped, without what tests and builds left between them."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in (*SHIPPED, "development.ini", "production.ini"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def test_it_is_installed_without_root_and_runs_from_a_tree_that_nobody_can_write(
    checkout: Path, tmp_path: Path, servers: dict[str, str]
) -> None:
    target = tmp_path / "opt" / "atlasbahamas"
    install(checkout, target)
    assert {path.name for path in target.iterdir()} == {
        "venv", "alembic", "alembic.ini", "deploy", "development.ini", "production.ini",
    }  # fmt: skip
    assert {path.name for path in checkout.iterdir()} == {*SHIPPED, "development.ini", "production.ini"}
    assert libraries(target) <= set((ROOT / "deploy/constraints.txt").read_text().split())

    url = f"http://127.0.0.1:{free_port()}"
    # Nothing but what is installed: whoever runs the tests may have a path of their own.
    place = Place(target, target / "venv/bin", environ=servers | {"PYTHONPATH": ""}, before=unprivileged(), output=tmp_path)
    place.change("production.ini", "threads = 8", "threads = 4")
    subprocess.run(["chmod", "-R", "a-w", target], check=True)
    try:
        assert place.run("touch", "new").returncode != 0
        upgraded = place.run("atlas", "db", "upgrade")
        assert (upgraded.returncode, upgraded.stderr) == (0, "")
        for command in started_by_systemd(target):
            assert place.run(command[0], *command[1:], "--help").returncode == 0
        # As a container and systemd do.
        served = place.start("atlas", "web", "--listen", url.removeprefix("http://"))
        served.listens(url)
        page = ask(f"{url}/listings/", host=DOMAIN)
        assert page.status == 200
        style = re.search(r'href="(/static/atlas\.css[^"]*)"', page.text)
        assert style is not None
        assert ask(url + style[1]).status == 200
        assert served.end(signal.SIGTERM) == 0
        assert "Traceback" not in served.said
    finally:
        place.close()
        subprocess.run(["chmod", "-R", "u+w", target], check=True)

    # Installing again is an upgrade: what left the source leaves the site, and the operator's own file stays.
    (checkout / "src/atlasbahamas_plugins/listings/README.md").unlink()
    (checkout / "production.ini").write_text("[app:main]\n")
    install(checkout, target)
    assert "threads = 4" in (target / "production.ini").read_text()
    assert not list(target.glob("venv/lib/*/site-packages/atlasbahamas_plugins/listings/README.md"))
    assert list(target.glob("venv/lib/*/site-packages/atlasbahamas_plugins/portfolio/README.md"))
