"""deploy/nginx as an operator has it: real nginx with the filled template, two web processes, PostgreSQL and Redis."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import plaster
import pytest
from fronted import DOMAIN, Caller, Nginx, PublicSite, filled, public_site
from over_http import hidden_fields
from rolling import check, restart_all, roll_under_load

from atlasbahamas.masking import mask_path
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.security.limits import REGISTER_BY_ADDRESS
from atlasbahamas.testing.programs import Answer, ask
from atlasbahamas.testing.site import ROOT
from atlasbahamas.web.tweens import MAX_PLAIN_BYTES

SHARED_FOR = 2  # seconds
MEGABYTE = 1024 * 1024
MEGABYTES = 16  # of a form with files: what production.ini says would take long to send
BLANKS = {"domain": DOMAIN, "certificate": "/c.pem", "key": "/k.pem", "web": "127.0.0.1:6543"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    """One for all tests here; whoever stops a part of it starts it again."""
    environ = {
        "ATLAS_ATLAS__SHARED_PAGE_SECONDS": str(SHARED_FOR),
        "ATLAS_ATLAS__FILES__MAX_REQUEST_MEGABYTES": str(MEGABYTES),
    }
    with public_site(tmp_path_factory.mktemp("public"), **environ) as running:
        yield running


@pytest.fixture
def nginx(site: PublicSite) -> Nginx:
    return site.nginx


def handshake(nginx: Nginx, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{nginx.https}", *words],
        input="",
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_of_tls_are_refused(nginx: Nginx, version: str) -> None:
    # The client is willing: it is the server that says no.
    old = handshake(nginx, "-servername", DOMAIN, version, "-cipher", "ALL:@SECLEVEL=0")
    assert old.returncode != 0
    assert "alert protocol version" in old.stderr


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_new_versions_of_tls_are_taken_and_http_2_is_agreed_on(nginx: Nginx, version: str) -> None:
    done = handshake(nginx, "-servername", DOMAIN, version, "-alpn", "h2,http/1.1", "-CAfile", str(nginx.certificate))
    assert "Verify return code: 0 (ok)" in done.stdout
    assert "ALPN protocol: h2" in done.stdout


def test_a_weak_cipher_is_refused(nginx: Nginx) -> None:
    weak = handshake(nginx, "-servername", DOMAIN, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")
    assert "alert handshake failure" in weak.stderr


def test_http_leads_to_https(nginx: Nginx) -> None:
    answer = ask(f"http://127.0.0.1:{nginx.http}/listings/", host=DOMAIN)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{DOMAIN}/listings/")


def test_another_name_is_refused(nginx: Nginx) -> None:
    for host in ("evil.example", f"{DOMAIN}.evil.example", "127.0.0.1"):
        assert ask(f"http://127.0.0.1:{nginx.http}/", host=host).status == 421
        assert nginx.ask("/", host=host).status == 421
    plain = socket.create_connection(("127.0.0.1", nginx.https), timeout=10)
    with plain, pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        nginx.trusting().wrap_socket(plain, server_hostname="evil.example")


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing-here", "/static/atlas.css", "/atlas-errors/error.css"])
def test_every_answer_says_hsts_once_and_no_version(nginx: Nginx, path: str) -> None:
    answer = nginx.ask(path)
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
    assert answer.headers.get_all("Server") == ["nginx"]
    assert "waitress" not in str(answer.headers)


def logged(nginx: Nginx, **wanted: str) -> dict[str, Any]:
    """The newest line that has these values; nginx writes it after the answer, so it is waited for."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for line in reversed(nginx.log):
            if wanted.items() <= line.items():
                return line
        time.sleep(0.05)
    raise AssertionError(f"no line with {wanted}")


def test_a_request_has_one_id_that_is_ours(nginx: Nginx) -> None:
    answer = nginx.ask("/listings/?page=1", X_Request_ID="forged-by-a-visitor")
    (number,) = answer.headers.get_all("X-Request-ID", [])
    assert re.fullmatch("[0-9a-f]{32}", number)
    assert logged(nginx, request_id=number)["path"] == "/listings/"


def test_the_log_is_json_and_knows_no_secrets(nginx: Nginx) -> None:
    answer = nginx.ask(
        "/listings/?token=do-not-write-this", referer=f"https://{DOMAIN}/x?token=do-not-write-this", cookie="a=do-not-write-this"
    )
    line = logged(nginx, request_id=answer.headers["X-Request-ID"])
    assert (line["path"], line["method"], line["status"]) == ("/listings/", "GET", 200)
    assert (line["address"], line["host"]) == ("127.0.0.1", DOMAIN)
    assert "do-not-write-this" not in str(nginx.log)


def test_a_path_that_opens_a_page_by_itself_is_shortened_in_the_log(nginx: Nginx) -> None:
    key = "kTq7" + "Zx9-w_Ab" * 5
    long_name = "/listings/a-house-with-a-name-that-is-longer-than-any-key"
    for path in (f"/receipts/r1-{key}", f"/receipts/r1-{key}/?page=1", f"/receipts/r1-%6b{key[1:]}/", long_name):
        nginx.ask(path)
    for shown in (mask_path(f"/receipts/r1-{key}"), "/receipts/r1-%********", long_name):
        assert logged(nginx, path=shown)["method"] == "GET"
    assert key[4:12] not in str(nginx.log)


