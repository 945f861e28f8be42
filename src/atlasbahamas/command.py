"""Where `atlas` begins: so little is imported here that Ctrl-C ends it without a trace at any time, also while it loads.

What the command can do is in atlasbahamas/cli.
"""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command. Ctrl-C and SIGTERM end it as the system does it; a database undoes what was not committed.

    An exception instead could come between any two steps of any library, and some of them take it for another or lose it.
    What has something to end in order, like a server, waits for `atlasbahamas.jobs.supervisor.Stop`.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from atlasbahamas.cli import main as run

    run()
