"""What the sandbox's server knows and does: orders, cards and the events that follow. In memory, and without HTTP.

Its card says how it behaves: one works, one is refused each time. The time is passed in.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SETTLES_AFTER = timedelta(days=2)
FEE_HUNDREDTHS = 290
"""What it keeps of each payment: 2.90 %."""

CARDS = {"works": "Visa ending 4242", "refused": "Visa ending 0002"}
"""Kind of a card, as its token begins -> what people know it by."""

NO_FUNDS = "The bank refused: not enough money on the card."
CANCELLED = "You left the page of the bank without paying."


class Refusal(Exception):
    """The sandbox says no. The message is for the site."""


@dataclass
class Charge:
    """An order that somebody paid, or tried to, under its reference."""

    order: dict[str, Any]
    id: str
    state: str
    settled: datetime | None = None


@dataclass(frozen=True)
class Delivery:
    """An event that the site is to be told, not before `due`, by the sandbox's clock."""

    notify_url: str
    event: dict[str, Any]
    due: datetime


@dataclass
class Till:
    """All that the server knows. Safe to be used by several threads."""

    charges: dict[str, Charge] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def pay(self, order: dict[str, Any], outcome: str, *, now: datetime) -> None:
        """Somebody chose on the page, or a card was charged: `paid`, `failed` or `cancelled`. What was paid stays paid."""
        with self._lock:
            charge = self.charges.get(order["ref"])
            if charge is not None and charge.state in ("paid", "refunded"):
                return
            charge = charge or Charge(order, f"sbx-{secrets.token_hex(8)}", "")
            self.charges[order["ref"]] = charge
            charge.state = "paid" if outcome == "paid" else "failed"
            if outcome != "paid":
                self._tell(charge, "failed", now, now, reason=CANCELLED if outcome == "cancelled" else NO_FUNDS)
                return
            self._tell(charge, "paid", now, now)
            charge.settled = now + SETTLES_AFTER
            self._tell(charge, "settled", charge.settled, charge.settled, fee_cents=order["cents"] * FEE_HUNDREDTHS // 10_000)

    def charge(self, order: dict[str, Any], token: str, *, now: datetime) -> None:
        """Take money by a card that is kept; the same reference again changes nothing. Raises Refusal for no token."""
        kind = token.split("-")[1] if token.startswith("card-") else ""
        if kind not in CARDS:
            raise Refusal("The bank does not know this card any more.")
        with self._lock:
            if order["ref"] not in self.charges:
                self.pay(order, "paid" if kind == "works" else "failed", now=now)

    def refund(self, ref: str, *, now: datetime) -> None:
        """Give all of a payment back; again, nothing happens. Raises Refusal for one that was not paid."""
        with self._lock:
            charge = self.charges.get(ref)
            if charge is None or charge.state not in ("paid", "refunded"):
                raise Refusal("There is no such payment to give back.")
            if charge.state == "refunded":
                return
            charge.state = "refunded"
            self._tell(charge, "refunded", now, now)
            assert charge.settled is not None
            if charge.settled <= now:
                self._tell(charge, "refund_settled", now + SETTLES_AFTER, now + SETTLES_AFTER)
                return
            # What was not paid out yet is kept for it, and neither is told.
            waits = [each for each in self.deliveries if each.event["ref"] == ref and each.event["kind"] == "settled"]
            self.deliveries = [each for each in self.deliveries if each not in waits]

    def save(self, order: dict[str, Any], kind: str, *, now: datetime) -> None:
        """Somebody chose on the page for cards: one of CARDS, or anything else to leave it."""
        with self._lock:
            said: dict[str, Any] = {"ref": order["ref"], "happened": now.isoformat(), "id": f"evt-{secrets.token_hex(8)}"}
            if kind in CARDS:
                expires = now.replace(year=now.year + 3, month=12, day=31).date().isoformat()
                method = {"token": f"card-{kind}-{secrets.token_hex(8)}", "label": CARDS[kind], "expires": expires}
                said |= {"kind": "method_saved", "method": method}
            else:
                said |= {"kind": "method_failed", "reason": "You left the page of the bank without saving a card."}
            self.deliveries.append(Delivery(order["notify_url"], said, now))

    def due(self, now: datetime) -> list[Delivery]:
        """Take out the events that are to be told by now, in the order in which they happened."""
        with self._lock:
            found = [each for each in self.deliveries if each.due <= now]
            self.deliveries = [each for each in self.deliveries if each.due > now]
            return sorted(found, key=lambda each: each.due)

    def _tell(self, charge: Charge, kind: str, happened: datetime, due: datetime, **more: Any) -> None:
        order = charge.order
        event = {"id": f"evt-{secrets.token_hex(8)}", "kind": kind, "ref": order["ref"], "happened": happened.isoformat(), **more}
        event |= {"remote_ref": charge.id, "cents": order["cents"], "currency": order["currency"]}
        self.deliveries.append(Delivery(order["notify_url"], event, due))
