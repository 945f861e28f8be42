"""Confirming an address, recovering and changing a password, devices: with a real mail server, on both databases."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text
from webtest import TestApp

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer

PASSWORD = "guava duff on Sunday"


def register(site: Site, name: str, email: str, user_name: str = "") -> TestApp:
    browser = site.browser()
    form = browser.get("/register").forms["form"]
    form["full_name"], form["email"], form["user_name"], form["password"] = name, email, user_name, PASSWORD
    form.submit(status=303)
    return browser


def words_of(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def link_in(message: Any) -> str:
    found = re.search(r"http://127\.0\.0\.1:6543(/\S+token=\S+)", words_of(message))
    assert found is not None, words_of(message)
    return found[1]


def sign_in(site: Site, name: str, password: str, status: int) -> TestApp:
    browser = site.browser()
    form = browser.get("/sign-in").forms["form"]
    form["name"], form["password"] = name, password
    form.submit(status=status)
    return browser


def confirmed(site: Site, email: str) -> list[bool]:
    with site.db.transaction("read") as db:
        query = text("SELECT email_confirmed IS NOT NULL FROM person WHERE email_key = :email ORDER BY id")
        return [bool(row[0]) for row in db.execute(query, {"email": email})]


def test_an_address_is_confirmed_by_the_code(mailing: Site, smtp: SmtpServer) -> None:
    browser = register(mailing, "Eulah Strachan", "eulah@example.com")
    mailing.drain_jobs()
    assert smtp.recipients == ["eulah@example.com"]
    assert confirmed(mailing, "eulah@example.com") == [False]
    code = re.search(r"\b(\d{6})\b", words_of(smtp.messages[0]))
    assert code is not None
    form = browser.get("/account/confirm").forms["form"]
    form["code"] = f"{(int(code[1]) + 1) % 10**6:06}"
    assert "no longer good" in form.submit(status=422).text
    form["code"] = code[1]
    form.submit(status=303)
    assert confirmed(mailing, "eulah@example.com") == [True]
    assert "no longer good" in form.submit(status=422).text


def test_an_address_is_confirmed_by_the_link_in_any_browser_once(mailing: Site, smtp: SmtpServer) -> None:
    register(mailing, "Eulah Strachan", "eulah@example.com")
    mailing.drain_jobs()
    page = mailing.browser().get(link_in(smtp.messages[0]))
    assert confirmed(mailing, "eulah@example.com") == [False]
    page.forms["form"].submit(status=303)
    assert confirmed(mailing, "eulah@example.com") == [True]
    assert "no longer good" in page.forms["form"].submit(status=422).text


def test_codes_cannot_be_tried_out(mailing: Site, smtp: SmtpServer) -> None:
    browser = register(mailing, "Eulah Strachan", "eulah@example.com")
    form = browser.get("/account/confirm").forms["form"]
    statuses = []
    for attempt in range(12):
        form["code"] = f"{attempt:06}"
        statuses.append(form.submit(expect_errors=True).status_int)
    assert statuses == [422] * 10 + [429] * 2


def test_registering_with_anothers_address_tells_the_other_and_nobody_else(mailing: Site, smtp: SmtpServer) -> None:
    pages = []
    for email in ("Marva@example.com", "new@example.com"):
        page = register(mailing, "Eulah", email).get("/home/").text.replace(email, "")
        pages.append(re.sub(r'value="[^"]+"', "", page))
    assert pages[0] == pages[1]
    mailing.drain_jobs()
    subjects = {recipient: str(message["Subject"]) for recipient, message in zip(smtp.recipients, smtp.messages, strict=True)}
    assert subjects["marva@example.com"] == "You have an account already"
    assert subjects["new@example.com"].startswith("Confirm your e-mail address")
    sign_in(mailing, "marva@example.com", DEMO_PASSWORD, 303)
    sign_in(mailing, "marva@example.com", PASSWORD, 422)


def test_whoever_confirms_an_address_first_has_it_and_others_lose_it(mailing: Site, smtp: SmtpServer) -> None:
    squatter = register(mailing, "Squatter", "eulah@example.com", "squatter")
    register(mailing, "Eulah", "eulah@example.com", "eulah")
    mailing.drain_jobs()
    mailing.browser().get(link_in(smtp.messages[1])).forms["form"].submit(status=303)
    assert confirmed(mailing, "eulah@example.com") == [True]
    page = squatter.get(link_in(smtp.messages[0])).forms["form"].submit(status=422)
    assert "belongs to another account" in page.text
    sign_in(mailing, "eulah@example.com", PASSWORD, 303)


def test_a_changed_address_counts_when_it_is_confirmed_and_the_old_one_is_told(mailing: Site, smtp: SmtpServer) -> None:
    browser = mailing.browser("marva")
    form = browser.get("/account/").forms["form"]
    form["email"] = "marva@new.example"
    form.submit(status=303)
    assert confirmed(mailing, "marva@example.com") == [True]
    mailing.drain_jobs()
    browser.get(link_in(smtp.messages[0])).forms["form"].submit(status=303)
    mailing.drain_jobs()
    assert smtp.recipients == ["marva@new.example", "marva@example.com"]
    assert str(smtp.messages[1]["Subject"]) == "Your e-mail address was changed"
    assert confirmed(mailing, "marva@new.example") == [True]


def recover(site: Site, name: str) -> str:
    form = site.browser().get("/recover").forms["form"]
    form["name"] = name
    answer = form.submit(status=303)
    return str(site.browser().get(answer.location).text)


def test_a_forgotten_password_is_chosen_anew_once_and_every_device_ends(mailing: Site, smtp: SmtpServer) -> None:
    elsewhere = mailing.browser("marva")
    recover(mailing, "MARVA")
    mailing.drain_jobs()
    assert smtp.recipients == ["marva@example.com"]
    link = link_in(smtp.messages[0])
    browser = mailing.browser()
    form = browser.get(link).forms["form"]
    form["password"] = "short"
    assert "Use 10 to" in form.submit(status=422).text
    form["password"] = PASSWORD
    form.submit(status=303)
    assert "Marva" in browser.get("/home/", status=200).text
    elsewhere.get("/home/", status=303)
    sign_in(mailing, "marva", DEMO_PASSWORD, 422)
    sign_in(mailing, "marva", PASSWORD, 303)
    again = mailing.browser().get(link).forms["form"]
    again["password"] = PASSWORD
    assert "no longer good" in again.submit(status=422).text
    mailing.drain_jobs()
    assert str(smtp.messages[-1]["Subject"]) == "Your password was changed"


def test_a_recovery_link_ends_after_an_hour_and_when_another_was_used(mailing: Site, smtp: SmtpServer) -> None:
    for _ in range(2):
        recover(mailing, "marva")
    mailing.drain_jobs()
    first, second = (mailing.browser().get(link_in(message)).forms["form"] for message in smtp.messages)
    first["password"] = second["password"] = PASSWORD
    first.submit(status=303)
    second.submit(status=422)
    recover(mailing, "marva")
    mailing.drain_jobs()
    late = mailing.browser().get(link_in(smtp.messages[-1])).forms["form"]
    late["password"] = PASSWORD
    mailing.clock.move(hours=1)
    late.submit(status=422)


def test_recovery_answers_alike_whether_or_not_there_is_an_account(mailing: Site, smtp: SmtpServer) -> None:
    pages = {recover(mailing, name) for name in ("marva", "nobody-at-all", "marva@example.com", "nobody@example.com")}
    assert len(pages) == 1
    mailing.drain_jobs()
    assert smtp.recipients == ["marva@example.com"] * 2


def test_no_token_or_code_lies_in_the_database(mailing: Site, smtp: SmtpServer) -> None:
    register(mailing, "Eulah Strachan", "eulah@example.com")
    recover(mailing, "marva")
    mailing.drain_jobs()
    secrets = [link_in(message).partition("token=")[2] for message in smtp.messages]
    with mailing.db.transaction("read") as db:
        for table in ("person_token", "mail", "outbox", "audit_detail", "device"):
            dump = str(db.execute(text(f'SELECT * FROM "{table}"')).all())
            assert not [secret for secret in secrets if secret in dump], table


def test_changing_the_password_keeps_this_device_only(mailing: Site) -> None:
    here, elsewhere = mailing.browser("marva"), mailing.browser("marva")
    form = here.get("/account/password").forms["form"]
    form["current"], form["password"] = "not it", PASSWORD
    answer = form.submit(status=422)
    assert "That is not your password" in answer.text
    assert PASSWORD not in answer.text
    form["current"] = DEMO_PASSWORD
    form.submit(status=303)
    here.get("/home/", status=200)
    elsewhere.get("/home/", status=303)


def test_a_device_is_ended_from_another_and_never_anothers(mailing: Site) -> None:
    here, elsewhere, other = mailing.browser("marva"), mailing.browser("marva"), mailing.browser("keva")
    page = here.get("/account/")
    form = next(form for form in page.forms.values() if form.action.endswith("/end-device"))
    number = form["device"].value
    token = other.get("/account/").forms["form"]["csrf_token"].value
    other.post("/account/end-device", {"csrf_token": token, "device": number}, status=303)
    elsewhere.get("/home/", status=200)
    form.submit(status=303)
    elsewhere.get("/home/", status=303)
    here.get("/home/", status=200)


@pytest.mark.parametrize("path", ["/confirm", "/reset"])
@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\0", "é"])
def test_a_link_that_is_none_changes_nothing(mailing: Site, path: str, token: str) -> None:
    browser = mailing.browser()
    before = mailing.counts()
    form = browser.get(path, {"token": token}).forms["form"]
    if path == "/reset":
        form["password"] = PASSWORD
    form.submit(status=422)
    assert mailing.counts() == before


def test_a_site_without_mail_says_so_and_still_registers(site: Site) -> None:
    browser = register(site, "Eulah", "eulah@example.com")
    assert "Confirm your e-mail" not in browser.get("/account/").text
    form = site.browser().get("/recover").forms["form"]
    form["name"] = "eulah@example.com"
    assert "sends no mail" in form.submit(status=422).text
    sign_in(site, "eulah@example.com", PASSWORD, 303)
