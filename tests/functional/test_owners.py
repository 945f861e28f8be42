"""Who owns a property: shares that make 100 % on every day, in the database, whatever anybody does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webtest import TestApp

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.errors import Refused
from atlasbahamas.people.models import Organisation
from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property
from atlasbahamas_plugins.portfolio.owners.models import WHOLE, Ownership, Share
from atlasbahamas_plugins.portfolio.owners.services import ShareLine, owners_on, set_owners

Lines = Sequence[tuple[str, str]]


@pytest.fixture
def browser(site: Site) -> TestApp:
    return site.browser("keva")


@pytest.fixture
def home(site: Site) -> str:
    """A property of which nobody said yet whose it is."""
    with site.db.transaction("read") as db:
        row = db.scalars(select(Property).where(Property.name == "Marsh Harbour Row")).one()
        return f"/portfolio/{row.organisation.ref}/properties/{row.ref}/"


def change(browser: TestApp, home: str, starts: str, lines: Lines, status: int = 303) -> Any:
    """Send the form with (name of a new owner, or #name of a contact; share) on its lines; what is left over is emptied."""
    form = browser.get(f"{home}owners/change").forms["form"]
    form["starts"] = starts
    count = int(form["lines"].value)
    for at in range(count):
        name, share = lines[at] if at < len(lines) else ("", "")
        if name.startswith("#"):
            form[f"contact_{at}"].select(text=name[1:])
            form[f"name_{at}"] = ""
        else:
            form[f"contact_{at}"], form[f"name_{at}"] = "", name
        form[f"share_{at}"] = share
    return form.submit(status=status)


def listed(browser: TestApp, home: str) -> list[str]:
    return browser.get(f"{home}owners/?format=csv").body.decode("utf-8-sig").splitlines()[1:]


def test_owners_change_from_a_date_and_the_past_stays(site: Site, browser: TestApp, home: str) -> None:
    assert "Nobody said yet who owns it" in browser.get(home).text
    page = change(browser, home, "2020-01-01", [("Old Bain", "100")]).follow()
    assert "Old Bain" in page.text
    change(browser, home, "2025-07-01", [("#Old Bain", "50"), ("Young Bain", "50")])
    change(browser, home, "2027-01-01", [("#Young Bain", "100")])
    assert listed(browser, home) == [
        "Young Bain,100,2027-01-01,",
        "Old Bain,50,2025-07-01,2026-12-31",
        "Young Bain,50,2025-07-01,2026-12-31",
        "Old Bain,100,2020-01-01,2025-06-30",
    ]
    today = browser.get(f"{home}owners/").html.find(id="today").find_next("dl").find_all("div")
    assert [fact.text for fact in today] == ["Old Bain50 %", "Young Bain50 %"]
    assert "50 %" in browser.get(home).text
    site.clock.move(days=365)
    assert "100 %" in site.browser("keva").get(home).text
    with site.db.transaction("read") as db:
        above = db.scalars(select(Property).where(Property.name == "Marsh Harbour Row")).one()
        assert owners_on(db, above, date(2019, 12, 31)) is None


@pytest.mark.parametrize(
    ("lines", "field", "words"),
    [
        ([], "name_0", "at least one owner"),
        ([("A", "99.99")], "total", "add up to 99.99 %"),
        ([("A", "50"), ("B", "50.01")], "total", "add up to 100.01 %"),
        ([("A", "")], "share_0", "how much"),
        ([("", "100")], "name_0", "whose share"),
        ([("A", "0")], "share_0", "from 0.01 %"),
        ([("A", "101")], "share_0", "to 100 %"),
        ([("A", "33.333")], "share_0", "two digits"),
        ([("#Coralee Bain", "50"), ("#Coralee Bain", "50")], "contact_1", "twice"),
    ],
)
def test_what_will_not_do_stands_beside_its_field(
    site: Site, browser: TestApp, home: str, lines: Lines, field: str, words: str
) -> None:
    before = site.counts()
    answer = change(browser, home, "2026-01-01", lines, status=422)
    assert words in answer.html.find(id=f"{field}-error").text
    for at, (_, share) in enumerate(lines):
        assert answer.forms["form"][f"share_{at}"].value == share
    assert site.counts() == before


def test_a_day_that_was_wrong_is_said_again_and_the_same_said_twice_is_said_once(site: Site, browser: TestApp, home: str) -> None:
    change(browser, home, "2026-01-01", [("A", "60"), ("B", "40")])
    before = site.counts()
    change(browser, home, "2026-01-01", [("b", "40"), ("A", "60")])
    assert site.counts() == before
    change(browser, home, "2026-01-01", [("#A", "50"), ("#B", "50")])
    assert listed(browser, home) == ["A,50,2026-01-01,", "B,50,2026-01-01,"]
    with site.db.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Ownership).where(Ownership.replaced.is_not(None))) == 1


