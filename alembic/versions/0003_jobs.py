"""jobs: the outbox, the ticks of the schedules, signs of life."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'core_0003_jobs'
down_revision = 'core_0002_audit'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('job_heartbeat',
    sa.Column('part', sa.String(length=10), nullable=False),
    sa.Column('seen', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("part IN ('worker', 'beat')", name=op.f('ck_job_heartbeat_part')),
    sa.PrimaryKeyConstraint('part', name=op.f('pk_job_heartbeat'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('woken', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('taken_by', sa.String(length=32), nullable=True),
    sa.Column('lease_until', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('finished', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=300), nullable=True),
    sa.CheckConstraint("(state = 'taken') = (lease_until IS NOT NULL)", name=op.f('ck_outbox_taken_has_lease')),
    sa.CheckConstraint("(state IN ('done', 'failed')) = (finished IS NOT NULL)", name=op.f('ck_outbox_ended_has_time')),
    sa.CheckConstraint("name LIKE '%_._%'", name=op.f('ck_outbox_name_has_plugin')),
    sa.CheckConstraint("state IN ('waiting', 'taken', 'done', 'failed')", name=op.f('ck_outbox_state')),
    sa.CheckConstraint('(lease_until IS NULL) = (taken_by IS NULL)', name=op.f('ck_outbox_lease_has_taker')),
    sa.CheckConstraint('attempts >= 0', name=op.f('ck_outbox_attempts_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_state_due', ['state', 'due'], unique=False)

    op.create_table('schedule_tick',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('due', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', 'due', name=op.f('pk_schedule_tick'))
    )


def downgrade() -> None:
    op.drop_table('schedule_tick')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_state_due')

    op.drop_table('outbox')
    op.drop_table('job_heartbeat')
