"""How a process serves the site and ends: `atlas serve`, and `atlas web` on waitress or on gunicorn (the extra `gunicorn`).

A web process ends alike on SIGTERM, whichever server it has: readiness says 503, new connections are refused so that the proxy
asks the next process, what is being answered is finished within `STOPS_WITHIN`. Above the application, which knows of it only
`registry.atlas_is_stopping`.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from pyramid.paster import get_app

STOPS_WITHIN = 30.0
"""How long what runs may take to finish, in seconds; then it is cut off."""


def loaded_site(ini: Path) -> Any:
    """The application of an INI file, for a process that serves it until it ends. Raises what reading its settings raises.

    What is in memory by now stays there, so the collector of garbage need not look at it again: to walk through 300,000 objects
    takes it a fifth of a second, in which nobody is answered.
    """
    app = get_app(str(ini))
    gc.collect()
    gc.freeze()
    return app
