"""Rows and files as they were, put back: faster than a new copy of a database. How a database is filled is in `testing.site`."""

from __future__ import annotations

import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from atlasbahamas.testing.site import Site, copy_postgresql, demo_files, drop_postgresql, on_server

WATCHING = "written"
"""Name of the triggers that a watched PostgreSQL database has beside its own."""

# Triggers note which tables are written to, without making one writer wait for another, and whether the schema is changed.
_WATCH = """CREATE SCHEMA snapshot;
CREATE TABLE snapshot.written (name text);
CREATE TABLE snapshot.sequence (name text PRIMARY KEY, last bigint, called boolean);
CREATE FUNCTION snapshot.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO snapshot.written VALUES (TG_TABLE_NAME);
    RETURN NULL;
END $$;
CREATE PROCEDURE snapshot.take() LANGUAGE plpgsql AS $$ DECLARE a text; BEGIN
    FOR a IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE snapshot.%1$I AS TABLE public.%1$I', a);
        EXECUTE format('CREATE TRIGGER written AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.%I '
            'EXECUTE FUNCTION snapshot.note()', a);
    END LOOP;
    FOR a IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE format('INSERT INTO snapshot.sequence SELECT %L, last_value, is_called FROM public.%I', 'public.' || a, a);
    END LOOP;
END $$;
CREATE PROCEDURE snapshot.put_back() LANGUAGE plpgsql AS $$ DECLARE a text; BEGIN
    FOR a IN SELECT DISTINCT name FROM snapshot.written LOOP
        EXECUTE format('DELETE FROM public.%1$I; INSERT INTO public.%1$I SELECT * FROM snapshot.%1$I', a);
    END LOOP;
    TRUNCATE snapshot.written;
    PERFORM setval(name::regclass, last, called) FROM snapshot.sequence;
END $$;
CALL snapshot.take();"""

# Changes with every trigger, constraint, function, table and column that comes, goes, or is switched off.
_SCHEMA = """SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
    SELECT 't' || oid || ':' || xmin AS part FROM pg_trigger
    UNION ALL SELECT 'c' || oid || ':' || xmin FROM pg_constraint
    UNION ALL SELECT 'f' || oid || ':' || xmin FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'r' || oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'a' || attrelid || ':' || count(*) FROM pg_attribute GROUP BY attrelid HAVING attrelid > 16383) AS parts"""

_spare: dict[tuple[str, tuple[str, ...]], list[tuple[str, str]]] = defaultdict(list)


@contextmanager
def lent_postgresql(server: str, features: tuple[str, ...]) -> Iterator[str]:
    """The URL of a PostgreSQL database with the demo data that nobody else has; it is used again, as it was, by the next one.

    One whose schema was changed is not.
    """
    spare = _spare[server, features]
    url, schema = spare.pop() if spare else _watched(copy_postgresql(server, features))
    try:
        yield url
    finally:
        _end_sessions(server, url)
        if _answer(url, _SCHEMA) == schema:
            _put_back(url)
            spare.append((url, schema))
        else:
            drop_postgresql(server, url)


def _watched(url: str) -> tuple[str, str]:
    on_server(url, _WATCH)
    return url, _answer(url, _SCHEMA)


def _put_back(url: str) -> None:
    # As a replica it asks no trigger and no foreign key.
    on_server(url, "SET session_replication_role = replica; CALL snapshot.put_back()")


def _end_sessions(server: str, url: str) -> None:
    name = url.rsplit("/", 1)[1]
    on_server(server, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")


def _answer(url: str, query: str) -> str:
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone())


class Snapshot:
    """A site's rows as they are now, to which they can be put back. Nobody else may be using the site meanwhile."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site = site
        self._files = Path(site.settings["atlas.files.store"].removeprefix("file://"))
        self._file = folder / f"snapshot-{uuid.uuid4().hex}"
        site.db.dispose()
        if self._sqlite is not None:
            shutil.copy(self._sqlite, self._file)
        else:
            on_server(site.url, _WATCH)

    def restore(self) -> None:
        """Put every row back, and the bytes that its photos had."""
        self._site.db.dispose()
        for kept in demo_files().rglob("*"):
            there = self._files / kept.relative_to(demo_files())
            # Its name is the hash of its bytes.
            if kept.is_file() and not there.exists():
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(kept, there)
        if self._sqlite is None:
            _put_back(self._site.url)
            return
        for left_over in (f"{self._sqlite}-wal", f"{self._sqlite}-shm"):
            Path(left_over).unlink(missing_ok=True)
        shutil.copy(self._file, self._sqlite)

    @property
    def _sqlite(self) -> str | None:
        return self._site.db.engine.url.database if self._site.url.startswith("sqlite") else None
