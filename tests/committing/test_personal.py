"""A person's own data: every table that points to a person gives it out, and lets it go; on both databases."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import online
import pytest
from dumping import dump
from paying import binding_lease
from sqlalchemy import Table, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND, Actor
from atlasbahamas.audit.models import AuditEntry, AuditRelease
from atlasbahamas.audit.services import entry_parts, record, verify
from atlasbahamas.db import metadata
from atlasbahamas.files.models import DOCUMENT, PICTURE, File
from atlasbahamas.files.services import copy_file, let_wait
from atlasbahamas.files.store import FolderStore
from atlasbahamas.files.uploads import Upload
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.mail.models import DROPPED, Mail
from atlasbahamas.notifications.models import Notification, NotificationPreference
from atlasbahamas.people import services as people
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Invitation, Membership, Organisation, Person, PersonRole, PersonToken
from atlasbahamas.people.photo.models import PersonPhoto
from atlasbahamas.people.photo.services import set_photo
from atlasbahamas.personal.leaving import PSEUDONYM, Leaving
from atlasbahamas.personal.services import STAYS
from atlasbahamas.security.keys import Keys
from atlasbahamas.testing import samples
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas.traversal.keys import long_key
from atlasbahamas_plugins.leasing.agreements.models import Document
from atlasbahamas_plugins.leasing.importing.models import LeaseImport
from atlasbahamas_plugins.leasing.inviting.models import InvitationFile
from atlasbahamas_plugins.leasing.leaving.answers import Said, write_answer_down
from atlasbahamas_plugins.leasing.leaving.models import Deduction, Statement
from atlasbahamas_plugins.leasing.leaving.services import Step, number_of, send_statement, statement_content, take_step
from atlasbahamas_plugins.leasing.models import BINDING, Lease, LeaseParty
from atlasbahamas_plugins.leasing.papers.models import Paper
from atlasbahamas_plugins.leasing.signing.links import ask_for_signatures
from atlasbahamas_plugins.leasing.signing.models import Signature
from atlasbahamas_plugins.leasing.statements.services import make_links
from atlasbahamas_plugins.leasing.tenancy.models import TenantInvitation
from atlasbahamas_plugins.leasing.tenancy.services import invite_parties
from atlasbahamas_plugins.ledger.bills import services as billing
from atlasbahamas_plugins.ledger.charges.batches import reverse_batch
from atlasbahamas_plugins.ledger.charges.run import run_rent
from atlasbahamas_plugins.ledger.charges.services import ByHand, add_charge
from atlasbahamas_plugins.ledger.deposits import services as deposits
from atlasbahamas_plugins.ledger.gateways.services import ask_for_refund
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.services import Paid, record_payment, refuse_payment, report_payment
from atlasbahamas_plugins.ledger.plans import services as plans
from atlasbahamas_plugins.ledger.plans.schedule import Due
from atlasbahamas_plugins.ledger.sharing import services as sharing
from atlasbahamas_plugins.ledger.splitting import split
from atlasbahamas_plugins.listings.models import Listing, ListingWord
from atlasbahamas_plugins.listings.offers.models import Offer, OfferNote, OfferPhoto
from atlasbahamas_plugins.listings.review.services import submit_listing
from atlasbahamas_plugins.listings.services import ListingDetails, draft_listing
from atlasbahamas_plugins.listings.versions.models import ListingPhoto, ListingVersion
from atlasbahamas_plugins.portfolio.bulk.models import BulkEdit
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails, add_contact, is_contact_of
from atlasbahamas_plugins.portfolio.handover.models import FormerProperty, Handover
from atlasbahamas_plugins.portfolio.models import Hold, Property, Unit
from atlasbahamas_plugins.portfolio.out_of_service.models import OutOfService
from atlasbahamas_plugins.portfolio.owners.models import Ownership, Share
from atlasbahamas_plugins.portfolio.owners.services import ShareLine, set_owners

PASSWORD = "guava duff on Sunday"
WORDS = (
    "Zéphirine Quashie",
    "Zephirine Formerly",
    "zephirine",
    "zephirine.q@example.net",
    "+12425557777",
    "203.0.113.77",
    "Ladybird/9",
)
"""Everything by which the person of these tests could be known: nobody and nothing else in the demo data has any of it."""
STAYING = (
    *("organisation", "person", "membership", "listings_listing", "portfolio_unit", "portfolio_hold", "portfolio_out_of_service"),
    *("leasing_import", "portfolio_bulk_edit", "portfolio_contact", "portfolio_ownership", "portfolio_share"),
)
"""Tables whose rows are an organisation's."""
WAITING = b"a picture that waits for its form"


def pointing_to_people() -> dict[str, tuple[Table, str]]:
    """table.column of every foreign key to a person, of the core and every feature."""
    return {
        f"{table.name}.{key.parent.name}": (table, key.parent.name)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }


def stays(site: Site) -> dict[str, str]:
    return {**STAYS, **{column: why for manifest in site.app.registry.atlas_plugins for column, why in manifest.data_stays}}


