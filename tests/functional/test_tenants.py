"""Tenants: how they are invited, join and sign, and what they see at home. Nobody needs a sign-in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from test_leases import lease_path, record
from test_notices import USUAL as NOTICE
from test_notices import give
from test_signing import ask, codes_shown, sign
from webtest import TestApp

from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation
from atlasbahamas_plugins.portfolio.contacts.models import Contact

HOST = "http://127.0.0.1:6543"
MOST_BYTES_AT_HOME = 60_000
"""Without pictures (issue: a tenant's home)."""


@pytest.fixture
def keva(mailing: Site) -> TestApp:
    return mailing.browser("keva")


def invite(keva: TestApp, lease: str) -> dict[str, str]:
    """Invite a lease's parties; gives the paths of the links by name."""
    page = keva.get(f"{lease}invite").forms["form"].submit(status=303).follow()
    boxes = page.html.find_all("input", readonly=True)
    return {box["aria-label"].removeprefix("Link for "): box["value"].removeprefix(HOST) for box in boxes}


def join(browser: TestApp, link: str, status: int = 303, *, consent: bool = True) -> Any:
    form = browser.get(link).forms["form"]
    form["consent"] = consent
    return form.submit("choice", value="accept", status=status)


def told(browser: TestApp) -> str:
    return str(browser.get("/notifications/").text)


def mailed(smtp: SmtpServer, path: str) -> list[tuple[str, str, str]]:
    """(address, words, path of the link) of the mails that lead to a page."""
    found = []
    for message in smtp.messages:
        body = message.get_body(("plain",))
        assert body is not None
        words = body.get_content()
        link = re.search(rf"{re.escape(HOST)}({path}\S+)", words)
        if link is not None:
            found.append((str(message["To"]), words, link[1]))
    return found


def test_a_tenant_joins_with_consent_and_finds_the_lease_at_home(mailing: Site, keva: TestApp, smtp: SmtpServer) -> None:
    lease = lease_path(mailing, "sent")
    links = invite(keva, lease)
    assert set(links) == {"Rashad Culmer", "Alexis Culmer"}
    assert "tenant-invitation?token" not in keva.get(f"{lease}sign-ins").text  # once
    mailing.drain_jobs()
    ((address, _, by_mail),) = mailed(smtp, "/tenant-invitation")
    assert address == "rashad@example.com"
    assert by_mail != links["Rashad Culmer"]
    assert "Sign in to join" in mailing.browser().get(by_mail).text
    lisa = mailing.browser("lisa")
    assert "rent another home as well" in lisa.get(by_mail).text
    assert "if it is your lease" in join(lisa, by_mail, 422, consent=False).html.find(id="consent-error").text
    home = join(lisa, by_mail).location
    assert "/home/leases/" in home
    assert "Read and sign" in lisa.get(home).text
    assert "waits for your signature" in lisa.get("/home/").text
    # The link worked once, also the one that was copied; and nobody takes the other one's place.
    for link in (by_mail, links["Rashad Culmer"]):
        mailing.browser("andre").get(link, status=404)
    assert "another party" in join(lisa, links["Alexis Culmer"], 422).text
    assert "Rashad Culmer has joined" in told(keva)
    page = keva.get(f"{lease}sign-ins").text
    assert "Has a sign-in" in page
    # Nothing tells the landlord of the other home.
    assert "another home" not in page + keva.get(lease).text
    mailing.browser("jerome").get(home, status=404)


def test_joining_looks_at_the_unit_again(mailing: Site, keva: TestApp) -> None:
    """The home may be somebody else's since the invitation was sent; what an agreement continues is not in its way."""
    lease = lease_path(mailing, "sent")
    link = invite(keva, lease)["Rashad Culmer"]
    unit = keva.get(lease).html.find("a", string="See the unit")["href"]
    taken = record(keva, unit, starts="2026-06-01").location
    lisa = mailing.browser("lisa")
    assert "Somebody else has this home" in join(lisa, link, 422).text
    form = keva.get(f"{taken}cancel").forms["form"]
    form["reason"] = "It was the other unit"
    form.submit(status=303)
    join(lisa, link)
    mailing.clock.move(minutes=31)
    keva = mailing.browser("keva")
    form = keva.get(f"{lease_path(mailing, 'active')}renew").forms["form"]
    form["kind"].select(text="Month to month")
    renewed = form.submit(status=303).location
    keva.get(f"{renewed}send").forms["form"].submit(status=303)
    join(mailing.browser("jerome"), invite(keva, renewed)["Kendra Sturrup"])


def test_no_and_taken_back_and_run_out(mailing: Site, keva: TestApp) -> None:
    lease = lease_path(mailing, "sent")
    first = invite(keva, lease)
    assert "half an hour" in keva.get(f"{lease}invite").forms["form"].submit(status=422).text
    mailing.browser().get(first["Alexis Culmer"]).forms["form"].submit("choice", value="decline", status=303)
    assert "does not want a sign-in" in told(keva)
    with mailing.db.transaction("read") as db:
        ref = db.scalars(select(TenantInvitation.ref).where(TenantInvitation.answer.is_(None))).one()
    keva.get(f"{lease}withdraw-invitation?link={ref}").forms["form"].submit(status=303)
    assert "no longer open" in mailing.browser("jerome").get(first["Rashad Culmer"], status=404).text
    assert "no longer open" in keva.get(f"{lease}withdraw-invitation?link={ref}").forms["form"].submit(status=422).text
    second, phone = invite(keva, lease)["Rashad Culmer"], mailing.browser()
    mailing.clock.move(hours=73)
    mailing.drain_jobs()
    over = phone.get(second, status=404)
    assert "Your landlord was told" in over.forms["form"].submit(status=200).text
    assert "Ask for a new one" not in phone.get(second, status=404).text
    assert "asks for a new invitation" in told(mailing.browser("keva"))
    phone.get("/tenant-invitation?token=%00", status=404)
    assert "nothing to see yet" in keva.get(f"{lease_path(mailing, 'draft')}invite").forms["form"].submit(status=422).text


def test_one_is_asked_again_and_the_links_of_the_others_stay(mailing: Site, keva: TestApp) -> None:
    """Invitations to tenants, one or many: whoever lost a link gets another, and nobody else has to be sent one anew."""
    lease, phone = lease_path(mailing, "sent"), mailing.browser()

    def again(page: str, name: str) -> Any:
        link = next(a for a in keva.get(f"{lease}{page}").html.find_all("a", href=re.compile("party=")) if name in a.text)
        asking = keva.get(link["href"])
        assert name in asking.html.find("h1").text
        return asking.forms["form"].submit(status=303).follow()

    asked, invited = ask(keva, lease), invite(keva, lease)
    mailing.clock.move(minutes=31)
    assert set(codes_shown(again("signing", "Alexis Culmer"))) == {"Alexis Culmer"}
    boxes = again("sign-ins", "Alexis Culmer").html.find_all("input", readonly=True)
    assert [box["aria-label"] for box in boxes] == ["Link for Alexis Culmer"]
    for links in ({name: link[0] for name, link in asked.items()}, invited):
        phone.get(links["Alexis Culmer"], status=404)
        phone.get(links["Rashad Culmer"], status=200)
    for page in ("ask", "invite"):
        assert keva.get(f"{lease}{page}?party=nobody").forms["form"].submit(status=422)


def test_an_organisation_says_how_long_its_links_work(mailing: Site, keva: TestApp) -> None:
    lease = lease_path(mailing, "sent")
    page = f"{lease.partition('leases')[0]}agreement-text/"
    for wrong in ("2", "15", "x", ""):
        form = keva.get(page).forms["form"]
        form["link_days"] = wrong
        assert form.submit(status=422).html.find(id="link_days-error") is not None, wrong
    form = keva.get(page).forms["form"]
    form["link_days"] = "14"
    form.submit(status=303)
    link, phone = invite(keva, lease)["Alexis Culmer"], mailing.browser()
    mailing.clock.move(hours=24 * 14 - 1)
    phone.get(link)
    mailing.clock.move(hours=1)
    phone.get(link, status=404)


def test_signing_is_mailed_without_the_code_and_everybody_gets_a_copy(mailing: Site, keva: TestApp, smtp: SmtpServer) -> None:
    lease = lease_path(mailing, "sent")
    with mailing.db.transaction() as db:
        person = db.scalars(select(Person.id).where(Person.user_name == "lisa")).one()
        db.scalars(select(Contact).where(Contact.name == "Alexis Culmer")).one().person_id = person
    links = ask(keva, lease)
    mailing.drain_jobs()
    ((address, words, by_mail),) = mailed(smtp, "/sign-lease")
    assert address == "rashad@example.com"
    assert by_mail != links["Rashad Culmer"][0]
    assert links["Rashad Culmer"][1] not in words
    sign(mailing.browser(), (by_mail, links["Rashad Culmer"][1]), "Rashad Culmer")
    lisa = mailing.browser("lisa")
    assert "waits for your signature" in told(lisa)
    form = lisa.get(f"/home/leases/{lease.split('/')[-2]}/sign").forms["form"]
    form["full_name"], form["agrees"] = "Alexis Culmer", True
    mine = form.submit(status=303).location
    assert "Read and sign" not in lisa.get(mine).text
    assert "waits for your signature" not in lisa.get("/home/").text
    form.submit(status=422)
    form = keva.get(f"{lease}sign").forms["form"]
    form["full_name"], form["agrees"] = "Keva Thompson", True
    form.submit(status=303)
    mailing.drain_jobs()
    copy = mailed(smtp, "/sign-lease")[-1]
    assert "Here is your copy" in copy[1]
    page = mailing.browser().get(copy[2])
    pdf = page.html.find("a", href=re.compile("^/lease-copy"))["href"]
    assert mailing.browser().get(pdf).body.startswith(b"%PDF")
    assert "Everybody has signed your lease" in told(lisa)
    assert "Everybody has signed" in told(keva)
    mailing.clock.move(hours=24 * 31)
    for path in (copy[2], pdf, "/lease-copy?token=none"):
        mailing.browser().get(path, status=404)


def test_who_is_signed_in_can_say_no_and_sign_later(mailing: Site, keva: TestApp) -> None:
    """Accept, decline: a link had both, a tenant's own page only signing."""
    lease = lease_path(mailing, "sent")
    lisa = mailing.browser("lisa")
    home = join(lisa, invite(keva, lease)["Alexis Culmer"]).location
    ask(keva, lease)

    def decline(status: int) -> Any:
        return lisa.get(f"{home}sign").forms["form"].submit("decline", status=status)

    assert "You said no" in decline(303).follow().text
    assert "Alexis Culmer does not sign" in told(keva)
    assert "Said no" in keva.get(f"{lease}signing").text
    assert "You said no already" in decline(422).text
    form = lisa.get(f"{home}sign").forms["form"]
    form["full_name"], form["agrees"] = "Alexis Culmer", True
    form.submit(status=303)
    assert "You have signed this already" in decline(422).text
    assert 'name="decline"' not in keva.get(f"{lease}sign").text


def test_a_link_is_taken_back_and_one_that_ran_out_is_asked_for_anew(mailing: Site, keva: TestApp) -> None:
    lease, phone = lease_path(mailing, "sent"), mailing.browser()
    link = ask(keva, lease)["Alexis Culmer"]
    page = keva.get(f"{lease}signing").html
    withdraw = [found["href"] for found in page.find_all("a", href=re.compile("withdraw-link")) if "Alexis" in found.text]
    keva.get(withdraw[0]).forms["form"].submit(status=303)
    assert "Ask for a new one" not in phone.get(link[0], status=404).text
    link = ask(keva, lease)["Alexis Culmer"]  # at once
    mailing.clock.move(hours=73)
    assert "Your landlord was told" in phone.get(link[0], status=404).forms["form"].submit(status=200).text
    assert "Alexis Culmer asks for a new link" in told(mailing.browser("keva"))


def test_home_says_what_to_do_next_until_it_is_done(site: Site) -> None:
    """A notice to read, a statement to answer: a tenant's home names them (issue: lease, documents, what to do next)."""
    keva, andre, lisa = (site.browser(name) for name in ("keva", "andre", "lisa"))
    move_out = f"{lease_path(site, 'notice')}move-out/"
    give(keva, lease_path(site, "active"), **NOTICE)
    to_read = andre.get("/home/").html.find("a", string="Read the notice")["href"]
    andre.get(f"{to_read}read").forms["form"].submit(status=303)
    assert "Read the notice" not in andre.get("/home/").text
    assert "Read and answer" not in lisa.get("/home/").text
    keva.get(f"{move_out}send").forms["form"].submit(status=303)
    page = lisa.get(lisa.get("/home/").html.find("a", string="Read and answer")["href"])
    for answer in [a["href"] for a in page.html.find_all("a", href=re.compile("/answer$"))]:
        form = lisa.get(answer).forms["form"]
        form["agrees"] = "yes"
        form.submit(status=303)
    assert "Read and answer" not in lisa.get("/home/").text


@pytest.mark.parametrize("tenant", ["andre", "jerome", "lisa"])
def test_home_is_small_and_asks_little(site: Site, tenant: str) -> None:
    browser = site.browser(tenant)
    lease = str(browser.get("/home/").html.find("a", class_="card-link", href=re.compile("^/home/leases/"))["href"])
    for path in ("/home/", lease):
        browser.get(path)
        with QueryCounter(site.db.engine) as counter:
            page = browser.get(path)
        assert len(page.body) < MOST_BYTES_AT_HOME
        assert len(counter.statements) <= 8, counter.statements
    assert "+1242" not in page.text.partition('id="parties"')[2]  # how to reach the others is the landlord's
