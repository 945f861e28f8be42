"""What administrators do: switch accounts off and on, unlock them, roles, and the audit; on both databases."""

from __future__ import annotations

import csv
import io
import re
import threading
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from webtest import TestApp

from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Membership, Organisation, Person, PersonRole
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import QueryCounter, Site


def person_id(site: Site, user_name: str) -> int:
    with site.db.transaction("read") as db:
        return db.scalars(select(Person.id).where(Person.user_name == user_name)).one()


def organisation(site: Site, name: str) -> str:
    with site.db.transaction("read") as db:
        return f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name.startswith(name))).one()}/"


def confirm(browser: TestApp, path: str, status: int = 303, **typed: str) -> Any:
    form = browser.get(path, status=200).forms["form"]
    for name, value in typed.items():
        form[name] = value
    return form.submit(status=status)


def try_to_sign_in(site: Site, user_name: str, password: str = DEMO_PASSWORD) -> Any:
    form = site.browser().get("/sign-in").forms["form"]
    form["name"], form["password"] = user_name, password
    return form.submit(expect_errors=True)


def test_who_is_switched_off_is_signed_out_everywhere_and_stays_out(site: Site) -> None:
    admin, marva = site.browser("paula"), site.browser("marva")
    account = f"/admin/people/{person_id(site, 'marva')}/"
    marva.get("/home/", status=200)
    confirm(admin, f"{account}disable")
    assert "Switched off" in admin.get(account).text
    assert marva.get("/home/").status_int == 303
    refused = try_to_sign_in(site, "marva")
    assert refused.status_int == 422
    assert "This account is switched off" in refused.text
    neutral = try_to_sign_in(site, "marva", "not the password")
    assert "do not go together" in neutral.text
    assert "switched off" not in neutral.text
    confirm(admin, f"{account}enable")
    assert marva.get("/home/").status_int == 303
    assert try_to_sign_in(site, "marva").status_int == 303


def test_a_device_of_somebody_switched_off_opens_nothing_even_if_it_is_still_there(site: Site) -> None:
    marva = site.browser("marva")
    with site.db.transaction() as db:
        db.execute(update(Person).where(Person.user_name == "marva").values(disabled=sites.START))
    assert marva.get("/home/").status_int == 303


def test_an_account_that_tried_too_often_can_be_unlocked(site: Site) -> None:
    admin = site.browser("paula")
    for _ in range(10):
        try_to_sign_in(site, "Marva", "wrong password")
    assert try_to_sign_in(site, "marva").status_int == 429
    confirm(admin, f"/admin/people/{person_id(site, 'marva')}/unlock")
    assert try_to_sign_in(site, "marva").status_int == 303


def test_a_role_is_given_and_taken_away(site: Site) -> None:
    admin, marva = site.browser("paula"), site.browser("marva")
    account = f"/admin/people/{person_id(site, 'marva')}/"
    marva.get("/admin/", status=404)
    assert "Administration" not in marva.get("/home/").text
    confirm(admin, f"{account}grant", role="admin")
    assert marva.get("/home/").status_int == 303, "a rise in rights takes a new sign-in"
    marva = site.browser("marva")
    assert "Administration" in marva.get("/home/").text
    marva.get("/admin/", status=200)
    confirm(admin, f"{account}revoke", role="admin")
    marva.get("/admin/", status=404)
    assert "There is no role for that here" in admin.get(f"/admin/people/{person_id(site, 'andre')}/revoke").text


def test_the_last_administrator_stays_one(site: Site) -> None:
    admin = site.browser("paula")
    own = f"/admin/people/{person_id(site, 'paula')}/"
    before = site.counts()
    assert "needs an administrator" in confirm(admin, f"{own}disable", 422).text
    assert "needs an administrator" in confirm(admin, f"{own}revoke", 422, role="admin").text
    assert site.counts() == before
    admin.get("/admin/", status=200)