def browser_of(site: Site) -> TestApp:
    return TestApp(site.app, extra_environ={"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Ladybird/9"})


def live(site: Site) -> tuple[TestApp, int]:
    """A person with a history in every table that points to people; gives their browser and number."""
    browser = browser_of(site)
    form = browser.get("/register").forms["form"]
    form["full_name"], form["user_name"], form["password"] = "Zephirine Formerly", "zephirine", PASSWORD
    form.submit(status=303)
    form = browser.get("/account/").forms["form"]
    form["full_name"], form["email"], form["phone"] = "Zéphirine Quashie", "zephirine.q@example.net", "555-7777"
    form.submit(status=303)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        person = db.scalars(select(Person).where(Person.user_name == "zephirine")).one()
        person.email_confirmed = sites.START
        organisation = db.scalars(select(Organisation).where(Organisation.name.startswith("Bethel"))).one()
        people.add_member(db, organisation, person.id, "manager", now=sites.START)
        db.add(PersonRole(person_id=person.id, role="admin"))
        number, organisation_id, here = person.id, organisation.id, f"/portfolio/{organisation.ref}/"
    failed = browser_of(site).get("/sign-in").forms["form"]
    failed["name"], failed["password"] = "zephirine", "not the password"
    failed.submit(status=422)
    units = browser.get(f"{here}units/")
    unit = re.search(r'href="([^"]+/units/u-[^"]+/)"', units.text)
    assert unit is not None
    form = browser.get(f"{unit[1]}holds/new").forms["form"]
    form["starts"], form["ends"], form["reason"] = "2031-01-01", "2031-01-09", "Ask Zéphirine Quashie"
    form.submit(status=303)
    form = browser.get(f"{unit[1]}edit").forms["form"]
    form["rent_cents"] = "1,111"
    form.submit(status=303)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        db.add(
            File(
                ref="f-1", digest="a" * 64, size=1, media_type="application/pdf", kind=DOCUMENT,
                name="Zéphirine Quashie passport.pdf", person_id=number, created=sites.START,
            )
        )  # fmt: skip
        enqueue(db, "atlas.forget_jobs", {"to": "zephirine.q@example.net"}, now=sites.START)
        enqueue(db, "atlas.forget_jobs", {"dear": "Zéphirine Quashie"}, now=sites.START)
        record(
            db, "atlas:thing:noted", about=("thing", "t-1"), organisation_id=None, note="Zéphirine Quashie called about the roof"
        )
        now, colleague = sites.START, db.scalars(select(Person.id).where(Person.user_name == "marva")).one()
        db.add(
            PersonToken(
                person_id=number, purpose="confirm", email="zephirine.q@example.net", token_hash="t" * 64, code_hash="c",
                created=now, expires=now,
            )
        )  # fmt: skip
        invited = {"organisation_id": organisation_id, "role": "viewer", "created": now, "sent": now, "expires": now}
        db.add(Invitation(ref="i-1", name="A cousin", invited_by_id=number, **invited))
        db.add(
            Invitation(
                ref="i-2", name="Zephirine Formerly", email="Zephirine.Q@example.net", invited_by_id=colleague, answer="accepted",
                answered=now, answered_by_id=number, **invited,
            )
        )  # fmt: skip
        db.add(NotificationPreference(person_id=number, category="atlas_members", channel="digest"))
        told = {"category": "atlas_members", "path": "/home/", "template": "x", "created": now, "waits_for_digest": False}
        db.add(Notification(ref="n-1", person_id=number, subject="You are a manager", content={}, **told))
        who = {"who": ["Zéphirine Quashie"]}
        db.add(Notification(ref="n-2", person_id=colleague, subject="Zephirine Formerly accepted", content=who, **told))
        made = {"template": "x", "created": now}
        sent = {"content": {}, "state": "sent", "finished": now, **made}
        db.add(Mail(ref="m-1", person_id=number, address="zephirine.q@example.net", **sent))
        db.add(Mail(ref="m-2", address="Zephirine.Q@Example.net", **sent))
        offered = {"settlement_id": 1, "kind": "land", "words": "Ask Zéphirine Quashie", "state": "new", "created": now}
        db.add(Offer(ref="o-1", name="Zéphirine Quashie", email="", phone="+12425557777", person_id=number, **offered))
        db.add(Offer(ref="o-2", name="Z. Q.", email="Zephirine.Q@example.net", phone="", **offered))
        db.add(Offer(ref="o-3", name="Somebody else", email="else@example.net", phone="", **{**offered, "words": "Hers"}))
        db.flush()
        others = db.scalars(select(Offer.id).where(Offer.ref == "o-3")).one()
        db.add(OfferNote(offer_id=others, at=now, by_id=number, words="Zéphirine Quashie called"))
        db.add(Mail(ref="m-3", person_id=colleague, content={"s": "Zéphirine Quashie is here"}, state="waiting", **made))
        waits = Upload(PICTURE, "image/jpeg", "Zéphirine Quashie.jpg", data=WAITING, width=1, height=1)
        let_wait(db, site.store, [("f-2", waits)], person_id=number, now=now)
        face = samples.picture((640, 480))
        set_photo(
            db,
            site.store,
            db.get_one(Person, number),
            Upload(PICTURE, "image/jpeg", "Q.jpg", data=face, width=640, height=480),
            now=now,
        )
        _write_down_in_the_portfolio(db, number, organisation_id)
        _sign_for_a_landlord(db, number)
        _write_down_a_move_out(db, number)
        _take_money(db, site, number)
        _pay_online(db, number)
        _write_into_texts(db, organisation_id, colleague)
        submitted = db.scalars(select(ListingVersion).where(ListingVersion.state == "submitted").limit(1)).one()
        submitted.submitted_by_id = number
        approved = select(ListingVersion).where(ListingVersion.state == "submitted", ListingVersion.id != submitted.id)
        decided = db.scalars(approved.limit(1)).one()
        decided.state, decided.decided, decided.decided_by_id, decided.reviewed = "changes_requested", now, number, True
        decided.note = "Ask Zéphirine Quashie which floor it is on."
    return browser, number


