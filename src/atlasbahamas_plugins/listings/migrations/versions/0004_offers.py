"""offers of property for sale, with notes and photos."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'listings_0004'
down_revision = 'listings_0003'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = ('listings_offer_begins_new', 'listings_offer_moves', 'listings_offer_stays_erased')


def upgrade() -> None:
    op.create_table('listings_offer',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('settlement_id', INTEGER, nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('asking_cents', INTEGER, nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('person_id', INTEGER, nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('ended', MOMENT, nullable=True),
    sa.Column('erased', MOMENT, nullable=True),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint("state IN ('new', 'talking', 'listed', 'closed')", name=op.f('ck_listings_offer_known_state')),
    sa.CheckConstraint("kind IN ('house', 'apartment', 'townhouse', 'villa', 'cottage', 'studio', 'land', 'other')", name=op.f('ck_listings_offer_known_kind')),
    sa.CheckConstraint('asking_cents > 0', name=op.f('ck_listings_offer_price_above_zero')),
    sa.CheckConstraint("erased IS NOT NULL OR (name <> '' AND (email <> '' OR phone <> ''))", name=op.f('ck_listings_offer_can_be_reached')),
    sa.CheckConstraint("(state IN ('listed', 'closed')) = (ended IS NOT NULL)", name=op.f('ck_listings_offer_ended_has_its_time')),
    sa.CheckConstraint("erased IS NULL OR (name = '' AND email = '' AND phone = '' AND words = '' AND person_id IS NULL AND ended IS NOT NULL)", name=op.f('ck_listings_offer_erased_is_nobody')),
    sa.ForeignKeyConstraint(['settlement_id'], ['portfolio_settlement.id'], name=op.f('fk_listings_offer_settlement_id_portfolio_settlement')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_listings_offer_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings_offer')),
    sa.UniqueConstraint('ref', name=op.f('uq_listings_offer_ref'))
    )
    op.create_index('ix_listings_offer_state', 'listings_offer', ['state', 'id'])
    op.create_index('ix_listings_offer_person_id', 'listings_offer', ['person_id'])
    op.create_index('ix_listings_offer_settlement_id', 'listings_offer', ['settlement_id'])
    op.create_table('listings_offer_note',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('offer_id', INTEGER, nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('by_id', INTEGER, nullable=False),
    sa.Column('state', sa.String(length=20), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('new', 'talking', 'listed', 'closed')", name=op.f('ck_listings_offer_note_known_state')),
    sa.ForeignKeyConstraint(['offer_id'], ['listings_offer.id'], name=op.f('fk_listings_offer_note_offer_id_listings_offer')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_listings_offer_note_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings_offer_note'))
    )
    op.create_index('ix_listings_offer_note_offer_id', 'listings_offer_note', ['offer_id', 'id'])
    op.create_index('ix_listings_offer_note_by_id', 'listings_offer_note', ['by_id'])
    op.create_table('listings_offer_photo',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('position', INTEGER, nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.Column('offer_id', INTEGER, nullable=False),
    sa.CheckConstraint('position <> 0', name=op.f('ck_listings_offer_photo_position_counts_from_one')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_listings_offer_photo_file_id_file')),
    sa.ForeignKeyConstraint(['offer_id'], ['listings_offer.id'], name=op.f('fk_listings_offer_photo_offer_id_listings_offer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings_offer_photo')),
    sa.UniqueConstraint('file_id', name=op.f('uq_listings_offer_photo_file_id')),
    sa.UniqueConstraint('offer_id', 'position', name=op.f('uq_listings_offer_photo_offer_id_position')),
    sa.UniqueConstraint('ref', name=op.f('uq_listings_offer_photo_ref'))
    )


def downgrade() -> None:
    op.drop_table('listings_offer_photo')
    op.drop_table('listings_offer_note')
    op.drop_table('listings_offer')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
