"""What `alembic upgrade head` runs: the core's migrations, then those of every enabled plugin.

Any other command sees the core only; `atlas db` has the rest.
"""

import os
from pathlib import Path

from alembic import context

from atlasbahamas.cli.site import Site
from atlasbahamas.db.metadata import metadata
from atlasbahamas.db.migrations import components, finish, migrating, upgrade

site = Site.read(os.environ.get("ATLAS_INI") or context.config.get_main_option("atlas.ini"))
found = components(Path(__file__).parent, site.manifests)
core, *features = found

database = site.database()
with migrating(database.write_engine) as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=core.version_table,
        render_as_batch=True,
        include_object=lambda item, name, kind, reflected, other: kind != "table" or core.owns(name),
    )
    context.run_migrations()
    command = getattr(context.config.cmd_opts, "cmd", (None,))[0]
    if getattr(command, "__name__", "") == "upgrade":
        for feature in features:
            upgrade(connection, feature)
    finish(connection, found)
database.dispose()
