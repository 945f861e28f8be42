"""Inviting people into an organisation: the link works once, for 72 hours, and what the database holds opens nothing."""

from __future__ import annotations

import re

from sqlalchemy import text
from webtest import TestApp

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer


def organisation_of(browser: TestApp) -> str:
    return str(browser.get("/portfolio/").location).removeprefix("http://localhost")


def invite(site: Site, *, email: str = "", role: str = "Leasing") -> str:
    owner = site.browser("keva")
    form = owner.get(f"{organisation_of(owner)}invitations/new").forms["form"]
    form["name"], form["email"] = "Lisa Ferguson", email
    form["role"].select(text=role)
    page = form.submit(status=303).follow()
    return str(page.html.find("input", {"readonly": True})["value"]).removeprefix("http://127.0.0.1:6543")


def test_a_link_is_accepted_once_and_makes_a_member(mailing: Site) -> None:
    link = invite(mailing)
    page = mailing.browser().get(link)
    assert "Blue Hole Property Management" in page.text
    to_sign_in = page.html.find("a", string=re.compile("Sign in to accept"))["href"]
    lisa = mailing.browser("lisa")
    assert "token%3D" in to_sign_in
    before = lisa.get("/home/").text
    assert "Blue Hole Property Management" not in before
    form = lisa.get(link).forms["form"]
    accepted = form.submit("choice", value="accept", status=303)
    assert "Welcome to Blue Hole Property Management" in lisa.get(accepted.location).text
    assert "This invitation is over" in lisa.get(link, status=404).text
    assert "over" in mailing.browser("andre").get(link, status=404).text


def test_a_visitor_is_led_through_sign_in_and_back(mailing: Site) -> None:
    page = mailing.browser().get(invite(mailing))
    browser = mailing.browser()
    form = browser.get(page.html.find("a", string=re.compile("Sign in to accept"))["href"]).forms["form"]
    form["name"], form["password"] = "lisa", DEMO_PASSWORD
    answer = form.submit(status=303)
    assert "/invitation?token=" in answer.location
    assert "Accept as" in browser.get(answer.location).text


def test_the_mail_has_a_link_of_its_own_and_the_database_neither(mailing: Site, smtp: SmtpServer) -> None:
    shown = invite(mailing, email="lisa@example.com")
    mailing.drain_jobs()
    (message,) = smtp.messages
    body = message.get_body(("plain",))
    assert body is not None
    mailed = re.search(r"http://127\.0\.0\.1:6543(/invitation\S+)", body.get_content())
    assert mailed is not None
    assert mailed[1] != shown
    assert "Accept as" in mailing.browser("lisa").get(mailed[1]).text
    with mailing.db.transaction("read") as db:
        for table in ("invitation", "invitation_token", "mail", "outbox"):
            dump = str(db.execute(text(f'SELECT * FROM "{table}"')).all())
            assert shown.partition("token=")[2] not in dump
            assert mailed[1].partition("token=")[2] not in dump


def test_it_is_over_after_72_hours_and_can_be_sent_again_after_half_an_hour(mailing: Site) -> None:
    link = invite(mailing)
    owner = mailing.browser("keva")
    page = owner.get(f"{organisation_of(owner)}invitations/")
    again = page.html.find("a", href=re.compile("/send-again$"))["href"]
    assert "Wait half an hour" in owner.get(again).forms["form"].submit(status=422).text
    mailing.clock.move(hours=72)
    mailing.browser("lisa").get(link, status=404)
    fresh = owner.get(again).forms["form"].submit(status=303).follow()
    new = str(fresh.html.find("input", {"readonly": True})["value"]).removeprefix("http://127.0.0.1:6543")
    assert "Accept as" in mailing.browser("lisa").get(new).text


def test_taking_it_back_closes_every_link(mailing: Site) -> None:
    link = invite(mailing)
    owner = mailing.browser("keva")
    page = owner.get(f"{organisation_of(owner)}invitations/")
    owner.get(page.html.find("a", href=re.compile("/withdraw$"))["href"]).forms["form"].submit(status=303)
    mailing.browser("lisa").get(link, status=404)


def test_declining_needs_no_account_and_makes_no_member(mailing: Site) -> None:
    link = invite(mailing)
    before = mailing.counts()["membership"]
    visitor = mailing.browser()
    visitor.get(link).forms["form"].submit("choice", value="decline", status=303)
    assert mailing.counts()["membership"] == before
    owner = mailing.browser("keva")
    assert "Declined" in owner.get(f"{organisation_of(owner)}invitations/?state=declined").text


def test_a_visitor_cannot_accept(mailing: Site) -> None:
    link = invite(mailing)
    before = mailing.counts()
    form = mailing.browser().get(link).forms["form"]
    form.submit("choice", value="accept", status=422)
    assert mailing.counts() == before
