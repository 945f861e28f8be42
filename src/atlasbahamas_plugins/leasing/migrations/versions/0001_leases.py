"""leases, their parties, rents, deposits and clauses."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0001'
down_revision = None
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = (
    'leasing_lease_begins_draft',
    'leasing_lease_continues',
    'leasing_lease_of_the_owner',
    'leasing_lease_stays',
    'leasing_lease_moves',
    'leasing_lease_agreed',
    'leasing_lease_complete',
    'leasing_lease_sent_first',
    'leasing_lease_kept',
    'leasing_party_insert_late',
    'leasing_party_delete_late',
    'leasing_party_update_late',
    'leasing_deposit_insert_late',
    'leasing_deposit_delete_late',
    'leasing_deposit_update_late',
    'leasing_clause_insert_late',
    'leasing_clause_delete_late',
    'leasing_clause_update_late',
    'leasing_party_own_insert',
    'leasing_party_own_update',
    'leasing_rent_in_order',
    'leasing_rent_stays',
    'leasing_rent_kept',
)


def upgrade() -> None:
    op.create_table('leasing_lease',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('unit_id', INTEGER, nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('origin', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=15), nullable=False),
    sa.Column('rolls_over', sa.Boolean(), nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('term_last_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('agreed', sa.Date(), nullable=True),
    sa.Column('period', sa.String(length=12), nullable=False),
    sa.Column('timing', sa.String(length=8), nullable=False),
    sa.Column('due_day', INTEGER, nullable=False),
    sa.Column('grace_days', INTEGER, nullable=False),
    sa.Column('late_fee_kind', sa.String(length=8), nullable=False),
    sa.Column('late_fee_cents', sa.BigInteger(), nullable=False),
    sa.Column('late_fee_hundredths', INTEGER, nullable=False),
    sa.Column('late_fee_cap_cents', INTEGER, nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('continues_id', INTEGER, nullable=True),
    sa.Column('taken_over_id', INTEGER, nullable=True),
    sa.Column('roll_over_told', sa.Date(), nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint("(kind = 'fixed') = (term_last_day IS NOT NULL)", name=op.f('ck_leasing_lease_fixed_has_term')),
    sa.CheckConstraint("(late_fee_kind IN ('flat', 'larger')) = (late_fee_cents > 0)", name=op.f('ck_leasing_lease_late_fee_amount')),
    sa.CheckConstraint("(late_fee_kind IN ('percent', 'larger')) = (late_fee_hundredths > 0)", name=op.f('ck_leasing_lease_late_fee_percentage')),
    sa.CheckConstraint("agreed IS NOT NULL OR NOT (state IN ('signed', 'active', 'notice', 'ended'))", name=op.f('ck_leasing_lease_binding_has_day')),
    sa.CheckConstraint("kind = 'fixed' OR rolls_over", name=op.f('ck_leasing_lease_only_terms_run_out')),
    sa.CheckConstraint("kind IN ('fixed', 'month_to_month')", name=op.f('ck_leasing_lease_known_kind')),
    sa.CheckConstraint("last_day IS NOT NULL OR NOT (state IN ('notice', 'ended'))", name=op.f('ck_leasing_lease_end_has_day')),
    sa.CheckConstraint("late_fee_kind IN ('none', 'flat', 'percent', 'larger')", name=op.f('ck_leasing_lease_known_late_fee')),
    sa.CheckConstraint("origin IN ('signed_here', 'printed', 'on_paper', 'oral')", name=op.f('ck_leasing_lease_known_origin')),
    sa.CheckConstraint("period IN ('weekly', 'fortnightly', 'four_weekly', 'monthly', 'quarterly', 'yearly')", name=op.f('ck_leasing_lease_known_period')),
    sa.CheckConstraint("rolls_over OR last_day IS NOT NULL OR NOT (state IN ('signed', 'active', 'notice', 'ended'))", name=op.f('ck_leasing_lease_term_runs_out')),
    sa.CheckConstraint("state IN ('draft', 'sent', 'signed', 'active', 'notice', 'ended', 'cancelled')", name=op.f('ck_leasing_lease_known_state')),
    sa.CheckConstraint("timing IN ('advance', 'arrears')", name=op.f('ck_leasing_lease_known_timing')),
    sa.CheckConstraint('due_day BETWEEN 1 AND 31', name=op.f('ck_leasing_lease_due_day_in_month')),
    sa.CheckConstraint('grace_days BETWEEN 0 AND 90', name=op.f('ck_leasing_lease_grace_in_range')),
    sa.CheckConstraint('last_day >= starts', name=op.f('ck_leasing_lease_ends_after_start')),
    sa.CheckConstraint('late_fee_cap_cents > 0', name=op.f('ck_leasing_lease_late_fee_cap_above_zero')),
    sa.CheckConstraint('late_fee_cents >= 0 AND late_fee_hundredths BETWEEN 0 AND 10000', name=op.f('ck_leasing_lease_late_fee_in_range')),
    sa.CheckConstraint('since <= starts', name=op.f('ck_leasing_lease_since_before_start')),
    sa.CheckConstraint('term_last_day >= since', name=op.f('ck_leasing_lease_term_ends_after_start')),
    sa.ForeignKeyConstraint(['continues_id'], ['leasing_lease.id'], name=op.f('fk_leasing_lease_continues_id_leasing_lease')),
    sa.ForeignKeyConstraint(['taken_over_id'], ['leasing_lease.id'], name=op.f('fk_leasing_lease_taken_over_id_leasing_lease')),
    sa.UniqueConstraint('taken_over_id', name=op.f('uq_leasing_lease_taken_over_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_leasing_lease_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['unit_id'], ['portfolio_unit.id'], name=op.f('fk_leasing_lease_unit_id_portfolio_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_lease')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_lease_ref'))
    )
    op.create_index('ix_leasing_lease_organisation_id_created', 'leasing_lease', ['organisation_id', 'created', 'id'])
    op.create_index('ix_leasing_lease_organisation_id_starts', 'leasing_lease', ['organisation_id', 'starts', 'id'])
    op.create_index('ix_leasing_lease_state_last_day', 'leasing_lease', ['state', 'last_day'])
    op.create_index('uq_leasing_lease_continues_id', 'leasing_lease', ['continues_id'], unique=True, sqlite_where=sa.text("state <> 'cancelled'"), postgresql_where=sa.text("state <> 'cancelled'"))
    op.create_index('ix_leasing_lease_unit_id_starts', 'leasing_lease', ['unit_id', 'starts'])
    op.create_table('leasing_clause',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('position', INTEGER, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_clause_lease_id_leasing_lease')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_clause')),
    sa.UniqueConstraint('lease_id', 'position', name=op.f('uq_leasing_clause_lease_id_position'))
    )
    op.create_table('leasing_deposit',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("kind IN ('first', 'last', 'security', 'key', 'pet')", name=op.f('ck_leasing_deposit_known_kind')),
    sa.CheckConstraint('cents > 0', name=op.f('ck_leasing_deposit_deposit_above_zero')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_deposit_lease_id_leasing_lease')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_deposit')),
    sa.UniqueConstraint('lease_id', 'kind', name=op.f('uq_leasing_deposit_lease_id_kind'))
    )
    op.create_table('leasing_party',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('contact_id', INTEGER, nullable=False),
    sa.Column('role', sa.String(length=10), nullable=False),
    sa.Column('position', INTEGER, nullable=False),
    sa.CheckConstraint("role IN ('primary', 'tenant', 'guarantor')", name=op.f('ck_leasing_party_known_role')),
    sa.ForeignKeyConstraint(['contact_id'], ['portfolio_contact.id'], name=op.f('fk_leasing_party_contact_id_portfolio_contact')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_party_lease_id_leasing_lease')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_party')),
    sa.UniqueConstraint('lease_id', 'contact_id', name=op.f('uq_leasing_party_lease_id_contact_id')),
    sa.UniqueConstraint('lease_id', 'position', name=op.f('uq_leasing_party_lease_id_position'))
    )
    op.create_index('ix_leasing_party_contact_id', 'leasing_party', ['contact_id'])
    op.create_index('uq_leasing_party_primary', 'leasing_party', ['lease_id'], unique=True, sqlite_where=sa.text("role = 'primary'"), postgresql_where=sa.text("role = 'primary'"))
    op.create_table('leasing_rent',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('cents > 0', name=op.f('ck_leasing_rent_rent_above_zero')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_rent_lease_id_leasing_lease')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_rent')),
    sa.UniqueConstraint('lease_id', 'starts', name=op.f('uq_leasing_rent_lease_id_starts'))
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE leasing_lease ADD CONSTRAINT leasing_lease_apart EXCLUDE USING gist"
            " (int8range(unit_id, unit_id, '[]') WITH &&, daterange(starts, last_day, '[]') WITH &&)"
            " WHERE (state IN ('signed', 'active', 'notice', 'ended'))"
        )


def downgrade() -> None:
    op.drop_table('leasing_rent')
    op.drop_table('leasing_party')
    op.drop_table('leasing_deposit')
    op.drop_table('leasing_clause')
    op.drop_table('leasing_lease')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
