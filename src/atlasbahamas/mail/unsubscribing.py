"""The link at the end of a mail that ends its kind: signed, so that it needs no sign-in and nobody can make one for another."""

from __future__ import annotations

from typing import Any

from atlasbahamas.security.keys import Signer, site_keys


def _signer(registry: Any) -> Signer:
    return site_keys(registry).signer("unsubscribe")


def unsubscribe_token(registry: Any, person_id: int, category: str) -> str:
    """The token for one person and one category. It does not run out: a mail may be read years later."""
    return _signer(registry).dumps([person_id, category]).decode("ascii")


def read_unsubscribe_token(registry: Any, token: str) -> tuple[int, str] | None:
    """The person and the category, or None for a token that this site did not make."""
    try:
        person_id, category = _signer(registry).loads(token.encode("ascii", "replace"))
    except (ValueError, TypeError):
        return None
    return int(person_id), str(category)
