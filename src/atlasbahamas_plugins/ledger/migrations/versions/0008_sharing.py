"""how leases are shared among their tenants, and who paid."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0008'
down_revision = 'ledger_0007'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
TABLES = ('ledger_payer', 'ledger_share', 'ledger_sharing',)
FUNCTIONS = (
    'ledger_sharing_no_update',
    'ledger_sharing_no_delete',
    'ledger_sharing_no_truncate',
    'ledger_sharing_adds_up',
    'ledger_share_no_update',
    'ledger_share_no_delete',
    'ledger_share_no_truncate',
    'ledger_share_is_sealed',
    'ledger_payer_is_a_tenant',
    'ledger_payer_stays_a_tenant',
    'ledger_payer_noted',
)


def upgrade() -> None:
    op.create_table('ledger_sharing',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('liability', sa.String(length=8), nullable=False),
    sa.Column('total', INTEGER, nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('entry_number', INTEGER, nullable=True),
    sa.Column('by_person_id', INTEGER, nullable=True),
    sa.Column('made', MOMENT, nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_ledger_sharing_agreed_somehow')),
    sa.CheckConstraint("total > 0 AND (kind <> 'percent' OR total = 10000)", name=op.f('ck_ledger_sharing_all_of_it')),
    sa.CheckConstraint("kind IN ('percent', 'amount')", name=op.f('ck_ledger_sharing_known_kind')),
    sa.CheckConstraint("liability IN ('joint', 'several')", name=op.f('ck_ledger_sharing_known_liability')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_ledger_sharing_by_person_id_person')),
    sa.ForeignKeyConstraint(['organisation_id', 'entry_number'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_sharing_entry_number'),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_sharing_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_sharing_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_sharing')),
    sa.UniqueConstraint('lease_id', 'starts', name=op.f('uq_ledger_sharing_lease_id_starts')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_sharing_ref'))
    )
    op.create_index('ix_ledger_sharing_by_person_id', 'ledger_sharing', ['by_person_id'])
    op.create_index('ix_ledger_sharing_entry_number', 'ledger_sharing', ['organisation_id', 'entry_number'])
    op.create_index('ix_ledger_sharing_organisation_id', 'ledger_sharing', ['organisation_id'])

    op.create_table('ledger_share',
    sa.Column('lease_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('party_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('weight', INTEGER, nullable=False),
    sa.CheckConstraint('weight >= 0', name=op.f('ck_ledger_share_weight_not_below_zero')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_ledger_share_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['lease_id', 'starts'], ['ledger_sharing.lease_id', 'ledger_sharing.starts'], name='fk_ledger_share_sharing', initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('lease_id', 'starts', 'party_id', name=op.f('pk_ledger_share'))
    )
    op.create_index('ix_ledger_share_party_id', 'ledger_share', ['party_id'])

    op.create_table('ledger_payer',
    sa.Column('payment_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('party_id', INTEGER, nullable=False),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_ledger_payer_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['payment_id'], ['ledger_payment.id'], name=op.f('fk_ledger_payer_payment_id_ledger_payment')),
    sa.PrimaryKeyConstraint('payment_id', name=op.f('pk_ledger_payer'))
    )
    op.create_index('ix_ledger_payer_party_id', 'ledger_payer', ['party_id'])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS ledger_payer_noted ON ledger_payment")
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
