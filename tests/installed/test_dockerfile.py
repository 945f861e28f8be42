"""The Dockerfile, read: there is no engine where the tests run. What its build does is proven by tests/proofs/test_install.py."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from unit_files import command_of

from atlasbahamas.testing.site import ROOT


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
    assert re.fullmatch(r"python:3\.1[1-3]\.\d+-slim-[a-z]+", images[0])


def test_the_image_is_installed_by_the_same_script_and_runs_as_nobody_special() -> None:
    last = max(number for number, (name, _) in enumerate(dockerfile()) if name == "FROM")
    build, image = dockerfile()[:last], dockerfile()[last:]
    assert [rest for name, rest in build if name == "RUN" and "install.sh" in rest] == [
        "EXTRAS=${EXTRAS} /source/deploy/install.sh /source /opt/atlasbahamas"
    ]
    assert os.access(ROOT / "deploy/install.sh", os.X_OK)
    user = next(rest for name, rest in image if name == "USER")
    assert user not in ("root", "0")
    assert any(name == "RUN" and rest.startswith("useradd ") and rest.endswith(f" {user}") for name, rest in image)
    names = [name for name, _ in image]
    assert "RUN" not in names[names.index("USER") :]
    program, *words = dockerfile_words("CMD")
    assert program == "atlas"
    assert command_of(words).name == "web"
    environment = next(rest for name, rest in image if name == "ENV")
    assert "ATLAS_INI=/opt/atlasbahamas/production.ini" in environment.split()


def test_nothing_private_goes_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", ".env", "certificates", "var"} <= set(left_out)


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A server that answers everything with one status; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/live" else 404)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_whether_the_process_lives(status: int, code: int) -> None:
    program, *words = dockerfile_words("HEALTHCHECK")
    assert program == "python"
    with answering(status) as url:
        words = [word.replace("http://127.0.0.1:6543", url) for word in words]
        done = subprocess.run([sys.executable, *words], capture_output=True, timeout=60, check=False)
    assert done.returncode == code
