"""documents beside a lease."""

import sqlalchemy as sa
from alembic import op

import atlasbahamas.db.types

revision = 'leasing_0012'
down_revision = 'leasing_0011'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table('leasing_paper',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('person_id', INTEGER, nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.CheckConstraint("title <> ''", name=op.f('ck_leasing_paper_has_a_title')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_paper_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_leasing_paper_file_id_file')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_leasing_paper_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_paper')),
    sa.UniqueConstraint('file_id', name=op.f('uq_leasing_paper_file_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_paper_ref'))
    )
    op.create_index('ix_leasing_paper_lease_id', 'leasing_paper', ['lease_id', 'id'])
    op.create_index('ix_leasing_paper_person_id', 'leasing_paper', ['person_id'])


def downgrade() -> None:
    op.drop_index('ix_leasing_paper_person_id', table_name='leasing_paper')
    op.drop_index('ix_leasing_paper_lease_id', table_name='leasing_paper')
    op.drop_table('leasing_paper')
