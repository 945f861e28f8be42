#!/bin/sh
# The roles of a new database in containers, run once by the image of PostgreSQL: `atlas_owner`, to whom the tables belong and which
# only migrations use, and `atlas`, which the site is and which may change nothing about tables. docs/operators/database.md
# On one's own host the same is four lines of README.md beside that page.
set -eu

# The passwords go from the environment to psql by itself: what stands on a command line can be read by every process.
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set owner `printf %s "$POSTGRES_PASSWORD"`
\set site `printf %s "$SITE_PASSWORD"`
BEGIN;
CREATE ROLE atlas_owner LOGIN PASSWORD :'owner';
CREATE ROLE atlas LOGIN PASSWORD :'site';
ALTER DATABASE :"DBNAME" OWNER TO atlas_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Who may do everything comes in by the socket of the container, and from nowhere else.
ALTER ROLE CURRENT_USER PASSWORD NULL;
COMMIT;
SQL
