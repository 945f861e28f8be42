"""Uploads as they really come: through the server, too large, broken off, in chunks, or not what they say."""

from __future__ import annotations

import http.client
import os
import re
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import plaster
import pytest
from served import served

from atlasbahamas.settings import CORE_SECTIONS, FileSettings, load
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site, demo_files

MEGABYTE = 1024 * 1024
EMBEDDED = pytest.mark.parametrize("profile", ["embedded"])
"""What happens before any row is written does not depend on the database."""


class Wire:
    """A site behind waitress with the limits of the INI file, and somebody who speaks HTTP with it by hand."""

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.port = port
        browser = site.browser("keva")
        self.token = browser.get("/account/").forms["form"]["csrf_token"].value
        organisation = browser.get("/portfolio/").location.removeprefix("http://localhost")
        (found,) = set(re.findall(r'href="([^"]+/sandyport-mews-[^"/]+/)"', browser.get(f"{organisation}properties/").text))
        self.path = f"{found}photos/add"
        self.cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    def form(self, *files: tuple[str, bytes], end: bool = True) -> tuple[bytes, str]:
        boundary = uuid.uuid4().hex
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token}\r\n'.encode()]
        for name, data in files:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="photos"; filename="{name}"\r\n\r\n'
            parts += [head.encode(), data, b"\r\n"]
        return b"".join([*parts, f"--{boundary}--\r\n".encode() if end else b""]), f"multipart/form-data; boundary={boundary}"

    def post(self, body: bytes, content_type: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": content_type, "Cookie": self.cookie, "Host": "localhost"}
        try:
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def left(self) -> tuple[set[str], dict[str, int]]:
        demo = {path.name for path in demo_files().rglob("*")}
        there = {path.name for path in self.site.store.root.rglob("*") if path.is_file()}  # type: ignore[attr-defined]
        return there - demo, self.site.counts()


@pytest.fixture
def wire(site: Site) -> Iterator[Wire]:
    limit = int(plaster.get_settings(str(sites.ROOT / "production.ini"), "server:main")["max_request_body_size"])
    with served(site.app, threads=4, max_request_body_size=limit) as port:
        yield Wire(site, port)


def test_thirty_megabytes_are_an_error_at_the_field(wire: Wire) -> None:
    before = wire.left()
    status, page = wire.post(*wire.form(("beach.jpg", samples.picture() + bytes(30 * MEGABYTE)), ("b.jpg", b"x")))
    assert status == 422
    assert "beach.jpg: This file is 30 MB. One file can have at most 15 MB." in page
    assert "AtlasBahamas" in page
    assert wire.left() == before


@EMBEDDED
def test_more_than_a_form_may_hold_is_a_page_of_ours(wire: Wire) -> None:
    before = wire.left()
    files = [(f"{number}.jpg", os.urandom(MEGABYTE) * 14) for number in range(5)]
    status, page = wire.post(*wire.form(*files))
    assert status == 413
    assert "That is too much at once" in page
    assert "To the front page" in page
    assert wire.left() == before


@EMBEDDED
def test_a_form_without_files_may_be_a_megabyte(wire: Wire) -> None:
    body = f"csrf_token={wire.token}&caption={'x' * MEGABYTE}".encode()
    status, page = wire.post(body, "application/x-www-form-urlencoded")
    assert (status, "That is too much at once" in page) == (413, True)
    status, _ = wire.post(body[: MEGABYTE // 2], "application/x-www-form-urlencoded")
    assert status == 422


def test_an_upload_that_breaks_off_leaves_nothing(wire: Wire) -> None:
    before = wire.left()
    body, content_type = wire.form(("beach.jpg", samples.picture((2000, 1500))))
    head = (
        f"POST {wire.path} HTTP/1.1\r\nHost: localhost\r\nCookie: {wire.cookie}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    for part in (0, 200, len(body) // 2, len(body) - 1):
        with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
            connection.sendall(head.encode() + body[:part])
    time.sleep(0.5)
    assert wire.left() == before
    assert wire.post(body, content_type)[0] == 303


@EMBEDDED
@pytest.mark.parametrize("cut", [20, 3000])
def test_a_form_that_ends_in_the_middle_of_a_file_is_a_bad_request(wire: Wire, cut: int) -> None:
    before = wire.left()
    body, content_type = wire.form(("beach.jpg", samples.picture((2000, 1500))), end=False)
    status, page = wire.post(body[:-cut], content_type)
    assert (status, "could not be read" in page) == (400, True)
    assert wire.left() == before


@EMBEDDED
def test_an_upload_in_chunks_is_taken(wire: Wire) -> None:
    body, content_type = wire.form(("beach.jpg", samples.picture((2000, 1500))))
    connection = http.client.HTTPConnection("127.0.0.1", wire.port, timeout=60)
    pieces = (body[place : place + 7000] for place in range(0, len(body), 7000))
    headers = {"Content-Type": content_type, "Cookie": wire.cookie, "Host": "localhost"}
    connection.request("POST", wire.path, pieces, headers, encode_chunked=True)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 303
    assert len(wire.left()[0]) == 1


@EMBEDDED
@pytest.mark.parametrize("boundary", ["", "; boundary=x", '; boundary=""'])
def test_a_form_that_is_none_is_a_bad_request(wire: Wire, boundary: str) -> None:
    before = wire.left()
    body, _ = wire.form(("beach.jpg", samples.picture()))
    assert wire.post(body, f"multipart/form-data{boundary}")[0] == 400
    assert wire.left() == before


def test_the_servers_limit_is_above_the_sites_in_both_files() -> None:
    for name in ("development.ini", "production.ini"):
        raw = plaster.get_settings(str(sites.ROOT / name), "app:main")
        ours = {key: raw[key] for key in raw if key.startswith("atlas.files.")}
        needed = {"atlas.secret": "x", "sqlalchemy.url": "sqlite:///a.sqlite"}
        settings = load(ours | needed, CORE_SECTIONS, file=name, environ={}).section(FileSettings)
        limit = int(plaster.get_settings(str(sites.ROOT / name), "server:main")["max_request_body_size"])
        assert settings.max_request_bytes < limit


@EMBEDDED
def test_a_large_form_does_not_fill_the_memory(wire: Wire) -> None:
    def resident() -> int:
        return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024  # type: ignore[index]

    body, content_type = wire.form(*[(f"{number}.jpg", bytes(14 * MEGABYTE)) for number in range(4)])
    before, most = resident(), 0
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, resident())
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    status, _ = wire.post(body, content_type)
    done.set()
    watcher.join()
    assert status == 422
    assert most - before < 40 * MEGABYTE
