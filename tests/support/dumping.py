"""Everything that a database holds, as text to search in."""

from __future__ import annotations

import json

from sqlalchemy import inspect, text

from atlasbahamas.testing.site import Site


def dump(site: Site) -> str:
    """Every row of every table of the database, as text."""
    lines = []
    with site.db.read_engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                values = [
                    json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value) for value in row
                ]
                lines.append(f"{name}: {values}")
    return "\n".join(lines)
