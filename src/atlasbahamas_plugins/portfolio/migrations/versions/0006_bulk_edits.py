"""bulk edits of units."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'portfolio_0006'
down_revision = 'portfolio_0005'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table('portfolio_bulk_edit',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('form_key', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('units', INTEGER, nullable=False),
    sa.Column('made', MOMENT, nullable=False),
    sa.Column('made_by', INTEGER, nullable=False),
    sa.Column('undone', MOMENT, nullable=True),
    sa.Column('undone_by', INTEGER, nullable=True),
    sa.CheckConstraint('(undone IS NULL) = (undone_by IS NULL)', name=op.f('ck_portfolio_bulk_edit_undone_by_somebody')),
    sa.CheckConstraint('undone >= made', name=op.f('ck_portfolio_bulk_edit_undone_after_made')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_portfolio_bulk_edit_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_portfolio_bulk_edit_made_by_person')),
    sa.ForeignKeyConstraint(['undone_by'], ['person.id'], name=op.f('fk_portfolio_bulk_edit_undone_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_bulk_edit')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_bulk_edit_ref')),
    sa.UniqueConstraint('organisation_id', 'form_key', name=op.f('uq_portfolio_bulk_edit_organisation_id_form_key'))
    )
    op.create_index('ix_portfolio_bulk_edit_organisation_id_made', 'portfolio_bulk_edit', ['organisation_id', 'made', 'id'])
    op.create_table('portfolio_bulk_edit_item',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('bulk_edit_id', INTEGER, nullable=False),
    sa.Column('unit_id', INTEGER, nullable=False),
    sa.Column('label', sa.String(length=300), nullable=False),
    sa.Column('field', sa.String(length=20), nullable=False),
    sa.Column('before_value', INTEGER, nullable=False),
    sa.Column('after_value', INTEGER, nullable=False),
    sa.Column('version', INTEGER, nullable=False),
    sa.Column('restored', sa.Boolean(), nullable=True),
    sa.CheckConstraint("field IN ('rent_cents', 'deposit_cents', 'furnished', 'pets')", name=op.f('ck_portfolio_bulk_edit_item_known_field')),
    sa.CheckConstraint('before_value <> after_value', name=op.f('ck_portfolio_bulk_edit_item_something_changed')),
    sa.ForeignKeyConstraint(['bulk_edit_id'], ['portfolio_bulk_edit.id'], name=op.f('fk_portfolio_bulk_edit_item_bulk_edit_id_portfolio_bulk_edit')),
    sa.ForeignKeyConstraint(['unit_id'], ['portfolio_unit.id'], name=op.f('fk_portfolio_bulk_edit_item_unit_id_portfolio_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_bulk_edit_item')),
    sa.UniqueConstraint('bulk_edit_id', 'unit_id', 'field', name=op.f('uq_portfolio_bulk_edit_item_bulk_edit_id_unit_id_field'))
    )
    op.create_index('ix_portfolio_bulk_edit_item_unit_id', 'portfolio_bulk_edit_item', ['unit_id'])


def downgrade() -> None:
    op.drop_table('portfolio_bulk_edit_item')
    op.drop_table('portfolio_bulk_edit')