def _sign_for_a_landlord(db: Session, number: int) -> None:
    """An agreement keeps who signed it, and what was typed: it is a contract that has another side; also who asked."""
    document = db.scalars(select(Document).join(Lease).where(Lease.state == "sent")).one()
    digests = {"digest": document.digest, "pdf_digest": document.pdf_digest}
    db.add(
        Signature(
            document=document, person_id=number, name="For us", witness="", signed=sites.START, address="", agent="", **digests
        )
    )
    ask_for_signatures(db, document.lease, by_id=number, keys=Keys(["x"]), now=sites.START)
    active = db.scalars(select(Lease).where(Lease.state == "active").order_by(Lease.id).limit(1)).one()
    (invited, *_) = invite_parties(db, active, by_id=number, now=sites.START)
    accepted = db.scalars(select(TenantInvitation).where(TenantInvitation.party_id == invited.party.id)).one()
    accepted.answer, accepted.answered, accepted.answered_by_id = "accepted", sites.START, number


def _take_money(db: Session, site: Site, number: int) -> None:
    """Payments that were recorded, reported and refused, with the name in the words."""
    lease, more = binding_lease(db, "Bethel Family Homes"), {"by": number, "now": sites.START}
    day, words = sites.START.date(), "From Zéphirine Quashie"
    cheque = Paid(500, day, "cheque", reference=words, cheque_number="7", cheque_bank="Bank of Zéphirine Quashie")
    record_payment(db, site.store, lease, cheque, today=day, **more)
    reported = report_payment(db, site.store, lease, Paid(600, day, "transfer"), roles=(), today=day, **more)
    refuse_payment(db, reported, "Zéphirine Quashie never paid", **more)
    light = billing.utilities_for(db, lease.unit)[0]
    number_there = billing.AccountDetails(light.id, "7, Zéphirine Quashie", "tenant")
    account = billing.open_account(db, lease.unit, lease.organisation_id, number_there, now=sites.START)
    bill = billing.enter_bill(db, site.store, account, billing.BillDetails(day, day, day, 700), today=day, **more)
    billing.pay_bill(db, site.store, bill, billing.PaidBill(day), today=day, **more)
    add_charge(db, lease, ByHand("fee", 700, day, "A key", "charge-p1"), today=day, **more)
    arrears = plans.arrears_of(db, lease, today=day)
    due = Due(day, sum(each.open_cents for each in arrears))
    plan = plans.propose_plan(db, lease, plans.Proposal([each.id for each in arrears], [due]), today=day, **more)
    plans.agree_to_plan(db, plan, lease.tenants[0], now=sites.START, today=day, way="phone", written_by=number)
    _share(db, number)
    plans.end_plan(db, plan, "Zéphirine Quashie said so", now=sites.START, today=day)


def _pay_online(db: Session, number: int) -> None:
    """A card, a payment that is to be given back, and autopay: with the name on the card and in the reason."""
    here = binding_lease(db, "Bethel Family Homes").organisation_id
    lease = db.scalars(select(Lease).where(Lease.organisation_id == here, Lease.state == "active").limit(1)).one()
    card = online.card(db, number, long_key("method"), sites.START, label="Zéphirine Quashie's Visa")
    paid = online.paid(db, lease, number, long_key("online"), sites.START)
    ask_for_refund(db, db.get_one(Payment, paid.payment_id), "Zéphirine Quashie paid twice", by=number, now=sites.START)
    online.instruction(db, lease, number, long_key("autopay"), sites.START, card)


