"""Settings of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, SecretStr

from atlasbahamas.settings import Section


class SandboxSettings(Section):
    """The gateway without money."""

    prefix = "sandbox"

    url: str = Field(
        default="http://127.0.0.1:6553",
        pattern=r"^http://127\.0\.0\.1:[0-9]{1,5}$",
        description="Where its server is, on this machine: `atlas sandbox serve` listens there.",
    )
    secret: SecretStr = Field(
        default=SecretStr("sandbox-without-money"), min_length=1, description="Signs what goes between the site and its server."
    )

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Refuse to be there at all in production: what is paid here is no money, and would count."""
        if values.get("atlas.profile") == "production":
            yield "atlas.plugins", "must not have sandbox in production: what is paid there is no money"
