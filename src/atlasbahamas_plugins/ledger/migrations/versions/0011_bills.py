"""bills with their accounts, files and payments; of what tenants were told before and after rent is due."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0011'
down_revision = 'ledger_0010'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
OPEN = sa.text('closed IS NULL')
TO_REMIND = sa.text('reminded IS NULL AND paid_on IS NULL')
TABLES = ('ledger_told', 'ledger_bill_file', 'ledger_bill_payment', 'ledger_bill', 'ledger_bill_account')
FUNCTIONS = (
    'ledger_bill_account_is_of_its_unit',
    'ledger_bill_account_stays_there',
    'ledger_bill_begins_alone',
    'ledger_bill_is_charged_once',
    'ledger_bill_that_is_owed_stays',
    'ledger_bill_stays_there',
    'ledger_bill_payment_no_update',
    'ledger_bill_payment_no_delete',
    'ledger_bill_payment_no_truncate',
    'ledger_bill_payment_is_of_its_lease',
)


def upgrade() -> None:
    op.create_table('ledger_bill_account',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('unit_id', INTEGER, nullable=False),
    sa.Column('utility_id', INTEGER, nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('payer', sa.String(length=10), nullable=False),
    sa.Column('closed', sa.Date(), nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint("number <> ''", name=op.f('ck_ledger_bill_account_has_a_number')),
    sa.CheckConstraint("payer IN ('tenant', 'landlord', 'rebilled')", name=op.f('ck_ledger_bill_account_known_payer')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_bill_account_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['unit_id'], ['portfolio_unit.id'], name=op.f('fk_ledger_bill_account_unit_id_portfolio_unit')),
    sa.ForeignKeyConstraint(['utility_id'], ['portfolio_utility.id'], name=op.f('fk_ledger_bill_account_utility_id_portfolio_utility')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_bill_account')),
    sa.UniqueConstraint('organisation_id', 'unit_id', 'id', name=op.f('uq_ledger_bill_account_organisation_id_unit_id_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_bill_account_ref'))
    )
    op.create_index('ix_ledger_bill_account_unit_id', 'ledger_bill_account', ['unit_id'])
    op.create_index('ix_ledger_bill_account_utility_id', 'ledger_bill_account', ['utility_id'])
    op.create_index('uq_ledger_bill_account_open', 'ledger_bill_account', ['organisation_id', 'unit_id', 'utility_id', 'number'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table('ledger_bill',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('unit_id', INTEGER, nullable=False),
    sa.Column('account_id', INTEGER, nullable=False),
    sa.Column('payer', sa.String(length=10), nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('ends', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('paid_by_id', INTEGER, nullable=True),
    sa.Column('charge_id', INTEGER, nullable=True),
    sa.Column('reminded', MOMENT, nullable=True),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint("charge_id IS NULL OR payer = 'rebilled'", name=op.f('ck_ledger_bill_only_some_are_passed_on')),
    sa.CheckConstraint("payer IN ('tenant', 'landlord', 'rebilled')", name=op.f('ck_ledger_bill_known_payer')),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_bill_cents_above_zero')),
    sa.CheckConstraint('due_on >= starts', name=op.f('ck_ledger_bill_due_after_it_begins')),
    sa.CheckConstraint('ends >= starts', name=op.f('ck_ledger_bill_period_has_days')),
    sa.CheckConstraint('paid_on IS NOT NULL OR paid_by_id IS NULL', name=op.f('ck_ledger_bill_paid_says_somebody')),
    sa.ForeignKeyConstraint(['charge_id'], ['ledger_charge.id'], name=op.f('fk_ledger_bill_charge_id_ledger_charge')),
    sa.ForeignKeyConstraint(['organisation_id', 'unit_id', 'account_id'], ['ledger_bill_account.organisation_id', 'ledger_bill_account.unit_id', 'ledger_bill_account.id'], name='fk_ledger_bill_account'),
    sa.ForeignKeyConstraint(['paid_by_id'], ['person.id'], name=op.f('fk_ledger_bill_paid_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_bill')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_bill_ref'))
    )
    op.create_index('ix_ledger_bill_account_id', 'ledger_bill', ['account_id', 'starts'])
    op.create_index('ix_ledger_bill_organisation_id_due_on', 'ledger_bill', ['organisation_id', 'due_on', 'id'])
    op.create_index('ix_ledger_bill_paid_by_id', 'ledger_bill', ['paid_by_id'])
    op.create_index('ix_ledger_bill_to_remind', 'ledger_bill', ['due_on'], sqlite_where=TO_REMIND, postgresql_where=TO_REMIND)
    op.create_index('ix_ledger_bill_unit_id', 'ledger_bill', ['unit_id', 'starts'])
    op.create_index('uq_ledger_bill_charge_id', 'ledger_bill', ['charge_id'], unique=True)
    op.create_table('ledger_bill_payment',
    sa.Column('payment_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('charge_id', INTEGER, nullable=False),
    sa.ForeignKeyConstraint(['charge_id'], ['ledger_charge.id'], name=op.f('fk_ledger_bill_payment_charge_id_ledger_charge')),
    sa.ForeignKeyConstraint(['payment_id'], ['ledger_payment.id'], name=op.f('fk_ledger_bill_payment_payment_id_ledger_payment')),
    sa.PrimaryKeyConstraint('payment_id', name=op.f('pk_ledger_bill_payment'))
    )
    op.create_index('ix_ledger_bill_payment_charge_id', 'ledger_bill_payment', ['charge_id'])
    op.create_table('ledger_bill_file',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('bill_id', INTEGER, nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.Column('what', sa.String(length=5), nullable=False),
    sa.CheckConstraint("what IN ('bill', 'proof')", name=op.f('ck_ledger_bill_file_known_kind')),
    sa.ForeignKeyConstraint(['bill_id'], ['ledger_bill.id'], name=op.f('fk_ledger_bill_file_bill_id_ledger_bill')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_ledger_bill_file_file_id_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_bill_file')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_bill_file_ref'))
    )
    op.create_index('ix_ledger_bill_file_bill_id', 'ledger_bill_file', ['bill_id', 'id'])
    op.create_index('ix_ledger_bill_file_file_id', 'ledger_bill_file', ['file_id'])
    op.create_table('ledger_told',
    sa.Column('lease_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.CheckConstraint("what IN ('due', 'late')", name=op.f('ck_ledger_told_known_kind')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_told_lease_id_leasing_lease')),
    sa.PrimaryKeyConstraint('lease_id', 'what', 'due_on', name=op.f('pk_ledger_told'))
    )


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