def _share(db: Session, number: int) -> None:
    """Who owes which part of a lease of several, as the person wrote it down."""
    several = select(LeaseParty.lease_id).where(LeaseParty.role != "guarantor").group_by(LeaseParty.lease_id)
    several = several.having(func.count() > 1)
    lease = db.scalars(select(Lease).where(Lease.id.in_(several), Lease.state.in_(BINDING)).order_by(Lease.id).limit(1)).one()
    parts = split(10_000, [1] * len(lease.tenants))
    weights = {party.id: part for party, part in zip(lease.tenants, parts, strict=True)}
    agreed = sharing.Agreed(lease.starts, "percent", "joint", weights, "At the table", False, "sharing-p1")
    sharing.share(db, lease, agreed, by=number, now=sites.START, today=sites.START.date())


def _write_down_a_move_out(db: Session, number: int) -> None:
    """A step, and a final statement, whose sums the database looks at."""
    lease = db.scalars(select(Lease).where(Lease.state == "notice")).one()
    take_step(db, lease, Step("keys", lease.starts, count=2), person_id=number, now=sites.START, today=sites.START.date())
    send_statement(db, lease, seen=number_of(statement_content(db, lease)), person_id=number, now=sites.START)
    settled = db.scalars(select(Lease).where(Lease.state == "ended", Lease.id.in_(select(Statement.lease_id)))).one()
    settling = deposits.dispose(db, settled, by=number, now=sites.START)
    assert settling is not None
    back = deposits.PaidBack(500, sites.START.date(), "cash", "To Zéphirine Quashie")
    deposits.pay_back(db, settled, back, by=number, now=sites.START, today=sites.START.date())
    make_links(db, settled, by_id=number, keys=Keys(["x"]), now=sites.START)
    item = db.scalars(select(Deduction).where(Deduction.lease_id == settled.id).limit(1)).one()
    write_answer_down(db, settled, settled.tenants[0], Said(item, True, ""), "phone", person_id=number, now=sites.START)


def _write_down_in_the_portfolio(db: Session, number: int, organisation_id: int) -> None:
    """What the person did there, and two contacts who are this person: one linked, one known by the address."""
    above = db.scalars(select(Property).where(Property.organisation_id == organisation_id).order_by(Property.id).limit(1)).one()
    unit = db.scalars(select(Unit).where(Unit.property_id == above.id).limit(1)).one()
    db.add(
        OutOfService(
            ref="o-1", unit_id=unit.id, starts=date(2031, 3, 1), ends=date(2031, 3, 9), reason="Zéphirine Quashie mends the roof",
            person_id=number, created=sites.START,
        )
    )  # fmt: skip
    db.add(
        BulkEdit(
            ref="b-1", organisation_id=organisation_id, form_key="k", digest="", words="Rent raised by B$50", units=1,
            made=sites.START, made_by=number, undone=sites.START, undone_by=number,
        )
    )  # fmt: skip
    brought = {"organisation_id": organisation_id, "leases": 1, "made": sites.START, "undone": sites.START}
    db.add(LeaseImport(ref="i-1", made_by=number, undone_by=number, **brought))
    sent = {"organisation_id": organisation_id, "invited": 1, "skipped": 0, "made": sites.START}
    db.add(InvitationFile(ref="tf-1", made_by=number, **sent))
    lease = db.scalars(select(Lease).where(Lease.organisation_id == organisation_id).order_by(Lease.id).limit(1)).one()
    scan = copy_file(db, db.scalars(select(Paper).order_by(Paper.id).limit(1)).one().file, now=sites.START)
    beside = {"lease_id": lease.id, "title": "Passport of Zéphirine Quashie", "person_id": number, "created": sites.START}
    db.add(Paper(ref="paper-p1", file=scan, shared=False, **beside))
    ran = run_rent(db, organisation_id, sites.START.date(), now=sites.START, today=sites.START.date(), by=number).batch
    assert ran is not None
    reverse_batch(db, ran, "Zéphirine Quashie ran it too soon", by=number, now=sites.START)
    db.add(
        Handover(
            ref="y-1", property_id=above.id, property_name=above.name, from_id=organisation_id, day=date(2031, 1, 1),
            to_id=db.scalars(select(Organisation.id).where(Organisation.id != organisation_id).limit(1)).one(),
            offered=sites.START, offered_by=number, answer="declined", answered=sites.START, answered_by=number,
        )
    )  # fmt: skip
    stranger = db.scalars(select(Organisation.id).where(Organisation.name.startswith("Blue Hole"))).one()
    contact = add_contact(db, organisation_id, ContactDetails("Z. Quashie", "zephirine.q@example.net"), now=sites.START)
    contact.person_id = number
    add_contact(db, stranger, ContactDetails("Zéphirine Quashie", "Zephirine.Q@example.net", "+12425557777"), now=sites.START)
    set_owners(db, above, date(2031, 1, 1), [ShareLine(contact.id, "", 10_000)], person_id=number, now=sites.START)


