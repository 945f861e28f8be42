"""The site's side of the sandbox: how it is asked, and how what it tells is read."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from atlasbahamas_plugins.ledger.gateways.interface import Event, GatewayDown, GatewayRefused, Method, Order, WebhookRefused
from atlasbahamas_plugins.ledger.gateways.signing import check, sign
from atlasbahamas_plugins.ledger.payments.rails import ByGateway

SIGNATURE = "Sandbox-Signature"
ANSWERS_WITHIN = 10.0  # seconds


class _Method(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    token: str = Field(min_length=1, max_length=200)
    label: str = Field(min_length=1, max_length=200)
    expires: date | None = Field(default=None, strict=False)


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(min_length=1, max_length=200)
    kind: str = Field(max_length=20)
    ref: str = Field(max_length=80)
    happened: AwareDatetime = Field(strict=False)
    remote_ref: str = Field(default="", max_length=200)
    cents: int = Field(default=0, ge=0, le=10**12)
    currency: str = Field(default="BSD", max_length=3)
    fee_cents: int = Field(default=0, ge=0, le=10**12)
    reason: str = Field(default="", max_length=200)
    method: _Method | None = None


@dataclass(frozen=True)
class SandboxRail(ByGateway):
    """The sandbox as the ledger sees it. `clock` is the site's: what it signs is signed now."""

    gateway: str = "sandbox"
    offer: str = "A new card (sandbox: no money moves)"
    url: str = ""
    secret: str = ""
    clock: Any = None

    def start(self, order: Order) -> str:
        """An address of its own server, with the order in it, signed: nobody is asked."""
        return self._page("pay", order)

    def save_method(self, order: Order) -> str:
        """The same for the page on which a card is given."""
        return self._page("save", order)

    def charge(self, order: Order, token: str) -> None:
        """Ask for money. Raises GatewayDown and GatewayRefused."""
        self._ask("charges", {"order": order_as_json(order), "token": token})

    def refund(self, order: Order, remote_ref: str) -> None:
        """Ask to give it back. Raises GatewayDown and GatewayRefused."""
        self._ask("refunds", {"ref": order.ref})

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Event:
        """What its server tells. Raises WebhookRefused."""
        check(self.secret, headers.get(SIGNATURE, ""), body, now=now)
        try:
            said = _Event.model_validate_json(body)
        except ValidationError:
            raise WebhookRefused("that is no event of the sandbox") from None
        method = Method(said.method.token, said.method.label, said.method.expires) if said.method else None
        return Event(**{**said.model_dump(exclude={"method"}), "method": method})

    def _page(self, page: str, order: Order) -> str:
        text = base64.urlsafe_b64encode(json.dumps(order_as_json(order)).encode()).decode()
        signature = sign(self.secret, f"{page}.{text}".encode(), now=order.until)
        return f"{self.url}/{page}?{urlencode({'order': text, 'signature': signature})}"

    def _ask(self, what: str, content: dict[str, Any]) -> None:
        body, at = json.dumps(content).encode(), urlsplit(self.url)
        headers = {"Content-Type": "application/json", SIGNATURE: sign(self.secret, body, now=self.clock.now())}
        connection = HTTPConnection(at.hostname or "", at.port, timeout=ANSWERS_WITHIN)
        try:
            connection.request("POST", f"/{what}", body, headers)
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, HTTPException) as error:
            raise GatewayDown(f"the sandbox does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status == 422:
            raise GatewayRefused(json.loads(said)["error"])
        if answer.status >= 300:
            raise GatewayDown(f"the sandbox answers {answer.status}")


def order_as_json(order: Order) -> dict[str, Any]:
    """An order as it goes over the wire."""
    return {**asdict(order), "until": order.until.isoformat()}
