"""places that are retired, and who supplies an island."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op


revision = 'portfolio_0008'
down_revision = 'portfolio_0007'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
PLACES = ('portfolio_island', 'portfolio_settlement')


def upgrade() -> None:
    for table in PLACES:
        op.add_column(table, sa.Column('retired', sa.Date(), nullable=True))
        op.add_column(table, sa.Column('version', INTEGER, nullable=False, server_default='1'))
    op.create_table('portfolio_utility',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('retired', sa.Date(), nullable=True),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint("kind IN ('electricity', 'water', 'internet', 'phone')", name=op.f('ck_portfolio_utility_known_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_utility')),
    sa.UniqueConstraint('kind', 'name', name=op.f('uq_portfolio_utility_kind_name'))
    )
    op.create_table('portfolio_island_utility',
    sa.Column('island_id', INTEGER, nullable=False),
    sa.Column('utility_id', INTEGER, nullable=False),
    sa.ForeignKeyConstraint(['island_id'], ['portfolio_island.id'], name=op.f('fk_portfolio_island_utility_island_id_portfolio_island')),
    sa.ForeignKeyConstraint(['utility_id'], ['portfolio_utility.id'], name=op.f('fk_portfolio_island_utility_utility_id_portfolio_utility')),
    sa.PrimaryKeyConstraint('island_id', 'utility_id', name=op.f('pk_portfolio_island_utility'))
    )
    op.create_index('ix_portfolio_island_utility_utility_id', 'portfolio_island_utility', ['utility_id'])
    _utilities()
    if op.get_bind().dialect.name == "postgresql":
        # The first islands came with their numbers; one that is added has to be given another.
        op.execute("SELECT setval(pg_get_serial_sequence('portfolio_island', 'id'), (SELECT max(id) FROM portfolio_island))")


def _utilities() -> None:
    """Put in the utilities of domain.md section 4. The file is as old as this migration and never changes."""
    file = Path(__file__).parents[2] / "data" / "utilities.json"
    islands = sa.table("portfolio_island", sa.column("id"), sa.column("ref"))
    utilities = sa.table("portfolio_utility", *map(sa.column, ("id", "name", "kind", "version")))
    supplied = sa.table("portfolio_island_utility", sa.column("island_id"), sa.column("utility_id"))
    for entry in json.loads(file.read_text(encoding="utf-8")):
        op.execute(utilities.insert().values(name=entry["name"], kind=entry["kind"], version=1))
        here = sa.select(islands.c.id, utilities.c.id).select_from(islands.join(utilities, sa.true()))
        here = here.where(utilities.c.name == entry["name"], utilities.c.kind == entry["kind"])
        if "only_on" in entry:
            here = here.where(islands.c.ref.in_(entry["only_on"]))
        here = here.where(islands.c.ref.not_in(entry.get("not_on", [])))
        op.execute(supplied.insert().from_select(["island_id", "utility_id"], here))


def downgrade() -> None:
    op.drop_table('portfolio_island_utility')
    op.drop_table('portfolio_utility')
    for table in PLACES:
        op.drop_column(table, 'version')
        op.drop_column(table, 'retired')