def _write_into_texts(db: Session, organisation_id: int, colleague: int) -> None:
    """What the organisation wrote of them by itself: in texts, names of files, and what is public and was approved."""
    above = db.scalars(
        select(Property).where(Property.organisation_id == organisation_id).order_by(Property.id.desc()).limit(1)
    ).one()
    above.notes, above.street = "Keys: Zéphirine Quashie, +12425557777", "Opposite Zephirine Formerly's"
    taken = select(Listing.unit_id).where(Listing.unit_id.is_not(None))
    ours = select(Unit).join(Property, Property.id == Unit.property_id).where(Property.organisation_id == organisation_id)
    unit = db.scalars(ours.where(Unit.id.not_in(taken)).limit(1)).one()
    held = {"unit_id": unit.id, "starts": date(2032, 1, 1), "ends": date(2032, 1, 9), "person_id": colleague}
    db.add(Hold(ref="h-9", reason="ZÉPHIRINE QUASHIE wants it", created=sites.START, **held))
    named = {"size": 1, "media_type": "application/pdf", "kind": DOCUMENT, "person_id": colleague, "created": sites.START}
    db.add(File(ref="f-9", digest="b" * 64, name="Lease of Zéphirine Quashie.pdf", **named))
    facts = {"notes": "Zéphirine Quashie had the key", "units": [{"label": "zephirine"}]}
    handover = db.scalars(select(Handover).where(Handover.ref == "y-1")).one()
    db.add(
        FormerProperty(
            ref="z-9", property_id=above.id, organisation_id=organisation_id, handover_id=handover.id, starts=date(2010, 1, 1),
            ends=date(2011, 1, 1), name="Zéphirine Quashie", facts=facts,
        )
    )  # fmt: skip
    db.flush()
    words = "100 % quiet_ly ours! Ask Zéphirine Quashie, zephirine.q@example.net."
    details = ListingDetails("By the sea", words, "long_term", 100_000, "month", date(2026, 7, 1))
    listing = draft_listing(db, unit, details, now=sites.START, code="q7")
    draft = db.scalars(select(ListingVersion).where(ListingVersion.listing_id == listing.id)).one()
    file = File(ref="f-8", digest="c" * 64, **{**named, "kind": PICTURE}, name="x.jpg", width=1, height=1)
    db.add(ListingPhoto(ref="p-8", version_id=draft.id, position=1, caption="Zéphirine Quashie at the door", file=file))
    db.flush()
    nobody = select(Unit.id).where(Unit.id < 0)
    submit_listing(db, listing, reviewed=False, let=nobody, person_id=colleague, now=sites.START)
    assert listing.state == "approved"
    assert db.scalars(select(ListingWord).where(ListingWord.listing_id == listing.id, ListingWord.word == "quashie")).one()


def rows_of(site: Site, number: int) -> dict[str, int]:
    """How many rows point to the person, by table and column."""
    with site.db.transaction("read") as db:
        return {
            name: db.scalar(select(func.count()).select_from(table).where(table.c[column] == number)) or 0
            for name, (table, column) in pointing_to_people().items()
        }


def known(site: Site) -> set[str]:
    found, escaped = dump(site), WORDS[0].encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    return {word for word in WORDS if word.casefold() in found.casefold()} | ({escaped} if escaped in found else set())


def export(browser: TestApp) -> zipfile.ZipFile:
    page = browser.get("/account/data")
    form = next(form for form in page.forms.values() if form.action.endswith("/export"))
    answer = form.submit(status=200)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return zipfile.ZipFile(io.BytesIO(answer.body))


def erase(browser: TestApp, password: str = PASSWORD, status: int = 303) -> Any:
    form = browser.get("/account/erase").forms["form"]
    form["password"] = password
    return form.submit(status=status)


def test_every_table_that_points_to_a_person_is_exported_and_erased_or_in_the_list_of_what_stays(site: Site) -> None:
    browser, number = live(site)
    before = rows_of(site, number)
    lacking = [name for name, count in before.items() if not count]
    assert not lacking, f"give the person of these tests a history in {lacking}"
    exported = json.loads(export(browser).read("data.json"))
    missing = {name.partition(".")[0] for name in before} - {table for table, rows in exported.items() if rows}
    assert not missing, f"nobody exports {missing}"
    erase(browser)
    left = {name for name, count in rows_of(site, number).items() if count}
    assert left == set(stays(site)), "erase these columns, or write down why they stay"
    assert set(stays(site)) <= set(pointing_to_people())
    assert all(len(why) > 20 for why in stays(site).values())


def test_nothing_by_which_they_could_be_known_is_left_in_the_database(site: Site) -> None:
    browser, number = live(site)
    assert known(site) >= set(WORDS)
    erase(browser)
    assert known(site) == set()
    with site.db.transaction("read") as db:
        person = db.get_one(Person, number)
        assert (person.name, person.email, person.user_name, person.phone, person.password) == (PSEUDONYM, None, None, None, None)
        assert person.erased is not None
        listing = db.scalars(select(Listing).where(Listing.ref.endswith("-q7"))).one()
        assert listing.description == f"100 % quiet_ly ours! Ask {PSEUDONYM}, {PSEUDONYM}."
        words = set(db.scalars(select(ListingWord.word).where(ListingWord.listing_id == listing.id)))
        ref, listing_id = listing.ref, listing.id
    assert {"quiet", "former"} < words
    assert "quiet_ly ours" in site.browser().get(f"/listings/{ref}/").text
    # Nobody else can be put in, or anything be taken out without a word, by the same door.
    for text_of in (
        "100 % quiet_ly theirs! Ask Former person, Former person.",
        "100 % quiet_ly ours!",
        "100 xx quietxly ours! Ask Former person",
    ):
        with pytest.raises(IntegrityError, match="frozen"), site.db.transaction() as db:
            db.execute(update(ListingVersion).where(ListingVersion.listing_id == listing_id).values(description=text_of))


