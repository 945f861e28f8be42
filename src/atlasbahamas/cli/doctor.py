"""`atlas doctor`: one page of what is wrong, and what to do."""

from __future__ import annotations

from pathlib import Path

import click

from atlasbahamas.doctor.examining import examine
from atlasbahamas.doctor.findings import WRONG
from atlasbahamas.masking import mask


@click.command()
@click.option(
    "--web-processes", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many serve the site in all."
)
@click.pass_obj
def doctor(ini: Path, web_processes: int) -> None:
    """Say what is wrong with this site, and what to do. Ends with 1 when something is."""
    wrong = 0
    for found in examine(ini, web_processes=web_processes):
        wrong += found.state == WRONG
        click.echo(mask(f"{found.state:<6} {found.thing:<12} {found.words}"))
        if found.advice:
            click.echo(mask(f"{'':<6} {'':<12} -> {found.advice}"))
    if wrong:
        raise click.ClickException(f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong.")
    click.echo("Nothing is wrong.")