def test_more_lines_keep_what_was_typed(browser: TestApp, home: str) -> None:
    form = browser.get(f"{home}owners/change").forms["form"]
    form["name_0"], form["share_0"] = "A", "12.5"
    page = form.submit("more", status=200)
    form = page.forms["form"]
    assert form["lines"].value == "6"
    assert (form["name_0"].value, form["share_0"].value) == ("A", "12.5")
    for at in range(6):
        form[f"name_{at}"], form[f"share_{at}"] = f"Owner {at}", "12.5" if at else "37.5"
    form.submit(status=303)
    for junk in ("-1", "9999", "x", "\x00", "٣"):
        form["lines"].force_value(junk)
        assert form.submit(expect_errors=True).status_int in (303, 422)


def test_another_organisation_s_contact_is_no_choice(site: Site, browser: TestApp, home: str) -> None:
    with site.db.transaction() as db:
        other = db.scalars(select(Organisation).where(Organisation.name.startswith("Bethel"))).one()
        row = {"ref": "c-9", "organisation_id": other.id, "name": "X", "email": "", "phone": "", "created": START, "version": 1}
        foreign = db.execute(insert(Contact).values(**row).returning(Contact.id)).scalar_one()
    form = browser.get(f"{home}owners/change").forms["form"]
    form["contact_0"].force_value(str(foreign))
    form["share_0"] = "100"
    before = site.counts()
    assert "Choose one of the list" in form.submit(status=422).text
    assert site.counts() == before


def test_who_changed_what_is_in_the_audit_without_names(site: Site, browser: TestApp, home: str) -> None:
    change(browser, home, "2026-01-01", [("Aurelia", "60"), ("Bartholomew", "40")])
    change(browser, home, "2026-02-01", [("#Aurelia", "100")])
    with site.db.transaction("read") as db:
        entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (entry.action, entry.about_kind) == ("portfolio:ownership:set", "property")
        changed = entry_parts(db, entry.id)["change"]
    assert [share.split(": ")[1] for share in changed["before"]["shares"]] == ["60 %", "40 %"]
    assert [share.split(": ")[1] for share in changed["after"]["shares"]] == ["100 %"]
    assert changed["after"]["starts"] == "2026-02-01"
    assert "Aurelia" not in repr(changed)


# The database alone.


def begun(db: Session, hundredths: Sequence[int], starts: date = date(2030, 1, 1)) -> int:
    """An open set of a property of Blue Hole, with contacts of its own."""
    above = db.scalars(select(Property).where(Property.name == "Marsh Harbour Row")).one()
    ids = {"property_id": above.id, "organisation_id": above.organisation_id}
    row = {"ref": f"w-{starts}", "starts": starts, "complete": False, "made": START, **ids}
    ownership = db.execute(insert(Ownership).values(**row).returning(Ownership.id)).scalar_one()
    for at, share in enumerate(hundredths):
        who = {"ref": f"c-{starts}-{at}", "name": "X", "email": "", "phone": "", "created": START, "version": 1}
        contact = insert(Contact).values(**who, organisation_id=above.organisation_id).returning(Contact.id)
        share_of = {"ownership_id": ownership, "contact_id": db.execute(contact).scalar_one(), "hundredths": share}
        db.execute(insert(Share).values(**share_of))
    return int(ownership)


