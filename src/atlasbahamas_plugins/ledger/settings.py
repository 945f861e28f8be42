"""Settings of the ledger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from atlasbahamas.settings import Section

Days = Annotated[int, Field(ge=0, le=30)]


class LedgerSettings(Section):
    """The ledger."""

    prefix = "ledger"

    lead_days: Days = Field(
        default=3, description="How many days before rent or a bill is due tenants are told of it; 0: on that day."
    )
