"""What somebody with bad intentions tries from outside: through nginx, against two processes that share PostgreSQL and Redis.

docs/operators/threats.md says which threat each of these is about.
"""

from __future__ import annotations

import re
import socket
import statistics
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from fronted import DOMAIN, Caller, Nginx, PublicSite, public_site
from over_http import hidden_fields
from sqlalchemy import select

from atlasbahamas.db.engine import Database
from atlasbahamas.mail.models import Mail
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.security.limits import SIGN_IN_BY_ACCOUNT, SIGN_IN_BY_ADDRESS
from atlasbahamas.testing.programs import PATIENCE
from atlasbahamas.testing.smtp import SmtpServer

WRONG = "not the password at all"
SHOWN = (
    ("/", 200),
    ("/sign-in", 200),
    ("/home/", 303),
    ("/nothing-here", 404),
    ("/static/atlas.css", 200),
    ("/listings/%ff", 400),
)
"""An address of each kind of answer."""
OUTSIDE = (
    "/static/../production.ini",
    "/static/../../production.ini",
    "/static/..%2f..%2fproduction.ini",
    "/static/%2e%2e/%2e%2e/production.ini",
    "/static/%252e%252e/production.ini",
    "/static/..%5c..%5cproduction.ini",
    "/static//etc/passwd",
    "/static/%00/../production.ini",
    "/../../etc/passwd",
    "//etc/passwd",
    "/listings/..%2f..%2fetc%2fpasswd",
)
ADDED = (
    "\r\nBcc: all@evil.example",
    "\nBcc: all@evil.example",
    "\rBcc: all@evil.example",
    "\r\n\r\nX-Added: yes",
    "\u2028Bcc: all@evil.example",
    "%0d%0aBcc: all@evil.example",
    "=?utf-8?q?=0d=0aBcc:_all@evil.example?=",
    ",all@evil.example",
    ">,<all@evil.example",
)
"""What begins another header, or another recipient, where a text is put into one as it is."""
OTHERS = (
    "all@evil.example,eulah@example.org",
    "eulah,all@evil.example",
    "(eulah)all@evil.example",
    "eulah<all@evil.example>",
    "eulah:all@evil.example",
    "=?utf-8?q?=0d=0aBcc=3aall?=@evil.example",
)
"""What may be taken for another address than it says."""
EULAH = {"full_name": "Eulah Strachan", "email": "eulah@example.org"}
OFFERED = {"phone": "4255555", "kind": "", "settlement": "", "asking_cents": "250,000", "words": "By the sea."}
INVITED = {"name": "Eulah Strachan", "email": "eulah@example.org", "role": "viewer"}
MAILING = (
    ("", "/register", {**EULAH, "phone": "4255555", "password": "guava duff on Sunday"}),
    ("", "/recover", {"name": "tamar@example.com"}),
    ("", "/sell/", {**EULAH, **OFFERED}),
    ("keva", "invitations/new", INVITED),
)
"""Forms after which somebody gets a mail: whose organisation they are of, where they are, and what is typed."""
MANY_LINES = ("words", "password")
"""Fields in which a line may end."""
HEADERS = {
    "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    "Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post",
}  # fmt: skip


@pytest.fixture(scope="module")
def post() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, post: SmtpServer) -> Iterator[PublicSite]:
    mail = {"ATLAS_MAIL__HOST": "127.0.0.1", "ATLAS_MAIL__PORT": f"{post.port}", "ATLAS_MAIL__SECURITY": "none"}
    with public_site(tmp_path_factory.mktemp("attacked"), **mail) as running:
        yield running


@pytest.fixture
def nginx(site: PublicSite) -> Nginx:
    return site.nginx