def complete(db: Session, ownership: int) -> None:
    db.execute(update(Ownership).where(Ownership.id == ownership).values(complete=True))


@pytest.mark.parametrize("hundredths", [[], [9999], [10_000, 1], [5000, 4999], [3333, 3333, 3333]])
def test_no_set_is_completed_unless_it_is_whole(site: Site, hundredths: list[int]) -> None:
    with pytest.raises(IntegrityError, match="portfolio_ownership_whole"), site.db.transaction() as db:
        complete(db, begun(db, hundredths))


@pytest.fixture
def whole(site: Site) -> int:
    """A complete set."""
    with site.db.transaction() as db:
        ownership = begun(db, [6000, 4000])
        complete(db, ownership)
    return ownership


FROZEN = [
    "UPDATE portfolio_ownership SET complete = false WHERE id = {0}",
    "UPDATE portfolio_ownership SET starts = '2031-01-01' WHERE id = {0}",
    "UPDATE portfolio_ownership SET property_id = 1 WHERE id = {0}",
    "UPDATE portfolio_ownership SET id = 999 WHERE id = {0}",
    "DELETE FROM portfolio_ownership WHERE id = {0}",
    "UPDATE portfolio_share SET hundredths = hundredths - 1 WHERE ownership_id = {0}",
    "UPDATE portfolio_share SET contact_id = 1 WHERE ownership_id = {0} AND hundredths = 4000",
    "UPDATE portfolio_share SET ownership_id = {0} WHERE ownership_id <> {0}",
    "UPDATE portfolio_share SET ownership_id = {1} WHERE ownership_id = {0}",
    "DELETE FROM portfolio_share WHERE ownership_id = {0} AND hundredths = 4000",
    "INSERT INTO portfolio_share (ownership_id, contact_id, hundredths) VALUES ({0}, 1, 5)",
]
REPLACING = [
    "INSERT OR REPLACE INTO portfolio_share SELECT id, ownership_id, contact_id, 1 FROM portfolio_share WHERE ownership_id = {0}",
    "INSERT OR REPLACE INTO portfolio_share SELECT id, {1}, contact_id, 1 FROM portfolio_share WHERE ownership_id = {0}",
    "UPDATE OR REPLACE portfolio_share SET id = (SELECT max(id) FROM portfolio_share WHERE ownership_id = {0})"
    " WHERE ownership_id = {1}",
    "INSERT OR REPLACE INTO portfolio_ownership (id, ref, property_id, organisation_id, starts, complete, made)"
    " SELECT id, 'w-1', property_id, organisation_id, '2031-01-01', 0, made FROM portfolio_ownership WHERE id = {0}",
    "INSERT OR REPLACE INTO portfolio_ownership (ref, property_id, organisation_id, starts, complete, made)"
    " SELECT ref, property_id, organisation_id, '2031-01-01', 0, made FROM portfolio_ownership WHERE id = {0}",
    "INSERT OR REPLACE INTO portfolio_ownership (ref, property_id, organisation_id, starts, complete, made)"
    " SELECT 'w-1', property_id, organisation_id, starts, 0, made FROM portfolio_ownership WHERE id = {0}",
]


@pytest.mark.parametrize("statement", FROZEN)
def test_a_complete_set_is_frozen(site: Site, whole: int, statement: str) -> None:
    with site.db.transaction() as db:
        still_open = begun(db, [5000], date(2032, 1, 1))
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(text(statement.format(whole, still_open)))


@pytest.mark.parametrize("profile", ["embedded"])
@pytest.mark.parametrize("statement", REPLACING)
def test_replace_is_no_way_round(site: Site, whole: int, statement: str) -> None:
    with site.db.transaction() as db:
        still_open = begun(db, [5000], date(2032, 1, 1))
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(text(statement.format(whole, still_open)))


