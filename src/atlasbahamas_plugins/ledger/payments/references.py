"""The reference of a lease that tenants put into a bank transfer: seven letters that follow from the lease's number.

No table: each number has its own reference and each reference one number, and neighbours do not look alike. The letters are those
that are not taken for others or for digits. The last one is a check: the alphabet has a prime number of letters, and each place
a weight of its own, so one wrong letter, or two that changed places, never make the reference of another lease. It is no secret.
"""

from __future__ import annotations

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without I, L and O."""

_PLACES = 6
_ALL = len(LETTERS) ** _PLACES
# Any factor without a divisor in common with 23 gives each number its own.
_FACTOR, _OFFSET = 71_236_987, 40_503_919
_BACK = pow(_FACTOR, -1, _ALL)


def lease_reference(lease_id: int) -> str:
    """The reference of a lease. Raises ValueError for a number that there are no letters for: above 148 million."""
    if not 0 < lease_id < _ALL:
        raise ValueError(f"no reference for lease {lease_id}")
    rest, digits = (lease_id * _FACTOR + _OFFSET) % _ALL, []
    for _ in range(_PLACES):
        rest, digit = divmod(rest, len(LETTERS))
        digits.append(digit)
    return "".join(LETTERS[digit] for digit in (*digits, _check(digits)))


def lease_of_reference(text: str) -> int | None:
    """The number of the lease whose reference a text is, in whatever case and with whatever spaces; None for no reference."""
    letters = "".join(text.split()).replace("-", "").upper()
    if len(letters) != _PLACES + 1 or any(letter not in LETTERS for letter in letters):
        return None
    *digits, check = [LETTERS.index(letter) for letter in letters]
    if check != _check(digits):
        return None
    number = sum(digit * len(LETTERS) ** place for place, digit in enumerate(digits))
    return (number - _OFFSET) * _BACK % _ALL or None


def _check(digits: list[int]) -> int:
    return sum((place + 1) * digit for place, digit in enumerate(digits)) % len(LETTERS)
