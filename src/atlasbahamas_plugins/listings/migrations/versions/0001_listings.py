"""listings."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'listings_0001'
down_revision = None
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('listings_listing',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('price_cents', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('price_period', sa.String(length=10), nullable=False),
    sa.Column('available', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('published', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint("category IN ('long_term', 'short_term')", name=op.f('ck_listings_listing_known_category')),
    sa.CheckConstraint("price_period IN ('month', 'week', 'night')", name=op.f('ck_listings_listing_known_period')),
    sa.CheckConstraint("state <> 'approved' OR published IS NOT NULL", name=op.f('ck_listings_listing_live_is_published')),
    sa.CheckConstraint("state IN ('draft', 'approved', 'paused', 'withdrawn')", name=op.f('ck_listings_listing_known_state')),
    sa.CheckConstraint('price_cents > 0', name=op.f('ck_listings_listing_price_above_zero')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_listings_listing_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['unit_id'], ['portfolio_unit.id'], name=op.f('fk_listings_listing_unit_id_portfolio_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings_listing')),
    sa.UniqueConstraint('ref', name=op.f('uq_listings_listing_ref'))
    )
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        batch_op.create_index('ix_listings_listing_organisation_id', ['organisation_id', 'id'], unique=False)
        batch_op.create_index('ix_listings_listing_state_price_cents', ['state', 'price_cents', 'id'], unique=False)
        batch_op.create_index('ix_listings_listing_state_published', ['state', 'published', 'id'], unique=False)
        batch_op.create_index('uq_listings_listing_current', ['unit_id'], unique=True, sqlite_where=sa.text("state <> 'withdrawn'"), postgresql_where=sa.text("state <> 'withdrawn'"))

    op.create_table('listings_word',
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.Column('listing_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['listing_id'], ['listings_listing.id'], name=op.f('fk_listings_word_listing_id_listings_listing'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('word', 'listing_id', name=op.f('pk_listings_word'))
    )
    with op.batch_alter_table('listings_word', schema=None) as batch_op:
        batch_op.create_index('ix_listings_word_listing_id', ['listing_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('listings_word', schema=None) as batch_op:
        batch_op.drop_index('ix_listings_word_listing_id')

    op.drop_table('listings_word')
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        batch_op.drop_index('uq_listings_listing_current', sqlite_where=sa.text("state <> 'withdrawn'"), postgresql_where=sa.text("state <> 'withdrawn'"))
        batch_op.drop_index('ix_listings_listing_state_published')
        batch_op.drop_index('ix_listings_listing_state_price_cents')
        batch_op.drop_index('ix_listings_listing_organisation_id')

    op.drop_table('listings_listing')
