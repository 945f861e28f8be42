"""kinds of errors, and when the operators were told of them last."""

import sqlalchemy as sa
from alembic import op

import atlasbahamas.db.types

revision = 'core_0013_error_reports'
down_revision = 'core_0012_request_ids'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'error_report',
        sa.Column('key', sa.String(64), nullable=False),
        sa.Column('kind', sa.String(300), nullable=False),
        sa.Column('seen', MOMENT, nullable=False),
        sa.Column('mailed', MOMENT, nullable=True),
        sa.Column('held_back', INTEGER, nullable=False),
        sa.CheckConstraint('held_back >= 0', name=op.f('ck_error_report_held_back_not_below_zero')),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_error_report')),
    )


def downgrade() -> None:
    op.drop_table('error_report')
