"""Splitting cents so that the parts add up to the whole: by the largest remainder (house.md 6). Pure."""

from __future__ import annotations

from collections.abc import Sequence


def split(cents: int, weights: Sequence[int]) -> list[int]:
    """Parts of some cents in proportion to weights, in their order; they add up to the cents, also below zero.

    What rounding leaves goes to the largest remainders, of equal ones to the first. Raises ValueError without a weight above 0.
    """
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("there is nothing by which to split")
    if cents < 0:
        return [-part for part in split(-cents, weights)]
    parts = [cents * weight // total for weight in weights]
    by_remainder = sorted(range(len(parts)), key=lambda at: (-(cents * weights[at] % total), at))
    for at in by_remainder[: cents - sum(parts)]:
        parts[at] += 1
    return parts
