"""What `alembic upgrade head` runs: the core's migrations, then those of every enabled plugin.

Any other command sees the core only; `atlas db` has the rest.
"""

import os
from pathlib import Path

from alembic import context

from atlasbahamas.cli.site import Site
from atlasbahamas.db.metadata import metadata
from atlasbahamas.db.migrations import components, upgrade

site = Site.read(os.environ.get("ATLAS_INI") or context.config.get_main_option("atlas.ini"))
found = components(Path(__file__).parent, site.manifests)
core, *features = found

command = getattr(getattr(context.config.cmd_opts, "cmd", (None,))[0], "__name__", "")
database = site.database()
changes = command in ("upgrade", "downgrade", "stamp")
with site.migrating() if changes else database.read_engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=core.version_table,
        render_as_batch=True,
        include_object=lambda item, name, kind, reflected, other: kind != "table" or core.owns(name),
    )
    context.run_migrations()
    if command == "upgrade":
        for feature in features:
            upgrade(connection, feature)
database.dispose()
