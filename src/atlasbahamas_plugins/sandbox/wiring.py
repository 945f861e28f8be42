"""The only place where the sandbox registers anything."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.ledger.gateways.interface import PAYMENT_RAILS
from atlasbahamas_plugins.sandbox.gateway import SandboxRail
from atlasbahamas_plugins.sandbox.settings import SandboxSettings


class _ClockOf:
    """The clock that a site has when it is asked: a test may put in another one."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry

    def now(self) -> Any:
        return self.registry.atlas_clock.now()


def includeme(config: Any) -> None:
    """Give the gateway to the ledger."""
    settings = config.registry.atlas_settings.section(SandboxSettings)
    rail = SandboxRail(url=settings.url, secret=settings.secret.get_secret_value(), clock=_ClockOf(config.registry))
    config.contribute(PAYMENT_RAILS, rail, name="sandbox")
