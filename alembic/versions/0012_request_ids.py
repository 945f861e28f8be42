"""a job knows the request that asked for it."""

import sqlalchemy as sa
from alembic import op

revision = 'core_0012_request_ids'
down_revision = 'core_0011_read_only'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.add_column('outbox', sa.Column('request_id', sa.String(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('request_id')
