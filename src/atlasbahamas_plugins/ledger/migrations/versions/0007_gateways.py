"""gateways and autopay."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'ledger_0007'
down_revision = 'ledger_0006'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
TABLES = (
    'ledger_autopay_attempt', 'ledger_autopay_taking', 'ledger_autopay', 'ledger_gateway_event', 'ledger_gateway_payment', 'ledger_saved_method',
)
FUNCTIONS = (
    'ledger_gateway_event_no_update',
    'ledger_gateway_event_no_delete',
    'ledger_gateway_event_no_truncate',
    'ledger_gateway_event_is_told_once',
    'ledger_gateway_payment_no_update',
    'ledger_gateway_payment_no_delete',
    'ledger_gateway_payment_no_truncate',
    'ledger_gateway_payment_begins_started',
    'ledger_gateway_payment_moves',
    'ledger_gateway_payment_is_told',
    'ledger_saved_method_no_update',
    'ledger_saved_method_no_delete',
    'ledger_saved_method_no_truncate',
    'ledger_saved_method_begins_asked',
    'ledger_saved_method_moves',
    'ledger_saved_method_is_told',
    'ledger_autopay_no_update',
    'ledger_autopay_no_delete',
    'ledger_autopay_no_truncate',
    'ledger_autopay_begins',
    'ledger_autopay_moves',
    'ledger_autopay_taking_no_update',
    'ledger_autopay_taking_no_delete',
    'ledger_autopay_taking_no_truncate',
    'ledger_autopay_taking_is_once',
    'ledger_autopay_attempt_no_update',
    'ledger_autopay_attempt_no_delete',
    'ledger_autopay_attempt_no_truncate',
    'ledger_autopay_attempt_follows',
)


def upgrade() -> None:
    op.create_table('ledger_saved_method',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('person_id', INTEGER, nullable=False),
    sa.Column('gateway', sa.String(length=30), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('address', sa.String(length=2000), nullable=False),
    sa.Column('token', sa.String(length=200), nullable=True),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('expires', sa.Date(), nullable=True),
    sa.CheckConstraint("(token IS NOT NULL) = (state = 'saved')", name=op.f('ck_ledger_saved_method_has_a_token_while_saved')),
    sa.CheckConstraint("state IN ('asked', 'failed', 'saved', 'removed')", name=op.f('ck_ledger_saved_method_known_state')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ledger_saved_method_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_saved_method')),
    sa.UniqueConstraint('gateway', 'token', name=op.f('uq_ledger_saved_method_gateway_token')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_saved_method_ref'))
    )
    op.create_index('ix_ledger_saved_method_person_id', 'ledger_saved_method', ['person_id', 'id'])
    op.create_table('ledger_autopay',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('person_id', INTEGER, nullable=False),
    sa.Column('method_id', INTEGER, nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('day', INTEGER, nullable=True),
    sa.Column('lead_days', INTEGER, nullable=False),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('reminded_for', sa.Date(), nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("(reason <> '') = (state = 'stopped')", name=op.f('ck_ledger_autopay_stopped_with_a_reason')),
    sa.CheckConstraint("state IN ('active', 'paused', 'stopped', 'ended')", name=op.f('ck_ledger_autopay_known_state')),
    sa.CheckConstraint('day BETWEEN 1 AND 31', name=op.f('ck_ledger_autopay_day_in_month')),
    sa.CheckConstraint('lead_days BETWEEN 0 AND 14', name=op.f('ck_ledger_autopay_lead_in_range')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_autopay_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['method_id'], ['ledger_saved_method.id'], name=op.f('fk_ledger_autopay_method_id_ledger_saved_method')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_autopay_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ledger_autopay_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_autopay')),
    sa.UniqueConstraint('lease_id', 'id', name=op.f('uq_ledger_autopay_lease_id_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_autopay_ref'))
    )
    op.create_index('ix_ledger_autopay_method_id', 'ledger_autopay', ['method_id'])
    op.create_index('ix_ledger_autopay_organisation_id', 'ledger_autopay', ['organisation_id'])
    op.create_index('ix_ledger_autopay_person_id', 'ledger_autopay', ['person_id'])
    op.create_index('ix_ledger_autopay_state', 'ledger_autopay', ['state', 'id'])
    op.create_index('uq_ledger_autopay_mine', 'ledger_autopay', ['lease_id', 'person_id'], unique=True, sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'"))
    op.create_index('uq_ledger_autopay_takes', 'ledger_autopay', ['lease_id'], unique=True, sqlite_where=sa.text("state <> 'ended' AND method_id IS NOT NULL"), postgresql_where=sa.text("state <> 'ended' AND method_id IS NOT NULL"))
    op.create_table('ledger_autopay_taking',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('autopay_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('made', MOMENT, nullable=False),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_autopay_taking_cents_above_zero')),
    sa.ForeignKeyConstraint(['lease_id', 'autopay_id'], ['ledger_autopay.lease_id', 'ledger_autopay.id'], name='fk_ledger_autopay_taking_autopay'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_autopay_taking')),
    sa.UniqueConstraint('lease_id', 'day', name=op.f('uq_ledger_autopay_taking_lease_id_day'))
    )
    op.create_index('ix_ledger_autopay_taking_autopay', 'ledger_autopay_taking', ['lease_id', 'autopay_id'])
    op.create_table('ledger_gateway_payment',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('gateway', sa.String(length=30), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('method_id', INTEGER, nullable=True),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('until', MOMENT, nullable=True),
    sa.Column('by_person_id', INTEGER, nullable=True),
    sa.Column('address', sa.String(length=2000), nullable=False),
    sa.Column('remote_ref', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('payment_id', INTEGER, nullable=True),
    sa.Column('refund_asked', MOMENT, nullable=True),
    sa.Column('refund_by_id', INTEGER, nullable=True),
    sa.Column('refund_reason', sa.String(length=200), nullable=False),
    sa.Column('settled_entry', INTEGER, nullable=True),
    sa.Column('refund_settled_entry', INTEGER, nullable=True),
    sa.CheckConstraint("(method_id IS NOT NULL) = (way = 'charge')", name=op.f('ck_ledger_gateway_payment_charges_a_method')),
    sa.CheckConstraint("(payment_id IS NOT NULL) = (state IN ('paid', 'refunded'))", name=op.f('ck_ledger_gateway_payment_paid_is_a_payment')),
    sa.CheckConstraint("refund_settled_entry IS NULL OR state = 'refunded'", name=op.f('ck_ledger_gateway_payment_refund_settled_when_refunded')),
    sa.CheckConstraint("state IN ('started', 'failed', 'paid', 'refunded')", name=op.f('ck_ledger_gateway_payment_known_state')),
    sa.CheckConstraint("way IN ('redirect', 'charge')", name=op.f('ck_ledger_gateway_payment_known_way')),
    sa.CheckConstraint('cents > 0', name=op.f('ck_ledger_gateway_payment_cents_above_zero')),
    sa.CheckConstraint('settled_entry IS NULL OR payment_id IS NOT NULL', name=op.f('ck_ledger_gateway_payment_settled_when_paid')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_ledger_gateway_payment_by_person_id_person')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_gateway_payment_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['method_id'], ['ledger_saved_method.id'], name=op.f('fk_ledger_gateway_payment_method_id_ledger_saved_method')),
    sa.ForeignKeyConstraint(['organisation_id', 'payment_id'], ['ledger_payment.organisation_id', 'ledger_payment.id'], name='fk_ledger_gateway_payment_payment'),
    sa.ForeignKeyConstraint(['organisation_id', 'refund_settled_entry'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_gateway_payment_refund_settled_entry'),
    sa.ForeignKeyConstraint(['organisation_id', 'settled_entry'], ['ledger_entry.organisation_id', 'ledger_entry.number'], name='fk_ledger_gateway_payment_settled_entry'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_gateway_payment_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['refund_by_id'], ['person.id'], name=op.f('fk_ledger_gateway_payment_refund_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_gateway_payment')),
    sa.UniqueConstraint('payment_id', name=op.f('uq_ledger_gateway_payment_payment_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_ledger_gateway_payment_ref'))
    )
    op.create_index('ix_ledger_gateway_payment_by_person_id', 'ledger_gateway_payment', ['by_person_id'])
    op.create_index('ix_ledger_gateway_payment_lease_id', 'ledger_gateway_payment', ['lease_id', 'id'])
    op.create_index('ix_ledger_gateway_payment_method_id', 'ledger_gateway_payment', ['method_id'])
    op.create_index('ix_ledger_gateway_payment_payment', 'ledger_gateway_payment', ['organisation_id', 'payment_id'])
    op.create_index('ix_ledger_gateway_payment_refund_by_id', 'ledger_gateway_payment', ['refund_by_id'])
    op.create_index('ix_ledger_gateway_payment_refund_settled_entry', 'ledger_gateway_payment', ['organisation_id', 'refund_settled_entry'])
    op.create_index('ix_ledger_gateway_payment_settled_entry', 'ledger_gateway_payment', ['organisation_id', 'settled_entry'])
    op.create_index('ix_ledger_gateway_payment_started', 'ledger_gateway_payment', ['lease_id'], sqlite_where=sa.text("state = 'started'"), postgresql_where=sa.text("state = 'started'"))
    op.create_table('ledger_autopay_attempt',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('taking_id', INTEGER, nullable=False),
    sa.Column('number', INTEGER, nullable=False),
    sa.Column('gateway_payment_id', INTEGER, nullable=False),
    sa.ForeignKeyConstraint(['gateway_payment_id'], ['ledger_gateway_payment.id'], name='fk_ledger_autopay_attempt_payment'),
    sa.ForeignKeyConstraint(['taking_id'], ['ledger_autopay_taking.id'], name=op.f('fk_ledger_autopay_attempt_taking_id_ledger_autopay_taking')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_autopay_attempt')),
    sa.UniqueConstraint('gateway_payment_id', name=op.f('uq_ledger_autopay_attempt_gateway_payment_id')),
    sa.UniqueConstraint('taking_id', 'number', name=op.f('uq_ledger_autopay_attempt_taking_id_number'))
    )
    op.create_table('ledger_gateway_event',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('gateway', sa.String(length=30), nullable=False),
    sa.Column('event_id', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('gateway_payment_id', INTEGER, nullable=True),
    sa.Column('method_id', INTEGER, nullable=True),
    sa.Column('remote_ref', sa.String(length=200), nullable=False),
    sa.Column('happened', MOMENT, nullable=False),
    sa.Column('received', MOMENT, nullable=False),
    sa.Column('fee_cents', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint("(gateway_payment_id IS NOT NULL) = (kind IN ('paid', 'failed', 'refunded', 'settled', 'refund_settled'))", name=op.f('ck_ledger_gateway_event_kind_fits')),
    sa.CheckConstraint('(gateway_payment_id IS NULL) <> (method_id IS NULL)', name=op.f('ck_ledger_gateway_event_of_one_thing')),
    sa.CheckConstraint('fee_cents >= 0', name=op.f('ck_ledger_gateway_event_fee_not_below_zero')),
    sa.ForeignKeyConstraint(['gateway_payment_id'], ['ledger_gateway_payment.id'], name='fk_ledger_gateway_event_payment'),
    sa.ForeignKeyConstraint(['method_id'], ['ledger_saved_method.id'], name=op.f('fk_ledger_gateway_event_method_id_ledger_saved_method')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_gateway_event')),
    sa.UniqueConstraint('gateway', 'event_id', name=op.f('uq_ledger_gateway_event_gateway_event_id'))
    )
    op.create_index('ix_ledger_gateway_event_gateway_payment_id', 'ledger_gateway_event', ['gateway_payment_id', 'kind'])
    op.create_index('ix_ledger_gateway_event_method_id', 'ledger_gateway_event', ['method_id', 'kind'])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
