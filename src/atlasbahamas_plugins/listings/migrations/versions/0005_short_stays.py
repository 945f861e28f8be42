"""short-term rentals: guests and nights; which periods fit which category."""

import sqlalchemy as sa
from alembic import op


revision = 'listings_0005'
down_revision = 'listings_0004'
branch_labels = None
depends_on = None
kind = 'contract'

CHECKS = (
    ('period_fits_category', "(category = 'long_term' AND price_period IN ('month', 'week')) OR (category = 'short_term' AND price_period IN ('night', 'week'))"),
    ('short_stay_has_guests', "(category = 'short_term') = (guests IS NOT NULL)"),
    ('short_stay_has_min_nights', "(category = 'short_term') = (min_nights IS NOT NULL)"),
    ('guests_in_range', 'guests BETWEEN 1 AND 50'),
    ('min_nights_in_range', 'min_nights BETWEEN 1 AND 365'),
)


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.add_column('listings_listing', sa.Column('guests', number, nullable=True))
    op.add_column('listings_listing', sa.Column('min_nights', number, nullable=True))
    # The price says what was meant: by the month is no short stay, and by the night no long one.
    op.execute("UPDATE listings_listing SET category = 'long_term' WHERE price_period = 'month'")
    op.execute("UPDATE listings_listing SET category = 'short_term' WHERE price_period = 'night'")
    op.execute("""UPDATE listings_listing SET min_nights = CASE price_period WHEN 'week' THEN 7 ELSE 1 END,
        guests = CASE WHEN beds BETWEEN 1 AND 25 THEN 2 * beds ELSE 2 END WHERE category = 'short_term'""")
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        for name, condition in CHECKS:
            batch_op.create_check_constraint(op.f(f'ck_listings_listing_{name}'), condition)
    where = sa.text("state = 'approved'")
    op.create_index('ix_listings_listing_live_guests', 'listings_listing', ['guests'], unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index('ix_listings_listing_live_guests', 'listings_listing')
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        for name, _ in CHECKS:
            batch_op.drop_constraint(op.f(f'ck_listings_listing_{name}'), type_='check')
        batch_op.drop_column('min_nights')
        batch_op.drop_column('guests')
