"""The only place where the ledger registers anything."""

from __future__ import annotations

from typing import Any

PARTS = (
    "journal",
    "charges",
    "payments",
    "cheques",
    "receipts",
    "lateness",
    "explaining",
    "statements",
    "gateways",
    "autopay",
    "deposits",
    "bills",
    "plans",
    "sharing",
    "figures",
    "reminding",
    "verifying",
)


def includeme(config: Any) -> None:
    """Each part."""
    for part in PARTS:
        config.include(f"atlasbahamas_plugins.ledger.{part}.wiring")
