"""contacts, and owners of properties with their shares."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'portfolio_0007'
down_revision = 'portfolio_0006'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = (
    'portfolio_contact_stays',
    'portfolio_ownership_begins_open',
    'portfolio_ownership_whole',
    'portfolio_ownership_frozen',
    'portfolio_ownership_kept',
    'portfolio_share_added_late',
    'portfolio_share_changed_late',
    'portfolio_share_removed_late',
    'portfolio_share_own_insert',
    'portfolio_share_own_update',
)


def upgrade() -> None:
    op.create_table('portfolio_contact',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('person_id', INTEGER, nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint("email = '' OR email LIKE '%_@_%'", name=op.f('ck_portfolio_contact_email_has_at')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_portfolio_contact_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_portfolio_contact_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_contact')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_contact_ref'))
    )
    op.create_index('ix_portfolio_contact_organisation_id_name', 'portfolio_contact', ['organisation_id', 'name', 'id'])
    op.create_index('ix_portfolio_contact_person_id', 'portfolio_contact', ['person_id'])
    op.create_table('portfolio_ownership',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('property_id', INTEGER, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('complete', sa.Boolean(), nullable=False),
    sa.Column('replaced', MOMENT, nullable=True),
    sa.Column('made', MOMENT, nullable=False),
    sa.Column('made_by', INTEGER, nullable=True),
    sa.CheckConstraint('replaced IS NULL OR complete', name=op.f('ck_portfolio_ownership_only_complete_is_replaced')),
    sa.ForeignKeyConstraint(['property_id'], ['portfolio_property.id'], name=op.f('fk_portfolio_ownership_property_id_portfolio_property')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_portfolio_ownership_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_portfolio_ownership_made_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_ownership')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_ownership_ref'))
    )
    op.create_index(
        'uq_portfolio_ownership_day',
        'portfolio_ownership',
        ['property_id', 'organisation_id', 'starts'],
        unique=True,
        sqlite_where=sa.text('replaced IS NULL'),
        postgresql_where=sa.text('replaced IS NULL'),
    )
    op.create_table('portfolio_share',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ownership_id', INTEGER, nullable=False),
    sa.Column('contact_id', INTEGER, nullable=False),
    sa.Column('hundredths', INTEGER, nullable=False),
    sa.CheckConstraint('hundredths BETWEEN 1 AND 10000', name=op.f('ck_portfolio_share_part_of_the_whole')),
    sa.ForeignKeyConstraint(['ownership_id'], ['portfolio_ownership.id'], name=op.f('fk_portfolio_share_ownership_id_portfolio_ownership')),
    sa.ForeignKeyConstraint(['contact_id'], ['portfolio_contact.id'], name=op.f('fk_portfolio_share_contact_id_portfolio_contact')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_share')),
    sa.UniqueConstraint('ownership_id', 'contact_id', name=op.f('uq_portfolio_share_ownership_id_contact_id'))
    )
    op.create_index('ix_portfolio_share_contact_id', 'portfolio_share', ['contact_id'])


def downgrade() -> None:
    op.drop_table('portfolio_share')
    op.drop_table('portfolio_ownership')
    op.drop_table('portfolio_contact')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
