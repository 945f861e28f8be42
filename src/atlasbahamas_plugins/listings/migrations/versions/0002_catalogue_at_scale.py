"""catalogue at scale: where a listing is and its bedrooms stand in its row, and an index answers each filter."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'listings_0002'
down_revision = 'listings_0001'
branch_labels = None
depends_on = None
kind = 'contract'

REPEATS = (
    ('listings_listing', 'insert'),
    ('listings_listing', 'update'),
    ('portfolio_unit', 'update'),
    ('portfolio_property', 'update'),
    ('portfolio_settlement', 'update'),
)
LIVE = (
    ['published', 'id'],
    ['price_cents', 'id'],
    ['available', 'id'],
    ['island_id', 'published', 'id'],
    ['settlement_id'],
    ['beds'],
    ['category'],
)
BEFORE = (
    ('ix_listings_listing_state_published', ['state', 'published', 'id']),
    ('ix_listings_listing_state_price_cents', ['state', 'price_cents', 'id']),
)


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('island_id', number, nullable=True))
        batch_op.add_column(sa.Column('settlement_id', number, nullable=True))
        batch_op.add_column(sa.Column('beds', number, nullable=True))
        batch_op.create_foreign_key(op.f('fk_listings_listing_island_id_portfolio_island'), 'portfolio_island', ['island_id'], ['id'])
        batch_op.create_foreign_key(op.f('fk_listings_listing_settlement_id_portfolio_settlement'), 'portfolio_settlement', ['settlement_id'], ['id'])
    op.execute("""UPDATE listings_listing SET (island_id, settlement_id, beds) = (
        SELECT settlement.island_id, settlement.id, unit.beds FROM portfolio_unit AS unit
        JOIN portfolio_property AS property ON property.id = unit.property_id
        JOIN portfolio_settlement AS settlement ON settlement.id = property.settlement_id
        WHERE unit.id = listings_listing.unit_id)""")
    for name, _ in BEFORE:
        op.drop_index(name, 'listings_listing')
    where = sa.text("state = 'approved'")
    for columns in LIVE:
        op.create_index(f'ix_listings_listing_live_{columns[0]}', 'listings_listing', columns, unique=False, sqlite_where=where, postgresql_where=where)
    op.create_index('ix_listings_listing_unit_id', 'listings_listing', ['unit_id'], unique=False)
    op.drop_index('ix_listings_word_listing_id', 'listings_word')
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE listings_word ALTER COLUMN word TYPE VARCHAR(40) COLLATE "C"')
    op.create_index('ix_listings_word_listing_id', 'listings_word', ['listing_id', 'word'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_listings_word_listing_id', 'listings_word')
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE listings_word ALTER COLUMN word TYPE VARCHAR(40) COLLATE "default"')
        for table, event in REPEATS:
            name = f"listings_listing_repeats_{table.partition('_')[2]}_{event}"
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.create_index('ix_listings_word_listing_id', 'listings_word', ['listing_id'], unique=False)
    op.drop_index('ix_listings_listing_unit_id', 'listings_listing')
    for columns in LIVE:
        op.drop_index(f'ix_listings_listing_live_{columns[0]}', 'listings_listing')
    for name, columns in BEFORE:
        op.create_index(name, 'listings_listing', columns, unique=False)
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_listings_listing_settlement_id_portfolio_settlement'), type_='foreignkey')
        batch_op.drop_constraint(op.f('fk_listings_listing_island_id_portfolio_island'), type_='foreignkey')
        batch_op.drop_column('beds')
        batch_op.drop_column('settlement_id')
        batch_op.drop_column('island_id')
