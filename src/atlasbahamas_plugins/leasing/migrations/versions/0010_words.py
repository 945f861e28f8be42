"""the words that leases are found by."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types
from atlasbahamas.db.words import words_of

revision = 'leasing_0010'
down_revision = 'leasing_0009'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEEPERS = (
    ('leasing_word_of_lease', 'leasing_lease'),
    ('leasing_word_of_party', 'leasing_party'),
    ('leasing_word_without_party', 'leasing_party'),
    ('leasing_word_of_contact', 'portfolio_contact'),
    ('leasing_word_of_unit', 'portfolio_unit'),
    ('leasing_word_of_property', 'portfolio_property'),
)
NAMES = sa.text("""SELECT lease.id, lease.organisation_id, lease.ref AS name FROM leasing_lease AS lease
    UNION ALL SELECT lease.id, lease.organisation_id, unit.label FROM leasing_lease AS lease
    JOIN portfolio_unit AS unit ON unit.id = lease.unit_id
    UNION ALL SELECT lease.id, lease.organisation_id, property.name FROM leasing_lease AS lease
    JOIN portfolio_unit AS unit ON unit.id = lease.unit_id JOIN portfolio_property AS property ON property.id = unit.property_id
    UNION ALL SELECT lease.id, lease.organisation_id, contact.name FROM leasing_lease AS lease
    JOIN leasing_party AS party ON party.lease_id = lease.id JOIN portfolio_contact AS contact ON contact.id = party.contact_id
    ORDER BY 1""")


def upgrade() -> None:
    words = op.create_table('leasing_word',
    sa.Column('organisation_id', INTEGER, autoincrement=False, nullable=False),
    sa.Column('word', sa.String(length=40).with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
    sa.Column('lease_id', INTEGER, autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_word_lease_id_leasing_lease'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_leasing_word_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', 'word', 'lease_id', name=op.f('pk_leasing_word'))
    )
    op.create_index('ix_leasing_word_lease_id', 'leasing_word', ['lease_id', 'word'])
    rows = {
        (organisation_id, word, lease_id): None
        for lease_id, organisation_id, name in op.get_bind().execute(NAMES)
        for word in words_of([name])
    }
    if rows:
        op.bulk_insert(words, [dict(zip(('organisation_id', 'word', 'lease_id'), row)) for row in rows])


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table in KEEPERS:
        op.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' if postgresql else ''}")
        if postgresql:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.drop_table('leasing_word')
