"""Why something is done to money: nobody takes back, refuses or ends anything without saying so."""

from __future__ import annotations

from atlasbahamas.errors import Refused

FOR_LATER = "Say why, for those who look later."
TENANTS_READ_IT = "Say why: the tenants read it."
BOTH_READ_IT = "Say why: both sides read it."


def said_why(reason: str, otherwise: str) -> str:
    """The reason without blanks around it. Raises Refused beside its field, in the words of `otherwise`, where there is none."""
    if not reason.strip():
        raise Refused(otherwise, "reason")
    return reason.strip()
