"""`atlas audit`: prove that the record holds, and let old details go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from atlasbahamas.audit import services
from atlasbahamas.cli.site import Site

SHOWN = 50


@click.group()
def audit() -> None:
    """The record of who did what."""


@audit.command()
@click.pass_obj
def verify(ini: Path) -> None:
    """Check every detail against the digest in its entry. Fails, and names the entries, when one does not fit."""
    with Site.read(ini).database().transaction("read") as db:
        seen = services.verify(db)
    click.echo(f"{seen.entries:,} entries: {seen.fitting:,} details fit, {seen.released:,} were let go.")
    for finding in seen.findings[:SHOWN]:
        click.echo(f"entry {finding.entry_id}: its {finding.part} {finding.problem}", err=True)
    if seen.findings:
        raise click.ClickException(f"{len(seen.findings):,} details do not hold")


@audit.command()
@click.option("--keep-days", type=click.IntRange(min=1), required=True, help="Details of this many days stay.")
@click.pass_obj
def prune(ini: Path, keep_days: int) -> None:
    """Let go of the details of old entries. The entries stay: who, what, on what, and when."""
    now = datetime.now(UTC)
    with Site.read(ini).database().transaction() as db:
        gone = services.release_before(db, now - timedelta(days=keep_days), now=now)
    click.echo(f"{gone:,} details were let go.")
