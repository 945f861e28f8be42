"""people who were switched off."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'core_0005_disabled'
down_revision = 'core_0004_files'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('disabled', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('disabled')
