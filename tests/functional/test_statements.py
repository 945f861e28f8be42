"""The final statement for everybody: on paper, by a link and a code, and answers that somebody else wrote down."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import insert, select, update
from test_leases import lease_path
from test_move_out import fill
from test_notices import refused
from test_signing import codes_shown
from test_tenants import mailed
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas_plugins.leasing.leaving.models import DeductionAnswer, Statement
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.personal import export
from atlasbahamas_plugins.leasing.statements.models import StatementLink
from atlasbahamas_plugins.portfolio.contacts.models import Contact

NADIA = "Nadia Rahming"


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


@pytest.fixture
def here(site: Site) -> str:
    """A move-out whose statement was sent, to a tenant without a sign-in."""
    return f"{lease_path(site, 'ended')}move-out/"


def words_of(pdf: Any) -> str:
    assert pdf.content_type == "application/pdf"
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.body)).pages).split())


def make_links(keva: TestApp, here: str) -> dict[str, tuple[str, str]]:
    return codes_shown(keva.get(f"{here}make-links").forms["form"].submit(status=303).follow())


def answer(phone: TestApp, link: tuple[str, str], status: int = 200, **typed: str) -> Any:
    form = phone.get(link[0]).forms["form"]
    for name, value in {"code": link[1], **typed}.items():
        form[name] = value
    return form.submit(status=status)


def test_the_statement_is_printed_as_a_draft_and_as_it_was_sent(site: Site, keva: TestApp) -> None:
    lease, lisa = lease_path(site, "notice"), site.browser("lisa")
    move_out, home = f"{lease}move-out/", f"/home/leases/{lease.split('/')[-2]}/move-out/"
    assert "PDF of the draft" in keva.get(move_out).text
    draft = words_of(keva.get(f"{move_out}pdf"))
    for words in ("Draft: not sent yet", "The screen of the porch is torn", "B$120", "It was new"):
        assert words in draft
    assert "I agree" not in draft
    assert "PDF" not in lisa.get(home).html.find("main").text
    lisa.get(f"{home}pdf", status=404)
    site.browser("ingrid").get(f"{move_out}pdf", status=404)
    fill(keva, f"{move_out}meter", name="BPL 55-0199", reading="48 213 kWh")
    fill(keva, f"{move_out}send")
    sent = keva.get(f"{move_out}pdf")
    with site.db.transaction("read") as db:
        digest = db.scalars(select(Statement.digest).order_by(Statement.id.desc())).first()
    for words in ("Sent on 1 June 2026", f"frozen data: {digest}", "48 213 kWh", "I agree", "Less wear and tear"):
        assert words in words_of(sent)
    assert "raft" not in words_of(sent)
    link = lisa.get(home).html.find("a", href=re.compile("pdf$"))["href"]
    assert lisa.get(link).body == sent.body


def test_an_answer_is_written_down_and_shown_as_that(site: Site, keva: TestApp, here: str) -> None:
    address = next(a["href"] for a in keva.get(here).html.find_all("a", href=True) if a["href"].endswith("/write-answer"))
    form = keva.get(address).forms["form"]
    assert form["party"].options[-1][2] == NADIA
    party = form["party"].options[-1][0]
    said = {"party": party, "way": "phone", "agrees": "no"}
    before = site.counts()
    assert "Say why they do not agree" in fill(keva, address, 422, **said).html.find(id="words-error").text
    assert site.counts() == before
    fill(keva, address, **said, words="It was there before.")
    page = keva.get(here)
    item = page.html.find(string=re.compile("It was there before")).find_parent("li").text
    assert "On the phone, written down by Keva Thompson, 1 June 2026" in " ".join(item.split())
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        row, table = db.scalars(select(DeductionAnswer)).one(), DeductionAnswer.__table__
        assert (row.way, row.written_by.name if row.written_by else None) == ("phone", "Keva Thompson")
        kept = "leasing_deduction_answer_is_append_only"
        assert refused(db, update(table).values(way="here", written_by_id=None)) == kept
        assert refused(db, update(table).values(written_by_id=1 if row.written_by_id != 1 else 2)) == kept
        mine = {"deduction_id": row.deduction_id, "party_id": row.party_id, "agrees": True, "words": "", "created": row.created}
        nobody = "ck_leasing_deduction_answer_written_by_somebody"
        assert refused(db, insert(table).values(**mine, way="phone")) == nobody
        assert refused(db, insert(table).values(**mine, way="here", written_by_id=row.written_by_id)) == nobody
        keva_id = row.written_by_id
        assert keva_id is not None
        assert [each["way"] for each in export(db, keva_id)["leasing_deduction_answer"]] == ["phone"]


def test_a_tenant_with_a_sign_in_is_told_what_was_written_down_for_them(site: Site, keva: TestApp) -> None:
    here = f"{lease_path(site, 'notice')}move-out/"
    fill(keva, f"{here}send")
    address = next(a["href"] for a in keva.get(here).html.find_all("a", href=True) if a["href"].endswith("/write-answer"))
    lisa = site.browser("lisa")
    form = keva.get(address).forms["form"]
    fill(keva, address, party=form["party"].options[-1][0], way="person", agrees="yes")
    assert "Your answer was written down: The screen" in lisa.get("/notifications/").text
    home = lisa.get(f"/home/leases/{here.split('/')[-3]}/move-out/")
    assert "written down by Keva Thompson" in home.text
    assert "Write an answer down" not in home.text
    assert "has a sign-in" in fill(keva, f"{here}make-links", 422).text


def test_a_tenant_without_a_sign_in_reads_and_answers_by_a_link(site: Site, keva: TestApp, here: str) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        db.scalars(select(Contact).where(Contact.name == NADIA)).one().email = "nadia@example.net"
    links = make_links(keva, here)
    assert set(links) == {NADIA}
    assert "final-statement?token" not in keva.get(f"{here}links").text  # once
    assert "half an hour" in fill(keva, f"{here}make-links", 422).text
    phone, link = site.browser(), links[NADIA]
    page = phone.get(link[0])
    for words in (NADIA, "Take it", "Edit", "Write an answer", "frozen data"):
        assert (words in page.text) is (words == NADIA)
    picture = page.html.find("img", src=re.compile("statement-photo"))["src"]
    assert phone.get(picture).content_type == "image/jpeg"
    pdf = page.html.find("a", href=re.compile("pdf"))["href"]
    assert "Final statement" in words_of(phone.get(pdf))

    before, wrong = site.counts(), (link[0], f"{(int(link[1]) + 1) % 10**6:06}")
    assert "not the code" in answer(phone, wrong, 422, agrees_0="yes").html.find(id="code-error").text
    shown = answer(phone, link, 422, agrees_0="no", agrees_1="yes")
    assert "Say why" in shown.html.find(id="words_0-error").text
    assert shown.forms["form"]["agrees_1"].value == "yes"
    assert "Choose what you answer" in answer(phone, link, 422, words_1="No.").html.find(id="agrees_1-error").text
    assert "at least one" in answer(phone, link, 422).text
    assert site.counts() == before
    done = answer(phone, link, agrees_0="no", words_0="<b>It was there.</b>", agrees_1="yes")
    assert "Your answer was saved" in done.text
    assert "It was there" in done.html.find("main").text
    assert done.forms.get("form") is None
    answer(phone, link, 429, agrees_0="yes")
    item = " ".join(keva.get(here).html.find(string=re.compile("It was there")).find_parent("li").text.split())
    assert f"{NADIA}: <b>It was there.</b>" in item
    assert "By a link and a code, 1 June 2026" in item
    assert f"{NADIA} answers 2 deductions" in keva.get("/notifications/").text
    with site.db.transaction("read") as db:
        assert {(row.way, row.written_by_id) for row in db.scalars(select(DeductionAnswer))} == {("link", None)}
    with QueryCounter(site.db.engine) as counter:
        phone.get(link[0])
    assert len(counter.statements) <= 8, counter.statements


def test_links_are_mailed_run_out_are_replaced_and_taken_back(mailing: Site, smtp: SmtpServer) -> None:
    site, keva = mailing, mailing.browser("keva")
    here, phone = f"{lease_path(site, 'ended')}move-out/", site.browser()
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        db.scalars(select(Contact).where(Contact.name == NADIA)).one().email = "nadia@example.net"
    code = make_links(keva, here)[NADIA][1]
    site.drain_jobs()
    ((address, words, path),) = mailed(smtp, "/final-statement")
    assert address == "nadia@example.net"
    assert code not in words
    assert "A cracked shower door" in phone.get(path).text
    site.clock.move(minutes=31)
    keva = site.browser("keva")
    second = make_links(keva, here)[NADIA]
    site.clock.move(days=31)
    shown = phone.get(second[0], status=404)
    assert "Ran out" in site.browser("keva").get(f"{here}links").text
    assert "was told" in shown.forms["form"].submit(status=200).text
    assert "Ask for a new one" not in phone.get(second[0], status=404).text
    keva = site.browser("keva")
    assert f"{NADIA} asks for a new link to the final statement" in keva.get("/notifications/").text
    third = make_links(keva, here)[NADIA]
    back = keva.get(f"{here}links").html.find("a", href=re.compile("withdraw-link"))["href"]
    keva.get(back).forms["form"].submit(status=303)
    assert "no longer open" in keva.get(back).forms["form"].submit(status=422).text
    phone.get(third[0], status=404)
    token = third[0].partition("?")[2]
    for path in (f"/statement-pdf?{token}", f"/statement-photo?{token}", "/final-statement?token=%00", "/statement-pdf"):
        phone.get(path, status=404)


def test_a_link_opens_one_lease_and_only_what_was_sent(site: Site, keva: TestApp, here: str) -> None:
    unsent = f"{lease_path(site, 'notice')}move-out/"
    assert "Send the statement first" in keva.get(f"{unsent}links").text
    assert "Send the statement first" in fill(keva, f"{unsent}make-links", 422).text
    path, _ = make_links(keva, here)[NADIA]
    token = path.partition("?")[2]
    other = keva.get(unsent).html.find("img")["src"].split("/")[-2]
    site.browser().get(f"/statement-photo?{token}&photo={other}", status=404)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        link, table = db.scalars(select(StatementLink)).one(), StatementLink.__table__
        draft = db.scalars(select(LeaseParty.id).join(Lease).where(Lease.state == "notice").limit(1)).one()
        row = {"code_hash": "0" * 64, "asked_by_id": 1, "sent": link.sent, "expires": link.expires}
        too_early = insert(table).values(**row, ref="fs-x1", party_id=draft)
        assert refused(db, too_early) == "leasing_statement_link_to_what_was_sent"
        twice = insert(table).values(**row, ref="fs-x2", party_id=link.party_id)
        assert refused(db, twice) == "uq_leasing_statement_link_open"
