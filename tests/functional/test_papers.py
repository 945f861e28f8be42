"""Documents beside a lease: put there by staff, seen by those whom it binds, taken away with a word in the audit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from test_audited_pages import newest
from test_leases import lease_path
from webtest import TestApp, Upload

from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.files.models import File
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Person
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.leasing.papers import services
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.personal import export

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def scan(name: str = "scan.jpg") -> Upload:
    return Upload(name, samples.picture((900, 700)), "image/jpeg")


def add(keva: TestApp, lease: str, title: str, *files: Upload, shared: bool = True, status: int = 303) -> Any:
    form = keva.get(f"{lease}papers/add").forms["form"]
    form["title"], form["papers"], form["shared"] = title, list(files), shared
    return form.submit(status=status)


def listed(browser: TestApp, lease: str) -> dict[str, str]:
    """Title -> address of the documents beside a lease that somebody sees."""
    page = browser.get(lease)
    links = page.html.find(id="documents").parent.find_all("a", href=re.compile("/papers/[^/]+/file"))
    return {link.text: link["href"] for link in links}


def of_andre(site: Site) -> tuple[str, str]:
    """The addresses of a recorded lease for its landlord and for its tenant."""
    path = lease_path(site, "active")
    return path, f"/home/leases/{path.split('/')[-2]}/"


def test_a_recorded_lease_keeps_its_scan_and_its_tenants_see_it(site: Site, keva: TestApp) -> None:
    lease, mine = of_andre(site)
    keva.get(lease).click("Add documents")
    assert add(keva, lease, "The list of furniture", scan(), Upload("list.pdf", samples.pdf(), "application/pdf"))
    assert add(keva, lease, SCRIPT, scan("note.jpg"), shared=False).location.endswith("#documents")
    there = listed(keva, lease)
    shared = ["The agreement as it was signed", "The list of furniture, 1 of 2", "The list of furniture, 2 of 2"]
    assert list(there) == [*shared, SCRIPT]
    page = keva.get(lease).text
    assert "by Keva Thompson" in page
    assert "Not for tenants" in page
    andre = site.browser("andre")
    seen = listed(andre, mine)
    assert list(seen) == shared
    assert "Keva Thompson" not in andre.get(mine).text
    assert SCRIPT not in page + andre.get(mine).text
    picture, pdf = andre.get(seen[shared[1]]), andre.get(seen[shared[2]])
    assert (picture.content_type, pdf.content_type) == ("image/jpeg", "application/pdf")
    assert pdf.body == samples.pdf()
    assert pdf.headers["Cache-Control"] == "private, no-cache"
    # What is not shared is nowhere at home; nobody else's lease has it either, and no tenant takes one away.
    andre.get(f"{mine}papers/{there[SCRIPT].split('/')[-2]}/file", status=404)
    site.browser("lisa").get(seen[shared[2]], status=404)
    andre.get(seen[shared[2]].replace("/file", "/remove"), status=403)
    andre.get(f"{mine}papers/add", status=403)


def test_taking_one_away_asks_and_is_recorded_and_the_bytes_go(site: Site, keva: TestApp) -> None:
    lease, mine = of_andre(site)
    add(keva, lease, "A letter", Upload("letter.pdf", samples.pdf(note="once only"), "application/pdf"))
    path = listed(keva, lease)["A letter"]
    with site.db.transaction("read") as db:
        digest = db.scalars(select(File.digest).order_by(File.id.desc()).limit(1)).one()
    store, ref = site.app.registry.atlas_store, path.split("/")[-2]
    assert store.exists(digest)
    page = keva.get(lease).click(href=f"{ref}/remove")
    assert "Remove “A letter”?" in page.text
    assert "A letter" in listed(keva, lease)
    assert page.forms["form"].submit(status=303).follow().html.find(id="documents")
    assert "A letter" not in listed(keva, lease)
    assert not store.exists(digest)
    keva.get(path, status=404)
    site.browser("andre").get(f"{mine}papers/{ref}/file", status=404)
    _, removed, added = newest(site, 3)
    assert (added["action"], removed["action"]) == ("leasing:lease:papers_added", "leasing:lease:paper_removed")
    assert added["change"]["after"] == {"papers": [ref], "shared": True}
    assert removed["change"]["before"]["sha256"] == digest
    assert removed["person_id"] == added["person_id"] is not None


def test_what_is_wrong_is_said_and_the_good_file_waits(site: Site, keva: TestApp, monkeypatch: pytest.MonkeyPatch) -> None:
    lease, _ = of_andre(site)
    page = add(keva, lease, "", scan("kitchen.jpg"), status=422)
    assert "kitchen.jpg" in page.html.find("fieldset", class_="kept-files").text
    form = page.forms["form"]
    form["title"] = "The kitchen"
    form.submit(status=303)
    assert "The kitchen" in listed(keva, lease)
    assert add(keva, lease, "Nothing", status=422).html.find(id="papers-error")
    monkeypatch.setattr(services, "MOST_PAPERS", 3)
    assert "at most 3 documents" in add(keva, lease, "Too many", scan("a.jpg"), scan("b.jpg"), status=422).text


def test_without_documents_the_page_says_so_to_either_side(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "notice")
    assert "Keep a scan or a photo here" in keva.get(lease).html.find(id="documents").parent.text
    lisa = site.browser("lisa")
    home = lisa.get("/home/").html.find("a", href=re.compile(r"^/home/leases/[^/]+/#documents$"))
    section = lisa.get(home["href"]).html.find(id="documents").parent
    assert "What your landlord puts here" in section.text
    assert section.find("a") is None


def test_an_agreement_that_was_sent_stands_before_what_was_put_beside_it(site: Site, keva: TestApp) -> None:
    lease = lease_path(site, "signed")
    add(keva, lease, "A letter", scan())
    for browser, path in ((keva, lease), (site.browser("jerome"), f"/home/leases/{lease.split('/')[-2]}/")):
        section = browser.get(path).html.find(id="documents").parent
        assert [item.find("a").text for item in section.find_all("li")] == ["Agreement, version 1", "A letter"]
        assert "Signed on paper" in section.text


def test_home_leads_straight_to_the_documents_of_each_lease(site: Site) -> None:
    jerome = site.browser("jerome")
    link = jerome.get("/home/").html.find("a", href=re.compile(r"^/home/leases/[^/]+/documents/[^/]+/pdf$"))
    assert "Agreement (PDF)" in link.text
    assert jerome.get(link["href"]).content_type == "application/pdf"


def test_the_database_wants_a_title_and_a_file_of_its_own(site: Site) -> None:
    with site.db.transaction("read") as db:
        first = db.scalars(select(Paper).limit(1)).one()
        loose = db.scalars(select(File.id).where(File.id != first.file_id).limit(1)).one()
        values = {"ref": "paper-1", "lease_id": first.lease_id, "file_id": loose, "title": "Again", "shared": True}
        values |= {"created": first.created}
        twice = first.file_id
    for wrong in ({"title": ""}, {"file_id": twice}, {"lease_id": 0}):
        with pytest.raises(IntegrityError) as broken, site.db.transaction() as db:
            db.execute(insert(Paper).values({**values, **wrong}))
        if "title" in wrong:
            assert violated_constraint(broken.value, metadata) == "ck_leasing_paper_has_a_title"


def test_their_data_name_the_documents_and_erasing_takes_their_name_out(site: Site, keva: TestApp) -> None:
    lease, _ = of_andre(site)
    add(keva, lease, "Passport of Andre Sturrup", scan("passport.jpg"), shared=False)
    with site.db.transaction("read") as db:
        ids = {row.user_name: row.id for row in db.scalars(select(Person).where(Person.user_name.in_(["keva", "andre"])))}
        of_keva, of_andre_ = export(db, ids["keva"]), export(db, ids["andre"])
    assert [row["title"] for row in of_keva["leasing_paper"]] == ["Passport of Andre Sturrup"]
    (rented,) = of_andre_["leasing_lease"]
    assert [row["title"] for row in rented["documents"]] == ["The agreement as it was signed"]
    form = site.browser("andre").get("/account/erase").forms["form"]
    form["password"] = DEMO_PASSWORD
    form.submit(status=303)
    with site.db.transaction("read") as db:
        titles = db.scalars(select(Paper.title).join(Lease).where(Lease.ref == lease.split("/")[-2]).order_by(Paper.id)).all()
    assert titles[0] == "The agreement as it was signed"
    assert "Sturrup" not in titles[1]
