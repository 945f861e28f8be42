"""Asking gateways: paying by redirect, keeping a method, charging one, giving back. Raises Refused where a rule says no.

What came of it is told by webhooks, and receiving.py acts on them. Jobs talk to the gateway, so that no transaction is open
meanwhile; only where somebody waits for an address, it is asked at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.db.inserts import insert_unless_there
from atlasbahamas.db.statements import is_one_of
from atlasbahamas.errors import Refused
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.people.models import Organisation
from atlasbahamas.traversal.keys import long_key
from atlasbahamas.web.formats import money
from atlasbahamas_plugins.leasing.models import BINDING, Lease
from atlasbahamas_plugins.ledger.gateways.interface import GatewayDown, GatewayRail, GatewayRefused, Order
from atlasbahamas_plugins.ledger.gateways.models import ADDRESS_LENGTH, GatewayPayment, SavedMethod
from atlasbahamas_plugins.ledger.journal.services import open_journal
from atlasbahamas_plugins.ledger.payments.models import Payment
from atlasbahamas_plugins.ledger.payments.references import lease_reference
from atlasbahamas_plugins.ledger.reasons import TENANTS_READ_IT, said_why

CHARGE, REFUND = "ledger.charge_method", "ledger.refund_payment"
METHOD_REMOVED = "ledger.method_removed"
"""The job that is asked for when a saved method is gone."""

GOOD_FOR = timedelta(hours=1)
"""How long an address at the gateway is good."""

MOST_SAVED = 10
NO_ADDRESS = Refused("The payment page cannot be reached at the moment. Please try again in a few minutes.")
OTHERS_KEY = Refused("This was sent before with something else in it. Open the page again.")


@dataclass(frozen=True)
class Addresses:
    """Where the site is: `base_url` as the settings say it; `back`, the path to which a person returns."""

    base_url: str
    back: str = "/"

    def notify(self, gateway: str) -> str:
        """Where a gateway sends its webhooks."""
        return f"{self.base_url}/gateways/{gateway}/webhook"


@dataclass(frozen=True)
class _Asked:
    """What a try to pay is: two with the same `ref` are one, or an error."""

    ref: str
    lease: Lease
    cents: int
    gateway: str
    by: int
    method_id: int | None = None


def start_payment(
    db: Session, rail: GatewayRail, lease: Lease, cents: int, *, ref: str, at: Addresses, by: int, now: datetime
) -> GatewayPayment:
    """Begin to pay an amount for a lease; `address` is where the person pays it. The same `ref` again is the same payment.

    Raises Refused.
    """
    asked = _Asked(ref, lease, cents, rail.gateway, by)
    if (there := _there(db, asked)) is not None:
        return there
    _refuse_if_unbound(lease)
    until = now + GOOD_FOR
    address = _address(rail.start, _order(db, lease, ref, cents, rail.gateway, at, until))
    payment, _ = _write(db, asked, now=now, address=address, until=until)
    return payment


def charge_method(
    db: Session, lease: Lease, method: SavedMethod, cents: int, *, ref: str | None = None, by: int, now: datetime
) -> GatewayPayment:
    """Take an amount for a lease by a saved method: a job asks the gateway when this is committed.

    The same `ref` again is the same payment. Raises Refused.
    """
    asked = _Asked(ref or long_key("online"), lease, cents, method.gateway, by, method.id)
    if ref is not None and (there := _there(db, asked)) is not None:
        return there
    _refuse_if_unbound(lease)
    if method.state != "saved":
        raise Refused("This card is not saved any more. Choose another one.", "how")
    payment, is_new = _write(db, asked, now=now)
    if is_new:
        enqueue(db, CHARGE, {"gateway_payment_id": payment.id}, now=now)
    return payment


def ask_for_refund(db: Session, payment: Payment, reason: str, *, by: int, now: datetime) -> GatewayPayment:
    """Ask the gateway, by a job, to give a payment back; the books follow when it says that it has. Raises Refused."""
    said_why(reason, TENANTS_READ_IT)
    open_journal(db, payment.organisation_id)
    of_payment = GatewayPayment.payment_id == payment.id
    paid = db.scalar(select(GatewayPayment).where(of_payment).execution_options(populate_existing=True))
    if paid is None or paid.state != "paid":
        raise Refused("Only money that a gateway took, and has still, can be given back by it.")
    if paid.refund_asked is None:
        paid.refund_asked, paid.refund_by_id, paid.refund_reason = now, by, reason.strip()
        enqueue(db, REFUND, {"gateway_payment_id": paid.id}, now=now)
        db.flush()
        _record(db, "refund_asked", paid, after={"cents": paid.cents}, note=paid.refund_reason)
    return paid


def start_saving(db: Session, rail: GatewayRail, *, ref: str, at: Addresses, by: int, now: datetime) -> SavedMethod:
    """Begin to keep a way to pay: `address` is where the person gives it to the gateway. The same `ref` again is the same one.

    Raises Refused.
    """
    there = db.scalar(select(SavedMethod).where(SavedMethod.ref == ref))
    if there is not None:
        if (there.gateway, there.person_id) != (rail.gateway, by):
            raise OTHERS_KEY
        return there
    kept = select(func.count()).select_from(SavedMethod).where(SavedMethod.person_id == by, SavedMethod.state == "saved")
    if (db.scalar(kept) or 0) >= MOST_SAVED:
        raise Refused(f"You can keep {MOST_SAVED} ways to pay. Remove one first.")
    order = Order(ref, "", "A way to pay for your home", at.base_url + at.back, at.notify(rail.gateway), now + GOOD_FOR)
    address = _address(rail.save_method, order)
    values = {"ref": ref, "person_id": by, "gateway": rail.gateway, "state": "asked", "created": now, "label": ""}
    method = insert_unless_there(db, SavedMethod, {**values, "address": address}, unique=["ref"])
    if method is None:
        # Sent twice at once: the first made it.
        return db.scalars(select(SavedMethod).where(SavedMethod.ref == ref)).one()
    record(db, "ledger:method:asked", about=("method", ref), organisation_id=None, after={"gateway": rail.gateway})
    return method


def remove_method(db: Session, method: SavedMethod, *, now: datetime) -> None:
    """Forget a saved method; our name for it goes at once, and nothing can be taken by it any more. Twice is no error."""
    db.refresh(method, with_for_update=True)
    if method.state != "saved":
        return
    method.state, method.token = "removed", None
    db.flush()
    enqueue(db, METHOD_REMOVED, {"method_id": method.id}, now=now)
    record(db, "ledger:method:removed", about=("method", method.ref), organisation_id=None, before={"state": "saved"})


def methods_of(db: Session, person_id: int, *, today: date) -> list[SavedMethod]:
    """The saved methods of a person that can be used on a local day, the newest first."""
    usable = (SavedMethod.state == "saved", or_(SavedMethod.expires.is_(None), SavedMethod.expires >= today))
    query = select(SavedMethod).where(SavedMethod.person_id == person_id, *usable)
    return list(db.scalars(query.order_by(SavedMethod.id.desc())))


def on_its_way(db: Session, lease_id: int, *, now: datetime) -> int:
    """The cents that gateways were asked for and have not told of yet: a charge, or a page on which somebody can still pay."""
    open_page = and_(GatewayPayment.way == "redirect", GatewayPayment.until > now)
    waits = (GatewayPayment.lease_id == lease_id, is_one_of(GatewayPayment.state, "started"))
    query = select(func.sum(GatewayPayment.cents)).where(*waits, or_(GatewayPayment.way == "charge", open_page))
    return int(db.scalar(query) or 0)


def order_of(db: Session, payment: GatewayPayment, base_url: str) -> Order:
    """The order of a payment, for a job."""
    until = payment.until or payment.created
    return _order(db, payment.lease, payment.ref, payment.cents, payment.gateway, Addresses(base_url), until)


def _order(db: Session, lease: Lease, ref: str, cents: int, gateway: str, at: Addresses, until: datetime) -> Order:
    merchant = db.get_one(Organisation, lease.organisation_id).ref
    about = f"Rent {lease_reference(lease.id)}"
    return Order(ref, merchant, about, at.base_url + at.back, at.notify(gateway), until, cents)


def _address(ask: Any, order: Order) -> str:
    try:
        address: str = ask(order)
    except GatewayRefused as refused:
        raise Refused(str(refused)) from None
    except GatewayDown:
        raise NO_ADDRESS from None
    if not address.startswith(("https://", "http://")) or len(address) > ADDRESS_LENGTH:
        raise ValueError("a gateway gave an address that is none")
    return address


def _there(db: Session, asked: _Asked) -> GatewayPayment | None:
    """The try that came with this form before. Raises Refused where it was another one."""
    there = db.scalar(select(GatewayPayment).where(GatewayPayment.ref == asked.ref))
    if there is None:
        return None
    was = (there.lease_id, there.cents, there.gateway, there.by_person_id, there.method_id)
    if was != (asked.lease.id, asked.cents, asked.gateway, asked.by, asked.method_id):
        raise OTHERS_KEY
    return there


def _write(
    db: Session, asked: _Asked, *, now: datetime, address: str = "", until: datetime | None = None
) -> tuple[GatewayPayment, bool]:
    """Write it down, and whether that was new: of two at once the second finds what the first wrote."""
    values = {
        "ref": asked.ref,
        "organisation_id": asked.lease.organisation_id,
        "lease_id": asked.lease.id,
        "gateway": asked.gateway,
        "way": "charge" if asked.method_id else "redirect",
        "method_id": asked.method_id,
        "cents": asked.cents,
        "state": "started",
        "created": now,
        "until": until,
        "by_person_id": asked.by,
        **dict.fromkeys(("remote_ref", "reason", "refund_reason"), ""),
        "address": address,
    }
    payment = insert_unless_there(db, GatewayPayment, values, unique=["ref"])
    if payment is None:
        there = _there(db, asked)
        assert there is not None
        return there, False
    after = {"cents": payment.cents, "gateway": payment.gateway, "way": payment.way}
    _record(db, "started", payment, after=after)
    return payment, True


def _refuse_if_unbound(lease: Lease) -> None:
    if lease.state not in BINDING:
        raise Refused("This lease binds nobody, so nothing is paid for it.")


def _record(db: Session, verb: str, payment: GatewayPayment, **changed: Any) -> None:
    about = ("online payment", payment.ref)
    record(db, f"ledger:online_payment:{verb}", about=about, organisation_id=payment.organisation_id, **changed)


def words_of(payment: GatewayPayment) -> str:
    """How a payment is called where there is no more room: "B$1,200 for 4B, Sandyport Mews"."""
    unit = payment.lease.unit
    return f"{money(payment.cents)} for {unit.label}, {unit.property.name}"
