"""Tenants of many leases are invited from a file: looked at first, sent as one, and what became of each row is kept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from test_lease_imports import add_property, problems_of, reads
from test_lease_imports import upload as upload_leases
from test_leases import lease_path
from test_limited_members import limited
from test_tenants import invite, join, mailed
from webtest import TestApp, Upload

from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas.testing.smtp import SmtpServer
from atlasbahamas_plugins.leasing.inviting.models import InvitationFile, InvitationRow
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

HEADER = "Lease,Property,Unit,Tenant,E-mail\n"


@pytest.fixture
def keva(mailing: Site) -> TestApp:
    return mailing.browser("keva")


@pytest.fixture
def leases(mailing: Site) -> str:
    return lease_path(mailing, "active").rpartition("leases/")[0] + "leases/"


def ref_of(site: Site, property_name: str, label: str, state: str) -> str:
    with site.db.transaction("read") as db:
        found = select(Lease.ref).join(Unit, Unit.id == Lease.unit_id).join(Property, Property.id == Unit.property_id)
        return db.scalars(found.where(Property.name == property_name, Unit.label == label, Lease.state == state)).one()


def upload(browser: TestApp, leases: str, content: str | bytes, status: int = 200) -> Any:
    form = browser.get(f"{leases}invite").forms["form"]
    form["file"] = Upload("tenants.csv", content if isinstance(content, bytes) else content.encode())
    return form.submit(status=status)


def would(page: Any) -> list[tuple[str, str]]:
    """(row, what would be done) of the preview."""
    rows = page.html.find("section", {"aria-labelledby": "good"}).find("tbody").find_all("tr")
    cells = [[cell.text.strip() for cell in row.find_all("td")] for row in rows]
    return [(row[0], row[-1]) for row in cells]


def csv_of(browser: TestApp, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(browser.get(path).body.decode("utf-8-sig"))))


def emails(site: Site, names: Sequence[str]) -> dict[str, str]:
    with site.db.transaction("read") as db:
        return dict(db.execute(select(Contact.name, Contact.email).where(Contact.name.in_(names))).all())


def test_a_file_to_fill_in_is_filled_looked_at_and_sent(mailing: Site, keva: TestApp, leases: str, smtp: SmtpServer) -> None:
    page = keva.get(leases)
    assert page.html.find("a", string="Invite tenants from a file")["href"] == f"{leases}invite"
    template = re.search(r'href="([^"]+tenants\.csv)"', keva.get(f"{leases}invite").text)
    assert template is not None
    header, *rows = csv_of(keva, template[1])
    assert header == ["lease", "property", "unit", "tenant", "email"]
    # Who has a sign-in, answers for others, waits for the first signature or has left is not in it.
    assert [(row[1], row[2], row[3], row[4]) for row in rows] == [
        ("Marsh Harbour Row", "No 2", "Ezekiel Sawyer", ""),
        ("Sandyport Mews", "No 1", "Kendra Sturrup", ""),
        ("Sandyport Mews", "No 4", "Tavares Bullard", ""),
    ]
    rows[0][4], rows[2][4] = "ezekiel@example.net", "tavares@example.net"
    filled = "".join(f"{','.join(row)}\n" for row in [header, *rows])
    before = mailing.counts()
    looked = upload(keva, leases, filled)
    assert would(looked) == [
        ("Row 2", "Ezekiel Sawyer is invited by ezekiel@example.net"),
        ("Row 3", "Skipped: No e-mail address, here or in this row"),
        ("Row 4", "Tavares Bullard is invited by tavares@example.net"),
    ]
    assert "Send 2 invitations" in looked.text
    assert mailing.counts() == before
    shown = looked.forms["save"].submit(status=303).follow()
    assert "2 tenants are invited." in shown.text
    assert "2 invited, 1 skipped." in shown.text
    found = csv_of(keva, f"{shown.request.path}?format=csv")
    assert [(row[1], row[0], row[2], row[5], row[6]) for row in found[1:]] == [
        ("2", "Ezekiel Sawyer", "No 2", "Invited", "No answer yet"),
        ("3", "Kendra Sturrup", "No 1", "Skipped", "No e-mail address, here or in this row"),
        ("4", "Tavares Bullard", "No 4", "Invited", "No answer yet"),
    ]
    mailing.drain_jobs()
    mails = mailed(smtp, "/tenant-invitation")
    assert {address for address, _, _ in mails} == {"ezekiel@example.net", "tavares@example.net"}
    assert emails(mailing, ["Ezekiel Sawyer"]) == {"Ezekiel Sawyer": "ezekiel@example.net"}
    with mailing.db.transaction("read") as db:
        actions = set(db.scalars(select(AuditEntry.action)))
        assert {"leasing:invitations:sent", "leasing:lease:tenants_invited", "portfolio:contact:changed"} <= actions
        # Nobody saw a link, so there is one of each invitation only: that of its mail.
        assert (db.scalar(select(func.count()).select_from(InvitationRow).where(InvitationRow.invitation_id.is_not(None)))) == 2
    (link,) = (link for address, _, link in mails if address.startswith("ezekiel"))
    mailing.browser().get(link, status=200)
    join(mailing.browser("marva"), link)
    assert csv_of(keva, f"{shown.request.path}?format=csv")[1][6] == "Joined"
    assert csv_of(keva, template[1])[1:] == [[*rows[1][:4], ""]]
    files = keva.get(leases.replace("/leases/", "/invitation-files/"))
    assert "2 invitations of 1 June 2026" in files.text


def test_who_cannot_be_invited_is_skipped_by_the_rules_of_one_invitation(mailing: Site, keva: TestApp, leases: str) -> None:
    sent, ended = (ref_of(mailing, *of) for of in (("Marsh Harbour Row", "No 4", "sent"), ("Sandyport Mews", "No 1", "ended")))
    invite(keva, f"{leases}{sent}/")
    rows = (
        f"{sent},,,Rashad Culmer,\n"  # invited just now
        ",sandyport mews,no 1,Andre Sturrup,ANDRE@example.com\n"  # has a sign-in
        ",,Villa 2,lisa deveaux,\n"
        f"{ended.upper()},,,Nadia Rahming,nadia@example.net\n"  # has left, and keeps what was hers
        ",Sandyport Mews,No 4,Ernestine Cash,ernestine@example.net\n"  # answers for the tenants, and sees the lease too
    )
    looked = upload(keva, leases, HEADER + rows)
    assert [words for _, words in would(looked)] == [
        "Skipped: Was invited less than half an hour ago",
        "Skipped: Has a sign-in already",
        "Skipped: Has a sign-in already",
        "Nadia Rahming is invited by nadia@example.net",
        "Ernestine Cash is invited by ernestine@example.net",
    ]
    only = upload(keva, leases, HEADER + rows.partition("\n")[0] + "\n")
    assert "There is nobody in this file to invite" in only.text
    assert "save" not in only.forms
    saved = looked.forms["save"].submit(status=303).follow()
    assert "2 invited, 3 skipped." in saved.text
    # Whoever has the page still open sends nothing twice.
    before = mailing.counts()
    assert "nobody in this file to invite" in looked.forms["save"].submit(status=422).html.find(id="file-error").text
    assert mailing.counts() == before
    mailing.clock.move(minutes=31)
    again = upload(keva, leases, HEADER + f"{sent},,,rashad@example.com,\n")
    assert would(again) == [("Row 2", "Rashad Culmer is invited by rashad@example.com")]
    again.forms["save"].submit(status=303)
    with mailing.db.transaction("read") as db:
        answers = select(TenantInvitation.answer).join(LeaseParty, LeaseParty.id == TenantInvitation.party_id).join(Contact)
        rashad = db.scalars(answers.where(Contact.name == "Rashad Culmer").order_by(TenantInvitation.id)).all()
    assert rashad == ["replaced", None]


BAD = (
    ("k-nosuch,,,Ann,a@example.net", "Reference", "no lease with this reference"),
    ("{other},,,Shavonne Grant,a@example.net", "Reference", "no lease with this reference"),
    ("{draft},,,Denise Knowles,a@example.net", "Reference", "nothing to see yet"),
    (",,,Ann,a@example.net", "Reference", "Say which lease"),
    (",,No 99,Ann,a@example.net", "Unit", "has a lease that runs"),
    (",,Hibiscus,Maitland Lowe,a@example.net", "Unit", "has a lease that runs"),  # another organisation's
    (",,1A,Denise Knowles,a@example.net", "Unit", "has a lease that runs"),  # a draft
    (",,No 1,Nadia Rahming,a@example.net", "Tenant", "nobody like that"),  # has left
    ("{active},,No 2,Kendra Sturrup,a@example.net", "Unit", "of another unit"),
    ("{active},Cable Beach Court,,Kendra Sturrup,a@example.net", "Property", "no such unit with a lease"),
    (",,No 4,Tavares Bullard,a@example.net", "Property", "More than one property"),
    ("{active},,,Kendra,a@example.net", "Tenant", "nobody like that"),
    ("{active},,,=A2,a@example.net", "Tenant", "formula"),
    ("=A2,,,Kendra Sturrup,a@example.net", "Reference", "formula"),
    ("{active},,,Kendra Sturrup,=A2", "E-mail", "name@example.com"),
    ("{active},,,,a@example.net", "Tenant", "fill this in"),
    ("{active},,,Kendra Sturrup,at home", "E-mail", "name@example.com"),
    (",,No 1,Andre Sturrup,other@example.net", "E-mail", "another address here, andre@example.com"),
    ("{active},,,Kendra Sturrup,kendra@example.net", "", ""),
    (",,No 1,KENDRA STURRUP,kendra@example.net", "Tenant", "Row 20 invites them already"),
)


def test_every_problem_is_named_and_stops_all(mailing: Site, keva: TestApp, leases: str) -> None:
    refs = {
        "other": ref_of(mailing, "Freeport Gardens", "1A", "active"),
        "draft": ref_of(mailing, "Cable Beach Court", "1A", "draft"),
        "active": ref_of(mailing, "Sandyport Mews", "No 1", "active"),
    }
    before = mailing.counts()
    page = upload(keva, leases, HEADER + "".join(f"{row.format(**refs)}\n" for row, _, _ in BAD), status=422)
    found = problems_of(page)
    for at, (row, column, message) in enumerate(BAD):
        of_row = [(where, words) for number, where, words in found if number == f"Row {at + 2}"]
        if column:
            assert any(where.startswith(column) and message in words for where, words in of_row), (row, of_row)
        else:
            assert of_row == []
    # What another organisation has looks like what is nowhere.
    assert found[0][1:] == found[1][1:]
    assert would(page) == [("Row 20", "Kendra Sturrup is invited by kendra@example.net")]
    assert "Nobody is invited as long as a row needs another look" in page.text
    assert "save" not in page.forms
    assert mailing.counts() == before


def test_one_person_of_two_leases_has_one_address(mailing: Site, keva: TestApp, leases: str) -> None:
    old = ref_of(mailing, "Marsh Harbour Row", "No 2", "active")
    form = keva.get(f"{leases}{old}/renew").forms["form"]
    form["starts"] = "2026-09-01"
    draft = str(form.submit(status=303).location)
    keva.get(f"{draft}send").forms["form"].submit(status=303)
    new = draft.split("/")[-2]
    assert [row[3] for row in csv_of(keva, f"{leases}tenants.csv")[1:]].count("Ezekiel Sawyer") == 1
    rows = f"{old},,,Ezekiel Sawyer,one@example.net\n{new},,,Ezekiel Sawyer,two@example.net\n,,No 2,Ezekiel Sawyer,\n"
    assert problems_of(upload(keva, leases, HEADER + rows, status=422)) == [
        ("Row 3", "E-mail for the invitation", "Row 2 gives them another address."),
        ("Row 4", "Reference of the lease", "More than one lease of this unit names them. Say which, by its reference."),
    ]
    both = f"{old},,,Ezekiel Sawyer,one@example.net\n{new},,,Ezekiel Sawyer,\n"
    assert "1 invited, 1 skipped." in upload(keva, leases, HEADER + both).forms["save"].submit(status=303).follow().text


def test_two_of_one_name_are_told_apart_by_their_addresses(mailing: Site, keva: TestApp, leases: str) -> None:
    with mailing.db.transaction() as db:
        db.execute(update(Contact).where(Contact.name == "Alexis Culmer").values(name="Rashad Culmer"))
    sent = ref_of(mailing, "Marsh Harbour Row", "No 4", "sent")
    for row in ("Rashad Culmer,", "Rashad Culmer,other@example.net"):
        ((_, column, words),) = problems_of(upload(keva, leases, HEADER + f"{sent},,,{row}\n", status=422))
        assert (column, "more than one like that" in words) == ("Tenant, by name or e-mail", True)
    for row in ("Rashad Culmer,rashad@example.com", "RASHAD@example.com,"):
        assert would(upload(keva, leases, HEADER + f"{sent},,,{row}\n"))[0][1] == "Rashad Culmer is invited by rashad@example.com"


FILES = {
    "a semicolon, as spreadsheets in Europe write": (lambda text: text.replace(",", ";").encode()),
    "Latin-1": (lambda text: text.encode("latin-1")),
    "a mark before UTF-8": (lambda text: text.encode("utf-8-sig")),
    "UTF-16": (lambda text: text.encode("utf-16")),
    "tabs": (lambda text: text.replace(",", "\t").encode()),
}


@pytest.mark.parametrize("written", FILES.values(), ids=FILES.keys())
def test_a_file_is_read_whatever_program_wrote_it(mailing: Site, keva: TestApp, leases: str, written: Any) -> None:
    with mailing.db.transaction() as db:
        db.execute(update(Contact).where(Contact.name == "Kendra Sturrup").values(name="Zoé Núñez"))
    looked = upload(keva, leases, written(HEADER + ",Sandyport Mews,No 1,zoé NÚÑEZ,zoe@example.net\n"))
    assert would(looked) == [("Row 2", "Zoé Núñez is invited by zoe@example.net")]


def test_a_file_that_will_not_do_is_refused(mailing: Site, keva: TestApp, leases: str) -> None:
    before = mailing.counts()
    row = ",,No 2,Ezekiel Sawyer,e@example.net\n"
    for content, words in (
        (b"", "empty"),
        (HEADER.encode(), "nothing below the headings"),
        (b"lease,e-mail\nk-1,e@example.net\n", "no column for"),
        (b"PK\x03\x04" + b"\0" * 99, "not a CSV"),
        ((HEADER + row * 2001).encode(), "more than 2,000 rows"),
        (HEADER.encode() + b" " * (8 * 1024 * 1024), "larger than 8 MB"),
    ):
        assert words in upload(keva, leases, content, status=422).html.find(id="file-error").text
    saved = upload(keva, leases, HEADER + row).forms["save"]
    for forged in ("junk", "[[2]]", '[[2,"","","No 99","Ann","a@example.net"]]', '[[2,"","","No 2","Ezekiel Sawyer","=A2"]]'):
        saved["rows"].force_value(forged)
        assert saved.submit(status=422)
    assert mailing.counts() == before


def test_what_changed_meanwhile_is_not_sent(mailing: Site, keva: TestApp, leases: str) -> None:
    looked = upload(keva, leases, HEADER + ",,No 2,Ezekiel Sawyer,e@example.net\n")
    with mailing.db.transaction() as db:
        db.execute(update(Contact).where(Contact.name == "Ezekiel Sawyer").values(email="other@example.net"))
    before = mailing.counts()
    answer = looked.forms["save"].submit(status=422)
    assert "Something changed since these rows were shown" in answer.text
    assert problems_of(answer)[0][2].startswith("They have another address here, other@example.net")
    assert mailing.counts() == before


def test_a_limited_member_invites_where_the_limit_reaches(mailing: Site, keva: TestApp, leases: str) -> None:
    lenora = limited(mailing, names=("Marsh Harbour Row",))
    assert [row[3] for row in csv_of(lenora, f"{leases}tenants.csv")[1:]] == ["Ezekiel Sawyer"]
    beyond = ref_of(mailing, "Sandyport Mews", "No 1", "active")
    page = upload(lenora, leases, HEADER + f"{beyond},,,Kendra Sturrup,k@example.net\nk-none,,,Ann,\n", status=422)
    assert len({problem[1:] for problem in problems_of(page)}) == 1
    mine = ",,No 2,Ezekiel Sawyer,e@example.net\n"
    shown = upload(lenora, leases, HEADER + mine).forms["save"].submit(status=303).follow()
    assert "1 tenant is invited." in shown.text
    keva.get(shown.request.path)
    both = upload(keva, leases, HEADER + f"{beyond},,,Kendra Sturrup,k@example.net\n").forms["save"].submit(status=303).location
    lenora.get(both, status=404)
    listed = lenora.get(leases.replace("/leases/", "/invitation-files/")).text
    assert "1 file" in listed


def test_the_lease_list_s_csv_gives_the_reference(mailing: Site, keva: TestApp, leases: str) -> None:
    header, *rows = csv_of(keva, f"{leases}?format=csv")
    refs = {row[header.index("Lease")] for row in rows}
    assert ref_of(mailing, "Sandyport Mews", "No 1", "active") in refs


def test_four_hundred_tenants_are_invited_with_few_statements(mailing: Site, keva: TestApp, leases: str) -> None:
    add_property(keva, "The Four Hundred", 400)
    here = leases.rpartition("leases/")[0]
    rows = "".join(f"The Four Hundred,{n},Tenant {n},,t{n}@example.net,2024-01-01,,900\n" for n in range(1, 401))
    content = "Property,Unit,Tenants,Phone,E-mail,Start,End,Rent\n" + rows
    upload_leases(keva, here, content).forms["save"].submit(status=303)
    template = keva.get(f"{leases}tenants.csv").body
    looked = upload(keva, leases, template)
    assert "Send 400 invitations" in looked.text
    with QueryCounter(mailing.db.engine) as counter:
        saved = looked.forms["save"].submit(status=303)
    assert len(reads(counter)) < 30, reads(counter)[:60]
    with QueryCounter(mailing.db.engine) as counter:
        keva.get(str(saved.location))
    assert len(counter.statements) <= 16, counter.statements


def test_a_lease_that_was_brought_in_by_mistake_takes_its_rows_along(mailing: Site, keva: TestApp, leases: str) -> None:
    add_property(keva, "Poinciana Court", 1)
    content = "Property,Unit,Tenants,Start,Rent\nPoinciana Court,1,Perry Rolle,2024-03-01,1450\n"
    batch = upload_leases(keva, leases.rpartition("leases/")[0], content).forms["save"].submit(status=303).location
    rows = ",Poinciana Court,1,Perry Rolle,\n,,No 2,Ezekiel Sawyer,e@example.net\n"
    shown = upload(keva, leases, HEADER + rows).forms["save"].submit(status=303).location
    assert len(csv_of(keva, f"{shown}?format=csv")) == 3
    keva.get(f"{batch}undo").forms["form"].submit(status=303)
    assert emails(mailing, ["Perry Rolle"]) == {}
    assert len(csv_of(keva, f"{shown}?format=csv")) == 2


def test_the_database_keeps_a_row_with_either_an_invitation_or_a_reason(mailing: Site) -> None:
    with mailing.db.transaction("read") as db:
        mine = select(LeaseParty.id, Lease.organisation_id).join(Lease, Lease.id == LeaseParty.lease_id).limit(1)
        party_id, organisation_id = db.execute(mine).one()
        person = db.scalars(select(Person.id).limit(1)).one()
    for outcome in ({"skipped": None}, {"skipped": "because"}):
        with pytest.raises(IntegrityError), mailing.db.transaction() as db:
            file = InvitationFile(
                ref="tf-x1", organisation_id=organisation_id, invited=1, skipped=0, made=mailing.clock.now(), made_by=person
            )
            db.add(file)
            db.flush()
            db.add(InvitationRow(file_id=file.id, number=2, party_id=party_id, **outcome))
            db.flush()
