"""`make bench-scale`, second part: whether the pages of leases cost the same with 20,000 leases as with 200.

The sites, the rounds and the figures are those of scale.py. The leases are all of one organisation, half of them of fixed terms; every
tenth is over. Ends with status 1 if a page takes more than twice as long.
"""

from __future__ import annotations

import sys

from results import Line, publish, section
from scale import AT_MOST, FIRST_ID, ROUNDS, compare, pairs
from sqlalchemy import select, text

from atlasbahamas.db.engine import Database
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas.testing.site import Site
from atlasbahamas.web.lists.keyset import write_token
from atlasbahamas_plugins.leasing.lists import LeaseList
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.portfolio.models import Property

FEW, MANY = 200, 20_000
DEEP = 500
LANDLORD, TENANT = "marva", "jerome"
PAGES: tuple[tuple[str, str], ...] = (
    ("First page", ""),
    ("By start", "?sort=starts"),
    ("By end of the term, soonest", "?sort=until"),
    ("By end of the term, last", "?sort=until-down"),
    ("State, most are", "?state=active"),
    ("State, a tenth is", "?state=ended"),
    ("State, none is", "?state=notice"),
    ("State, by end of the term", "?state=active&sort=until"),
    ("Property", "?property={property}"),
    ("Ending within 30 days", "?ends=30"),
    ("Text, none has it", "?q=qqqq"),
    ("Text, one tenant", "?q=tenant+number+177"),
    ("Text, one unit", "?q=unit+number+123"),
    ("Text, one property", "?q=property+5"),
    ("Text, all have it", "?q=tenant"),
    ("Text, state and order", "?q=tenant&state=active&sort=starts"),
)
_NUMBERS = "WITH RECURSIVE numbers(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i < :count)"
_DAY = {
    "sqlite": "date('{first}', '+' || ({number}) || ' days')",
    "postgresql": "date '{first}' + CAST({number} AS integer)",
}
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 1700000000 + i * 60, 'unixepoch')",
    "postgresql": "to_timestamp(1700000000 + i * 60)",
}


