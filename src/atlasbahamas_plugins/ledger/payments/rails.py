"""The ways in which money comes, as data and behaviour. Most are handled by people; a card is moved by a gateway.

A line in RAILS is a new way, and no table changes. A gateway is no line here: it is a machine, of a plugin's own, that moves the
money of one of these (gateways/interface.py), so that what was paid keeps its name when the plugin is gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from atlasbahamas.errors import Refused

NUMBER_OF_A_CHEQUE = re.compile("[0-9][0-9 -]*")
CURRENCIES = {"BSD": "Bahamian dollars", "USD": "US dollars"}
"""What can be handed over. Both count the same (domain.md 4)."""


@dataclass(frozen=True)
class Given:
    """What is said about money that came, as far as a rail looks at it; `received_on` is a local day."""

    received_on: date
    reference: str = ""
    cheque_number: str = ""
    cheque_bank: str = ""


class PaymentRail(Protocol):
    """A way in which money comes. One that a gateway moves can more: gateways/interface.py.

    `holds` is the kind of account on which the money stands from the moment that it is confirmed. `may_be_reported`: a tenant can
    say that they paid in this way. `advice` tells them how.
    """

    @property
    def name(self) -> str:
        """What a payment keeps."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def holds(self) -> str:
        """A line of journal.kinds.ACCOUNT_KINDS."""

    @property
    def may_be_reported(self) -> bool:
        """Whether a tenant can report it."""

    @property
    def advice(self) -> str:
        """How to pay in this way."""

    def check(self, given: Given, *, today: date) -> None:
        """Raise Refused, beside the field, for what cannot be or lacks something."""

    def waits(self, received_on: date, *, today: date) -> bool:
        """Whether it counts on a later day only."""


@dataclass(frozen=True)
class ByHand:
    """Money that somebody sees: cash, what stands on a statement of the bank, a wallet's message."""

    name: str
    title: str
    holds: str
    advice: str
    may_be_reported: bool = True
    needs_reference: str = ""

    def check(self, given: Given, *, today: date) -> None:
        """It came today or before; where the rail has a number of its own, with it."""
        if given.received_on > today:
            raise Refused("This day has not come yet.", "received_on")
        if self.needs_reference and not given.reference:
            raise Refused(self.needs_reference, "reference")
        if given.cheque_number or given.cheque_bank:
            raise Refused("Only a cheque has this. Choose cheque above, or leave it empty.", "cheque_number")

    def waits(self, received_on: date, *, today: date) -> bool:
        """Never: it is there."""
        return False


@dataclass(frozen=True)
class ByCheque:
    """A cheque: it counts from the day that stands on it, also when that is still to come."""

    name: str
    title: str
    holds: str
    advice: str
    may_be_reported: bool = True

    def check(self, given: Given, *, today: date) -> None:
        """It has a number, and its day is not so far off that nobody would take it."""
        if not given.cheque_number:
            raise Refused("Write the number of the cheque.", "cheque_number")
        # A name here would outlive whoever has it erased.
        if not NUMBER_OF_A_CHEQUE.fullmatch(given.cheque_number):
            raise Refused("The number of a cheque is made of digits, as it is printed on it.", "cheque_number")
        if (given.received_on - today).days > MOST_DAYS_AHEAD:
            raise Refused("The day on a cheque can be at most a year from now.", "received_on")

    def waits(self, received_on: date, *, today: date) -> bool:
        """As long as the day on it has not come."""
        return received_on > today


@dataclass(frozen=True)
class ByGateway:
    """Money that a gateway takes and pays out later: nobody types it in, and what the gateway says is what came."""

    name: str = "card"
    title: str = "Card"
    holds: str = "gateway"
    advice: str = "Pay online: you are led to the page of the bank that takes the card, and come back."
    may_be_reported: bool = False

    def check(self, given: Given, *, today: date) -> None:
        """It came today or before."""
        if given.received_on > today:
            raise Refused("This day has not come yet.", "received_on")

    def waits(self, received_on: date, *, today: date) -> bool:
        """Never: only what the gateway has taken is written down."""
        return False


MOST_DAYS_AHEAD = 366
CHEQUE = "cheque"
CARD = ByGateway()

_ALL: tuple[PaymentRail, ...] = (
    ByHand("cash", "Cash", "undeposited", "Hand it over and ask for the receipt."),
    ByHand(
        "transfer",
        "Bank transfer",
        "bank",
        "Put the reference of your lease into the transfer, and nothing else. Keep the confirmation of your bank.",
    ),
    ByHand(
        "counter",
        "Paid in at the bank",
        "bank",
        "Write the reference of your lease on the slip, and take a photo of the slip with its stamp.",
    ),
    ByCheque(CHEQUE, "Cheque", "undeposited", "Write the reference of your lease on the back."),
    ByHand("sand_dollar", "Sand Dollar", "clearing", "Put the reference of your lease into the message."),
    ByHand("suncash", "SunCash", "clearing", "Put the reference of your lease into the message, and keep the confirmation."),
    ByHand("kanoo", "Kanoo", "clearing", "Put the reference of your lease into the message, and keep the confirmation."),
    CARD,
)
RAILS: dict[str, PaymentRail] = {rail.name: rail for rail in _ALL}
REPORTED = {name: rail for name, rail in RAILS.items() if rail.may_be_reported and name != "cash"}
"""What a tenant offers to have paid by; cash is confirmed by whoever takes it."""

RECORDED = {name: rail for name, rail in RAILS.items() if not isinstance(rail, ByGateway)}
"""What staff write down. What a gateway moves, the gateway tells."""


def titles(rails: dict[str, PaymentRail] = RAILS) -> list[tuple[str, str]]:
    """(name, title) of each, for a form."""
    return [(name, rail.title) for name, rail in rails.items()]