def fresh(nginx: Nginx, path: str, wanted: str) -> Answer:
    """The answer as it is when the cache says `wanted`; what was asked before may still be kept."""
    for _ in range(20):
        answer = nginx.ask(path)
        if answer.headers["X-Cache"] == wanted:
            return answer
        time.sleep(0.3)
    raise AssertionError(f"never {wanted}: {answer.headers['X-Cache']}")


def test_a_shared_page_is_kept_and_shown_while_no_process_answers(site: PublicSite) -> None:
    nginx = site.nginx
    assert nginx.ask("/listings/?bedrooms=2").headers["X-Cache"] == "MISS"
    kept = nginx.ask("/listings/?bedrooms=2")
    assert (kept.status, kept.headers["X-Cache"]) == (200, "HIT")
    assert kept.headers["Cache-Control"] == f"public, max-age={SHARED_FOR}"
    try:
        for port in site.web:
            assert site.stop(port) == 0
        time.sleep(SHARED_FOR + 0.5)
        stale = nginx.ask("/listings/?bedrooms=2")
        assert (stale.status, stale.headers["X-Cache"], stale.text) == (200, "STALE", kept.text)
        away = nginx.ask("/listings/?bedrooms=3")
        assert (away.status, away.headers["Retry-After"]) == (503, "10")
        assert "Nothing was lost" in away.text
        assert away.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
        assert nginx.ask("/sign-in", method="POST", body=b"").status == 503
    finally:
        for port in site.web:
            site.begin(port)
        for port, program in site.web.items():
            program.listens(f"http://127.0.0.1:{port}")
    assert fresh(nginx, "/listings/?bedrooms=3", "HIT").status == 200


def test_a_personal_page_is_never_kept(site: PublicSite) -> None:
    nginx = site.nginx
    keva = Caller(nginx)
    assert keva.sign_in("keva", DEMO_PASSWORD) == 303
    cookie = "; ".join(f"{name}={value}" for name, value in keva.cookies.items())
    path = "/listings/?bedrooms=1"
    for _ in range(2):
        hers = nginx.ask(path, cookie=cookie)
        assert (hers.status, hers.headers["X-Cache"]) == (200, "BYPASS")
        assert "private" in hers.headers["Cache-Control"]
        assert "/sign-out" in hers.text
        assert nginx.ask("/home/", cookie=cookie).headers["X-Cache"] == "BYPASS"
    others = nginx.ask(path)
    assert others.headers["X-Cache"] == "MISS"
    assert "/sign-out" not in others.text
    # And what visitors share is not shown to her.
    assert "/sign-out" in nginx.ask(path, cookie=cookie).text
    # A form that carries a token is nobody else's.
    assert nginx.ask("/sign-in").headers["X-Cache"] == "MISS"
    assert nginx.ask("/sign-in").headers["X-Cache"] == "MISS"


def test_static_files_are_kept_for_everybody(nginx: Nginx) -> None:
    style = re.search(r'href="(/static/atlas\.css[^"]*)"', nginx.ask("/").text)
    assert style is not None
    nginx.ask(style[1])
    again = nginx.ask(style[1], cookie="atlas_session=x", accept_encoding="gzip")
    assert (again.status, again.headers["X-Cache"], again.headers["Content-Encoding"]) == (200, "HIT", "gzip")
    assert "max-age=31536000" in again.headers["Cache-Control"]


def test_pages_are_not_compressed(nginx: Nginx) -> None:
    assert "Content-Encoding" not in nginx.ask("/sign-in", accept_encoding="gzip").headers


def begin_upload(nginx: Nginx, length: int, kind: str) -> http.client.HTTPSConnection:
    connection = nginx.connection()
    connection.putrequest("POST", "/sign-in")
    connection.putheader("Content-Type", kind)
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    return connection


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("application/x-www-form-urlencoded", MAX_PLAIN_BYTES), ("multipart/form-data; boundary=x", MEGABYTES * MEGABYTE)],
    ids=["a form", "with files"],
)
def test_what_is_too_large_gets_the_page_of_the_application(nginx: Nginx, kind: str, limit: int) -> None:
    for more, status in ((0, 400), (1, 413)):
        connection = begin_upload(nginx, limit + more, kind)
        connection.send(b"a" * (limit + more))
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        # 400: taken, and found to be no form of ours.
        assert answer.status == status
        assert 'class="site-header' in page
        assert ("That is too much at once" in page) is (status == 413)


def test_what_is_larger_than_a_server_takes_gets_a_page_from_nginx(nginx: Nginx) -> None:
    limit = int(plaster.get_settings(str(ROOT / "production.ini"), "server:main")["max_request_body_size"])
    connection = begin_upload(nginx, limit + 1, "multipart/form-data; boundary=x")
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert answer.status == 413
    assert "That is too much at once" in page
    assert "nginx" not in page