def test_the_record_stays_whole_and_the_organisation_keeps_its_own(site: Site) -> None:
    browser, number = live(site)
    with site.db.transaction("read") as db:
        before = db.scalar(select(func.count()).select_from(AuditEntry))
        by_them = (AuditEntry.action == "portfolio:unit:changed", AuditEntry.person_id == number)
        raised = db.scalars(select(AuditEntry.id).where(*by_them)).one()
    erase(browser)
    with site.db.transaction("read") as db:
        assert verify(db).findings == ()
        assert db.scalar(select(func.count()).select_from(AuditEntry)) > before
        assert set(entry_parts(db, raised)) == {"change"}
        assert entry_parts(db, raised)["change"]["after"] == {"rent_cents": 111100}
        erased = db.scalars(select(AuditEntry).where(AuditEntry.action == "atlas:person:erased")).one()
        assert (erased.person_id, entry_parts(db, erased.id)) == (number, {})
        assert set(db.scalars(select(AuditRelease.reason))) == {"erasure"}
    admin = site.browser("paula")
    assert PSEUDONYM in admin.get(f"/admin/audit/?action=portfolio:unit&person={number}").text
    page = admin.get(f"/admin/people/{number}/")
    assert "Erased" in page.text
    assert "Switch on" not in page.text
    form = admin.get(f"/admin/people/{number}/enable").forms["form"]
    assert "was erased" in form.submit(status=422).text


def test_who_was_erased_is_out_and_may_come_back_as_somebody_new(site: Site) -> None:
    browser, _ = live(site)
    old = dict(browser.cookies)
    answer = erase(browser)
    assert "Your account is erased" in answer.follow().text
    assert browser.get("/home/").status_int == 303
    for name, value in old.items():
        browser.set_cookie(name, value)
    assert browser.get("/home/").status_int == 303
    form = browser_of(site).get("/sign-in").forms["form"]
    form["name"], form["password"] = "zephirine", PASSWORD
    assert "do not go together" in form.submit(status=422).text
    form = browser_of(site).get("/register").forms["form"]
    form["full_name"], form["user_name"], form["password"] = "Somebody New", "zephirine", PASSWORD
    form.submit(status=303)


def test_a_wrong_password_erases_nobody_and_trying_comes_to_an_end(site: Site) -> None:
    browser, number = live(site)
    before = site.counts()
    for _ in range(5):
        assert "not your password" in erase(browser, "something else", 422).text
    erase(browser, PASSWORD, 429)
    assert site.counts() == before
    assert rows_of(site, number)["device.person_id"]


def test_the_only_owner_is_told_what_to_do_first(site: Site) -> None:
    browser = site.browser("marva")
    before = dump(site)
    assert "only owner of Bethel Family Homes" in browser.get("/account/data").text
    answer = erase(browser, DEMO_PASSWORD, 422)
    assert "Make somebody else an owner first" in answer.text
    assert dump(site) == before
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        organisation = db.scalars(select(Organisation).where(Organisation.name.startswith("Bethel"))).one()
        people.add_member(db, organisation, db.scalars(select(Person.id).where(Person.user_name == "jerome")).one(), "owner",
                          now=sites.START)  # fmt: skip
    erase(browser, DEMO_PASSWORD)


def test_the_last_administrator_is_not_erased(site: Site) -> None:
    browser = site.browser("paula")
    before = dump(site)
    assert "needs an administrator" in erase(browser, DEMO_PASSWORD, 422).text
    assert dump(site) == before


def test_an_organisation_that_was_called_after_them_loses_the_name(site: Site) -> None:
    browser, _ = live(site)
    form = browser.get("/let/").forms["form"]
    form["organisation"] = ""
    settlement = next(value for value, _, name in form["settlement"].options if name == "Staniel Cay")
    form["name"], form["kind"], form["settlement"], form["street"] = "Thunderball View", "cottage", settlement, "By the dock"
    form["beds"], form["baths"], form["rent_cents"] = "2", "1", "2,150"
    form.submit(status=303)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        mine = db.scalars(select(Organisation).where(Organisation.name == "Zéphirine Quashie")).one()
        people.add_member(
            db, mine, db.scalars(select(Person.id).where(Person.user_name == "jerome")).one(), "owner", now=sites.START
        )
    erase(browser)
    assert known(site) == set()


