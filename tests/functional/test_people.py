"""Registering, signing in and out, the account, members; on both databases and with both kinds of session."""

from __future__ import annotations

from webtest import TestApp

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.testing.site import Site


def sign_in(site: Site, name: str, password: str, status: int) -> TestApp:
    browser = site.browser()
    form = browser.get("/sign-in").forms["form"]
    form["name"], form["password"] = name, password
    form.submit(status=status)
    return browser


def test_sign_in_by_user_name_and_by_mail_in_any_letters(site: Site) -> None:
    for name in ("marva", "MARVA", "Marva@Example.com"):
        browser = sign_in(site, name, DEMO_PASSWORD, 303)
        assert "Marva" in browser.get("/home/", status=200).text


def test_wrong_password_and_unknown_account_answer_alike(site: Site) -> None:
    answers = []
    for name in ("marva", "nobody-at-all"):
        form = site.browser().get("/sign-in").forms["form"]
        form["name"], form["password"] = name, "not the password"
        answer = form.submit(status=422)
        assert "do not go together" in answer.text
        answers.append(answer.text.replace(name, "").count("<"))
    assert answers[0] == answers[1]


def test_signed_out_cookie_opens_nothing_when_it_is_sent_again(site: Site) -> None:
    browser = site.browser("marva")
    old = dict(browser.cookies)
    page = browser.get("/home/", status=200)
    next(form for form in page.forms.values() if form.action.endswith("/sign-out")).submit(status=303)
    thief = site.browser()
    for name, value in old.items():
        thief.set_cookie(name, value)
    assert "/sign-in" in thief.get("/home/", status=303).location


def test_signing_in_makes_a_new_device_and_ends_the_one_before(site: Site) -> None:
    browser = site.browser("marva")
    assert site.counts()["device"] == 1
    form = browser.get("/account/").forms["form"]
    form["phone"] = "322-1234"
    form.submit(status=303)
    assert "+12423221234" in browser.get("/account/").text
    assert site.counts()["device"] == 1


def test_a_device_ends_after_its_time_and_lives_on_while_it_is_used(site: Site) -> None:
    browser = site.browser("marva")
    for _ in range(3):
        site.clock.move(days=29)
        browser.get("/home/", status=200)
    site.clock.move(days=31)
    browser.get("/home/", status=303)


def test_register_without_mail_then_sign_in(site: Site) -> None:
    browser = site.browser()
    form = browser.get("/register").forms["form"]
    form["full_name"], form["user_name"], form["password"] = "Eulah Strachan", "eulah", "guava duff on Sunday"
    form.submit(status=303)
    assert "Eulah" in browser.get("/home/", status=200).text
    sign_in(site, "EULAH", "guava duff on Sunday", 303)


def test_register_says_what_is_wrong_and_keeps_what_was_typed(site: Site) -> None:
    before = site.counts()
    form = site.browser().get("/register").forms["form"]
    form["full_name"], form["user_name"], form["password"] = "Marva Again", "MARVA", "guava duff on Sunday"
    answer = form.submit(status=422)
    assert "Somebody has this user name already" in answer.text
    assert 'value="Marva Again"' in answer.text
    assert "guava" not in answer.text
    assert site.counts() == before


def test_too_many_attempts_are_refused_for_the_account_from_any_address(site: Site) -> None:
    statuses = []
    for attempt in range(12):
        browser = TestApp(site.app, extra_environ={"REMOTE_ADDR": f"127.0.0.{attempt + 2}"})
        form = browser.get("/sign-in").forms["form"]
        form["name"], form["password"] = "marva", "wrong password"
        statuses.append(form.submit(expect_errors=True).status_int)
    assert statuses == [422] * 10 + [429] * 2


def test_next_never_leads_to_another_site(site: Site) -> None:
    for target in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/home/\r\nX: y",
    ):
        form = site.browser().get("/sign-in", {"next": target}).forms["form"]
        form["name"], form["password"] = "marva", DEMO_PASSWORD
        assert form.submit(status=303).location == "http://localhost/home/"


def test_the_last_owner_stays_an_owner(site: Site) -> None:
    browser = site.browser("marva")
    home = browser.get("/home/")
    organisation = next(link["href"] for link in home.html.find_all("a") if "bethel-family" in link["href"])
    members = browser.get(f"{organisation}members/")
    end = next(link["href"] for link in members.html.find_all("a") if link["href"].endswith("/end"))
    answer = browser.get(end).forms["form"].submit(status=422)
    assert "needs an owner" in answer.text


def test_stale_edit_is_refused_and_nothing_is_lost(site: Site) -> None:
    one, two = site.browser("marva"), site.browser("marva")
    first, second = one.get("/account/").forms["form"], two.get("/account/").forms["form"]
    first["full_name"], second["full_name"] = "Marva First", "Marva Second"
    first.submit(status=303)
    answer = second.submit(status=422)
    assert "changed by someone else" in answer.text
    assert 'value="Marva Second"' in answer.text
    assert "Marva First" in one.get("/account/").text
