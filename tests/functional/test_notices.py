"""Notices to leave: by rule, shorter only with a warning, served with proof, from both sides; and what the database refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from test_leases import lease_path
from webtest import TestApp, Upload

from atlasbahamas.db import metadata
from atlasbahamas.db.violations import violated_constraint
from atlasbahamas.personal.leaving import PSEUDONYM, Leaving
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.models import Notice, Serving
from atlasbahamas_plugins.leasing.notices.services import last_day_by_rule
from atlasbahamas_plugins.leasing.personal import erase, export
from atlasbahamas_plugins.leasing.settings import LeasingSettings

USUAL = {"served_by": "Keva Thompson", "last_day": "2026-12-31", "words": "The house is to be sold."}


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def give(browser: TestApp, path: str, status: int = 303, **typed: Any) -> Any:
    form = browser.get(f"{path}give-notice").forms["form"]
    for name, value in typed.items():
        form[name] = value
    return form.submit(status=status)


def refused(db: Session, statement: Any) -> str | None:
    with pytest.raises(IntegrityError) as caught, db.begin_nested():
        db.execute(statement)
    return violated_constraint(caught.value, metadata)


@pytest.mark.parametrize(
    ("period", "since", "term_ends", "rolls", "given", "wanted"),
    [
        ("monthly", date(2025, 1, 1), None, True, date(2026, 5, 31), date(2026, 6, 30)),
        ("monthly", date(2025, 1, 1), None, True, date(2026, 6, 1), date(2026, 7, 31)),
        ("monthly", date(2024, 1, 31), None, True, date(2024, 1, 31), date(2024, 3, 30)),
        ("monthly", date(2025, 1, 15), None, True, date(2026, 6, 1), date(2026, 7, 14)),
        ("weekly", date(2026, 6, 1), None, True, date(2026, 6, 1), date(2026, 6, 14)),
        ("four_weekly", date(2026, 1, 1), None, True, date(2026, 6, 1), date(2026, 7, 15)),
        ("quarterly", date(2025, 1, 1), None, True, date(2026, 6, 1), date(2026, 9, 30)),
        ("yearly", date(2025, 3, 1), None, True, date(2026, 6, 1), date(2027, 2, 28)),
        ("monthly", date(2026, 1, 1), date(2026, 12, 31), True, date(2026, 6, 1), date(2026, 12, 31)),
        ("monthly", date(2026, 1, 1), date(2026, 12, 31), False, date(2026, 12, 20), date(2026, 12, 31)),
    ],
)
def test_the_rule(period: str, since: date, term_ends: date | None, rolls: bool, given: date, wanted: date) -> None:
    lease = Lease(period=period, since=since, term_last_day=term_ends, rolls_over=rolls)
    assert last_day_by_rule(lease, given, LeasingSettings().notice_for(period)) == wanted


def test_a_landlord_gives_notice_with_proof_and_the_tenant_reads_it(site: Site, keva: TestApp) -> None:
    with site.db.transaction("read") as db:
        mine = select(Lease.ref).join(LeaseParty).where(Lease.state == "active").order_by(Lease.id)
        andre = site.browser("andre")
        ref = next(ref for ref in db.scalars(mine) if andre.get(f"/home/leases/{ref}/", expect_errors=True).status_int == 200)
    path = lease_path(site, "active").rsplit("/", 2)[0] + f"/{ref}/"
    form = keva.get(f"{path}give-notice")
    assert "Seek advice" in form.text
    assert "change the locks" in form.text
    door = Upload("door.jpg", samples.picture(), "image/jpeg")
    short = give(keva, path, 422, **{**USUAL, "last_day": "2026-06-15", "way": "door", "photo": door})
    assert "A shorter notice may not count" in short.html.find(id="last_day-error").text
    assert short.forms["form"]["words"].value == USUAL["words"]
    assert "Active</span>" in keva.get(path).text
    again = short.forms["form"]  # the photo has waited
    again["knows_short"] = True
    page = again.submit(status=303).follow()
    assert "Notice</span>" in page.text
    assert "Shorter than the rule" in page.text
    assert "Your landlord gave notice" in andre.get("/notifications/").text
    at_home = andre.get(f"/home/leases/{ref}/")
    notice = at_home.html.find("a", string="Notice to quit, 1 June 2026")["href"]
    shown = andre.get(notice)
    for words in ("The house is to be sold.", "15 June 2026", "Left at the door", "Keva Thompson", "Seek advice", "or later"):
        assert words in shown.text
    photo = shown.html.find("a", string="Photo")["href"]
    assert andre.get(photo).content_type == "image/jpeg"
    andre.get(f"{notice}read").forms["form"].submit(status=303)
    assert "Read here" in keva.get(page.html.find("a", string="Notice to quit, 1 June 2026")["href"]).text
    andre.get(f"{notice}read").forms["form"].submit(status=422)
    give(andre, f"/home/leases/{ref}/", last_day="2026-12-31", words="We go, but later.")
    assert "Andre Sturrup gave notice" in keva.get("/notifications/").text
    page = keva.get(path)
    assert "Last day 31 December 2026" in page.text
    assert "Replaced" in page.text
    keva.get(f"{path}keep").forms["form"].submit(status=303)
    page = keva.get(path)
    assert page.text.count("Taken back") == 2
    assert "Active</span>" in page.text
    keva.get(f"{path}keep").forms["form"].submit(status=422)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"last_day": "2026-02-30"}, "last_day", "year-month-day"),
        ({"last_day": "9999-12-31"}, "last_day", "between 1900 and 2200"),
        ({"last_day": "2019-12-31"}, "last_day", "cannot be before"),
        ({"given": "2026-06-02"}, "given", "not come yet"),
        ({"given": "1999-06-02"}, "given", "The lease began on"),
        ({"served_on": "2026-05-01"}, "served_on", "before it is given"),
        ({"served_by": ""}, "served_by", "fill this in"),
        ({"words": "x" * 4001}, "words", "at most"),
        ({"photo": Upload("door.jpg", b"nothing", "image/jpeg")}, "photo", "door.jpg"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    site: Site, keva: TestApp, typed: dict[str, Any], field: str, words: str
) -> None:
    before = site.counts()
    page = give(keva, lease_path(site, "active"), 422, **{**USUAL, **typed})
    found = page.html.find(id=f"{field}-error")
    assert found is not None, page.html.find_all(class_="field-error")
    assert words in found.text
    assert site.counts() == before


def test_what_was_given_stays_and_only_tenants_give_their_own(site: Site, keva: TestApp) -> None:
    with site.db.transaction() as db:
        notice = db.scalars(select(Notice).order_by(Notice.id.desc())).first()
        assert notice is not None
        table, serving = Notice.__table__, Serving.__table__
        for changed in ({"last_day": date(2027, 1, 1)}, {"giver": "landlord"}, {"given": date(2020, 1, 1)}):
            assert refused(db, update(table).values(**changed)) in (
                "leasing_notice_is_append_only",
                "ck_leasing_notice_party_is_a_tenant",
            )
        assert refused(db, delete(serving)) == "leasing_serving_is_append_only"
        assert refused(db, update(serving).values(served_on=date(2020, 1, 1))) == "leasing_serving_is_append_only"
        others = db.scalars(select(LeaseParty.id).where(LeaseParty.lease_id != notice.lease_id).limit(1)).one()
        values = {column.name: getattr(notice, column.name) for column in table.c if column.name != "id"}
        stranger = {**values, "ref": "notice-x1", "party_id": others}
        assert refused(db, table.insert().values(stranger)) == "leasing_notice_of_a_running_lease"
        over = db.scalars(select(Lease).where(Lease.state == "ended").limit(1)).one()
        late = {**values, "ref": "notice-x2", "party_id": None, "lease_id": over.id}
        assert refused(db, table.insert().values(late)) == "leasing_notice_of_a_running_lease"
        read = {"ref": "served-x1", "way": "here", "served_by": "x", "served_on": notice.given, "created": notice.created}
        assert (
            refused(db, serving.insert().values(**read, notice_id=notice.id, party_id=others)) == "leasing_serving_of_the_notice"
        )
        early = {**read, "way": "hand", "served_on": notice.given - timedelta(days=1)}
        assert refused(db, serving.insert().values(**early, notice_id=notice.id)) == "leasing_serving_of_the_notice"


def test_a_notice_is_exported_and_lets_its_writer_go(site: Site) -> None:
    with site.db.transaction() as db:
        notice = db.scalars(select(Notice).where(Notice.party_id.is_not(None)).limit(1)).one()
        assert notice.party is not None
        contact = notice.party.contact
        notice.words = f"{contact.name} goes home."
        db.flush()
        assert contact.person_id is not None
        rows = export(db, contact.person_id)["leasing_lease"]
        assert rows[0]["notices"][0]["words"] == f"{contact.name} goes home."
        leaving = Leaving(contact.person_id, (contact.name,), (), (), site.clock.now(), site.store)
        erase(db, leaving)
        assert notice.words == f"{PSEUDONYM} goes home."
        assert {row.served_by for row in notice.servings} == {PSEUDONYM}