def test_the_copy_holds_what_is_theirs_and_not_what_is_an_organisations(site: Site) -> None:
    browser, _ = live(site)
    file = export(browser)
    assert {"read-me.txt", "data.json", "person.csv", "audit_entry.csv", "portfolio_hold.csv"} <= set(file.namelist())
    found = json.loads(file.read("data.json"))
    assert found["person"][0]["email"] == "zephirine.q@example.net"
    assert found["membership"][0]["organisation"] == "Bethel Family Homes"
    assert found["portfolio_hold"][0]["reason"] == "Ask Zéphirine Quashie"
    by_action = {row["action"]: row for row in found["audit_entry"]}
    assert by_action["atlas:person:changed"]["after"]["phone"] == "+12425557777"
    assert by_action["portfolio:unit:changed"]["address"] == "203.0.113.77"
    assert "after" not in by_action["portfolio:unit:changed"]
    text_of_all = file.read("data.json").decode()
    for secret in ("argon2", "token_hash", "code_hash", "tttt", '"password"', "salt", "rent_cents"):
        assert secret not in text_of_all, secret
    rows = list(csv.DictReader(io.StringIO(file.read("person.csv").decode("utf-8-sig"))))
    assert rows[0]["name"] == "Zéphirine Quashie"
    with site.db.transaction("read") as db:
        assert db.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)).one() == "atlas:person:exported"


def test_others_origin_and_namesakes_are_left_alone(site: Site) -> None:
    """An administrator's address is the administrator's, and the same name in a stranger's organisation is another's."""
    browser, number = live(site)
    with site.db.transaction() as db:
        db.info[ACTOR] = Actor(1, "admin", "192.0.2.1", "Lynx", "r1")
        known = select(Contact.organisation_id).where(is_contact_of(db, number))
        belonged = select(Membership.organisation_id).where(Membership.person_id == number)
        strangers = select(Organisation.id).where(Organisation.id.not_in(known), Organisation.id.not_in(belonged))
        stranger = db.scalars(strangers.order_by(Organisation.id)).first()
        assert stranger is not None
        record(db, "atlas:person:unlocked", about=("person", str(number)), organisation_id=None)
        record(db, "atlas:thing:noted", about=None, organisation_id=stranger, note="Zéphirine Quashie")
        unlocked, noted = db.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(2)).all()[::-1]
    erase(browser)
    with site.db.transaction("read") as db:
        assert entry_parts(db, unlocked)["origin"]["address"] == "192.0.2.1"
        assert entry_parts(db, noted)["change"] == {"note": "Zéphirine Quashie"}


def test_the_database_lets_nobody_put_an_erased_person_back(site: Site) -> None:
    browser, number = live(site)
    erase(browser)
    for value in ({"email": "a@b"}, {"user_name": "anew"}, {"phone": "+12425550000"}, {"password": "x"}, {"disabled": None}):
        with pytest.raises(IntegrityError, match="erased_is_nobody"), site.db.transaction() as db:
            db.execute(update(Person).where(Person.id == number).values(value))


def test_every_plugin_gives_and_erases_or_says_why_not(site: Site) -> None:
    for manifest in site.app.registry.atlas_plugins:
        declined = dict(manifest.declined)
        for field in ("data_export", "data_erase"):
            assert bool(getattr(manifest, field)) != bool(declined.get(field)), (manifest.name, field)


def test_a_single_word_is_nobodys_name_in_a_text(tmp_path: Path) -> None:
    leaving = Leaving(1, ("Rose",), ("rose",), ("rose@example.com",), sites.START, FolderStore(tmp_path))
    assert leaving.phrases == ("rose@example.com",)
    assert leaving.redact({"to": "ROSE@example.com", "who": "rose", "text": "A rose garden"}) == {
        "to": PSEUDONYM, "who": PSEUDONYM, "text": "A rose garden",
    }  # fmt: skip


def test_holds_and_units_stay_when_whoever_made_them_goes(site: Site) -> None:
    browser, number = live(site)
    before = site.counts()
    erase(browser)
    after = site.counts()
    for table in STAYING:
        assert after[table] == before[table], table
    assert after["file"] == before["file"] - 2, "the file that waited and the photo were only theirs"
    with site.db.transaction("read") as db:
        hold = db.scalars(select(Hold).where(Hold.starts == date(2031, 1, 1))).one()
        assert (hold.person_id, hold.reason) == (None, "Ask Former person")
        out = db.scalars(select(OutOfService).where(OutOfService.ref == "o-1")).one()
        assert (out.person_id, out.reason) == (None, "Former person mends the roof")
        ends = db.scalars(select(Membership.until).where(Membership.person_id == number)).all()
        assert ends
        assert None not in ends