def test_the_limits_of_all_three_agree() -> None:
    limit = re.search(r"client_max_body_size (\d+)m;", filled(**BLANKS).stdout)
    raw = plaster.get_settings(str(ROOT / "production.ini"), "app:main")
    server = plaster.get_settings(str(ROOT / "production.ini"), "server:main")
    assert limit is not None
    assert int(limit[1]) * MEGABYTE == int(server["max_request_body_size"])
    assert int(raw["atlas.files.max_request_megabytes"]) < int(limit[1])


def test_forged_forwarded_headers_are_overwritten(site: PublicSite) -> None:
    forged = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "http",
        "Forwarded": "for=1.2.3.4;host=evil.example;proto=http",
    }
    inside = site.nginx.ask("/home/", **forged)
    assert inside.status == 303
    assert "evil.example" not in inside.headers["Location"]
    assert not inside.headers["Location"].startswith("http:")
    visitor = Caller(site.nginx, "127.0.0.9")
    status, page = visitor.ask("/register")
    assert status == 200
    form = {**hidden_fields(page), "full_name": "Nobody", "password": "long-enough-for-us"}

    def attempt(claimed: str) -> int:
        visitor.headers |= {"X-Forwarded-For": claimed, "X-Real-IP": claimed, "Forwarded": f"for={claimed}"}
        return visitor.ask("/register", form)[0]

    most = REGISTER_BY_ADDRESS.amount
    assert [attempt(f"198.51.100.{number}") for number in range(most + 2)] == [422] * most + [429] * 2


def test_figures_are_not_for_the_public(nginx: Nginx) -> None:
    assert nginx.ask("/metrics").status == 404


@contextmanager
def dying() -> Iterator[tuple[int, list[bytes]]]:
    """A web process that takes every request and breaks off; gives its port, and what it was sent."""
    requests: list[bytes] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                requests.append(connection.recv(65536))
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()[1], requests
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def test_a_get_that_broke_off_goes_to_the_next_process_and_a_post_does_not(site: PublicSite, tmp_path: Path) -> None:
    (port, *_) = site.web
    with dying() as (dead, requests):
        nginx = Nginx(tmp_path / "nginx", [dead, port])
        try:
            # Until nginx has asked the dying one: which comes first is not said.
            for _ in range(6):
                assert nginx.ask("/sign-in").status == 200
                if requests:
                    break
            assert requests[0].startswith(b"GET /sign-in")
            before = len(requests)
            statuses = []
            for _ in range(6):
                statuses.append(nginx.ask("/sign-in", method="POST", body=b"name=keva").status)
                if len(requests) > before:
                    break
            assert requests[before].startswith(b"POST /sign-in")
            # The other one would have answered it.
            assert statuses[-1] == 503
            assert set(statuses[:-1]) <= {400}
        finally:
            nginx.close()


@pytest.mark.parametrize(
    ("blanks", "said"),
    [
        ({**BLANKS, "web": ""}, "web= is missing"),
        ({**BLANKS, "colour": "red"}, "There is no blank for colour=red"),
        *(({**BLANKS, "certificate": f"/a{sign}b"}, "A value cannot have quotes") for sign in ";{}'\"\\|&$\n"),
    ],
)
def test_blanks_that_are_filled_wrongly_are_refused(blanks: dict[str, str], said: str) -> None:
    done = filled(**blanks)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr


def test_every_blank_is_filled() -> None:
    done = filled(**BLANKS | {"web": "10.0.0.1:6543 10.0.0.2:6543", "http": "80 [::]:80"})
    assert done.returncode == 0
    assert "@" not in done.stdout
    assert done.stdout.count("max_fails=3 fail_timeout=2s;") == 2
    assert "    listen [::]:80 default_server;\n" in done.stdout


def test_a_rolling_restart_loses_nothing_and_doubles_nothing(site: PublicSite, tmp_path: Path) -> None:
    # More rounds, and nobody who rests, in tests/proofs/test_rolling_restart.py.
    check(site, roll_under_load(site, tmp_path, 1, pause=0.1))


def test_a_process_that_does_not_come_back_costs_nobody_anything(site: PublicSite, tmp_path: Path) -> None:
    first, second = site.web
    script = tmp_path / "end.sh"
    script.write_text(f"kill -TERM {site.web[first].process.pid}\n")
    try:
        done = restart_all(site, f"sh {script}", READY_WITHIN="1")
        assert done.returncode == 1
        assert done.stderr.startswith(f"The process at 127.0.0.1:{first} is not ready after 1 seconds")
        assert done.stdout == ""
        for _ in range(8):
            assert site.nginx.ask("/sign-in").status == 200
            # No form of ours: the application says so, and it was asked.
            assert site.nginx.ask("/sign-in", method="POST", body=b"name=keva").status == 400
        again = restart_all(site, "false")
        assert again.returncode == 1
        assert again.stderr == f"The process at 127.0.0.1:{first} is not ready; nothing was restarted.\n"
        assert site.web[second].process.poll() is None
    finally:
        assert site.web[first].process.wait(60) == 0
        site.start(first)
