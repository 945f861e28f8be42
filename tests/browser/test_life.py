"""The demo data as those see it who live in it: what is owed and was paid in two years, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from served import served
from sqlalchemy import select
from visitor import Visitor

from atlasbahamas.people.models import Organisation
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.portfolio.models import Property, Unit

HERE = Organisation.name == "Blue Hole Property Management"
BELOW = ("payments/", "payments/to-confirm", "payments/cheques", "rent-runs/", "bills/")
ARREARS = ("House 5", "Montagu Row")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("lived")
    template = sites.sqlite_template(history=True)
    site = sites.start(sites.copy_sqlite(template, folder / "site.sqlite"), folder)
    yield site
    site.close()


def paths(site: Site) -> list[tuple[str, str]]:
    """(who, address): what a tenant sees who reported a payment, a home in arrears, and the lists of a landlord."""
    with site.db.transaction("read") as db:
        here = f"/portfolio/{db.scalars(select(Organisation.ref).where(HERE)).one()}/"
        homes = select(Lease.ref).join(Unit, Unit.id == Lease.unit_id).join(Property, Property.id == Unit.property_id)
        late = db.scalars(homes.where(Unit.label == ARREARS[0], Property.name == ARREARS[1])).one()
        back = db.scalars(select(Payment).where(Payment.state == "returned")).one()
        cheque = f"{here}leases/{back.lease.ref}/ledger/payments/{back.ref}/"
        mine = f"/home/leases/{db.scalars(select(Payment).where(Payment.state == 'reported')).one().lease.ref}/"
    tenants = ("/home/", mine, f"{mine}ledger/", f"{mine}ledger/payments/", f"{mine}bills/")
    staffs = (*(f"{here}{below}" for below in BELOW), f"{here}leases/{late}/ledger/", cheque)
    return [*(("andre", address) for address in tenants), *(("philip", address) for address in staffs)]


def test_the_pages_of_two_years(lived: Site, chrome: Browser) -> None:
    faults = []
    with served(lived.app, threads=8) as port:
        people = {name: Visitor(chrome, lived, f"http://127.0.0.1:{port}", name, seen=set()) for name in ("andre", "philip")}
        for name, address in paths(lived):
            people[name].page.goto(address)
            people[name].look(f"{name} {address}", "main", lights=("light",))
        for visitor in people.values():
            faults += visitor.faults
            visitor.context.close()
    assert faults == []
