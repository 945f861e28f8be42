"""production.ini as an operator starts it: PostgreSQL and Redis given by the environment, a proxy in front."""

from __future__ import annotations

import json
import re
import signal
from typing import Any
from urllib.parse import quote

from fronted import DOMAIN
from redis import Redis

from atlasbahamas.security.limits import REGISTER_BY_ADDRESS
from atlasbahamas.testing.programs import Place, Program, ask
from atlasbahamas.testing.services import RedisServer, free_port

ADDRESS = f"https://{DOMAIN}"
BEHIND_NGINX = {"host": DOMAIN, "x_forwarded_proto": "https", "x_forwarded_host": DOMAIN}


def serve(place: Place) -> tuple[Program, str]:
    url = f"http://127.0.0.1:{free_port()}"
    place.change("production.ini", "listen = 127.0.0.1:6543", f"listen = {url.removeprefix('http://')}")
    program = place.start("pserve", "-q", "production.ini")
    program.listens(url)
    return program, url


def test_it_starts_and_serves_behind_a_proxy(production: Place) -> None:
    for words in (("settings", "check"), ("db", "upgrade")):
        done = production.run("atlas", *words)
        assert (done.returncode, done.stderr) == (0, "")
    typed = ("people", "create-admin", "--user-name", "root-of-it", "--name", "Paula Minnis", "--password", "a-long-password")
    assert production.run("atlas", *typed).stdout == "root-of-it administers this platform.\n"
    refused = production.run("atlas", "demo", "load")
    assert refused.returncode == 1
    assert "takes no demo data" in refused.stderr

    program, url = serve(production)
    ready = ask(f"{url}/health/ready")
    assert ready.status == 200, ready.text
    through = ask(f"{url}/sign-in", x_forwarded_for="203.0.113.7", **BEHIND_NGINX)
    assert through.status == 200
    cookie = through.headers["Set-Cookie"]
    assert {"secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}
    assert "Strict-Transport-Security" in through.headers
    inside = ask(f"{url}/home/", x_forwarded_for="203.0.113.7", **BEHIND_NGINX)
    assert inside.status == 303
    assert inside.headers["Location"].startswith((f"{ADDRESS}/sign-in", "/sign-in"))
    assert program.end(signal.SIGTERM) in (0, -signal.SIGTERM)
    assert "Traceback" not in program.said
    assert "a-long-password" not in program.said


def test_every_process_logs_lines_of_json_and_a_job_names_its_request(production: Place) -> None:
    assert production.run("atlas", "db", "upgrade").returncode == 0
    jobs = production.start("atlas", "jobs", "run")
    spoken = jobs.output.rename(jobs.output.with_name("output-of-jobs"))
    web, url = serve(production)
    given = "0123456789abcdef0123456789abcdef"
    page = ask(f"{url}/register", **BEHIND_NGINX)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    form = {"csrf_token": token[1], "full_name": "Eulah Strachan", "email": "eulah@example.com", "password": "long-enough-for-us"}
    cookie = page.headers["Set-Cookie"].split(";")[0]
    headers = BEHIND_NGINX | {"cookie": cookie, "origin": ADDRESS, "x_request_id": given, "x_forwarded_for": "203.0.113.7"}
    answer = ask(f"{url}/register", form=form, **headers)
    assert (answer.status, answer.headers["X-Request-ID"]) == (303, given)
    stranger = ask(f"{url}/sign-in", source="127.0.0.2", x_request_id=given)
    assert stranger.headers["X-Request-ID"] != given

    def of_the_job() -> list[dict[str, Any]]:
        # The last line may be half written.
        whole = [line for line in spoken.read_text().splitlines() if line.endswith("}")]
        return [line for line in map(json.loads, whole) if line["event"] == "job failed" and line["job"] == "atlas.send_mail"]

    jobs.wait_for(lambda: bool(of_the_job()), "mail that cannot be sent")
    assert {line["request_id"] for line in of_the_job()} == {given}
    assert jobs.end(signal.SIGTERM) == 0
    web.end(signal.SIGTERM)
    for said in (web.said, spoken.read_text()):
        lines = [json.loads(line) for line in said.splitlines()]
        assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
        assert "long-enough-for-us" not in said
    events = {json.loads(line)["event"] for line in spoken.read_text().splitlines()}
    assert {"child started", "job failed", "worker: Warm shutdown (MainProcess)"} <= events


def test_a_rate_limit_counts_the_address_that_the_proxy_names_and_no_forged_one(production: Place) -> None:
    assert production.run("atlas", "db", "upgrade").returncode == 0
    _, url = serve(production)
    page = ask(f"{url}/register", **BEHIND_NGINX)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    cookie = page.headers["Set-Cookie"].split(";")[0]
    # Without a way to sign in the account is refused by its service, after the attempt was counted.
    form = {"csrf_token": token[1], "full_name": "Nobody", "password": "long-enough-for-us"}

    def attempt(visitor: str, source: str) -> int:
        headers = BEHIND_NGINX | {"cookie": cookie, "origin": ADDRESS, "x_forwarded_for": visitor}
        return ask(f"{url}/register", form=form, source=source, **headers).status

    # Whoever is not the proxy names another address each time, and is counted by their own ...
    most = REGISTER_BY_ADDRESS.amount
    forged = [attempt(f"198.51.100.{number}", "127.0.0.2") for number in range(most + 2)]
    assert forged == [422] * most + [429] * 2
    # ... which is the address that the proxy would have named, and nobody else's.
    assert attempt("127.0.0.2", "127.0.0.1") == 429
    assert attempt("198.51.100.1", "127.0.0.1") == 422


def test_redis_with_a_password_keeps_sessions_counts_attempts_and_wakes_workers(
    production: Place, redis_server: RedisServer
) -> None:
    password = "p@ss/w:rd%"
    with Redis.from_url(redis_server.url) as client:
        client.config_set("requirepass", password)
    with_password = redis_server.url.replace("redis://", f"redis://:{quote(password, safe='')}@")
    keys = ("ATLAS_REDIS__SESSIONS__REDIS_URL", "ATLAS_ATLAS__LIMITS", "ATLAS_ATLAS__BROKER")
    production.environ |= dict.fromkeys(keys, with_password)
    assert production.run("atlas", "db", "upgrade").returncode == 0
    _, url = serve(production)
    assert ask(f"{url}/health/ready").status == 200
    page = ask(f"{url}/sign-in", **BEHIND_NGINX)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    headers = BEHIND_NGINX | {"cookie": page.headers["Set-Cookie"].split(";")[0], "origin": ADDRESS}
    form = {"csrf_token": token[1], "name": "nobody", "password": "not-the-password"}
    assert ask(f"{url}/sign-in", form=form, **headers).status == 422
    with Redis.from_url(with_password) as client:
        assert any(b"LIMITS" in key.upper() for key in client.scan_iter())
    worker = production.start("atlas", "jobs", "run")
    worker.wait_for(lambda: '"worker":"ok"' in ask(f"{url}/health/ready").text.replace(" ", ""), "worker")
    shown = production.run("atlas", "settings", "show")
    assert password not in shown.stdout + worker.said
    assert quote(password, safe="") not in shown.stdout + worker.said


def test_an_operator_makes_it_read_only_and_opens_it_again(production: Place) -> None:
    assert production.run("atlas", "db", "upgrade").returncode == 0
    program, url = serve(production)

    def switch(*words: str) -> str:
        done = production.run("atlas", "site", "read-only", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert switch("status") == "The site is not read-only.\n"
    assert "every process should have seen it by now. No job runs." in switch(
        "on", "--until", "2099-01-01 00:30", "--why", "We are moving."
    )
    page = ask(f"{url}/listings/", **BEHIND_NGINX)
    assert page.status == 200
    assert "Until 1 January 2099, 12:30 am you can look at everything here, but change nothing. We are moving." in page.text
    refused = ask(f"{url}/sign-in", form={"name": "x"}, **BEHIND_NGINX)
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 3600
    assert ask(f"{url}/health/live").status == 200
    assert "until 2099-01-01 00:30. We are moving.\nNo job runs." in switch("status")
    assert "writes again" in switch("off")
    program.wait_for(lambda: "change nothing" not in ask(f"{url}/listings/", **BEHIND_NGINX).text, "open site")
    again = production.run("atlas", "site", "read-only", "off")
    assert (again.returncode, again.stderr) == (1, "Error: The site is not read-only.\n")
    past = production.run("atlas", "site", "read-only", "on", "--until", "2020-01-01 10:00")
    assert past.returncode == 1
    assert "over already" in past.stderr


def test_it_refuses_to_start_and_says_all_at_once(production: Place) -> None:
    production.environ |= {
        "ATLAS_ATLAS__SECRET": "change-me",
        "ATLAS_REDIS__SESSIONS__SECRET": "short",
        "ATLAS_SQLALCHEMY__URL": "sqlite:///atlas.sqlite",
        "ATLAS_ATLAS__DEMO": "true",
        "ATLAS_ATLAS__COOKIES_SECURE": "false",
        "ATLAS_ATLAS__TRUSTED_PROXY": "",
        "ATLAS_ATLAS__BASE_URL": f"http://{DOMAIN}",
        "ATLAS_ATLAS__BROKER": "redis://elsewhere:6379/2",
        "ATLAS_MAIL__TRANSPORT": "none",
    }
    keys = {
        "atlas.secret", "redis.sessions.secret", "sqlalchemy.url", "atlas.demo", "atlas.cookies_secure", "atlas.trusted_proxy",
        "atlas.base_url", "atlas.broker", "mail.transport",
    }  # fmt: skip
    checked = production.run("atlas", "settings", "check")
    assert checked.returncode == 1
    lines = checked.stderr.removeprefix("Error: ").splitlines()
    assert sorted(line.split(": ")[1].split()[0] for line in lines) == sorted(keys)
    started = production.run("pserve", "production.ini")
    assert started.returncode != 0
    assert all(f": {key} " in started.stderr for key in keys)
    assert "change-me" not in checked.stderr + started.stderr
