"""A secret is exchanged for another: with the old one second nobody notices, without it what it signed opens nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from webtest import TestApp

from atlasbahamas.errors import Refused
from atlasbahamas.mail.unsubscribing import unsubscribe_token
from atlasbahamas.notifications.categories import CATEGORIES
from atlasbahamas.people.addresses import find_code
from atlasbahamas.people.models import Person
from atlasbahamas.security.keys import Keys
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.services import need
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas_plugins.leasing.linking.services import check_code
from atlasbahamas_plugins.leasing.signing.models import SigningLink

OLD = "for-tests-only"
NEW = "another-one-for-tests"
BOTH = f"{NEW}\n  {OLD}"

Start = Callable[[str], Site]


@pytest.fixture
def start(profile: str, database_url: str, tmp_path: Path, smtp: SmtpServer) -> Iterator[Start]:
    """The same site, started with other secrets; those of the session in Redis have a word more."""
    redis = need("REDIS") if profile == "server" else None
    running = []

    def run(secrets: str) -> Site:
        more = {"atlas.secret": secrets} | smtp.settings()
        if redis is not None:
            more["redis.sessions.secret"] = secrets.replace("tests", "tests-too")
        running.append(sites.start(database_url, tmp_path, redis=redis, **more))
        return running[-1]

    yield run
    for each in running:
        each.close()


def at(site: Site, browser: TestApp) -> TestApp:
    """The same browser at another start of the site."""
    return TestApp(site.app, cookiejar=browser.cookiejar, extra_environ=browser.extra_environ)


def is_signed_in(site: Site, browser: TestApp) -> bool:
    answer = at(site, browser).get("/home/", status="*")
    assert answer.status_int in (200, 303)
    return bool(answer.status_int == 200)


def test_a_new_secret_before_the_old_one_signs_nobody_out(start: Start) -> None:
    browser = start(OLD).browser("keva")
    assert not is_signed_in(start(NEW), start(OLD).browser("keva"))
    assert is_signed_in(start(BOTH), browser)


def test_whoever_comes_by_meanwhile_stays_when_the_old_one_goes(
    start: Start, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = start(OLD).browser("keva")
    away = start(OLD).browser("marva")
    if profile == "embedded":
        # Pyramid signs its cookie anew once an hour.
        real = time.time
        monkeypatch.setattr("pyramid.session.time.time", lambda: real() + 3700)
    both = start(BOTH)
    answer = at(both, browser).get("/home/", status=200)
    assert "Set-Cookie" in answer.headers
    new = start(NEW)
    assert is_signed_in(new, browser)
    assert not is_signed_in(new, away)
    # With the cookie signed anew, nothing is sent any more.
    assert "Set-Cookie" not in at(both, browser).get("/home/").headers


def test_a_form_that_was_opened_before_can_be_sent_after(start: Start) -> None:
    browser = start(OLD).browser("keva")
    page = at(start(BOTH), browser).get("/notifications/preferences")
    page.forms["form"].submit(status=303)


def test_the_link_that_ends_a_kind_of_mail_works_with_the_old_secret_second(start: Start) -> None:
    old = start(OLD)
    category = old.app.registry.atlas_points.get(CATEGORIES)[0].name
    link = f"/unsubscribe?token={unsubscribe_token(old.app.registry, 1, category)}"
    start(BOTH).browser().get(link, status=200)
    start(NEW).browser().get(link, status=400)


def test_a_code_in_a_mail_works_with_the_old_secret_second(start: Start, smtp: SmtpServer) -> None:
    old = start(OLD)
    browser = old.browser()
    form = browser.get("/register").forms["form"]
    form["full_name"], form["email"], form["password"] = "Eulah Strachan", "eulah@example.com", "guava duff on Sunday"
    form.submit(status=303)
    old.drain_jobs()
    code = re.search(r"\b(\d{6})\b", str(smtp.messages[0].get_body(("plain",)).get_content()))
    assert code is not None

    with old.db.transaction() as db:
        person_id, now = db.scalars(select(Person.id).where(Person.email_key == "eulah@example.com")).one(), old.clock.now()
        with pytest.raises(Refused, match="no longer good"):
            find_code(db, person_id, code[1], keys=Keys([NEW]), now=now)
    form = at(start(BOTH), browser).get("/account/confirm").forms["form"]
    form["code"] = code[1]
    form.submit(status=303)


def test_the_code_of_a_link_works_with_the_old_secret_second() -> None:
    link = SigningLink(ref="l-1")
    link.code_hash = Keys([OLD]).digest(f"{link.purpose}:l-1:123456")
    check_code(link, "123456", Keys([NEW, OLD]))
    with pytest.raises(Refused, match="not the code"):
        check_code(link, "654321", Keys([NEW, OLD]))
    with pytest.raises(Refused, match="not the code"):
        check_code(link, "123456", Keys([NEW]))


def test_keys_are_not_printed_and_there_is_one_at_least() -> None:
    assert OLD not in repr(Keys([NEW, OLD]))
    with pytest.raises(ValueError, match="no key"):
        Keys([])
