"""deploy/install.sh into an empty folder by somebody who is not root, and the site started from there; and the Dockerfile,
which does the same in a container.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

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
        env=environ | {"PATH": path, "HOME": str(target.parent / "home")},
        capture_output=True,
        text=True,
        timeout=INSTALLING_TAKES,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


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
    assert {path.name for path in target.iterdir()} == {"venv", "alembic", "alembic.ini", "development.ini", "production.ini"}
    assert {path.name for path in checkout.iterdir()} == {*SHIPPED, "development.ini", "production.ini"}

    url = f"http://127.0.0.1:{free_port()}"
    place = Place(target, target / "venv/bin", environ=servers, before=unprivileged(), output=tmp_path)
    place.change("production.ini", "listen = 127.0.0.1:6543", f"listen = {url.removeprefix('http://')}")
    subprocess.run(["chmod", "-R", "a-w", target], check=True)
    try:
        assert place.run("touch", "new").returncode != 0
        upgraded = place.run("atlas", "db", "upgrade")
        assert (upgraded.returncode, upgraded.stderr) == (0, "")
        served = place.start("pserve", "production.ini")
        served.listens(url)
        page = ask(f"{url}/listings/", host="homes.example.com")
        assert page.status == 200
        style = re.search(r'href="(/static/atlas\.css[^"]*)"', page.text)
        assert style is not None
        assert ask(url + style[1]).status == 200
        healthy = [sys.executable, *dockerfile_words("HEALTHCHECK")[-2:]]
        checked = subprocess.run([word.replace("http://127.0.0.1:6543", url) for word in healthy], timeout=30, check=False)
        assert checked.returncode == 0
        served.end(signal.SIGTERM)
        assert "Traceback" not in served.said
    finally:
        place.close()
        subprocess.run(["chmod", "-R", "u+w", target], check=True)

    # Installing again is an upgrade: what left the source leaves the site, and the operator's own file stays.
    (checkout / "src/atlasbahamas_plugins/listings/README.md").unlink()
    (checkout / "production.ini").write_text("[app:main]\n")
    install(checkout, target)
    assert f"listen = {url.removeprefix('http://')}" in (target / "production.ini").read_text()
    assert not list(target.glob("venv/lib/*/site-packages/atlasbahamas_plugins/listings/README.md"))
    assert list(target.glob("venv/lib/*/site-packages/atlasbahamas_plugins/portfolio/README.md"))


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, the rest of its line) in order, with lines that are continued put together."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def dockerfile_words(instruction: str) -> list[str]:
    """The words of the command that the last instruction of a name gives."""
    rest = [rest for name, rest in dockerfile() if name == instruction][-1]
    words: list[str] = json.loads(rest[rest.index("[") :])
    return words


def test_the_images_are_pinned_and_both_the_same() -> None:
    arguments = dict(rest.split("=", 1) for name, rest in dockerfile() if name == "ARG")
    images = [rest.split()[0].replace("${PYTHON}", arguments["PYTHON"]) for name, rest in dockerfile() if name == "FROM"]
    assert len(images) == 2
    assert images[0] == images[1]
    assert re.fullmatch(r"python:3\.1[1-3](\.\d+)?-slim-[a-z]+", images[0])


def test_the_image_is_installed_by_the_same_script_and_runs_as_nobody_special() -> None:
    last = max(number for number, (name, _) in enumerate(dockerfile()) if name == "FROM")
    build, image = dockerfile()[:last], dockerfile()[last:]
    assert [rest for name, rest in build if name == "RUN" and "install.sh" in rest] == [
        "/source/deploy/install.sh /source /opt/atlasbahamas"
    ]
    assert os.access(ROOT / "deploy/install.sh", os.X_OK)
    user = next(rest for name, rest in image if name == "USER")
    assert user not in ("root", "0")
    assert any(name == "RUN" and rest.startswith("useradd ") and rest.endswith(f" {user}") for name, rest in image)
    names = [name for name, _ in image]
    assert "RUN" not in names[names.index("USER") :]
    assert dockerfile_words("CMD") == ["pserve", "production.ini"]
    assert "/health/live" in dockerfile_words("HEALTHCHECK")[-1]
    # The address that is rewritten for the container is the one that the file has.
    rewritten = next(rest for name, rest in build if "sed" in rest)
    assert "s/^listen = .*/" in rewritten
    assert re.search(r"^listen = ", (ROOT / "production.ini").read_text(), re.MULTILINE)


def test_nothing_private_goes_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "var"} <= set(left_out)
