"""vehicles: a listing without a unit, with facts of its own; homes and vehicles are looked through apart."""

import sqlalchemy as sa
from alembic import op


revision = 'listings_0006'
down_revision = 'listings_0005'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
HOMES = "(category = 'long_term' AND price_period IN ('month', 'week')) OR (category = 'short_term' AND price_period IN ('night', 'week'))"
BEFORE = {
    'known_category': "category IN ('long_term', 'short_term')",
    'known_period': "price_period IN ('month', 'week', 'night')",
    'period_fits_category': HOMES,
}
AFTER = {
    'known_category': "category IN ('long_term', 'short_term', 'vehicle')",
    'known_period': "price_period IN ('month', 'week', 'night', 'day')",
    'period_fits_category': f"{HOMES} OR (category = 'vehicle' AND price_period IN ('day', 'week'))",
    'unit_unless_vehicle': "(category = 'vehicle') = (unit_id IS NULL)",
}
HOME_INDEXES = (
    ['published', 'id'],
    ['price_cents', 'id'],
    ['available', 'id'],
    ['island_id', 'published', 'id'],
    ['settlement_id'],
    ['beds'],
    ['category'],
    ['guests'],
)
VEHICLE_INDEXES = (['published', 'id'], ['price_cents', 'id'])
FUNCTIONS = {
    'listings_vehicle_places_vehicle_insert': 'listings_vehicle',
    'listings_vehicle_places_vehicle_update': 'listings_vehicle',
    'listings_vehicle_places_settlement_update': 'portfolio_settlement',
    'listings_vehicle_has_facts_insert': 'listings_listing',
    'listings_vehicle_has_facts_update': 'listings_listing',
}


def _indexes(kind: str, several: tuple[list[str], ...], live: str) -> None:
    where = sa.text(live)
    for columns in several:
        op.create_index(f'ix_listings_listing_{kind}_{columns[0]}', 'listings_listing', columns, sqlite_where=where, postgresql_where=where)


def _drop(kind: str, several: tuple[list[str], ...]) -> None:
    for columns in several:
        op.drop_index(f'ix_listings_listing_{kind}_{columns[0]}', 'listings_listing')


def _checks(gone: dict[str, str], made: dict[str, str], nullable: bool) -> None:
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        for name in gone:
            batch_op.drop_constraint(op.f(f'ck_listings_listing_{name}'), type_='check')
        batch_op.alter_column('unit_id', existing_type=INTEGER, nullable=nullable)
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        for name, condition in made.items():
            batch_op.create_check_constraint(op.f(f'ck_listings_listing_{name}'), condition)


def _delete(table: str, which: str) -> None:
    """Delete rows, and before them whatever refers to them."""
    inspector = sa.inspect(op.get_bind())
    for other in inspector.get_table_names():
        for key in inspector.get_foreign_keys(other):
            if key['referred_table'] == table:
                _delete(other, f"{key['constrained_columns'][0]} IN (SELECT {key['referred_columns'][0]} FROM {table} WHERE {which})")
    op.execute(f"DELETE FROM {table} WHERE {which}")


def upgrade() -> None:
    op.drop_index('ix_listings_listing_unit_id', 'listings_listing')
    _drop('live', HOME_INDEXES)
    _checks(BEFORE, AFTER, nullable=True)
    op.create_table('listings_vehicle',
    sa.Column('listing_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('make', sa.String(length=60), nullable=False),
    sa.Column('model', sa.String(length=60), nullable=False),
    sa.Column('year', INTEGER, nullable=False),
    sa.Column('seats', INTEGER, nullable=False),
    sa.Column('gears', sa.String(length=10), nullable=False),
    sa.Column('settlement_id', INTEGER, nullable=False),
    sa.Column('pick_up', sa.String(length=200), nullable=False),
    sa.CheckConstraint("gears IN ('automatic', 'manual')", name=op.f('ck_listings_vehicle_known_gears')),
    sa.CheckConstraint('year BETWEEN 1950 AND 2100', name=op.f('ck_listings_vehicle_year_in_range')),
    sa.CheckConstraint('seats BETWEEN 1 AND 60', name=op.f('ck_listings_vehicle_seats_in_range')),
    sa.CheckConstraint("make <> '' AND model <> ''", name=op.f('ck_listings_vehicle_has_a_name')),
    sa.ForeignKeyConstraint(['listing_id'], ['listings_listing.id'], name=op.f('fk_listings_vehicle_listing_id_listings_listing'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['settlement_id'], ['portfolio_settlement.id'], name=op.f('fk_listings_vehicle_settlement_id_portfolio_settlement')),
    sa.PrimaryKeyConstraint('listing_id', name=op.f('pk_listings_vehicle'))
    )
    op.create_index('ix_listings_vehicle_settlement_id', 'listings_vehicle', ['settlement_id'])
    with_unit = sa.text('unit_id IS NOT NULL')
    op.create_index('ix_listings_listing_unit_id', 'listings_listing', ['unit_id'], sqlite_where=with_unit, postgresql_where=with_unit)
    _indexes('live', HOME_INDEXES, "state = 'approved' AND unit_id IS NOT NULL")
    _indexes('vehicle', VEHICLE_INDEXES, "state = 'approved' AND unit_id IS NULL")


def downgrade() -> None:
    """Without their facts vehicles are no listings any more, so they go with them, and what hangs on them."""
    bind = op.get_bind()
    _delete('listings_listing', 'unit_id IS NULL')
    op.drop_table('listings_vehicle')
    if bind.dialect.name == "postgresql":
        for name, table in FUNCTIONS.items():
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}" if table != 'listings_vehicle' else 'SELECT 1')
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.drop_index('ix_listings_listing_unit_id', 'listings_listing')
    _drop('vehicle', VEHICLE_INDEXES)
    _drop('live', HOME_INDEXES)
    _checks(AFTER, BEFORE, nullable=False)
    op.create_index('ix_listings_listing_unit_id', 'listings_listing', ['unit_id'])
    _indexes('live', HOME_INDEXES, "state = 'approved'")
