"""when the books were proved last."""

import sqlalchemy as sa
from alembic import op

import atlasbahamas.db.types

revision = 'ledger_0012'
down_revision = 'ledger_0011'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'ledger_verified',
        sa.Column('organisation_id', INTEGER, autoincrement=False, nullable=False),
        sa.Column('at', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column('entries', INTEGER, nullable=False),
        sa.Column('wrong', INTEGER, nullable=False),
        sa.CheckConstraint('entries >= 0', name=op.f('ck_ledger_verified_entries_not_below_zero')),
        sa.CheckConstraint('wrong >= 0', name=op.f('ck_ledger_verified_wrong_not_below_zero')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_verified_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_ledger_verified')),
    )


def downgrade() -> None:
    op.drop_table('ledger_verified')
