"""What a production site must not do, where several sections have it: weak secrets, servers elsewhere without a password."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

SECRET_LENGTH = 32
SECRET_VARIETY = 10
"""How many different characters there are at least: a random one of this length has more, also one in hexadecimal."""
PLACEHOLDERS = ("change", "secret", "development")
SAMPLES = ("example", "example.com", "example.net", "example.org", "invalid", "test")
"""Names that samples are written with and that nobody can have, with all below them (RFC 2606, RFC 6761)."""
NEW_SECRET = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105


def weak(secret: SecretStr) -> bool:
    """Whether somebody could guess it, or could have read it in an example."""
    text = secret.get_secret_value()
    plain = len(text) < SECRET_LENGTH or len(set(text)) < SECRET_VARIETY
    return plain or any(word in text.lower() for word in PLACEHOLDERS)


def weaknesses(secrets: Sequence[SecretStr]) -> Iterator[str]:
    """What is wrong with a list of secrets, also with those that no longer sign: whoever guesses one makes sessions as well."""
    for number, secret in enumerate(secrets, start=1):
        if weak(secret):
            which = "" if len(secrets) == 1 else f"(number {number} of its list) "
            yield f"{which}is too short, of too few different characters, or a placeholder; {NEW_SECRET}"


def is_of_a_sample(host: str | None) -> bool:
    """Whether a name stands for another one, so that somebody forgot to fill in their own."""
    name = (host or "").lower().rstrip(".")
    return any(name == sample or name.endswith(f".{sample}") for sample in SAMPLES)


def address_of_a_sample(url: str | None) -> Iterator[str]:
    """What is wrong with the address of a site that nobody filled in, or that cannot be read."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        yield "must be an address that can be read, such as https://homes.example.com"
        return
    if is_of_a_sample(host):
        yield f"must be the address of your site in production: {host} is that of a sample; put your own there"


def is_here(host: str | None) -> bool:
    """Whether a host is this machine; none is, as it is that of a socket."""
    if not host or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def redis_without_password(url: str | None) -> Iterator[str]:
    """What is wrong with the address of a Redis on another machine that anybody in its network may use."""
    if not url or not url.startswith(("redis", "valkey")):
        return
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        yield "cannot be read as an address, such as redis://:password@host:6379/0"
        return
    if not is_here(host) and not parts.password and not parse_qs(parts.query).get("password"):
        yield "must have a password in production, as it is on another machine: redis://:password@host:6379/0"
