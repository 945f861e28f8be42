"""Moving out: steps with who and when, deductions, the statement that nobody changes, and answers to it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from test_leases import lease_path, record, unit_path
from test_notices import refused
from webtest import TestApp, Upload

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.personal.leaving import PSEUDONYM, Leaving
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import QueryCounter, Site
from atlasbahamas_plugins.leasing.leaving import answers, services
from atlasbahamas_plugins.leasing.leaving.models import Deduction, DeductionAnswer, DeductionPhoto, MoveOutStep, Statement
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.notices.models import Notice
from atlasbahamas_plugins.leasing.personal import erase, export
from atlasbahamas_plugins.leasing.renewals.services import write_following
from atlasbahamas_plugins.leasing.writing.services import LeaseDetails, PartyLine, Terms
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails

DOOR = {
    "kind": "repair",
    "words": "A hole in the bedroom door",
    "reason": "It was whole when she moved in.",
    "cents": "5,500",
    "wear_cents": "100.50",
}


@pytest.fixture
def keva(site: Site) -> TestApp:
    return site.browser("keva")


def fill(browser: TestApp, path: str, status: int = 303, **typed: Any) -> Any:
    form = browser.get(path).forms["form"]
    for name, value in typed.items():
        form[name] = value
    return form.submit(status=status)


def of_lisa(db: Session) -> Lease:
    return db.scalars(select(Lease).where(Lease.state == "notice")).one()


def test_from_the_first_meter_to_an_empty_home(site: Site, keva: TestApp) -> None:
    lease, lisa = lease_path(site, "notice"), site.browser("lisa")
    here, home = f"{lease}move-out/", f"/home/leases/{lease.split('/')[-2]}/move-out/"
    assert "Move-out" in keva.get(lease).text
    fill(keva, f"{here}date", day="2026-06-24")
    fill(keva, f"{here}meter", name="BPL 55-0199", reading="48 213 kWh")
    fill(keva, f"{here}keys", count="3")
    photos = fill(keva, f"{here}deductions/new", **DOOR).location
    form = keva.get(f"{photos}add").forms["form"]
    form["photos"] = [Upload("door.jpg", samples.picture(), "image/jpeg")]
    form.submit(status=303)
    picture = keva.get(photos).html.find("img")["src"]
    at_home = lisa.get(home)
    for words in ("48 213 kWh", "3 keys", "24 June 2026", "was not sent yet", "Keva"):
        assert words in at_home.text
    assert "bedroom door" not in at_home.text
    lisa.get(picture.replace(here, home), status=404)
    for path in ("date", "vacant", "send", "deductions/new"):
        lisa.get(f"{home}{path}", status=403)
    shown = keva.get(here)
    assert "B$5,519.50" in shown.text  # the screen of the porch 120, and the door 5,399.50, of 5,150
    assert "Still owed" in shown.text

    # Who sends has seen what is sent.
    old = keva.get(f"{here}send").forms["form"]
    door = keva.get(here).html.find("h2", string=DOOR["words"]).find_parent("section").find("a", href=True)["href"]
    fill(keva, door, cents="3,000")
    assert "changed by someone else" in old.submit(status=422).text
    sending = keva.get(f"{here}send")
    assert "B$2,130.50" in sending.text  # 5,150 less 120 and 2,899.50
    sending.forms["form"].submit(status=303)

    assert "The final statement" in lisa.get("/notifications/").text
    page = lisa.get(home)
    for words in ("bedroom door", "whole when she moved in", "B$2,899.50", "B$2,130.50", "Nobody has answered"):
        assert words in page.text
    assert lisa.get(picture.replace(here, home)).content_type == "image/jpeg"
    data = lisa.get(f"{home}data").body
    assert hashlib.sha256(data).hexdigest() in page.text
    assert json.loads(data)["back_cents"] == 213050
    answer = next(
        a["href"] for a in page.html.find_all("a", href=True) if a["href"].endswith("/answer") and DOOR["words"] in a.text
    )
    assert "Say why" in fill(lisa, answer, 422, agrees="no").html.find(id="words-error").text
    fill(lisa, answer, agrees="no", words="<b>It was there</b> in 2025.")
    fill(lisa, answer, agrees="yes")
    assert "does not agree to: A hole in" in keva.get("/notifications/").text
    page = keva.get(here)
    assert "&lt;b&gt;It was there" in page.text
    assert "Does not agree" in page.text
    assert ">Agrees<" in page.text

    door_node = answer.replace(home, here).removesuffix("answer")
    assert "Nothing of it changes" in fill(keva, f"{here}deductions/new", 422, **DOOR).text
    assert "Nothing of it changes" in fill(keva, f"{door_node}edit", 422, cents="1").text
    assert "Nothing of it changes" in fill(keva, f"{door_node}remove", 422).text
    assert "Nothing of it changes" in fill(keva, f"{here}send", 422).text
    late = [("csrf_token", old["csrf_token"].value), ("photos", Upload("late.jpg", samples.picture((30, 40)), "image/jpeg"))]
    assert "cannot be changed any more" in keva.post(f"{door_node}photos/add", late, status=422).text
    assert "final statement was sent" in fill(keva, f"{lease}keep", 422).text

    unit = keva.get(lease).html.find("a", string="See the unit")["href"]
    fill(keva, f"{here}vacant", day="2026-06-01")
    assert "Ended on 1 June 2026" in keva.get(lease).text
    assert "Nobody has a lease" in keva.get(unit).text
    fill(keva, f"{here}vacant", 422)
    assert "bedroom door" in lisa.get(home).text  # what was theirs stays theirs
    for browser, path in ((lisa, home), (keva, here)):
        with QueryCounter(site.db.engine) as counter:
            browser.get(path)
        assert len(counter.statements) <= 8, counter.statements
    with site.db.transaction("read") as db:
        done = set(db.scalars(select(AuditEntry.action).where(AuditEntry.about_ref == lease.split("/")[-2])))
        steps = db.scalars(
            select(MoveOutStep).where(
                MoveOutStep.lease_id == select(Lease.id).where(Lease.ref == lease.split("/")[-2]).scalar_subquery()
            )
        ).all()
        assert {step.person.name for step in steps if step.person} == {"Keva Thompson"}
    acts = ("date_agreed", "meter_read", "keys_returned", "statement_sent", "vacated")
    assert {f"leasing:move_out:{act}" for act in acts} <= done
    assert {f"leasing:deduction:{act}" for act in ("added", "changed", "answered")} <= done


def test_the_notice_is_the_first_step_for_both_sides(site: Site, keva: TestApp) -> None:
    """Each step has who and when, and the notice is one; the landlord opens it, and so does the tenant."""
    lease, lisa = lease_path(site, "notice"), site.browser("lisa")
    here, home = f"{lease}move-out/", f"/home/leases/{lease.split('/')[-2]}/move-out/"
    with site.db.transaction("read") as db:
        notice = db.scalars(select(Notice).join(Lease).where(Lease.ref == lease.split("/")[-2])).one()
        who, ref = notice.servings[0].served_by, notice.ref
    for browser, path in ((keva, here), (lisa, home)):
        section = browser.get(path).html.find("section", {"aria-labelledby": "notice"})
        assert who in section.text
        browser.get(section.find("a")["href"]).mustcontain(who)
        assert section.find("a")["href"].endswith(f"/notices/{ref}/")
    fill(keva, f"{lease}keep")
    fill(keva, f"{lease}end", last_day="2026-06-20")
    assert "None was written down" in keva.get(here).text


def test_only_what_is_still_theirs_is_held_and_who_stays_has_no_move_out(site: Site, keva: TestApp) -> None:
    unit = unit_path(site, "Cable Beach Court", "1A")
    money = {"first": "900", "last": "800", "security": "700", "key": "60", "pet": "5"}
    lease = record(keva, unit, starts="2026-01-01", **money).location
    for path in ("", "date", "meter", "keys", "vacant", "send", "deductions/new", "data"):
        keva.get(f"{lease}move-out/{path}", status=404)
    with site.db.transaction() as db:  # new terms that nobody signed do not count
        db.info[ACTOR] = COMMAND
        former = db.scalars(select(Lease).where(Lease.ref == lease.split("/")[-2])).one()
        parties = [PartyLine(None, ContactDetails("Perry Rolle"), "primary")]
        terms = Terms(date(2026, 8, 1), "month_to_month", None, True, 240_000)
        write_following(db, former, LeaseDetails(terms, parties), now=site.clock.now())
    fill(keva, f"{lease}end", last_day="2026-05-31")
    assert "B$1,565" in keva.get(f"{lease}move-out/").text
    keva.get(f"{lease}move-out/data", status=404)
    fill(keva, f"{lease}move-out/vacant", day="2026-06-01")  # it had ended before
    assert "Ended on 31 May 2026" in keva.get(lease).text


@pytest.mark.parametrize(
    ("path", "typed", "field", "words"),
    [
        ("date", {"day": "2026-02-30"}, "day", "year-month-day"),
        ("date", {"day": "9999-01-01"}, "day", "between 1900 and 2200"),
        ("date", {"day": "2001-01-01"}, "day", "The lease began on"),
        ("vacant", {"day": "2026-06-02"}, "day", "not come yet"),
        ("meter", {"name": "BPL", "reading": ""}, "reading", "fill this in"),
        ("keys", {"count": "0"}, "count", "from 1 to"),
        ("keys", {"count": "1" + "0" * 20}, "count", "from 1 to"),
        ("deductions/new", {**DOOR, "cents": "1" + "0" * 20}, "cents", "at most"),
        ("deductions/new", {**DOOR, "cents": "-5"}, "cents", "below zero"),
        ("deductions/new", {**DOOR, "wear_cents": "5,500.01"}, "wear_cents", "more than the amount"),
        ("deductions/new", {**DOOR, "reason": ""}, "reason", "fill this in"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    site: Site, keva: TestApp, path: str, typed: dict[str, Any], field: str, words: str
) -> None:
    before = site.counts()
    page = fill(keva, f"{lease_path(site, 'notice')}move-out/{path}", 422, **typed)
    assert words in page.html.find(id=f"{field}-error").text
    kept = next(name for name in typed if name == field)
    assert page.forms["form"][kept].value == typed[kept]
    assert site.counts() == before


def test_the_database_keeps_what_was_sent(site: Site) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        statement = db.scalars(select(Statement)).one()
        sent = db.scalars(select(Deduction).where(Deduction.lease_id == statement.lease_id).order_by(Deduction.id)).first()
        draft = db.scalars(select(Deduction).where(Deduction.lease_id != statement.lease_id)).one()
        photo = db.scalars(select(DeductionPhoto).where(DeductionPhoto.deduction_id == sent.id)).one()  # type: ignore[union-attr]
        now, active = site.clock.now(), db.scalars(select(Lease.id).where(Lease.state == "active").limit(1)).one()
        assert sent is not None
        frozen, table = "leasing_deduction_frozen", Deduction.__table__
        assert refused(db, update(table).where(table.c.id == sent.id).values(cents=1)) == frozen
        assert refused(db, delete(table).where(table.c.id == sent.id)) == frozen
        assert refused(db, update(table).where(table.c.id == draft.id).values(lease_id=statement.lease_id)) == frozen
        new = {
            "ref": "item-x1",
            "kind": "other",
            "words": "x",
            "reason": "x",
            "cents": 5,
            "wear_cents": 0,
            "created": now,
            "version": 1,
        }
        assert refused(db, insert(table).values(**new, lease_id=statement.lease_id)) == frozen
        assert refused(db, insert(table).values(**new, lease_id=active)) == frozen
        worn = {**new, "wear_cents": 6, "lease_id": draft.lease_id}
        assert refused(db, insert(table).values(worn)) == "ck_leasing_deduction_wear_within_amount"
        below = {**new, "cents": -1, "wear_cents": -1, "lease_id": draft.lease_id}
        assert str(refused(db, insert(table).values(below))).startswith("ck_leasing_deduction_")
        pictures = DeductionPhoto.__table__
        assert refused(db, update(pictures).where(pictures.c.id == photo.id).values(caption="Another")) == frozen
        assert refused(db, delete(pictures).where(pictures.c.id == photo.id)) == frozen
        kept = {"content": "{}", "digest": "0" * 64, "sent": now, "lease_id": draft.lease_id}
        for held, taken in ((515000, 0), (0, draft.taken_cents)):
            wrong = insert(Statement.__table__).values(**kept, held_cents=held, taken_cents=taken)
            assert refused(db, wrong) == "leasing_statement_adds_up"
        assert refused(db, update(Statement.__table__).values(content="{}")) == "leasing_statement_is_append_only"
        assert refused(db, delete(MoveOutStep.__table__)) == "leasing_move_out_step_is_append_only"
        step = {"lease_id": active, "kind": "keys", "count": 1, "day": now.date(), "name": "", "reading": "", "created": now}
        assert refused(db, insert(MoveOutStep.__table__).values(step)) == "leasing_move_out_of_who_leaves"

        answers = DeductionAnswer.__table__
        party, other = (
            db.scalars(select(LeaseParty.id).where(which).limit(1)).one()
            for which in (LeaseParty.lease_id == statement.lease_id, LeaseParty.lease_id != statement.lease_id)
        )
        said = {"agrees": False, "words": "No.", "created": now, "way": "here"}
        strange = "leasing_deduction_answer_of_a_party"
        assert refused(db, insert(answers).values(**said, deduction_id=sent.id, party_id=other)) == strange
        assert refused(db, insert(answers).values(**said, deduction_id=draft.id, party_id=other)) == strange
        db.execute(insert(answers).values(**said, deduction_id=sent.id, party_id=party))
        assert refused(db, update(answers).values(agrees=True)) == "leasing_deduction_answer_is_append_only"
        assert refused(db, delete(answers)) == "leasing_deduction_answer_is_append_only"

        mine = of_lisa(db)
        services.send_statement(db, mine, seen=services.number_of(services.statement_content(db, mine)), person_id=None, now=now)
        stays = update(Lease.__table__).where(Lease.id == mine.id).values(state="active", last_day=None)
        assert refused(db, stays) == "leasing_lease_settled"


def test_a_move_out_is_exported_and_lets_people_go(site: Site) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        mine, now = of_lisa(db), site.clock.now()
        party = mine.tenants[0]
        contact, name = party.contact, party.contact.name
        assert contact.person_id is not None
        draft = db.scalars(select(Deduction).where(Deduction.lease_id == mine.id)).one()
        draft.reason = f"{name} did it."
        db.flush()
        leaving = Leaving(contact.person_id, (name,), (), (), now, site.store)
        erase(db, leaving)
        assert draft.reason == f"{PSEUDONYM} did it."
        draft.reason = f"{name} did it."
        db.flush()
        services.send_statement(db, mine, seen=services.number_of(services.statement_content(db, mine)), person_id=None, now=now)
        answers.answer_deduction(db, mine, party, answers.Said(draft, False, f"{name} did not."), now=now)
        row = export(db, contact.person_id)["leasing_lease"][0]
        assert row["answers"][0]["words"] == f"{name} did not."
        assert json.loads(row["final_statement"])["deductions"][0]["reason"] == f"{name} did it."
        erase(db, leaving)
        assert db.scalars(select(DeductionAnswer.words)).one() == f"{PSEUDONYM} did not."
        assert draft.reason == f"{name} did it."  # as it was sent


def test_a_lease_that_goes_on_with_another_landlord_has_no_move_out(site: Site, keva: TestApp) -> None:
    lease = record(keva, unit_path(site, "Port Lucaya Villas", "Villa 1"), starts="2025-03-01").location
    fill(keva, f"{lease}end", last_day="2026-12-31")
    keva.get(f"{lease}move-out/", status=200)
    marva = site.browser("marva")
    theirs = marva.get("/portfolio/").follow().request.path
    offer = marva.get(f"{theirs}handovers/").html.find("a", string="Port Lucaya Villas")["href"]
    marva.get(f"{offer}accept").forms["form"].submit(status=303)
    site.clock.move(days=30)
    site.drain_jobs()
    keva = site.browser("keva")
    assert "Ended" in keva.get(lease).text
    assert "move-out" not in keva.get(lease).text
    keva.get(f"{lease}move-out/", status=404)
