"""files of leases that were brought in, and where their leases stood; until when a lease is listed."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0007'
down_revision = 'leasing_0006'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = ('leasing_opening_no_update', 'leasing_opening_no_delete', 'leasing_opening_no_truncate')
KEEPERS = ('leasing_lease_until_insert', 'leasing_lease_until_update')


def upgrade() -> None:
    op.create_table('leasing_import',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('leases', INTEGER, nullable=False),
    sa.Column('made', MOMENT, nullable=False),
    sa.Column('made_by', INTEGER, nullable=False),
    sa.Column('undone', MOMENT, nullable=True),
    sa.Column('undone_by', INTEGER, nullable=True),
    sa.CheckConstraint('(undone IS NULL) = (undone_by IS NULL)', name=op.f('ck_leasing_import_undone_by_somebody')),
    sa.CheckConstraint('leases > 0', name=op.f('ck_leasing_import_has_leases')),
    sa.CheckConstraint('undone >= made', name=op.f('ck_leasing_import_undone_after_made')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_leasing_import_made_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_leasing_import_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['undone_by'], ['person.id'], name=op.f('fk_leasing_import_undone_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_import')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_import_ref'))
    )
    op.create_index('ix_leasing_import_made_by', 'leasing_import', ['made_by'])
    op.create_index('ix_leasing_import_organisation_id_made', 'leasing_import', ['organisation_id', 'made', 'id'])
    op.create_index('ix_leasing_import_undone_by', 'leasing_import', ['undone_by'])
    op.create_table('leasing_imported_contact',
    sa.Column('contact_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('import_id', INTEGER, nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['portfolio_contact.id'], name=op.f('fk_leasing_imported_contact_contact_id_portfolio_contact')),
    sa.ForeignKeyConstraint(['import_id'], ['leasing_import.id'], name=op.f('fk_leasing_imported_contact_import_id_leasing_import')),
    sa.PrimaryKeyConstraint('contact_id', name=op.f('pk_leasing_imported_contact'))
    )
    op.create_index('ix_leasing_imported_contact_import_id', 'leasing_imported_contact', ['import_id'])
    op.create_table('leasing_opening',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('import_id', INTEGER, nullable=False),
    sa.Column('paid_to', sa.Date(), nullable=True),
    sa.Column('balance_cents', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['leasing_import.id'], name=op.f('fk_leasing_opening_import_id_leasing_import')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_opening_lease_id_leasing_lease')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_opening')),
    sa.UniqueConstraint('lease_id', name=op.f('uq_leasing_opening_lease_id'))
    )
    op.create_index('ix_leasing_opening_import_id', 'leasing_opening', ['import_id', 'lease_id'])
    op.add_column('leasing_lease', sa.Column('until', sa.Date(), server_default='9999-12-31', nullable=False))
    op.execute("UPDATE leasing_lease SET until = coalesce(last_day, term_last_day, '9999-12-31')")
    op.create_index('ix_leasing_lease_organisation_id_until', 'leasing_lease', ['organisation_id', 'until', 'id'])
    op.create_index('ix_leasing_lease_organisation_id_state', 'leasing_lease', ['organisation_id', 'state', 'until'])


def downgrade() -> None:
    for name in KEEPERS:
        on_table = " ON leasing_lease" if op.get_bind().dialect.name == "postgresql" else ""
        op.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
    op.drop_index('ix_leasing_lease_organisation_id_state', 'leasing_lease')
    op.drop_index('ix_leasing_lease_organisation_id_until', 'leasing_lease')
    op.drop_column('leasing_lease', 'until')
    op.drop_table('leasing_opening')
    op.drop_table('leasing_imported_contact')
    op.drop_table('leasing_import')
    if op.get_bind().dialect.name == "postgresql":
        for name in (*FUNCTIONS, *KEEPERS):
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
