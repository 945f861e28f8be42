"""the read-only switch."""

import sqlalchemy as sa
from alembic import op

import atlasbahamas.db.types

revision = 'core_0011_read_only'
down_revision = 'core_0010_member_limits'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table(
        'read_only',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
        sa.Column('since', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column('until', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column('why', sa.String(length=200), nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_read_only_only_one')),
        sa.CheckConstraint('until > since', name=op.f('ck_read_only_ends_after_it_begins')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_read_only')),
    )


def downgrade() -> None:
    op.drop_table('read_only')
