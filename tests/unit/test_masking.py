"""What is taken out of a path, and of an address that is not of the settings."""

from __future__ import annotations

import secrets
import time

import pytest

from atlasbahamas.masking import MASK, mask, mask_path

LETTERS = "hYpXkQzTnBvRsWfLjMcDgKqHwZxVtPbNrSfG"


@pytest.mark.parametrize("key", [LETTERS, f"{LETTERS}_-abcde", "abcdefghijklmnopqrstuvwxyzabcdef1", "A1" * 20])
def test_a_key_in_a_path_is_masked_also_without_a_digit(key: str) -> None:
    assert mask_path(f"/receipts/{key}/print") == f"/receipts/{key[:4]}{MASK}/print"


def test_every_key_that_we_make_is_masked() -> None:
    for _ in range(20_000):
        for length in (24, 32):
            key = secrets.token_urlsafe(length)
            assert key not in mask_path(f"/receipts/{key}"), key


@pytest.mark.parametrize(
    "path",
    [
        "/listings/two-bedroom-house-with-a-garden-near-the-harbour",
        "/static/some-long-name-of-a-picture-in-lower-case.svg",
        "/listings/SHORT-and-Mixed-1",
        "/",
    ],
)
def test_words_in_a_path_stay(path: str) -> None:
    assert mask_path(path) == path


def test_a_long_path_takes_no_longer_than_it_is_long() -> None:
    began = time.process_time()
    mask_path("/" + "a" * 200_000)
    mask("://" * 2_000 + "x:" * 2_000)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("password", ["plain", "p@ss", "p/ss", "p@ss/w?rd", "@", "/x@", "12345", "p'w\"d", "12/ab"])
@pytest.mark.parametrize("address", ["postgresql://user:{}@host/name", "redis://:{}@host:6379/0"])
def test_the_password_of_an_address_is_masked_whole(address: str, password: str) -> None:
    told = f"cannot reach {address.format(password)} (tried 3 times)"
    assert mask(told) == f"cannot reach {address.format(MASK)} (tried 3 times)"


@pytest.mark.parametrize("text", ["http://host:6543/account?to=keva", "write to keva@example.com at 10:30", "s3://bucket/a@b"])
def test_what_is_no_password_stays(text: str) -> None:
    assert mask(text) == text
