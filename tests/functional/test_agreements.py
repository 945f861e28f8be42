"""Agreements: written on one page, filled from a template of named blanks, frozen when sent, and nobody rewrites them."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from test_leases import lease_path, no_two_leases_share_a_day, record, unit_path
from webtest import TestApp, Upload

from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.errors import Refused
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.agreements.blanks import check, fill
from atlasbahamas_plugins.leasing.agreements.models import Document, SignedCopy
from atlasbahamas_plugins.leasing.agreements.pdf import render_pdf
from atlasbahamas_plugins.leasing.models import Lease

SCRIPT = "<script>alert(1)</script> [rent] & Söhne"


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def write(keva: TestApp, unit: str, **typed: str) -> str:
    """A draft; gives its address."""
    form = keva.get(f"{unit}lease").forms["form"]
    usual = {"name_0": "Perry Rolle", "starts": "2026-07-01", "term_last_day": "2027-06-30", "security": "2,450"}
    for name, value in {**usual, **typed}.items():
        form[name] = value
    return str(form.submit(status=303).location)


def send(keva: TestApp, lease: str, status: int = 303) -> Any:
    return keva.get(f"{lease}send").forms["form"].submit(status=status)


def test_a_draft_is_written_read_changed_sent_and_frozen(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Cable Beach Court", "1A")
    lease = write(keva, unit, name_0=SCRIPT, clause_words="One cat.\n\nNo [unit] on the roof.")
    assert "Nobody has a lease" in keva.get(unit).text  # a draft takes nothing
    form = keva.get(f"{lease}edit").forms["form"]
    assert (form["rent_cents"].value, form["security"].value) == ("2,450", "2,450")
    assert form["clause_words"].value == "One cat.\n\nNo [unit] on the roof."
    form["rent_cents"], form["name_1"], form["late_fee_kind"], form["late_fee_cents"] = "2,500.50", "Oneil Rolle", "flat", "75"
    form.submit(status=303)
    page = keva.get(f"{lease}send")
    for words in (
        "&lt;script&gt;alert(1)&lt;/script&gt; [rent] &amp; Söhne and Oneil Rolle",  # what a value says is not filled again
        "B$2,500.50 a month",
        "1 July 2026",
        "2. No [unit] on the roof.",
        "Cable Beach Court, at West Bay Street",
        "no legal advice",
    ):
        assert words in page.text, words
    shown = page.forms["form"].submit(status=303).follow()
    assert "Held</span>" in keva.get(unit).text
    data = keva.get(f"{shown.request.path}data").body
    frozen = json.loads(data)
    assert hashlib.sha256(data).hexdigest() in shown.text
    assert frozen["rent_cents"] == 250050
    assert [party["name"] for party in frozen["parties"]] == [SCRIPT, "Oneil Rolle"]
    assert json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == data
    pdf = keva.get(f"{shown.request.path}pdf").body
    assert hashlib.sha256(pdf).hexdigest() in shown.text
    assert render_pdf(frozen, hashlib.sha256(data).hexdigest()) == pdf
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert text.count("Witness, if there is one") == len(frozen["parties"]) + 1  # the landlord signs as well
    for words in ("Söhne", "B$2,500.50", hashlib.sha256(data).hexdigest()):
        assert words in text
    keva.get(f"{lease}edit").forms["form"].submit(status=422)
    send(keva, lease, status=422)


def test_what_was_sent_is_taken_back_and_sent_again(site: Site, keva: TestApp) -> None:
    lease = write(keva, unit_path(site, "Cable Beach Court", "1A"))
    opened = keva.get(f"{lease}send").forms["form"]
    form = keva.get(f"{lease}edit").forms["form"]
    form["security"] = "3,000"  # only a part of the lease is another now
    form.submit(status=303)
    assert "changed by someone else" in opened.submit(status=422).text
    first = send(keva, lease).follow().request.path
    keva.get(f"{lease}take-back").forms["form"].submit(status=303)
    assert "This was taken back" in keva.get(first).text
    form = keva.get(f"{lease}edit").forms["form"]
    form["rent_cents"] = "2,600"
    form.submit(status=303)
    second = send(keva, lease).follow()
    assert "This was taken back" not in second.text
    assert "B$2,600" in second.text
    assert "B$2,450 a month" in keva.get(first).text
    assert "version 2" in second.text


def test_the_paper_that_was_signed_is_kept_and_the_lease_has_its_days(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Cable Beach Court", "1A")
    first, second = (write(keva, unit, name_0=name) for name in ("Perry Rolle", "Ava Moss"))
    papers = [samples.pdf(note=name) for name in ("one", "two")]
    for lease in (first, second):
        send(keva, lease)  # two people may be asked

    def sign(lease: str, paper: bytes, day: str = "2026-06-01", status: int = 303) -> Any:
        form = keva.get(f"{lease}signed-on-paper").forms["form"]
        form["signed_on"], form["copy"] = day, [Upload("signed.pdf", paper, "application/pdf")]
        return form.submit(status=status)

    assert "has not come" in sign(first, papers[0], "2026-06-02", 422).text
    page = sign(first, papers[0]).follow()
    assert "Signed on paper" in page.text
    assert "Let</span>" in keva.get(unit).text
    document = page.html.find("a", string="Agreement, version 1")["href"]
    assert keva.get(f"{document}copy").body == papers[0]
    assert "has some of these days" in sign(second, papers[1], status=422).text
    sign(first, papers[1], status=422)
    keva.get(f"{first}take-back").forms["form"].submit(status=422)
    assert no_two_leases_share_a_day(site)
    site.clock.move(days=30)
    site.drain_jobs()
    assert "Active</span>" in site.browser("keva").get(first).text
    site.browser("keva").get(f"{first}cancel").forms["form"].submit(status=422)  # it began: it can only end


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Rent is [rent a month].", "[rent a month]"),
        ("[[tenants]]", "bracket"),
        ("[tenants", "bracket"),
        ("[]", "[]"),
        ("[tenants.__class__]", "[tenants.__class__]"),
        ("{{ 7 * 7 }} [7 * 7]", "[7 * 7]"),
    ],
)
def test_a_blank_that_nobody_fills_is_named_at_the_field(site: Site, keva: TestApp, words: str, said: str) -> None:
    path = keva.get("/portfolio/").follow().request.path + "agreement-text/"
    before = site.counts()
    form = keva.get(path).forms["form"]
    form["words"] = words
    answer = form.submit(status=422)
    assert said in answer.html.find(id="words-error").text
    assert answer.forms["form"]["words"].value == words
    assert site.counts() == before


def test_an_organisation_has_words_of_its_own_and_what_was_sent_stays(site: Site, keva: TestApp) -> None:
    path = keva.get("/portfolio/").follow().request.path + "agreement-text/"
    lease = lease_path(site, "sent")
    document = keva.get(lease).html.find("a", string="Agreement, version 1")["href"]
    before = keva.get(f"{document}data").body
    form = keva.get(path).forms["form"]
    assert "no legal advice" in form["words"].value
    form["words"] = "# Ours\n\n[tenants] rent [unit] for [rent]. {{ 7 * 7 }} %s"
    form.submit(status=303)
    draft = lease_path(site, "draft")
    page = keva.get(f"{draft}send")
    assert "Denise Knowles rent 1A for B$2,450 a month. {{ 7 * 7 }} %s" in page.text
    assert keva.get(f"{document}data").body == before
    assert (
        "no legal advice"
        in site.browser("marva").get(site.browser("marva").get("/portfolio/").follow().request.path + "agreement-text/").text
    )


def test_a_known_blank_without_a_value_is_named() -> None:
    check("[unit]", field="words")
    with pytest.raises(Refused, match=r"\[unit\]") as refused:
        fill("At [unit]", {"unit": ""}, field="text")
    assert refused.value.field == "text"
    assert fill("[unit] [rent]", {"unit": "[rent]", "rent": "1"}, field="text") == "[rent] 1"


def test_nobody_rewrites_a_document(site: Site, keva: TestApp) -> None:
    def refused(statement: Any) -> str | None:
        with site.db.transaction() as db, pytest.raises(IntegrityError) as caught:
            db.execute(statement)
        return violated_constraint(caught.value, metadata)  # type: ignore[arg-type]

    with site.db.transaction("read") as db:
        document = db.scalars(select(Document).join(Lease).where(Lease.state == "sent")).one()
        values = {column.name: getattr(document, column.name) for column in Document.__table__.c}
    documents, copies = Document.__table__, SignedCopy.__table__
    kept = "leasing_document_is_append_only"
    assert refused(update(documents).values(content="{}")) == kept
    assert refused(update(documents).values(pdf_digest="0" * 64)) == kept
    assert refused(delete(documents)) == kept
    assert refused(documents.insert().values({**values, "id": None, "ref": "d-9", "number": 9})) == "leasing_document_of_sent"
    assert refused(update(copies).values(signed_on=date(2020, 1, 1))) == "leasing_signed_copy_is_append_only"
    assert refused(update(Lease.__table__).where(Lease.id == values["lease_id"]).values(due_day=9)) == "leasing_lease_agreed"


def test_a_lease_that_was_sent_and_the_days_of_others(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Marsh Harbour Row", "No 4")
    assert "Held</span>" in keva.get(unit).text
    record(keva, unit, starts="2026-06-01")  # whoever is there first has it
    sent = lease_path(site, "sent")
    form = keva.get(f"{sent}signed-on-paper").forms["form"]
    form["copy"] = [Upload("signed.pdf", samples.pdf(), "application/pdf")]
    assert "has some of these days" in form.submit(status=422).text
