"""`python -m atlasbahamas.cli`: the `atlas` command by way of a certain Python."""

from atlasbahamas.command import main

main()
