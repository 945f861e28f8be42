"""What a gateway's plugin implements, and the point to which it gives it. docs/plugin-authors/gateways.md shows one.

A `GatewayRail` is a PaymentRail (payments/rails.py) whose money a machine moves. It is asked for things (`Order`), and tells what
came of them by webhooks (`Event`), and only by those: nothing that it answers at once counts as money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from atlasbahamas_plugins.ledger.payments.rails import PaymentRail

PAYMENT_RAILS = "ledger-payment-rail"
"""The extension point that takes a GatewayRail."""

PAID, FAILED, REFUNDED = "paid", "failed", "refunded"
SETTLED, REFUND_SETTLED = "settled", "refund_settled"
METHOD_SAVED, METHOD_FAILED = "method_saved", "method_failed"
OF_PAYMENTS = (PAID, FAILED, REFUNDED, SETTLED, REFUND_SETTLED)
OF_METHODS = (METHOD_SAVED, METHOD_FAILED)


class WebhookRefused(Exception):
    """A webhook that nobody may act on: forged, too old, or not to be read. The message is for the gateway's log."""


class GatewayRefused(Exception):
    """The gateway says no for good, such as to a card that was blocked. The message is for the tenant."""


class GatewayDown(Exception):
    """The gateway did not answer, or not as it should. Asked again later, with the same reference, nothing happens twice."""


@dataclass(frozen=True)
class Order:
    """What a gateway is asked to do. `ref` is our own reference and the idempotency key: the same one again is the same thing.

    `merchant` is the reference of the organisation that is paid. `about` is for the bank's statement, and names nobody. A person
    who is led away comes back to `return_url`; what came of it is sent to `notify_url`. `until` is how long the address is good.
    """

    ref: str
    merchant: str
    about: str
    return_url: str
    notify_url: str
    until: datetime
    cents: int = 0
    currency: str = "BSD"


@dataclass(frozen=True)
class Method:
    """A way to pay that a gateway keeps: `token` is its name for it, `label` what people know it by ("Visa ending 4242").

    `expires` is the last day on which it can be used, None where it has none. A number of a card is never in here.
    """

    token: str
    label: str
    expires: date | None = None


@dataclass(frozen=True)
class Event:
    """A fact about one order. `id` is the gateway's own, the same however often it is told; `ref` is that of the order.

    `kind` is one of OF_PAYMENTS or OF_METHODS. `happened` is when, aware. `remote_ref` is the gateway's name of the payment.
    `cents` is all of the order, where money moved; `fee_cents` is what the gateway keeps of a settlement. `reason` says why
    something failed, in words for the tenant. `method` comes with METHOD_SAVED.
    """

    id: str
    kind: str
    ref: str
    happened: datetime
    remote_ref: str = ""
    cents: int = 0
    currency: str = "BSD"
    fee_cents: int = 0
    reason: str = ""
    method: Method | None = None


@runtime_checkable
class GatewayRail(PaymentRail, Protocol):
    """A rail whose money a gateway moves. `name` is a line of RAILS; ByGateway has what every card has.

    `start` and `save_method` run while somebody waits for a page; `charge` and `refund` run in a job, are repeated when they
    raise GatewayDown, and give nothing: what came of them is told by a webhook.
    """

    @property
    def gateway(self) -> str:
        """Its name: the plugin's own. It stands in the address of webhooks, and is kept with all that went through it."""

    @property
    def offer(self) -> str:
        """What people choose it by, such as "Card"."""

    def start(self, order: Order) -> str:
        """The address at which somebody pays. Raises GatewayDown and GatewayRefused."""

    def save_method(self, order: Order) -> str:
        """The address at which somebody gives a card to be kept, by the gateway. Raises GatewayDown and GatewayRefused."""

    def charge(self, order: Order, token: str) -> None:
        """Take money by a saved method. Raises GatewayDown and GatewayRefused."""

    def refund(self, order: Order, remote_ref: str) -> None:
        """Give all of a payment back: the order is that of the payment. Raises GatewayDown and GatewayRefused."""

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Event:
        """What a webhook says, if it is the gateway's and new enough. Raises WebhookRefused."""


def gateways_of(registry: Any) -> dict[str, GatewayRail]:
    """The gateways of a site, by their names; none where no plugin brings one."""
    return {rail.gateway: rail for rail in registry.atlas_points.get(PAYMENT_RAILS)}
