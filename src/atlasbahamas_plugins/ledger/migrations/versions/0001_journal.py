"""the journal: accounts, entries with their transfers, balances and totals."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0001'
down_revision = None
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
TABLES = (
    'ledger_transfer', 'ledger_balance', 'ledger_account', 'ledger_words_release', 'ledger_entry_words', 'ledger_total', 'ledger_entry', 'ledger_journal',
)
FUNCTIONS = (
    'ledger_account_no_update',
    'ledger_account_no_delete',
    'ledger_account_no_truncate',
    'ledger_account_fits',
    'ledger_journal_no_delete',
    'ledger_journal_no_truncate',
    'ledger_journal_begins_empty',
    'ledger_journal_head',
    'ledger_transfer_no_update',
    'ledger_transfer_no_delete',
    'ledger_transfer_no_truncate',
    'ledger_transfer_added',
    'ledger_entry_no_update',
    'ledger_entry_no_delete',
    'ledger_entry_no_truncate',
    'ledger_entry_seals',
    'ledger_entry_words_no_update',
    'ledger_entry_words_no_delete',
    'ledger_entry_words_no_truncate',
    'ledger_entry_words_fit',
    'ledger_words_release_no_update',
    'ledger_words_release_no_delete',
    'ledger_words_release_no_truncate',
    'ledger_balance_no_update',
    'ledger_balance_no_delete',
    'ledger_balance_no_truncate',
    'ledger_total_no_update',
    'ledger_total_no_delete',
    'ledger_total_no_truncate',
)


def upgrade() -> None:
    op.create_table('ledger_journal',
    sa.Column('organisation_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('number', INTEGER, nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('locked_until', sa.Date(), nullable=True),
    sa.CheckConstraint('number >= 0', name=op.f('ck_ledger_journal_number_not_below_zero')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_journal_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_ledger_journal'))
    )
    op.create_table('ledger_entry',
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('number', INTEGER, nullable=False),
    sa.Column('effective', sa.Date(), nullable=False),
    sa.Column('posted_at', MOMENT, nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('source_kind', sa.String(length=30), nullable=False),
    sa.Column('source_ref', sa.String(length=80), nullable=False),
    sa.Column('batch', sa.String(length=80), nullable=True),
    sa.Column('reverses', INTEGER, nullable=True),
    sa.Column('by_person_id', INTEGER, nullable=True),
    sa.Column('words_digest', sa.String(length=64), nullable=True),
    sa.Column('transfer_count', INTEGER, nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f('ck_ledger_entry_reversals_name_theirs')),
    sa.CheckConstraint('number > 0', name=op.f('ck_ledger_entry_number_above_zero')),
    sa.CheckConstraint('reverses < number', name=op.f('ck_ledger_entry_reverses_an_earlier_one')),
    sa.CheckConstraint('transfer_count > 0', name=op.f('ck_ledger_entry_has_transfers')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_ledger_entry_by_person_id_person')),
    sa.ForeignKeyConstraint(['organisation_id', 'reverses'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_entry_reverses'),
    sa.ForeignKeyConstraint(['organisation_id'], ['ledger_journal.organisation_id'], name=op.f('fk_ledger_entry_organisation_id_ledger_journal')),
    sa.PrimaryKeyConstraint('organisation_id', 'number', name=op.f('pk_ledger_entry'))
    )
    op.create_index('ix_ledger_entry_batch', 'ledger_entry', ['organisation_id', 'batch', 'number'], sqlite_where=sa.text('batch IS NOT NULL'), postgresql_where=sa.text('batch IS NOT NULL'))
    op.create_index('ix_ledger_entry_by_person_id', 'ledger_entry', ['by_person_id'])
    op.create_index('ix_ledger_entry_organisation_id_effective', 'ledger_entry', ['organisation_id', 'effective', 'number'])
    op.create_index('uq_ledger_entry_reverses', 'ledger_entry', ['organisation_id', 'reverses'], unique=True, sqlite_where=sa.text('reverses IS NOT NULL'), postgresql_where=sa.text('reverses IS NOT NULL'))

    op.create_table('ledger_total',
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('debit_cents', sa.BigInteger(), nullable=False),
    sa.Column('credit_cents', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['ledger_journal.organisation_id'], name=op.f('fk_ledger_total_organisation_id_ledger_journal')),
    sa.PrimaryKeyConstraint('organisation_id', 'kind', name=op.f('pk_ledger_total'))
    )
    op.create_table('ledger_entry_words',
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('entry_number', INTEGER, nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('memo', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_entry_words_entry'),
    sa.PrimaryKeyConstraint('organisation_id', 'entry_number', name=op.f('pk_ledger_entry_words'))
    )
    op.create_table('ledger_words_release',
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('entry_number', INTEGER, nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_words_release_entry'),
    sa.PrimaryKeyConstraint('organisation_id', 'entry_number', name=op.f('pk_ledger_words_release'))
    )
    op.create_table('ledger_account',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('lease_id', INTEGER, nullable=True),
    sa.Column('party_id', INTEGER, nullable=True),
    sa.Column('property_id', INTEGER, nullable=True),
    sa.Column('owner_id', INTEGER, nullable=True),
    sa.Column('subject', sa.String(length=90), nullable=False),
    sa.CheckConstraint("subject = coalesce('l' || lease_id, '') || coalesce('t' || party_id, '') || coalesce('p' || property_id, '') || coalesce('o' || owner_id, '')", name=op.f('ck_ledger_account_subject_is_whole')),
    sa.CheckConstraint('party_id IS NULL OR lease_id IS NOT NULL', name=op.f('ck_ledger_account_parties_have_a_lease')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_account_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_account_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['owner_id'], ['portfolio_contact.id'], name=op.f('fk_ledger_account_owner_id_portfolio_contact')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_ledger_account_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['property_id'], ['portfolio_property.id'], name=op.f('fk_ledger_account_property_id_portfolio_property')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_account')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_ledger_account_organisation_id_id')),
    sa.UniqueConstraint('organisation_id', 'kind', 'subject', name=op.f('uq_ledger_account_organisation_id_kind_subject'))
    )
    op.create_index('ix_ledger_account_lease_id', 'ledger_account', ['lease_id'])
    op.create_index('ix_ledger_account_owner_id', 'ledger_account', ['owner_id'])
    op.create_index('ix_ledger_account_party_id', 'ledger_account', ['party_id'])
    op.create_index('ix_ledger_account_property_id', 'ledger_account', ['property_id'])

    op.create_table('ledger_balance',
    sa.Column('account_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('debit_cents', sa.BigInteger(), nullable=False),
    sa.Column('credit_cents', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['ledger_account.id'], name=op.f('fk_ledger_balance_account_id_ledger_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_ledger_balance'))
    )
    op.create_table('ledger_transfer',
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('entry_number', INTEGER, nullable=False),
    sa.Column('line', INTEGER, nullable=False),
    sa.Column('debit_account_id', INTEGER, nullable=False),
    sa.Column('credit_account_id', INTEGER, nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_transfer_cents_above_zero')),
    sa.CheckConstraint('debit_account_id <> credit_account_id', name=op.f('ck_ledger_transfer_accounts_differ')),
    sa.CheckConstraint('line > 0', name=op.f('ck_ledger_transfer_line_above_zero')),
    sa.ForeignKeyConstraint(['organisation_id', 'credit_account_id'], ['ledger_account.organisation_id', 'ledger_account.id'], name='fk_ledger_transfer_credit_account'),
    sa.ForeignKeyConstraint(['organisation_id', 'debit_account_id'], ['ledger_account.organisation_id', 'ledger_account.id'], name='fk_ledger_transfer_debit_account'),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_transfer_entry', initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('organisation_id', 'entry_number', 'line', name=op.f('pk_ledger_transfer'))
    )
    op.create_index('ix_ledger_transfer_credit_account_id', 'ledger_transfer', ['credit_account_id', 'entry_number'])
    op.create_index('ix_ledger_transfer_debit_account_id', 'ledger_transfer', ['debit_account_id', 'entry_number'])



def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