def test_contacts_who_are_this_person_lose_their_names_and_keep_their_shares(site: Site) -> None:
    browser, _ = live(site)
    exported = json.loads(export(browser).read("data.json"))
    assert {row["organisation"] for row in exported["portfolio_contact"]} == {
        "Bethel Family Homes", "Blue Hole Property Management",
    }  # fmt: skip
    assert [row["hundredths_of_a_percent"] for row in exported["portfolio_share"]] == [10_000]
    erase(browser)
    with site.db.transaction("read") as db:
        theirs = db.scalars(select(Contact).where(Contact.name == PSEUDONYM)).all()
        assert [(row.email, row.phone, row.person_id) for row in theirs] == [("", "", None)] * 2
        share = db.scalars(select(Share).join(Ownership).where(Ownership.starts == date(2031, 1, 1))).one()
        assert (share.contact.name, share.hundredths, share.ownership.made_by) == (PSEUDONYM, 10_000, None)


def test_a_contact_with_an_address_that_they_never_confirmed_is_somebody_else(site: Site) -> None:
    browser, number = live(site)
    with site.db.transaction() as db:
        db.execute(update(Person).where(Person.id == number).values(email_confirmed=None))
    erase(browser)
    with site.db.transaction("read") as db:
        assert len(db.scalars(select(Contact).where(Contact.name == PSEUDONYM)).all()) == 1


def test_a_file_that_was_only_theirs_leaves_the_store(site: Site) -> None:
    browser, _ = live(site)
    with site.db.transaction("read") as db:
        digest = db.scalars(select(PersonPhoto)).one().file.digest
    digests = [hashlib.sha256(WAITING).hexdigest(), digest]
    assert [site.store.exists(each) for each in digests] == [True, True]
    assert hashlib.sha256(export(browser).read("photo.jpg")).hexdigest() == digest
    erase(browser)
    assert [site.store.exists(each) for each in digests] == [False, False]


def test_others_who_know_them_keep_what_they_were_told_without_the_name(site: Site) -> None:
    browser, _ = live(site)
    erase(browser)
    with site.db.transaction("read") as db:
        told = db.scalars(select(Notification).where(Notification.ref == "n-2")).one()
        assert (told.subject, told.content) == (f"{PSEUDONYM} accepted", {"who": [PSEUDONYM]})
        mail = db.scalars(select(Mail).where(Mail.ref == "m-3")).one()
        assert (mail.content, mail.state) == ({"s": f"{PSEUDONYM} is here"}, DROPPED)
        names = select(Invitation.name).where(Invitation.ref.in_(("i-1", "i-2"))).order_by(Invitation.ref)
        assert db.scalars(names).all() == ["A cousin", PSEUDONYM]


def test_an_address_that_somebody_else_has_is_not_taken_for_theirs(site: Site) -> None:
    """Whoever types another's address into their profile and leaves takes nothing of the other's along."""
    browser, _ = live(site)
    hers = "keva@example.com"
    with site.db.transaction() as db:
        db.execute(update(Person).where(Person.user_name == "zephirine").values(email=hers, email_key=hers, email_confirmed=None))
        sent = {"content": {}, "state": "sent", "finished": sites.START, "template": "x", "created": sites.START}
        db.add(Mail(ref="m-9", address=hers, **sent))
    erase(browser)
    with site.db.transaction("read") as db:
        assert db.scalars(select(Mail.address).where(Mail.ref == "m-9")).one() == hers
        assert db.scalars(select(Person.email).where(Person.user_name == "keva")).one() == hers


def test_what_they_offered_for_sale_is_erased_also_where_they_had_not_signed_in(site: Site) -> None:
    browser, number = live(site)
    found = json.loads(export(browser).read("data.json"))
    assert [row["words"] for row in found["listings_offer"]] == ["Ask Zéphirine Quashie"]
    assert [row["words"] for row in found["listings_offer_note"]] == ["Zéphirine Quashie called"]
    erase(browser)
    with site.db.transaction("read") as db:
        rows = {row.ref: row for row in db.scalars(select(Offer).where(Offer.ref.in_(("o-1", "o-2", "o-3"))))}
        assert [(rows[ref].name, rows[ref].erased is not None) for ref in ("o-1", "o-2")] == [("", True), ("", True)]
        assert (rows["o-3"].name, rows["o-3"].erased) == ("Somebody else", None)
        notes = db.execute(select(OfferNote.by_id, OfferNote.words).where(OfferNote.offer_id == rows["o-3"].id)).all()
        assert [tuple(note) for note in notes] == [(number, f"{PSEUDONYM} called")]


def test_the_photos_of_their_offer_go_with_the_next_job(site: Site) -> None:
    browser = site.browser("andre")
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        db.execute(update(Offer).where(Offer.name == "Eulalie Saunders").values(email="ANDRE@example.com"))
        offer_id = db.scalars(select(Offer.id).where(Offer.name == "Eulalie Saunders")).one()
    erase(browser, DEMO_PASSWORD)
    photos = select(func.count()).select_from(OfferPhoto).where(OfferPhoto.offer_id == offer_id)
    with site.db.transaction("read") as db:
        assert db.scalar(photos) == 2
    site.drain_jobs()
    with site.db.transaction("read") as db:
        assert db.scalar(photos) == 0