def raw(nginx: Nginx, target: str) -> tuple[int, str]:
    """Status and answer for an address that is sent as it is: clients would make it tidy."""
    with (
        socket.create_connection(("127.0.0.1", nginx.https), PATIENCE) as plain,
        nginx.trusting().wrap_socket(plain, server_hostname=DOMAIN) as secure,
    ):
        secure.sendall(f"GET {target} HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: secure.recv(65_536), b"")).decode(errors="replace")
    return int(answer.split(" ", 2)[1]), answer


def organisation_of(person: Caller, who: str) -> str:
    """Sign somebody in; gives the address of the organisation that they own."""
    assert person.sign_in(who, DEMO_PASSWORD) == 303
    return re.findall(r'href="(/portfolio/[^/"]+/)"', person.ask("/home/")[1])[0]


def attempt(nginx: Nginx, name: str, address: str, password: str = WRONG) -> int:
    """What a try to sign in is answered, by whoever has this address."""
    return Caller(nginx, address).sign_in(name, password)


def processes_that_answered(nginx: Nginx, path: str) -> set[str]:
    return {line["web"] for line in nginx.log if line["path"].startswith(path) and line["web"]}


@pytest.mark.parametrize(("path", "status"), SHOWN)
def test_every_kind_of_answer_has_the_headers(nginx: Nginx, path: str, status: int) -> None:
    answer = nginx.ask(path)
    assert answer.status == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_cookies_are_for_https_and_not_for_scripts(nginx: Nginx) -> None:
    cookies = nginx.ask("/sign-in").headers.get_all("Set-Cookie") or []
    assert cookies
    for cookie in cookies:
        words = {word.strip().lower() for word in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax"} <= words, cookie.partition("=")[0]


@pytest.mark.parametrize("target", OUTSIDE)
def test_no_address_leads_out_of_the_site(nginx: Nginx, target: str) -> None:
    status, answer = raw(nginx, target)
    assert 400 <= status < 500
    assert "[app:main]" not in answer
    assert "root:" not in answer


def test_a_session_that_somebody_else_began_is_not_signed_in(nginx: Nginx) -> None:
    attacker, victim = Caller(nginx, "127.0.1.1"), Caller(nginx, "127.0.1.2")
    attacker.ask("/sign-in")
    planted = dict(attacker.cookies)
    victim.cookies.update(planted)
    _, page = victim.ask("/sign-in")
    status, _ = victim.ask("/sign-in", {**hidden_fields(page), "name": "marva", "password": DEMO_PASSWORD})
    assert status == 303
    assert victim.cookies != planted
    # A connection each time, so both processes are asked.
    assert [attacker.ask("/account/")[0] for _ in range(4)] == [303] * 4
    assert [victim.ask("/account/")[0] for _ in range(4)] == [200] * 4


def test_guessing_the_password_of_one_account_ends_whichever_process_is_asked(nginx: Nginx) -> None:
    most = SIGN_IN_BY_ACCOUNT.amount
    statuses = [attempt(nginx, "philip", f"127.0.2.{number + 1}") for number in range(most + 3)]
    assert statuses == [422] * most + [429] * 3
    assert len(processes_that_answered(nginx, "/sign-in")) == 2
    assert attempt(nginx, "philip", "127.0.2.99", DEMO_PASSWORD) == 429


def test_one_password_for_many_accounts_ends_whichever_process_is_asked(nginx: Nginx) -> None:
    most = SIGN_IN_BY_ADDRESS.amount
    statuses = [attempt(nginx, f"somebody-{number}", "127.0.3.1") for number in range(most + 3)]
    assert statuses == [422] * most + [429] * 3
    assert attempt(nginx, "somebody-else", "127.0.3.2") == 422


def test_an_account_that_exists_is_not_told_by_the_time(nginx: Nginx) -> None:
    """Without a password to check an answer takes a tenth of the time: three times is far from both.

    The accounts of the demo have passwords that are cheap to check, so somebody registers.
    """
    known, unknown = [], []
    registered = {"full_name": "Eulah Strachan", "user_name": "eulah", "password": "guava duff on Sunday"}
    assert Caller(nginx, "127.0.4.99").send("/register", registered) == 303
    for number in range(5):
        for name, times in (("eulah", known), (f"nobody-{number}", unknown)):
            caller = Caller(nginx, f"127.0.4.{number + 1}")
            form = {**caller.form("/sign-in"), "name": name, "password": WRONG}
            started = time.perf_counter()
            status, _ = caller.ask("/sign-in", form)
            times.append(time.perf_counter() - started)
            assert status == 422
    assert 1 / 3 < statistics.median(known) / statistics.median(unknown) < 3


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "/\r\nX: y"],
)
def test_signing_in_leads_to_no_other_site(nginx: Nginx, target: str) -> None:
    caller = Caller(nginx, "127.0.5.1")
    form = {**caller.form("/sign-in"), "next": target, "name": "keva", "password": DEMO_PASSWORD}
    assert caller.ask("/sign-in", form)[0] == 303
    assert caller.location == f"https://{DOMAIN}/home/"