def fill(db: Database, count: int, spread: int = 480, first: str = "2025-01-01") -> None:
    """Put so many leases of as many units, forty in a property, into a site with demo data; one of them binds TENANT.

    They begin on days from the first on, so many of them.
    """
    dialect = db.engine.dialect.name
    moment, begins = _MOMENT[dialect], f"i * 7919 % {spread}"

    def day(number: str) -> str:
        return _DAY[dialect].format(number=number, first=first)

    with db.transaction() as session:
        here = session.scalars(select(Organisation.id).where(Organisation.name.startswith("Bethel"))).one()
        person = session.scalars(select(Person.id).where(Person.user_name == TENANT)).one()

        def insert(what: str, values: str, more: int = count) -> None:
            session.execute(text(f"INSERT INTO {what} {_NUMBERS} SELECT {values} FROM numbers"), {"count": more})

        insert(
            "portfolio_property (id, ref, organisation_id, name, kind, settlement_id, street, po_box, notes, created, version)",
            f"{FIRST_ID} + i, 'made-p' || i, {here}, 'Property ' || i, 'house', 1, 'Bay Street', '', '', {moment}, 1",
            max(1, count // 40),
        )
        insert(
            "portfolio_unit (id, ref, property_id, label, label_key, beds, baths, rent_cents, deposit_cents, furnished, pets,"
            " created, version)",
            f"{FIRST_ID} + i, 'made-u' || i, {FIRST_ID} + i % {max(1, count // 40)} + 1, 'Unit number ' || i, 'unit number ' || i,"
            f" 2, 1, 200000, 200000, 1 = 0, 1 = 0, {moment}, 1",
        )
        insert(
            "portfolio_contact (id, ref, organisation_id, name, email, phone, created, version)",
            f"{FIRST_ID} + i, 'made-c' || i, {here}, 'Tenant number ' || i, '', '', {moment}, 1",
        )
        fixed = "CASE WHEN i % 2 = 0 THEN {} ELSE {} END"
        insert(
            "leasing_lease (id, ref, organisation_id, unit_id, state, origin, kind, rolls_over, starts, term_last_day, since, agreed,"
            " period, timing, due_day, grace_days, late_fee_kind, late_fee_cents, late_fee_hundredths, reason, created, version)",
            f"{FIRST_ID} + i, 'made-l' || i, {here}, {FIRST_ID} + i, 'draft', 'on_paper',"
            f" {fixed.format(chr(39) + 'fixed' + chr(39), chr(39) + 'month_to_month' + chr(39))}, 1 = 1, {day(begins)},"
            f" {fixed.format(day(begins + ' + 365'), 'NULL')}, {day(begins)}, {day(begins)},"
            f" 'monthly', 'advance', 1, 5, 'none', 0, 0, '', {moment}, 1",
        )
        insert(
            "leasing_party (id, lease_id, contact_id, role, position)",
            f"{FIRST_ID} + i, {FIRST_ID} + i, {FIRST_ID} + i, 'primary', 0",
        )
        insert("leasing_rent (id, lease_id, starts, cents)", f"{FIRST_ID} + i, {FIRST_ID} + i, {day(begins)}, 200000")
        ended = f"UPDATE leasing_lease SET state = 'ended', last_day = starts WHERE id > {FIRST_ID} AND id % 10 = 0"
        session.execute(text(ended))
        session.execute(text(f"UPDATE leasing_lease SET state = 'active' WHERE id > {FIRST_ID} AND id % 10 <> 0"))
        session.execute(text(f"UPDATE portfolio_contact SET person_id = {person} WHERE id = {FIRST_ID} + 7"))


def leases_path(site: Site) -> str:
    """The address of the organisation's leases."""
    with site.db.transaction("read") as db:
        return f"/portfolio/{db.scalars(select(Organisation.ref).where(Organisation.name.startswith('Bethel'))).one()}/leases/"


def page_path(site: Site, query: str) -> str:
    """A page of the list; `{property}` is the first of those that were made."""
    with site.db.transaction("read") as db:
        number = db.scalars(select(Property.id).where(Property.ref == "made-p1")).one()
    return leases_path(site) + query.format(property=number)


def late_page(site: Site) -> str:
    """Page 500 of the newest first, or the last one where there are fewer."""
    with site.db.transaction("read") as db:
        here = select(Organisation.id).where(Organisation.name.startswith("Bethel")).scalar_subquery()
        mine = select(Lease.created, Lease.id).where(Lease.organisation_id == here)
        there = len(db.execute(mine).all())
        before = min((DEEP - 1) * LeaseList.page_size, there - 1 - LeaseList.page_size) - 1
        edge = db.execute(mine.order_by(Lease.created.desc(), Lease.id.desc()).offset(before).limit(1)).one()
    return f"{leases_path(site)}?sort=newest&after={write_token('leases/newest', list(edge))}"


def cookie_of(site: Site, user_name: str) -> str:
    """The cookies of somebody who signs in."""
    return "; ".join(f"{name}={value}" for name, value in site.browser(user_name).cookies.items())


def measure() -> list[Line]:
    """Every line of the table."""
    lines = []
    for database, few, many in pairs(FEW, MANY, fill):
        landlord = (cookie_of(few, LANDLORD), cookie_of(many, LANDLORD))
        tenant = (cookie_of(few, TENANT), cookie_of(many, TENANT))
        for name, query in PAGES:
            page = lambda site, query=query: page_path(site, query)  # noqa: E731
            lines.append(compare(f"{database}: {name}", few, many, page, noun="lease", cookies=landlord))
        lines.append(compare(f"{database}: Page {DEEP}", few, many, late_page, noun="lease", cookies=landlord))
        for name, path in (
            ("A lease", lambda site: f"{leases_path(site)}made-l7/"),
            ("A landlord's home", "/home/"),
            ("The organisation", lambda site: leases_path(site).removesuffix("leases/")),
        ):
            lines.append(compare(f"{database}: {name}", few, many, path, cookies=landlord))
        for name, path in (("A tenant's home", "/home/"), ("A tenant's lease", "/home/leases/made-l7/")):
            lines.append(compare(f"{database}: {name}", few, many, path, cookies=tenant))
    return lines


def report(lines: list[Line]) -> str:
    """The section of RESULTS.md."""
    body = f"""
Computed pages of a site with {MANY:,} leases of one organisation against the same pages of one with {FEW}, for somebody who is signed in,
measured as above; the fastest of {ROUNDS} rounds. The target is {AT_MOST:g} times. A filter that finds a page of 50 in the large site and a
few rows in the small one ("ending", one tenant, one unit) pays for the rows too.
"""
    return section("Scale of leases", "make bench-scale", body, lines)


def main() -> int:
    """Measure, write, and say whether every target was met."""
    return publish(measure, report)


if __name__ == "__main__":
    sys.exit(main())