PLAIN = {
    "the role deleted": delete(PersonRole),
    "the role renamed": update(PersonRole).values(role="nothing"),
    "the account switched off": update(Person).values(disabled=sites.START),
}


@pytest.mark.parametrize("what", PLAIN)
def test_the_database_keeps_the_last_administrator(site: Site, what: str) -> None:
    with pytest.raises(IntegrityError, match="platform_keeps_an_administrator"), site.db.transaction() as db:
        db.execute(PLAIN[what])
    with site.db.transaction() as db:
        db.add(PersonRole(person_id=1, role="admin"))
        db.flush()
        db.execute(delete(PersonRole).where(PersonRole.person_id != 1))


def test_two_administrators_who_end_each_other_at_once_leave_one(site: Site) -> None:
    with site.db.transaction() as db:
        db.add(PersonRole(person_id=1, role="admin"))
    pair = (1, person_id(site, "paula"))
    together = threading.Barrier(2)
    refused = []

    def end(number: int) -> None:
        try:
            together.wait()
            with site.db.transaction() as db:
                db.execute(delete(PersonRole).where(PersonRole.person_id == number))
        except DBAPIError as error:
            refused.append(error)

    threads = [threading.Thread(target=end, args=(number,)) for number in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with site.db.transaction("read") as db:
        assert len(db.scalars(select(PersonRole.person_id).where(PersonRole.role == "admin")).all()) == 1


def test_people_are_found_by_name_mail_and_user_name(site: Site) -> None:
    admin = site.browser("paula")
    for words, found in (("bethel", "Marva"), ("MARVA@example", "Marva"), ("marv", "Marva"), ("nobody", None)):
        text = admin.get("/admin/people/", {"q": words}).text
        assert ("1 person" in text) == (found is not None), words
    assert "1 person" in admin.get("/admin/people/?role=admin").text
    assert "Nobody fits that" in admin.get("/admin/people/?state=disabled").text
    rows = list(csv.DictReader(io.StringIO(admin.get("/admin/people/?format=csv").body.decode("utf-8-sig"))))
    assert len(rows) == 12
    assert next(row for row in rows if row["Name"] == "Paula Minnis")["Platform roles"] == "Administrator"


def test_organisations_are_listed_with_their_owners(site: Site) -> None:
    admin = site.browser("paula")
    text = admin.get("/admin/organisations/", {"owner": "keva"}).text
    assert "1 organisation" in text
    assert "Blue Hole Property Management" in text
    assert "Keva Thompson" in text
    rows = list(csv.DictReader(io.StringIO(admin.get("/admin/organisations/?format=csv").body.decode("utf-8-sig"))))
    assert {row["Organisation"]: row["Members"] for row in rows}["Blue Hole Property Management"] == "6"


def first_entry(page: Any) -> str:
    found = re.search(r'href="([^"?]+/audit/\d+/)"', page.text)
    assert found is not None
    return found[1]


def change_a_unit(site: Site, user_name: str) -> str:
    """Raise a rent; gives the id of the request."""
    browser = site.browser(user_name)
    units = browser.get(organisation(site, "Blue Hole") + "units/")
    unit = next(link["href"] for link in units.html.find_all("a") if "/units/u-" in link["href"])
    form = browser.get(f"{unit}edit").forms["form"]
    form["rent_cents"] = "4,321"
    return str(form.submit(status=303).headers["X-Request-ID"])


def test_the_audit_is_filtered_and_opened(site: Site) -> None:
    request_id = change_a_unit(site, "keva")
    admin = site.browser("paula")
    keva = str(person_id(site, "keva"))
    for query, count in (
        ({"request": request_id}, "1 entry"),
        ({"person": "keva", "action": "portfolio:unit"}, "1 entry"),
        ({"person": keva, "action": "portfolio:unit"}, "1 entry"),
        ({"person": "Keva Thompson", "organisation": "blue hole"}, "1 entry"),
        ({"person": "keva", "organisation": "bethel"}, None),
        ({"about": f"person:{keva}", "action": "atlas:person:signed"}, "1 entry"),
        ({"about": "person:", "action": "atlas:person:registered"}, "12 entries"),
        ({"about": keva, "action": "atlas:person:registered"}, "1 entry"),
        ({"about": ":"}, None),
        ({"from": "2026-06-01", "to": "2026-06-01", "request": request_id}, "1 entry"),
        ({"from": "2026-06-02"}, None),
        ({"to": "2026-05-31"}, None),
    ):
        text = admin.get("/admin/audit/", query).text
        assert (count or "Nothing fits that") in text, query
    text = admin.get(first_entry(admin.get("/admin/audit/", {"request": request_id})), status=200).text
    for words in ("Unit changed", "Keva Thompson", "Owner", "Blue Hole", "B$4,321", "127.0.0.1", request_id):
        assert words in text, words


def test_an_organisation_sees_its_own_entries_and_not_from_where(site: Site) -> None:
    request_id = change_a_unit(site, "keva")
    owner, here = site.browser("keva"), f"{organisation(site, 'Blue Hole')}audit/"
    elsewhere = f"{organisation(site, 'Bethel')}audit/"
    rows = list(csv.DictReader(io.StringIO(owner.get(f"{here}?format=csv").body.decode("utf-8-sig"))))
    assert rows[0]["Request id"] == request_id
    assert rows[0]["After"] == '{"rent_cents":432100}'
    assert "Address" not in rows[0]
    everything = csv.DictReader(io.StringIO(site.browser("paula").get("/admin/audit/?format=csv").body.decode("utf-8-sig")))
    wanted = [row for row in everything if row["Organisation"] == "Blue Hole Property Management"]
    assert len(rows) == len(wanted)
    assert wanted[0]["Address"] == "127.0.0.1"
    entry = first_entry(owner.get(here, {"request": request_id}))
    text = owner.get(entry, status=200).text
    assert "B$4,321" in text
    assert "127.0.0.1" not in text
    assert "Nothing fits that" in owner.get(here, {"person": "keva@example.com"}).text
    owner.get(elsewhere, status=404)
    site.browser("marva").get(entry.replace(here, elsewhere), status=404)


@pytest.mark.parametrize("path", ["/admin/", "/admin/people/", "/admin/organisations/", "/admin/audit/", "{org}audit/"])
def test_pages_of_the_administration_cost_at_most_eight_queries(site: Site, path: str) -> None:
    admin = site.browser("paula")
    path = path.format(org=organisation(site, "Blue Hole"))
    admin.get(path)
    with QueryCounter(site.db.engine) as counter:
        admin.get(path, status=200)
    assert len(counter.statements) <= 8, counter.statements


JUNK = [
    "\0", "x" * 100_000, "-1", "10" * 40, "<script>alert(1)</script>", "'; DROP TABLE person; --", "2026-02-30", "９", ":", "%",
]  # fmt: skip
PARAMETERS = (
    "q", "role", "state", "owner", "person", "action", "about", "organisation", "from", "to", "request", "sort", "after",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/admin/people/", "/admin/organisations/", "/admin/audit/", "{org}audit/"])
def test_junk_in_the_lists(site: Site, path: str) -> None:
    admin = site.browser("paula")
    path = path.format(org=organisation(site, "Blue Hole"))
    for name in PARAMETERS:
        for junk in JUNK:
            answer = admin.get(path, {name: junk}, expect_errors=True)
            assert answer.status_int in (200, 400), (name, junk[:20])
    for number in ("0", "01", "a1", "-1", "9" * 19, "9" * 18, "1e3"):
        assert admin.get(f"{path}{number}/", expect_errors=True).status_int == 404, number


def test_a_former_member_is_told_nothing_of_the_organisations_audit(site: Site) -> None:
    with site.db.transaction() as db:
        db.execute(update(Membership).where(Membership.person_id == person_id(site, "tamar")).values(until=sites.START))
    site.browser("tamar").get(f"{organisation(site, 'Blue Hole')}audit/", status=404)