def test_a_set_is_replaced_once_and_for_good(site: Site, whole: int) -> None:
    of_set = Ownership.id == whole
    with site.db.transaction() as db:
        db.execute(update(Ownership).where(of_set).values(replaced=START))
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(update(Ownership).where(of_set).values(replaced=None))
    with site.db.transaction() as db:
        complete(db, begun(db, [10_000], date(2030, 1, 2)))


def test_two_sets_of_one_day_and_a_set_that_begins_complete_are_refused(site: Site, whole: int) -> None:
    with site.db.transaction("read") as db:
        old = db.get(Ownership, whole)
        assert old is not None
        row = {"property_id": old.property_id, "organisation_id": old.organisation_id, "starts": old.starts, "made": START}
    for changed in ({"complete": False}, {"complete": True, "starts": date(2033, 1, 1)}):
        with pytest.raises(IntegrityError), site.db.transaction() as db:
            db.execute(insert(Ownership).values(ref="w-9", **{**row, **changed}))


def test_an_owner_of_another_organisation_is_refused_and_contacts_stay_where_they_are(site: Site) -> None:
    with pytest.raises(IntegrityError, match="portfolio_share_own"), site.db.transaction() as db:
        other = db.scalars(select(Organisation).where(Organisation.name.startswith("Bethel"))).one()
        ownership = begun(db, [])
        who = {"ref": "c-9", "name": "X", "email": "", "phone": "", "created": START, "version": 1, "organisation_id": other.id}
        contact = db.execute(insert(Contact).values(**who).returning(Contact.id)).scalar_one()
        db.execute(insert(Share).values(ownership_id=ownership, contact_id=contact, hundredths=WHOLE))
    with pytest.raises(IntegrityError, match="portfolio_contact_stays"), site.db.transaction() as db:
        db.execute(update(Contact).values(organisation_id=Contact.organisation_id + 1))


STEPS = st.lists(st.tuples(st.integers(1, 28), st.lists(st.integers(1, WHOLE), min_size=1, max_size=4)), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, whole_first=st.booleans())
def test_whatever_is_said_shares_make_the_whole_on_every_day_or_there_are_none(
    site: Site, steps: list[tuple[int, list[int]]], whole_first: bool
) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        above = db.scalars(select(Property).where(Property.name == "Marsh Harbour Row")).one()
        for day, parts in steps:
            shares = [*parts[:-1], WHOLE - sum(parts[:-1])] if whole_first and sum(parts[:-1]) < WHOLE else parts
            lines = [ShareLine(None, f"Owner {at}", share) for at, share in enumerate(shares)]
            try:
                with db.begin_nested():
                    set_owners(db, above, date(2030, 6, day), lines, person_id=None, now=START)
            except Refused:
                assert sum(shares) != WHOLE
        first = min((day for day, parts in steps if owners_on(db, above, date(2030, 6, day))), default=None)
        for day in range(1, 31):
            found = owners_on(db, above, date(2030, 6, day))
            if found is not None:
                assert sum(share.hundredths for share in found.shares) == WHOLE
                assert first is not None
        db.rollback()


def test_contacts_can_be_changed_and_are_listed_as_csv(site: Site, browser: TestApp) -> None:
    contacts = browser.get("/portfolio/").follow().request.path + "contacts/"
    form = browser.get(f"{contacts}new").forms["form"]
    form["name"], form["phone"] = "=Coral Ltd", "322-1234"
    form.submit(status=303)
    assert "'=Coral Ltd,,'+12423221234" in browser.get(f"{contacts}?q=coral%20ltd&format=csv").text
    link = browser.get(f"{contacts}?q=coral%20ltd").html.find("td").find("a")["href"]
    form = browser.get(link).forms["form"]
    form["email"] = "coral@example.com"
    form.submit(status=303)
    assert "coral@example.com" in browser.get(f"{contacts}?q=CORAL@").text


def test_deleting_nothing_that_is_owned(site: Site, whole: int) -> None:
    with pytest.raises(IntegrityError), site.db.transaction() as db:
        db.execute(delete(Contact))
