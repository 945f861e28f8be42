"""`atlas ledger`: prove that the books hold, and give them out."""

from __future__ import annotations

import click


@click.group()
def ledger() -> None:
    """The books of the organisations."""
