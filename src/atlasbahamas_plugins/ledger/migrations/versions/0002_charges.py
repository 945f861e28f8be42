"""charges, credits and batches; when leases are looked at next."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0002'
down_revision = 'ledger_0001'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
IN_FORCE = sa.text('voided_by IS NULL')
UNPAID = sa.text('voided_by IS NULL AND open_cents > 0')
TABLES = ('ledger_credit', 'ledger_charge', 'ledger_schedule', 'ledger_batch', 'ledger_lease_change')
FUNCTIONS = (
    'ledger_charge_no_update',
    'ledger_charge_no_delete',
    'ledger_charge_no_truncate',
    'ledger_charge_void',
    'ledger_charge_fits',
    'ledger_credit_no_update',
    'ledger_credit_no_delete',
    'ledger_credit_no_truncate',
    'ledger_credit_void',
    'ledger_credit_fits',
    'ledger_charge_voided',
    'ledger_lease_changed',
    'ledger_rent_changed',
)


def upgrade() -> None:
    op.create_table('ledger_lease_change',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_lease_change'))
    )
    op.create_index('ix_ledger_lease_change_lease', 'ledger_lease_change', ['organisation_id', 'lease_id'])

    op.create_table('ledger_batch',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('made', MOMENT, nullable=False),
    sa.Column('by_person_id', INTEGER, nullable=True),
    sa.Column('charges', INTEGER, nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('taken_back', INTEGER, nullable=False),
    sa.Column('taken_back_cents', sa.BigInteger(), nullable=False),
    sa.Column('reversed_at', MOMENT, nullable=True),
    sa.Column('reversed_by_id', INTEGER, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("(reversed_at IS NULL) = (reason = '')", name=op.f('ck_ledger_batch_reversed_with_a_reason')),
    sa.CheckConstraint('charges >= 0 AND cents >= 0 AND taken_back >= 0 AND taken_back_cents >= 0', name=op.f('ck_ledger_batch_counts_not_below_zero')),
    sa.CheckConstraint('reversed_at IS NOT NULL OR reversed_by_id IS NULL', name=op.f('ck_ledger_batch_reversed_by_somebody')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_ledger_batch_by_person_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_batch_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['reversed_by_id'], ['person.id'], name=op.f('fk_ledger_batch_reversed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_batch')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_batch_ref'))
    )
    op.create_index('ix_ledger_batch_by_person_id', 'ledger_batch', ['by_person_id'])
    op.create_index('ix_ledger_batch_organisation_id_made', 'ledger_batch', ['organisation_id', 'made', 'id'])
    op.create_index('ix_ledger_batch_reversed_by_id', 'ledger_batch', ['reversed_by_id'])

    op.create_table('ledger_schedule',
    sa.Column('lease_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('next_due_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_schedule_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_schedule_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('lease_id', name=op.f('pk_ledger_schedule'))
    )
    op.create_index('ix_ledger_schedule_next_due_on', 'ledger_schedule', ['organisation_id', 'next_due_on', 'lease_id'])

    op.create_table('ledger_charge',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('account_id', INTEGER, nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('rule', sa.String(length=80), nullable=False),
    sa.Column('period_starts', sa.Date(), nullable=False),
    sa.Column('period_ends', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('open_cents', sa.BigInteger(), nullable=False),
    sa.Column('explanation', sa.JSON(), nullable=False),
    sa.Column('batch_id', INTEGER, nullable=True),
    sa.Column('entry_number', INTEGER, nullable=False),
    sa.Column('voided_by', INTEGER, nullable=True),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_charge_cents_above_zero')),
    sa.CheckConstraint('open_cents BETWEEN 0 AND cents', name=op.f('ck_ledger_charge_open_within_cents')),
    sa.CheckConstraint('period_ends >= period_starts', name=op.f('ck_ledger_charge_period_has_days')),
    sa.ForeignKeyConstraint(['batch_id'], ['ledger_batch.id'], name=op.f('fk_ledger_charge_batch_id_ledger_batch')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_charge_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id', 'account_id'], ['ledger_account.organisation_id', 'ledger_account.id'], name='fk_ledger_charge_account'),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_charge_entry'),
    sa.ForeignKeyConstraint(['organisation_id', 'voided_by'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_charge_voided_by'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_charge')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_charge_ref'))
    )
    op.create_index('ix_ledger_charge_account_id', 'ledger_charge', ['account_id'])
    op.create_index('ix_ledger_charge_batch_id', 'ledger_charge', ['batch_id', 'id'])
    op.create_index('ix_ledger_charge_entry_number', 'ledger_charge', ['organisation_id', 'entry_number'])
    op.create_index('ix_ledger_charge_lease_id', 'ledger_charge', ['lease_id', 'due_on', 'id'])
    op.create_index('ix_ledger_charge_unpaid', 'ledger_charge', ['organisation_id', 'due_on', 'id'], sqlite_where=UNPAID, postgresql_where=UNPAID)
    op.create_index('ix_ledger_charge_unpaid_of_lease', 'ledger_charge', ['lease_id', 'due_on', 'id'], sqlite_where=UNPAID, postgresql_where=UNPAID)
    op.create_index('uq_ledger_charge_period', 'ledger_charge', ['lease_id', 'rule', 'period_starts', 'account_id'], unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE)

    op.create_table('ledger_credit',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('account_id', INTEGER, nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('rule', sa.String(length=80), nullable=False),
    sa.Column('charge_id', INTEGER, nullable=True),
    sa.Column('counts_on', sa.Date(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('open_cents', sa.BigInteger(), nullable=False),
    sa.Column('entry_number', INTEGER, nullable=False),
    sa.Column('voided_by', INTEGER, nullable=True),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_credit_cents_above_zero')),
    sa.CheckConstraint('open_cents BETWEEN 0 AND cents', name=op.f('ck_ledger_credit_open_within_cents')),
    sa.ForeignKeyConstraint(['charge_id'], ['ledger_charge.id'], name=op.f('fk_ledger_credit_charge_id_ledger_charge')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_credit_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id', 'account_id'], ['ledger_account.organisation_id', 'ledger_account.id'], name='fk_ledger_credit_account'),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_credit_entry'),
    sa.ForeignKeyConstraint(['organisation_id', 'voided_by'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_credit_voided_by'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_credit')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_credit_ref'))
    )
    op.create_index('ix_ledger_credit_account_id', 'ledger_credit', ['account_id'])
    op.create_index('ix_ledger_credit_charge_id', 'ledger_credit', ['charge_id'])
    op.create_index('ix_ledger_credit_entry_number', 'ledger_credit', ['organisation_id', 'entry_number'])
    op.create_index('ix_ledger_credit_lease_id', 'ledger_credit', ['lease_id', 'counts_on', 'id'])
    op.create_index('uq_ledger_credit_rule', 'ledger_credit', ['lease_id', 'rule', 'account_id'], unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE)
    op.create_index('ix_ledger_credit_unused', 'ledger_credit', ['lease_id', 'counts_on', 'id'], sqlite_where=UNPAID, postgresql_where=UNPAID)

    # Leases that were there before are looked at by the first run.
    op.execute("INSERT INTO ledger_lease_change (organisation_id, lease_id) SELECT organisation_id, id FROM leasing_lease")


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
