"""where a lease stood that was recorded by the form."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

import atlasbahamas.db.types

revision = 'leasing_0011'
down_revision = 'leasing_0010'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
NASSAU = ZoneInfo('America/Nassau')
FILES = sa.table('leasing_import', sa.column('id', INTEGER), sa.column('made', atlasbahamas.db.types.UtcDateTime(timezone=True)))
OPENINGS = sa.table('leasing_opening', sa.column('import_id', INTEGER), sa.column('brought_in', sa.Date()))


def upgrade() -> None:
    with op.batch_alter_table('leasing_opening') as batch_op:
        batch_op.add_column(sa.Column('brought_in', sa.Date(), nullable=True))
        batch_op.alter_column('import_id', existing_type=INTEGER, nullable=True)
    for number, made in op.get_bind().execute(sa.select(FILES.c.id, FILES.c.made)).all():
        day = made.astimezone(NASSAU).date()
        op.execute(OPENINGS.update().where(OPENINGS.c.import_id == number).values(brought_in=day))
    with op.batch_alter_table('leasing_opening') as batch_op:
        batch_op.alter_column('brought_in', existing_type=sa.Date(), nullable=False)


def downgrade() -> None:
    # What the form said has no place there.
    op.execute("DELETE FROM leasing_opening WHERE import_id IS NULL")
    with op.batch_alter_table('leasing_opening') as batch_op:
        batch_op.alter_column('import_id', existing_type=INTEGER, nullable=False)
        batch_op.drop_column('brought_in')
