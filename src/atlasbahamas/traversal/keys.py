"""The shape of addresses: which path segments are keys of rows and which are names of views and children.

A key contains a digit, a name never does, so a unit called "new" can never hide the page `new`.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

_KEY = re.compile(r"(?=[a-z-]*[0-9])[a-z0-9]+(?:-[a-z0-9]+)*")
_LETTERS = "abcdefghjkmnpqrstvwxyz"
_DIGITS = "23456789"
MAX_LENGTH = 80


def is_key(segment: str) -> bool:
    """True when a path segment can only be the key of a row."""
    return len(segment) <= MAX_LENGTH and _KEY.fullmatch(segment) is not None


def is_number(segment: str) -> bool:
    """True when a path segment can only be the number of a row: one way to write each, and no larger than a database takes."""
    return re.fullmatch(r"[1-9][0-9]{0,17}", segment) is not None


def new_key(words: str = "", *, code: str | None = None) -> str:
    """A new key, readable and unguessable enough not to collide: "Sea View 2" becomes "sea-view-2-k7m2p9t4w3".

    `code` is given where the key has to be the same every time (demo data); it must contain a digit.
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:60].strip("-")
    return f"{slug}-{code or _code()}".lstrip("-")


def long_key(prefix: str) -> str:
    """A new key of a kind that there are very many of, such as files: 80 random bits, so that no two are ever the same."""
    return f"{prefix}-{secrets.token_hex(10)}{secrets.randbelow(10)}"


def _code() -> str:
    # 1.7e11 of them: among a million rows of one kind a new one meets an old one six times in a million.
    return "".join(secrets.choice(alphabet) for alphabet in (_LETTERS, _DIGITS) * 5)
