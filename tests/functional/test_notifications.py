"""Telling people things: in the site, by mail through a real SMTP server, in a digest, and not at all when they want none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from atlasbahamas.mail.models import Mail
from atlasbahamas.notifications import CATEGORIES, NotificationCategory
from atlasbahamas.notifications.models import Notification
from atlasbahamas.notifications.services import notify, prefer
from atlasbahamas.people.models import Person
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas.testing.smtp import SmtpServer

NEWS = NotificationCategory("atlas.news", "News", "What is new on the site.")
TEMPLATE = "mail/digest.jinja2"


@pytest.fixture
def telling(mailing: Site) -> Site:
    mailing.app.registry.atlas_points.add(CATEGORIES, _given(NEWS))
    return mailing


def _given(category: NotificationCategory) -> object:
    from atlasbahamas.plugins.directives import Contribution

    return Contribution("core", 1, category)


def tell(site: Site, user_name: str, subject: str) -> None:
    with site.db.transaction() as db:
        person_id = db.scalars(select(Person.id).where(Person.user_name == user_name)).one()
        items = [{"subject": subject, "path": "/home/"}]
        notify(
            db,
            [person_id, person_id],
            NEWS,
            subject,
            TEMPLATE,
            path="/account/",
            now=site.clock.now(),
            content={"items": items},
        )


def mails(site: Site) -> list[tuple[str, str | None]]:
    with site.db.transaction("read") as db:
        return [(mail.state, mail.reason) for mail in db.scalars(select(Mail).order_by(Mail.id))]


def test_a_subject_of_long_names_is_cut_and_stops_nobody(telling: Site) -> None:
    """A home and its property may be called by 260 letters; PostgreSQL refused what is too long, and with it what was done."""
    tell(telling, "marva", f"{'A' * 60}, {'B' * 200}: the term ends")
    with telling.db.transaction("read") as db:
        subject = db.scalars(select(Notification.subject).order_by(Notification.id.desc())).first()
    assert subject == f"{'A' * 60}, {'B' * 137}…"


def test_a_person_is_told_once_in_the_site_and_by_mail(telling: Site, smtp: SmtpServer) -> None:
    tell(telling, "marva", "A new <b>roof</b>")
    assert telling.drain_jobs()["done"] >= 1
    assert smtp.recipients == ["marva@example.com"]
    message = smtp.messages[0]
    assert message["From"] == "AtlasBahamas <homes@example.com>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "A new <b>roof</b>" in plain.get_content()
    assert "A new &lt;b&gt;roof&lt;/b&gt;" in html.get_content()
    assert "http://127.0.0.1:6543/account/" in plain.get_content()
    telling.drain_jobs()
    assert len(smtp.messages) == 1

    browser = telling.browser("marva")
    assert 'menu__count">1' in browser.get("/home/").text
    page = browser.get("/notifications/")
    assert "A new &lt;b&gt;roof&lt;/b&gt;" in page.text
    opening = next(form for form in page.forms.values() if form.action.endswith("/open"))
    assert opening.submit(status=303).location == "http://localhost/account/"
    assert "menu__count" not in browser.get("/home/").text


def test_anothers_notification_is_not_there(telling: Site) -> None:
    tell(telling, "marva", "For Marva only")
    page = telling.browser("marva").get("/notifications/")
    opening = next(form for form in page.forms.values() if form.action.endswith("/open"))
    other = telling.browser("keva")
    token = other.get("/account/").forms["form"]["csrf_token"].value
    other.post(opening.action, {"csrf_token": token}, status=404)
    assert "For Marva only" not in other.get("/notifications/").text


@pytest.mark.parametrize(
    "subject",
    [
        "Roof\r\nBcc: all@example.com",
        "Roof\nSubject: other",
        "Roof\u2028Bcc: all@example.com",
        "Roof =?utf-8?q?=0d=0aBcc:_all@example.com?=",
        "R" * 190,
    ],
)
def test_a_subject_is_one_header_whatever_is_in_it(telling: Site, smtp: SmtpServer, subject: str) -> None:
    with telling.db.transaction() as db:
        person_id = db.scalars(select(Person.id).where(Person.user_name == "marva")).one()
        notify(db, [person_id], NEWS, subject, "mail/told.jinja2", path="/home/", now=telling.clock.now())
    telling.drain_jobs()
    (message,) = smtp.messages
    assert message["Bcc"] is None
    assert len(message.get_all("Subject") or []) == 1
    assert smtp.recipients == ["marva@example.com"]


def test_a_server_that_is_down_is_asked_again_and_each_mail_goes_once(telling: Site, smtp: SmtpServer) -> None:
    tell(telling, "marva", "Later")
    smtp.down = True
    telling.drain_jobs()
    assert mails(telling) == [("waiting", None)]
    smtp.down = False
    telling.clock.move(minutes=5)
    telling.drain_jobs()
    assert mails(telling) == [("sent", None)]
    assert len(smtp.messages) == 1


def test_an_address_that_the_server_refuses_is_dropped_and_said(telling: Site, smtp: SmtpServer) -> None:
    smtp.refusing = {"marva@example.com"}
    tell(telling, "marva", "Nobody there")
    telling.drain_jobs()
    assert mails(telling) == [("dropped", "refused by the mail server")]


def test_no_mail_goes_to_an_address_that_nobody_confirmed(telling: Site, smtp: SmtpServer) -> None:
    with telling.db.transaction() as db:
        person = db.scalars(select(Person).where(Person.user_name == "marva")).one()
        person.email = "another@example.com"
    tell(telling, "marva", "Whose is it?")
    telling.drain_jobs()
    assert smtp.messages == []
    assert mails(telling) == [("dropped", "no confirmed address")]


def test_a_digest_holds_what_was_not_read_before(telling: Site, smtp: SmtpServer) -> None:
    with telling.db.transaction() as db:
        prefer(db, db.scalars(select(Person.id).where(Person.user_name == "marva")).one(), NEWS.name, "digest")
    for subject in ("First", "Second"):
        tell(telling, "marva", subject)
    telling.drain_jobs()
    assert smtp.messages == []
    telling.clock.move(days=1)
    telling.drain_jobs()
    telling.drain_jobs()
    (message,) = [message for message in smtp.messages if "marva" in message["To"]]
    body = message.get_body(("plain",))
    assert body is not None
    assert "- First" in body.get_content()
    assert "- Second" in body.get_content()


def test_the_link_in_a_mail_ends_its_kind_without_signing_in(telling: Site, smtp: SmtpServer) -> None:
    tell(telling, "marva", "One")
    telling.drain_jobs()
    link = re.search(r"http://127\.0\.0\.1:6543(/unsubscribe\S+?)>", str(smtp.messages[0]["List-Unsubscribe"]))
    assert link is not None
    visitor = telling.browser()
    assert "News" in visitor.get(link[1]).text
    visitor.get(f"{link[1]}x", status=400)
    visitor.post(link[1], {"List-Unsubscribe": "One-Click"}, status=200)
    tell(telling, "marva", "Two")
    telling.drain_jobs()
    assert len(smtp.messages) == 1
    browser = telling.browser("marva")
    assert "Two" in browser.get("/notifications/").text
    form = browser.get("/notifications/preferences").forms["form"]
    assert form["atlas_news"].value == "site_only"
    form["atlas_news"] = "at_once"
    form.submit(status=303)
    tell(telling, "marva", "Three")
    telling.drain_jobs()
    assert len(smtp.messages) == 2


def test_a_mail_whose_transaction_is_rolled_back_is_never_sent(telling: Site, smtp: SmtpServer) -> None:
    with pytest.raises(RuntimeError), telling.db.transaction() as db:
        notify(db, [1], NEWS, "Never", TEMPLATE, path="/home/", now=telling.clock.now(), content={"items": []})
        raise RuntimeError
    telling.drain_jobs()
    assert smtp.messages == []


def test_while_developing_mails_are_read_at_a_page(profile: str, database_url: str, tmp_path: Path) -> None:
    folder = {"mail.transport": "folder", "mail.folder": str(tmp_path / "mail")}
    site = sites.start(database_url, tmp_path, **folder)
    tell(site, "marva", "To the folder")
    site.drain_jobs()
    page = site.browser().get("/dev/mail/")
    link = page.html.find("a", href=re.compile("mail="))
    assert "To the folder" in site.browser().get(link["href"]).text
    html = site.browser().get(link["href"].replace("/dev/mail/", "/dev/mail/html"))
    assert "sandbox" in html.headers["Content-Security-Policy"]
    site.browser().get("/dev/mail/html?mail=../../setup", status=404)
    site.close()


def test_the_page_of_mails_is_not_there_without_the_folder(site: Site) -> None:
    site.browser("paula").get("/dev/mail/", status=404)
