"""the payments of a lease of which its ledger says something: those that wait, and those that are not used up."""

import sqlalchemy as sa
from alembic import op

revision = 'ledger_0013'
down_revision = 'ledger_0012'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_index(
        'ix_ledger_payment_undecided',
        'ledger_payment',
        ['lease_id'],
        sqlite_where=sa.text("state IN ('reported', 'waiting')"),
        postgresql_where=sa.text("state IN ('reported', 'waiting')"),
    )
    op.create_index(
        'ix_ledger_payment_part_unused',
        'ledger_payment_part',
        ['account_id'],
        sqlite_where=sa.text('open_cents > 0'),
        postgresql_where=sa.text('open_cents > 0'),
    )


def downgrade() -> None:
    op.drop_index('ix_ledger_payment_part_unused', table_name='ledger_payment_part')
    op.drop_index('ix_ledger_payment_undecided', table_name='ledger_payment')
