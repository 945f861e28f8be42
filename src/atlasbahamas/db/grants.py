"""What the role may do that the site runs as, where the tables belong to another: rows, and nothing about the tables themselves.

So neither a mistake nor whoever gets hold of the site's password can take away a table, a constraint or the triggers that keep
the books (docs/operators/database.md).
"""

from __future__ import annotations

from sqlalchemy import Connection, text

ROWS = "SELECT, INSERT, UPDATE, DELETE"
VERSION_TABLES = "atlas\\_migrations%"


def grant(connection: Connection, role: str) -> None:
    """Let a role of PostgreSQL work with every table of this schema, also those that are made later by whoever grants now.

    It may only read which revision the database has.
    """
    name = connection.dialect.identifier_preparer.quote
    schema = name(str(connection.scalar(text("SELECT current_schema()"))))
    to = name(role)
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}",
        f"GRANT {ROWS} ON ALL TABLES IN SCHEMA {schema} TO {to}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {to}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {ROWS} ON TABLES TO {to}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {to}",
    ):
        connection.execute(text(statement))
    of_revisions = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE :named")
    for table in connection.scalars(of_revisions, {"named": VERSION_TABLES}).all():
        connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON {name(table)} FROM {to}"))
