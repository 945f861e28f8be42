"""payment plans with their instalments and what they cover."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0009'
down_revision = 'ledger_0008'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
WHERE_PLAN_OPEN = sa.text("state IN ('proposed', 'agreed')")
TABLES = ('ledger_plan_charge', 'ledger_instalment', 'ledger_plan',)
FUNCTIONS = (
    'ledger_plan_no_update',
    'ledger_plan_no_delete',
    'ledger_plan_no_truncate',
    'ledger_plan_begins_proposed',
    'ledger_plan_moves',
    'ledger_plan_adds_up',
    'ledger_instalment_no_update',
    'ledger_instalment_no_delete',
    'ledger_instalment_no_truncate',
    'ledger_instalment_of_a_proposal',
    'ledger_instalment_is_later',
    'ledger_plan_charge_no_update',
    'ledger_plan_charge_no_delete',
    'ledger_plan_charge_no_truncate',
    'ledger_plan_charge_of_a_proposal',
)


def upgrade() -> None:
    op.create_table('ledger_plan',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('grace_days', INTEGER, nullable=False),
    sa.Column('proposed', MOMENT, nullable=False),
    sa.Column('proposed_by_id', INTEGER, nullable=True),
    sa.Column('agreed_on', sa.Date(), nullable=True),
    sa.Column('party_id', INTEGER, nullable=True),
    sa.Column('way', sa.String(length=8), nullable=True),
    sa.Column('written_by_id', INTEGER, nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(agreed_on IS NULL) = (party_id IS NULL)', name=op.f('ck_ledger_plan_agreed_by_somebody')),
    sa.CheckConstraint('(agreed_on IS NULL) = (way IS NULL)', name=op.f('ck_ledger_plan_agreed_in_a_way')),
    sa.CheckConstraint("agreed_on IS NOT NULL OR state IN ('proposed', 'ended')", name=op.f('ck_ledger_plan_agreed_on_a_day')),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_plan_cents_above_zero')),
    sa.CheckConstraint("(closed_on IS NULL) = (state IN ('proposed', 'agreed'))", name=op.f('ck_ledger_plan_closed_on_a_day')),
    sa.CheckConstraint("state <> 'ended' OR reason <> ''", name=op.f('ck_ledger_plan_ended_with_a_reason')),
    sa.CheckConstraint('grace_days BETWEEN 0 AND 60', name=op.f('ck_ledger_plan_grace_in_range')),
    sa.CheckConstraint("state IN ('proposed', 'agreed', 'kept', 'broken', 'ended')", name=op.f('ck_ledger_plan_known_state')),
    sa.CheckConstraint("way IN ('here', 'person', 'phone', 'paper', 'message')", name=op.f('ck_ledger_plan_known_way')),
    sa.CheckConstraint("(way = 'here') = (way IS NOT NULL AND written_by_id IS NULL)", name=op.f('ck_ledger_plan_written_by_somebody')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_plan_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_plan_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_ledger_plan_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['person.id'], name=op.f('fk_ledger_plan_proposed_by_id_person')),
    sa.ForeignKeyConstraint(['written_by_id'], ['person.id'], name=op.f('fk_ledger_plan_written_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_plan')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_plan_ref'))
    )
    op.create_index('ix_ledger_plan_lease_id', 'ledger_plan', ['lease_id', 'id'])
    op.create_index('ix_ledger_plan_organisation_id', 'ledger_plan', ['organisation_id'])
    op.create_index('ix_ledger_plan_party_id', 'ledger_plan', ['party_id'])
    op.create_index('ix_ledger_plan_proposed_by_id', 'ledger_plan', ['proposed_by_id'])
    op.create_index('ix_ledger_plan_state', 'ledger_plan', ['state', 'id'])
    op.create_index('ix_ledger_plan_written_by_id', 'ledger_plan', ['written_by_id'])
    op.create_index('uq_ledger_plan_open', 'ledger_plan', ['lease_id'], unique=True, sqlite_where=WHERE_PLAN_OPEN, postgresql_where=WHERE_PLAN_OPEN)

    op.create_table('ledger_instalment',
    sa.Column('plan_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('position', INTEGER, autoincrement=False, nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_instalment_cents_above_zero')),
    sa.CheckConstraint('position BETWEEN 1 AND 36', name=op.f('ck_ledger_instalment_position_in_range')),
    sa.ForeignKeyConstraint(['plan_id'], ['ledger_plan.id'], name=op.f('fk_ledger_instalment_plan_id_ledger_plan')),
    sa.PrimaryKeyConstraint('plan_id', 'position', name=op.f('pk_ledger_instalment'))
    )

    op.create_table('ledger_plan_charge',
    sa.Column('plan_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('charge_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_plan_charge_cents_above_zero')),
    sa.ForeignKeyConstraint(['charge_id'], ['ledger_charge.id'], name=op.f('fk_ledger_plan_charge_charge_id_ledger_charge')),
    sa.ForeignKeyConstraint(['plan_id'], ['ledger_plan.id'], name=op.f('fk_ledger_plan_charge_plan_id_ledger_plan')),
    sa.PrimaryKeyConstraint('plan_id', 'charge_id', name=op.f('pk_ledger_plan_charge'))
    )
    op.create_index('ix_ledger_plan_charge_charge_id', 'ledger_plan_charge', ['charge_id'])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
