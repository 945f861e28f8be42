"""`atlas ledger`: prove that the books hold, and give them out. It needs the database, and no application that starts."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from atlasbahamas.cli.site import Site
from atlasbahamas_plugins.ledger.journal import exporting, proving

SHOWN = 50
SCRIPT = "verify_export.py"


@click.group()
def ledger() -> None:
    """The books of the organisations."""


@ledger.command()
@click.option("--organisation", metavar="REF", help="Only the books of this one.")
@click.pass_obj
def verify(ini: Path, organisation: str | None) -> None:
    """Prove the books: the chain, numbers, balances, totals, reversals and memos.

    Fails, and says where, when something does not hold.
    """
    wrong = 0
    database = Site.read(ini).database()
    with proving.whole_view(database) as db:
        for organisation_id, ref in _chosen(proving.organisations_with_books(db), organisation):
            seen = proving.verify(db, organisation_id, database=database)
            click.echo(
                f"{ref}: {seen.entries:,} entries, {seen.transfers:,} transfers; the last is {seen.number}, hash {seen.hash}"
            )
            for finding in seen.findings[:SHOWN]:
                click.echo(f"{ref}: {finding.where} {finding.problem}", err=True)
            wrong += seen.wrong
    if wrong:
        raise click.ClickException(f"{wrong:,} things do not hold.")
    click.echo("All books hold.")


@ledger.command()
@click.option("--organisation", metavar="REF", required=True, help="Whose books.")
@click.option("--script", is_flag=True, help=f"Also write {SCRIPT}, which proves the file with Python alone, beside it.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(ini: Path, organisation: str, script: bool, file: Path) -> None:
    """Write the books of an organisation to FILE, for anybody to verify. It names no person."""
    with proving.whole_view(Site.read(ini).database()) as db:
        [(organisation_id, ref)] = _chosen(proving.organisations_with_books(db), organisation)
        with file.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(exporting.export(db, organisation_id, ref))
    if script:
        beside = file.with_name(SCRIPT)
        beside.write_bytes(files("atlasbahamas_plugins.ledger").joinpath(SCRIPT).read_bytes())
    click.echo(f"The books of {ref} are in {file}.")


def _chosen(found: list[tuple[int, str]], ref: str | None) -> list[tuple[int, str]]:
    """All of them, or the one that was asked for."""
    chosen = [each for each in found if ref in (None, each[1])]
    if ref is not None and not chosen:
        raise click.ClickException(f"no organisation {ref!r} has books")
    return chosen
