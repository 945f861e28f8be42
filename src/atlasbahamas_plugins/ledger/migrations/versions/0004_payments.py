"""payments with their parts, proofs, cheques and receipts; allocations."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0004'
down_revision = 'ledger_0002'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
TO_REMIND = sa.text("state = 'reported' AND reminded IS NULL")
TABLES = ('ledger_allocation', 'ledger_cheque', 'ledger_payment_proof', 'ledger_payment_part', 'ledger_payment', 'ledger_receipt_book')
FUNCTIONS = (
    'ledger_payment_no_update',
    'ledger_payment_no_delete',
    'ledger_payment_no_truncate',
    'ledger_payment_begins_reported',
    'ledger_payment_moves',
    'ledger_payment_is_of_its_entry',
    'ledger_receipt_is_the_next',
    'ledger_payment_void_is_by_a_reversal',
    'ledger_receipt_counted',
    'ledger_payment_voided',
    'ledger_payment_part_no_update',
    'ledger_payment_part_no_delete',
    'ledger_payment_part_no_truncate',
    'ledger_payment_part_is_of_its_payment',
    'ledger_payment_proof_no_update',
    'ledger_payment_proof_no_delete',
    'ledger_payment_proof_no_truncate',
    'ledger_cheque_no_update',
    'ledger_cheque_no_delete',
    'ledger_cheque_no_truncate',
    'ledger_cheque_begins',
    'ledger_cheque_moves',
    'ledger_receipt_book_no_update',
    'ledger_receipt_book_no_delete',
    'ledger_receipt_book_no_truncate',
    'ledger_receipt_book_begins_empty',
    'ledger_allocation_no_update',
    'ledger_allocation_no_truncate',
    'ledger_allocation_made',
    'ledger_allocation_taken_off',
    'ledger_charge_open',
    'ledger_payment_part_open',
    'ledger_credit_open',
    'ledger_allocation_voided',
)


def upgrade() -> None:
    op.create_table('ledger_receipt_book',
    sa.Column('organisation_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('last_number', INTEGER, nullable=False),
    sa.CheckConstraint('last_number >= 0', name=op.f('ck_ledger_receipt_book_number_not_below_zero')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_receipt_book_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_ledger_receipt_book'))
    )
    op.create_table('ledger_payment',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('rail', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('reported_by_id', INTEGER, nullable=True),
    sa.Column('recorded_by_id', INTEGER, nullable=True),
    sa.Column('decided_by_id', INTEGER, nullable=True),
    sa.Column('decided', MOMENT, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('reminded', MOMENT, nullable=True),
    sa.Column('entry_number', INTEGER, nullable=True),
    sa.Column('voided_by', INTEGER, nullable=True),
    sa.Column('receipt_number', INTEGER, nullable=True),
    sa.Column('receipt_token', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(entry_number IS NOT NULL) = (state IN ('confirmed', 'returned', 'reversed'))", name=op.f('ck_ledger_payment_in_the_books')),
    sa.CheckConstraint("(voided_by IS NOT NULL) = (state IN ('returned', 'reversed'))", name=op.f('ck_ledger_payment_void_by_an_entry')),
    sa.CheckConstraint("currency IN ('BSD', 'USD')", name=op.f('ck_ledger_payment_known_currency')),
    sa.CheckConstraint("rail <> ''", name=op.f('ck_ledger_payment_has_a_rail')),
    sa.CheckConstraint("state <> 'refused' OR reason <> ''", name=op.f('ck_ledger_payment_refused_with_a_reason')),
    sa.CheckConstraint("state IN ('reported', 'waiting', 'confirmed', 'refused', 'returned', 'reversed')", name=op.f('ck_ledger_payment_known_state')),
    sa.CheckConstraint('(receipt_number IS NULL) = (entry_number IS NULL)', name=op.f('ck_ledger_payment_confirmed_has_a_receipt')),
    sa.CheckConstraint('(receipt_token IS NULL) = (receipt_number IS NULL)', name=op.f('ck_ledger_payment_receipt_can_be_checked')),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_payment_cents_above_zero')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_ledger_payment_decided_by_id_person')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_payment_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_payment_entry_number'),
    sa.ForeignKeyConstraint(['organisation_id', 'voided_by'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_payment_voided_by'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_payment_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_ledger_payment_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['reported_by_id'], ['person.id'], name=op.f('fk_ledger_payment_reported_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_payment')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_ledger_payment_organisation_id_id')),
    sa.UniqueConstraint('organisation_id', 'receipt_number', name=op.f('uq_ledger_payment_organisation_id_receipt_number')),
    sa.UniqueConstraint('receipt_token', name=op.f('uq_ledger_payment_receipt_token')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_payment_ref'))
    )
    op.create_index('ix_ledger_payment_decided_by_id', 'ledger_payment', ['decided_by_id'])
    op.create_index('ix_ledger_payment_entry_number', 'ledger_payment', ['organisation_id', 'entry_number'])
    op.create_index('ix_ledger_payment_lease_id', 'ledger_payment', ['lease_id', 'received_on', 'id'])
    op.create_index('ix_ledger_payment_organisation_id_created', 'ledger_payment', ['organisation_id', 'created', 'id'])
    op.create_index('ix_ledger_payment_organisation_id_received_on', 'ledger_payment', ['organisation_id', 'received_on', 'id'])
    op.create_index('ix_ledger_payment_organisation_id_reference', 'ledger_payment', ['organisation_id', 'reference'])
    op.create_index('ix_ledger_payment_organisation_id_state', 'ledger_payment', ['organisation_id', 'state', 'id'])
    op.create_index('ix_ledger_payment_recorded_by_id', 'ledger_payment', ['recorded_by_id'])
    op.create_index('ix_ledger_payment_reported_by_id', 'ledger_payment', ['reported_by_id'])
    op.create_index('ix_ledger_payment_to_remind', 'ledger_payment', ['created'], sqlite_where=TO_REMIND, postgresql_where=TO_REMIND)
    op.create_index('ix_ledger_payment_waiting', 'ledger_payment', ['received_on'], unique=False, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table('ledger_cheque',
    sa.Column('payment_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('bank', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('lodged_on', sa.Date(), nullable=True),
    sa.Column('lodge_entry', INTEGER, nullable=True),
    sa.Column('cleared_on', sa.Date(), nullable=True),
    sa.Column('clear_entry', INTEGER, nullable=True),
    sa.CheckConstraint("(lodged_on IS NULL) = (state = 'received')", name=op.f('ck_ledger_cheque_lodged_on_a_day')),
    sa.CheckConstraint("number <> ''", name=op.f('ck_ledger_cheque_has_a_number')),
    sa.CheckConstraint("state <> 'cleared' OR cleared_on IS NOT NULL", name=op.f('ck_ledger_cheque_cleared_on_a_day')),
    sa.CheckConstraint("state IN ('received', 'lodged', 'cleared', 'returned')", name=op.f('ck_ledger_cheque_known_state')),
    sa.CheckConstraint('(cleared_on IS NULL) = (clear_entry IS NULL)', name=op.f('ck_ledger_cheque_cleared_by_an_entry')),
    sa.CheckConstraint('(lodged_on IS NULL) = (lodge_entry IS NULL)', name=op.f('ck_ledger_cheque_lodged_by_an_entry')),
    sa.ForeignKeyConstraint(['organisation_id', 'clear_entry'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_cheque_clear_entry'),
    sa.ForeignKeyConstraint(['organisation_id', 'lodge_entry'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_cheque_lodge_entry'),
    sa.ForeignKeyConstraint(['organisation_id', 'payment_id'], ['ledger_payment.organisation_id', 'ledger_payment.id'], name='fk_ledger_cheque_payment'),
    sa.PrimaryKeyConstraint('payment_id', name=op.f('pk_ledger_cheque'))
    )
    op.create_index('ix_ledger_cheque_clear_entry', 'ledger_cheque', ['organisation_id', 'clear_entry'])
    op.create_index('ix_ledger_cheque_lodge_entry', 'ledger_cheque', ['organisation_id', 'lodge_entry'])
    op.create_index('ix_ledger_cheque_state', 'ledger_cheque', ['organisation_id', 'state', 'payment_id'])
    op.create_table('ledger_payment_proof',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('payment_id', INTEGER, nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_ledger_payment_proof_file_id_file')),
    sa.ForeignKeyConstraint(['payment_id'], ['ledger_payment.id'], name=op.f('fk_ledger_payment_proof_payment_id_ledger_payment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_payment_proof')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_payment_proof_ref'))
    )
    op.create_index('ix_ledger_payment_proof_file_id', 'ledger_payment_proof', ['file_id'])
    op.create_index('ix_ledger_payment_proof_payment_id', 'ledger_payment_proof', ['payment_id', 'id'])
    op.create_table('ledger_payment_part',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('payment_id', INTEGER, nullable=False),
    sa.Column('account_id', INTEGER, nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('open_cents', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_payment_part_cents_above_zero')),
    sa.CheckConstraint('open_cents BETWEEN 0 AND cents', name=op.f('ck_ledger_payment_part_open_within_cents')),
    sa.ForeignKeyConstraint(['organisation_id', 'account_id'], ['ledger_account.organisation_id', 'ledger_account.id'], name='fk_ledger_payment_part_account'),
    sa.ForeignKeyConstraint(['organisation_id', 'payment_id'], ['ledger_payment.organisation_id', 'ledger_payment.id'], name='fk_ledger_payment_part_payment'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_payment_part')),
    sa.UniqueConstraint('payment_id', 'account_id', name=op.f('uq_ledger_payment_part_payment_id_account_id'))
    )
    op.create_index('ix_ledger_payment_part_account_id', 'ledger_payment_part', ['account_id'])
    op.create_table('ledger_allocation',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('charge_id', INTEGER, nullable=False),
    sa.Column('part_id', INTEGER, nullable=True),
    sa.Column('credit_id', INTEGER, nullable=True),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('made', MOMENT, nullable=False),
    sa.CheckConstraint('(part_id IS NULL) <> (credit_id IS NULL)', name=op.f('ck_ledger_allocation_of_one_thing')),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_allocation_cents_above_zero')),
    sa.ForeignKeyConstraint(['charge_id'], ['ledger_charge.id'], name=op.f('fk_ledger_allocation_charge_id_ledger_charge')),
    sa.ForeignKeyConstraint(['credit_id'], ['ledger_credit.id'], name=op.f('fk_ledger_allocation_credit_id_ledger_credit')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_allocation_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['part_id'], ['ledger_payment_part.id'], name=op.f('fk_ledger_allocation_part_id_ledger_payment_part')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_allocation'))
    )
    op.create_index('ix_ledger_allocation_charge_id', 'ledger_allocation', ['charge_id'])
    op.create_index('ix_ledger_allocation_credit_id', 'ledger_allocation', ['credit_id'])
    op.create_index('ix_ledger_allocation_lease_id', 'ledger_allocation', ['lease_id'])
    op.create_index('ix_ledger_allocation_part_id', 'ledger_allocation', ['part_id'])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