def test_no_header_puts_another_address_into_a_page(nginx: Nginx) -> None:
    answer = nginx.ask("/sign-in", X_Forwarded_Host="evil.example", X_Original_URL="//evil.example/", X_Host="evil.example")
    assert answer.status == 200
    assert "evil.example" not in answer.text


def with_choices(page: str, typed: dict[str, str]) -> dict[str, str]:
    """What is typed, with the first thing that can be chosen where a box has none of it yet."""
    form = hidden_fields(page) | typed
    for name, box in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        form[name] = form.get(name) or re.findall(r'<option [^>]*value="([^"]+)"', box)[0]
    return form


def mailed(site: PublicSite, post: SmtpServer) -> list[tuple[str, EmailMessage]]:
    """What reached the mail server since the last time, and to whom; nothing is left that could not be sent."""
    done = site.place.run("atlas", "jobs", "drain")
    assert done.returncode == 0, done.stderr
    database = Database(site.database)
    with database.transaction("read") as db:
        assert db.scalars(select(Mail.id).where(Mail.state == "waiting")).all() == []
    database.dispose()
    sent = list(zip(post.recipients, post.messages, strict=True))
    post.recipients.clear()
    post.messages.clear()
    return sent


def check_headers(sent: list[tuple[str, EmailMessage]]) -> None:
    """Each mail has our headers, once, and goes to the one whom it names."""
    for recipient, message in sent:
        assert "evil.example" not in recipient
        assert set(message.keys()) <= HEADERS
        assert len(set(message.keys())) == len(message.keys())
        assert [address.addr_spec for address in message["To"].addresses] == [recipient]


@pytest.mark.parametrize(("who", "where", "valid"), MAILING, ids=[where for _, where, _ in MAILING])
def test_no_field_adds_a_header_or_a_recipient_to_a_mail(
    site: PublicSite, post: SmtpServer, who: str, where: str, valid: dict[str, str]
) -> None:
    member = Caller(site.nginx, "127.0.7.250")
    path = f"{organisation_of(member, who)}{where}" if who else where
    broken = [(field, valid[field] + added) for field in valid for added in ADDED]
    broken += [("email", text) for text in OTHERS if "email" in valid]
    for number, (field, text) in enumerate([("", ""), *broken]):
        # A visitor from an address of their own, or they would be stopped for their number.
        person = member if who else Caller(site.nginx, f"127.0.7.{number + 1}")
        _, page = person.ask(path)
        status, _ = person.ask(path, with_choices(page, valid) | ({field: text} if field else {}))
        assert status in ((303, 422) if field else (303,)), (field, text)
        if field == "email" or (field not in MANY_LINES and ("\r" in text or "\n" in text)):
            assert status == 422, (field, text)
    sent = mailed(site, post)
    assert sent
    check_headers(sent)


def test_a_name_that_stands_in_a_subject_is_one_header(site: PublicSite, post: SmtpServer) -> None:
    person = Caller(site.nginx, "127.0.8.1")
    here = organisation_of(person, "marva")
    taken = []
    for number, added in enumerate(ADDED):
        taken.append(person.send(f"{here}edit", {"name": f"Bethel{added}", "brea_licence": ""}) == 303)
        _, page = person.ask(f"{here}invitations/new")
        invited = with_choices(page, INVITED | {"email": f"eulah-{number}@example.org"})
        assert person.ask(f"{here}invitations/new", invited)[0] == 303
    sent = mailed(site, post)
    assert len(sent) == len(ADDED)
    assert any(taken)
    assert any("Bcc" in message["Subject"] for _, message in sent)
    check_headers(sent)
