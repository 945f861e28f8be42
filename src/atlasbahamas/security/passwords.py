"""Passwords: argon2, with the name of the scheme in the column, and the same work whether or not an account exists."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SCHEME = "argon2"
MIN_LENGTH = 10
MAX_LENGTH = 200


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return hash_password("the password of nobody")


def hash_password(password: str) -> str:
    """`argon2:<hash>`; the prefix leaves room for hashes that come from the older system."""
    return f"{SCHEME}:{_hasher().hash(password)}"


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits. Without an account (`stored` is None) the same time is spent, and the answer is no."""
    scheme, _, digest = (stored or _nobody()).partition(":")
    if scheme != SCHEME:
        return False
    try:
        _hasher().verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """True when the hash was made with other parameters than those in force."""
    scheme, _, digest = stored.partition(":")
    return scheme != SCHEME or _hasher().check_needs_rehash(digest)
