"""Signing what goes between us and a gateway, and checking it: HMAC-SHA256 over the time and the body, as most gateways do.

For a gateway that signs in this way; another one's plugin brings its own.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from atlasbahamas_plugins.ledger.gateways.interface import WebhookRefused

TOLERANCE = timedelta(minutes=5)
"""How old a signature may be, and how far ahead the other side's clock."""

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, *, now: datetime) -> str:
    """The value of the header: `t=<seconds since 1970>,v1=<hex>`."""
    seconds = int(now.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def check(secret: str, header: str, body: bytes, *, now: datetime) -> None:
    """Raise WebhookRefused unless the header is a signature of this body, made with the secret within TOLERANCE of now."""
    found = _SIGNATURE.fullmatch(header)
    if found is None:
        raise WebhookRefused("the signature is missing, or has another form")
    seconds = int(found[1])
    # In constant time: how long it takes tells nothing about the right one.
    if not hmac.compare_digest(_digest(secret, seconds, body), found[2]):
        raise WebhookRefused("the signature is not ours")
    if abs(now - datetime.fromtimestamp(seconds, UTC)) > TOLERANCE:
        raise WebhookRefused("the signature is too old; send it again with a new one")


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
