"""what becomes of deposits: dispositions and refunds."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0010'
down_revision = 'ledger_0009'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
IN_FORCE = sa.text('voided_by IS NULL')
TABLES = ('ledger_refund', 'ledger_disposition')
FUNCTIONS = (
    'ledger_deposit_is_not_below_zero',
    'ledger_deposit_voided',
    'ledger_disposition_no_update',
    'ledger_disposition_no_delete',
    'ledger_disposition_no_truncate',
    'ledger_disposition_void',
    'ledger_disposition_is_of_its_entry',
    'ledger_refund_no_update',
    'ledger_refund_no_delete',
    'ledger_refund_no_truncate',
    'ledger_refund_void',
    'ledger_refund_is_of_its_entry',
)


def upgrade() -> None:
    op.create_table('ledger_disposition',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('statement_id', INTEGER, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('held_cents', sa.BigInteger(), nullable=False),
    sa.Column('used_cents', sa.BigInteger(), nullable=False),
    sa.Column('back_cents', sa.BigInteger(), nullable=False),
    sa.Column('entry_number', INTEGER, nullable=False),
    sa.Column('voided_by', INTEGER, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by_person_id', INTEGER, nullable=True),
    sa.Column('made', MOMENT, nullable=False),
    sa.CheckConstraint("voided_by IS NULL OR reason <> ''", name=op.f('ck_ledger_disposition_taken_back_with_a_reason')),
    sa.CheckConstraint('held_cents = used_cents + back_cents', name=op.f('ck_ledger_disposition_all_of_it')),
    sa.CheckConstraint('used_cents >= 0 AND back_cents >= 0', name=op.f('ck_ledger_disposition_cents_not_below_zero')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_ledger_disposition_by_person_id_person')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_disposition_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_disposition_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_disposition_entry_number'),
    sa.ForeignKeyConstraint(['organisation_id', 'voided_by'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_disposition_voided_by'),
    sa.ForeignKeyConstraint(['statement_id'], ['leasing_statement.id'], name=op.f('fk_ledger_disposition_statement_id_leasing_statement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_disposition')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_disposition_ref'))
    )
    op.create_index('ix_ledger_disposition_by_person_id', 'ledger_disposition', ['by_person_id'])
    op.create_index('ix_ledger_disposition_entry_number', 'ledger_disposition', ['organisation_id', 'entry_number'])
    op.create_index('ix_ledger_disposition_lease_id', 'ledger_disposition', ['lease_id'])
    op.create_index('ix_ledger_disposition_statement_id', 'ledger_disposition', ['statement_id'])
    op.create_index('uq_ledger_disposition_in_force', 'ledger_disposition', ['lease_id'], unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE)

    op.create_table('ledger_refund',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('party_id', INTEGER, nullable=True),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('rail', sa.String(length=20), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('entry_number', INTEGER, nullable=False),
    sa.Column('voided_by', INTEGER, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by_person_id', INTEGER, nullable=True),
    sa.Column('made', MOMENT, nullable=False),
    sa.CheckConstraint("rail <> ''", name=op.f('ck_ledger_refund_has_a_rail')),
    sa.CheckConstraint("voided_by IS NULL OR reason <> ''", name=op.f('ck_ledger_refund_taken_back_with_a_reason')),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_refund_cents_above_zero')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_ledger_refund_by_person_id_person')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_refund_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_refund_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_refund_entry_number'),
    sa.ForeignKeyConstraint(['organisation_id', 'voided_by'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_refund_voided_by'),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_ledger_refund_party_id_leasing_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_refund')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_refund_ref'))
    )
    op.create_index('ix_ledger_refund_by_person_id', 'ledger_refund', ['by_person_id'])
    op.create_index('ix_ledger_refund_entry_number', 'ledger_refund', ['organisation_id', 'entry_number'])
    op.create_index('ix_ledger_refund_lease_id', 'ledger_refund', ['lease_id', 'paid_on', 'id'])
    op.create_index('ix_ledger_refund_party_id', 'ledger_refund', ['party_id'])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS ledger_deposit_is_not_below_zero ON ledger_entry")
        op.execute("DROP TRIGGER IF EXISTS ledger_deposit_voided ON ledger_entry")
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
