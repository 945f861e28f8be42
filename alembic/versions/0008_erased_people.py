"""people who were erased."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'core_0008_erased'
down_revision = 'core_0007_addresses'
branch_labels = None
depends_on = None
kind = 'expand'

NOBODY = (
    "erased IS NULL OR (email IS NULL AND user_name IS NULL AND phone IS NULL"
    " AND password IS NULL AND disabled IS NOT NULL)"
)


def upgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('erased', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f('ck_person_erased_is_nobody'), NOBODY)


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_person_erased_is_nobody'), type_='check')
        batch_op.drop_column('erased')
