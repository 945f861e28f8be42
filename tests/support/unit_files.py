"""Command lines that stand in units, images and documents of containers: what they come to."""

from __future__ import annotations

import click

from atlasbahamas.cli import atlas


def command_of(words: list[str]) -> click.Command:
    """What the words of a command line come to; its options are checked as click would."""
    command: click.Command = atlas
    while isinstance(command, click.Group):
        found = command.commands.get(words.pop(0))
        assert found is not None
        command = found
    command.make_parser(click.Context(command)).parse_args(words)
    return command
