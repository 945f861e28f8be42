"""Signing: each for oneself by a link and a code, with evidence; the lease counts when the last one has signed."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from test_leases import lease_path, no_two_leases_share_a_day, record
from webtest import TestApp

from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.testing.site import ROOT, Site
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.signing.models import Signature, SigningLink

SCRIPT = ROOT / "scripts" / "verify_agreement.py"


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def ask(keva: TestApp, lease: str) -> dict[str, tuple[str, str]]:
    """Make links; gives (path, code) by name."""
    return codes_shown(keva.get(f"{lease}ask").forms["form"].submit(status=303).follow())


def codes_shown(page: Any) -> dict[str, tuple[str, str]]:
    """(path, code) by name, on the page that shows links once."""
    found = {}
    for box in page.html.find_all("input", readonly=True):
        name = box["aria-label"].removeprefix("Link for ")
        code = re.search(r"code (\d{6})", box.find_parent("li").text)
        assert code is not None
        found[name] = (re.sub(r"^https?://[^/]+", "", box["value"]), code[1])
    return found


def sign(phone: TestApp, link: tuple[str, str], name: str, status: int = 200, **typed: Any) -> Any:
    form = phone.get(link[0]).forms["form"]
    form["code"], form["full_name"], form["agrees"] = link[1], name, True
    for field, value in typed.items():
        form[field] = value
    return form.submit(status=status)


def test_two_on_one_phone_and_the_landlord_sign_and_the_lease_counts(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "sent")
    links = ask(keva, lease)
    assert set(links) == {"Rashad Culmer", "Alexis Culmer"}
    assert "sign-lease?token" not in keva.get(f"{lease}signing").text  # once
    phone = TestApp(site.app, extra_environ={"REMOTE_ADDR": "198.51.100.7", "HTTP_USER_AGENT": "Mozilla/5.0 (Android) Chrome/99"})
    page = phone.get(links["Rashad Culmer"][0])
    assert "B$2,800 a month" in page.text
    done = sign(phone, links["Rashad Culmer"], "Rashad T. Culmer", witness="Ann Rolle")
    assert "You have signed" in done.text
    certificate = keva.get(f"{lease}signing").html.find("a", string=re.compile("Certificate"))["href"]
    assert "Chrome on Android" in keva.get(certificate).text
    assert "You have signed" in phone.get(links["Rashad Culmer"][0]).text  # it signs once, and shows the copy
    copy = phone.get(links["Rashad Culmer"][0]).html.find("a", href=re.compile("^/lease-copy"))["href"]
    assert phone.get(copy).content_type == "application/pdf"
    sign(phone, links["Alexis Culmer"], "Alexis Culmer")
    assert "Sent</span>" in keva.get(lease).text
    form = keva.get(f"{lease}sign").forms["form"]
    form["full_name"], form["agrees"] = "Keva Thompson", True
    assert "Signed</span>" in form.submit(status=303).follow().text
    with site.db.transaction("read") as db:
        mine = select(Signature).join(Document).join(Lease).where(Lease.ref == lease.split("/")[-2])
        signed = db.scalars(mine.order_by(Signature.id)).all()
        data = {row.document.content for row in signed}
        assert {row.digest for row in signed} == {hashlib.sha256(words.encode()).hexdigest() for words in data}
        assert [(row.name, row.address) for row in signed][:2] == [
            ("Rashad T. Culmer", "198.51.100.7"),
            ("Alexis Culmer", "198.51.100.7"),
        ]
        assert signed[2].person_id is not None
    keva.get(f"{lease}ask").forms["form"].submit(status=422)
    keva.get(f"{lease}sign").forms["form"].submit(status=422)
    assert no_two_leases_share_a_day(site)


def test_anybody_can_verify_it_without_us(site: Site, keva: TestApp, tmp_path: Path) -> None:
    lease = lease_path(site, "sent")
    for name, link in ask(keva, lease).items():
        sign(site.browser(), link, name)
    form = keva.get(f"{lease}sign").forms["form"]
    form["full_name"], form["agrees"] = "Keva Thompson", True
    document = form.submit(status=303).follow().html.find("a", string="Agreement, version 1")["href"]
    files = {name: keva.get(f"{document}{name}").body for name in ("data", "pdf", "signatures")}

    def verify(**altered: bytes) -> subprocess.CompletedProcess[str]:
        for name, content in {**files, **altered}.items():
            (tmp_path / name).write_bytes(content)
        command = [sys.executable, "-I", "-S", str(SCRIPT), *[str(tmp_path / name) for name in files]]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    held = verify()
    assert (held.returncode, held.stderr) == (0, "")
    assert "It holds" in held.stdout
    for name, content in (
        ("data", files["data"].replace(b"280000", b"180000")),
        ("pdf", files["pdf"] + b"\n"),
        ("signatures", files["signatures"].replace(b'"party":1', b'"party":7')),
    ):
        assert content != files[name]
        assert verify(**{name: content}).returncode == 1, name


def test_who_has_a_link_alone_has_the_certificate_and_can_verify_it(site: Site, keva: TestApp, tmp_path: Path) -> None:
    """All of it works for a tenant without a sign-in: also the proof of who signed what."""
    lease, phone = lease_path(site, "sent"), site.browser()
    links = ask(keva, lease)
    assert "not signed here" in sign(phone, links["Rashad Culmer"], "Rashad Culmer", witness="Ann Rolle").text
    sign(phone, links["Alexis Culmer"], "Alexis T. Culmer")
    form = keva.get(f"{lease}sign").forms["form"]
    form["full_name"], form["agrees"] = "Keva Thompson", True
    form.submit(status=303)
    page = phone.get(links["Rashad Culmer"][0])
    for words in ("Ann Rolle", "Alexis T. Culmer", "Keva Thompson", "From the address"):
        assert words in page.text
    addresses = {a["href"] for a in page.html.find_all("a", href=re.compile("^/lease-copy"))}
    files = {}
    for address in addresses:
        files[address.rpartition("part=")[2] if "part=" in address else "pdf"] = phone.get(address).body
    paths = []
    for name in ("data", "pdf", "signatures"):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(files[name])
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, paths)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "It holds" in verified.stdout


def test_a_wrong_code_or_no_consent_signs_nothing_and_tries_are_counted(site: Site, keva: TestApp) -> None:
    path, code = ask(keva, lease_path(site, "sent"))["Alexis Culmer"]
    before, phone = site.counts()["leasing_signature"], site.browser()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert "not the code" in sign(phone, (path, wrong), "Alexis", 422).html.find(id="code-error").text
    assert "have read it" in sign(phone, (path, code), "Alexis", 422, agrees=False).html.find(id="agrees-error").text
    assert "somebody else" in sign(phone, (path, code), "Alexis", 422, witness="ALEXIS").html.find(id="witness-error").text
    sign(phone, (path, code), "", 422)
    sign(phone, (path, wrong), "Alexis", 422)
    sign(phone, (path, code), "Alexis", 429)
    assert site.counts()["leasing_signature"] == before


def test_links_run_out_are_replaced_and_end_when_the_agreement_is_taken_back(site: Site, keva: TestApp) -> None:
    lease, phone = lease_path(site, "sent"), site.browser()
    first = ask(keva, lease)["Alexis Culmer"]
    assert "half an hour" in keva.get(f"{lease}ask").forms["form"].submit(status=422).text
    site.clock.move(minutes=31)
    second = ask(keva, lease)["Alexis Culmer"]
    assert "no longer open" in phone.get(first[0], status=404).text
    form = phone.get(second[0]).forms["form"]
    form["code"] = second[1]
    assert "You said no" in form.submit("decline", status=200).text
    assert "Said no" in keva.get(f"{lease}signing").text
    third = ask(keva, lease)["Alexis Culmer"]  # whoever said no can be asked again at once
    site.clock.move(hours=73)
    phone.get(third[0], status=404)
    site.drain_jobs()
    with site.db.transaction("read") as db:
        assert db.scalars(select(SigningLink.id).where(SigningLink.answer.is_(None))).all() == []
    keva = site.browser("keva")
    fourth = ask(keva, lease)["Alexis Culmer"]
    keva.get(f"{lease}take-back").forms["form"].submit(status=303)
    phone.get(fourth[0], status=404)
    phone.get("/sign-lease?token=%00", status=404)


def test_who_signs_last_finds_the_days_taken(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "sent")
    links = ask(keva, lease)
    unit = keva.get(lease).html.find("a", string="See the unit")["href"]
    record(keva, unit, starts="2026-06-01")
    sign(site.browser(), links["Rashad Culmer"], "Rashad Culmer")
    sign(site.browser(), links["Alexis Culmer"], "Alexis Culmer")
    form = keva.get(f"{lease}sign").forms["form"]
    form["full_name"], form["agrees"] = "Keva Thompson", True
    assert "has some of these days" in form.submit(status=422).text
    assert "Sent</span>" in keva.get(lease).text


def test_nobody_signs_for_others_in_the_database_either(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "sent")
    sign(site.browser(), ask(keva, lease)["Rashad Culmer"], "Rashad Culmer")

    def refused(statement: Any) -> str | None:
        with site.db.transaction() as db, pytest.raises(IntegrityError) as caught:
            db.execute(statement)
        return violated_constraint(caught.value, metadata)  # type: ignore[arg-type]

    with site.db.transaction("read") as db:
        row = db.scalars(select(Signature)).one()
        values = {column.name: getattr(row, column.name) for column in Signature.__table__.c}
        values = {name: value for name, value in values.items() if name != "id"} | {"party_id": None}
        number = row.document.lease_id
    table, kept = Signature.__table__, "leasing_signature_is_append_only"
    assert refused(update(table).values(name="Somebody else")) == kept
    assert refused(delete(table)) == kept
    mine = {**values, "person_id": 1}
    assert refused(table.insert().values({**mine, "digest": "0" * 64})) == "leasing_signature_of_what_was_sent"
    assert refused(table.insert().values(values)) == "ck_leasing_signature_party_or_member"
    bound = update(Lease.__table__).where(Lease.id == number).values(state="signed", agreed=date(2026, 6, 1))
    assert refused(bound) == "leasing_lease_signed_by_all"
