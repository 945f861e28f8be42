"""sums that figures are made of."""

import sqlalchemy as sa
from alembic import op

revision = 'ledger_0006'
down_revision = 'ledger_0004'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEEPERS = (
    ('ledger_figures_of_charge', 'ledger_charge'),
    ('ledger_figures_of_changed', 'ledger_charge'),
    ('ledger_figures_of_payment', 'ledger_payment'),
    ('ledger_figures_of_lease', 'leasing_lease'),
    ('ledger_figures_after_a_run', 'ledger_lease_change'),
)
MONTH = {'sqlite': "date({day}, 'start of month')", 'postgresql': "CAST(date_trunc('month', {day}) AS date)"}
UNPAID = sa.text('voided_by IS NULL AND open_cents > 0')


def upgrade() -> None:
    op.drop_index('ix_ledger_charge_unpaid', 'ledger_charge')
    op.create_index('ix_ledger_charge_unpaid', 'ledger_charge', ['organisation_id', 'due_on', 'id', 'open_cents', 'voided_by', 'lease_id'], sqlite_where=UNPAID, postgresql_where=UNPAID)
    op.create_index('ix_ledger_charge_organisation_id_due_on', 'ledger_charge', ['organisation_id', 'due_on', 'id'])
    op.create_table('ledger_standing',
    sa.Column('lease_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('unpaid_cents', sa.BigInteger(), nullable=False),
    sa.Column('unpaid_since', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_ledger_standing_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_standing_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('lease_id', name=op.f('pk_ledger_standing'))
    )
    op.create_index('ix_ledger_standing_since', 'ledger_standing', ['organisation_id', 'unpaid_since', 'lease_id'])
    op.create_index('ix_ledger_standing_unpaid', 'ledger_standing', ['organisation_id', 'unpaid_cents', 'lease_id'])
    op.create_table('ledger_month_sum',
    sa.Column('organisation_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('property_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('charged_cents', sa.BigInteger(), nullable=False),
    sa.Column('unpaid_cents', sa.BigInteger(), nullable=False),
    sa.Column('received_cents', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_ledger_month_sum_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', 'property_id', 'month', name=op.f('pk_ledger_month_sum'))
    )
    _fill()


def _fill() -> None:
    """What was charged and paid before."""
    month = MONTH[op.get_bind().dialect.name]
    op.execute("""INSERT INTO ledger_standing (lease_id, organisation_id, unpaid_cents, unpaid_since)
        SELECT lease.id, lease.organisation_id, coalesce(sum(charge.open_cents), 0), coalesce(min(charge.due_on), '9999-12-31')
        FROM leasing_lease AS lease LEFT JOIN ledger_charge AS charge
            ON charge.lease_id = lease.id AND charge.voided_by IS NULL AND charge.open_cents > 0
        GROUP BY lease.id, lease.organisation_id, lease.state
        HAVING lease.state IN ('signed', 'active', 'notice') OR coalesce(sum(charge.open_cents), 0) > 0""")
    charged = f"""SELECT organisation_id, lease_id, {month.format(day='due_on')} AS month, cents AS charged, open_cents AS unpaid,
        0 AS received FROM ledger_charge WHERE voided_by IS NULL"""
    received = f"""SELECT organisation_id, lease_id, {month.format(day='received_on')}, 0, 0, cents
        FROM ledger_payment WHERE state = 'confirmed'"""
    columns = 'organisation_id, property_id, month, charged_cents, unpaid_cents, received_cents'
    op.execute(f"""INSERT INTO ledger_month_sum ({columns})
        SELECT moved.organisation_id, unit.property_id, moved.month, sum(charged), sum(unpaid), sum(received)
        FROM ({charged} UNION ALL {received}) AS moved JOIN leasing_lease AS lease ON lease.id = moved.lease_id
            JOIN portfolio_unit AS unit ON unit.id = lease.unit_id GROUP BY 1, 2, 3""")
    # Of all properties together.
    op.execute(f"""INSERT INTO ledger_month_sum ({columns})
        SELECT organisation_id, 0, month, sum(charged_cents), sum(unpaid_cents), sum(received_cents)
        FROM ledger_month_sum GROUP BY 1, 3""")


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table in KEEPERS:
        op.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' if postgresql else ''}")
        if postgresql:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.drop_table('ledger_month_sum')
    op.drop_table('ledger_standing')
    op.drop_index('ix_ledger_charge_organisation_id_due_on', 'ledger_charge')
    op.drop_index('ix_ledger_charge_unpaid', 'ledger_charge')
    op.create_index('ix_ledger_charge_unpaid', 'ledger_charge', ['organisation_id', 'due_on', 'id'], sqlite_where=UNPAID, postgresql_where=UNPAID)
