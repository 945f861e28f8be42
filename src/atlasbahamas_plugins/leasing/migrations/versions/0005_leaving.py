"""notices to leave."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0005'
down_revision = 'leasing_0004'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = (
    'leasing_notice_no_update',
    'leasing_notice_no_delete',
    'leasing_notice_no_truncate',
    'leasing_serving_no_update',
    'leasing_serving_no_delete',
    'leasing_serving_no_truncate',
    'leasing_notice_of_a_running_lease',
    'leasing_serving_of_the_notice',
)


def upgrade() -> None:
    op.create_table('leasing_notice',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('giver', sa.String(length=8), nullable=False),
    sa.Column('party_id', INTEGER, nullable=True),
    sa.Column('given', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('rule_last_day', sa.Date(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('taken_back', MOMENT, nullable=True),
    sa.CheckConstraint("giver IN ('landlord', 'tenant')", name=op.f('ck_leasing_notice_known_giver')),
    sa.CheckConstraint("party_id IS NULL OR giver = 'tenant'", name=op.f('ck_leasing_notice_party_is_a_tenant')),
    sa.CheckConstraint('last_day >= given', name=op.f('ck_leasing_notice_ends_after_it_is_given')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_notice_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_notice_party_id_leasing_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_notice')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_notice_ref'))
    )
    op.create_index('ix_leasing_notice_lease_id', 'leasing_notice', ['lease_id'])
    op.create_index('ix_leasing_notice_party_id', 'leasing_notice', ['party_id'])
    op.create_table('leasing_serving',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('notice_id', INTEGER, nullable=False),
    sa.Column('way', sa.String(length=8), nullable=False),
    sa.Column('served_by', sa.String(length=200), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('party_id', INTEGER, nullable=True),
    sa.Column('file_id', INTEGER, nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.CheckConstraint("(way = 'here') = (party_id IS NOT NULL)", name=op.f('ck_leasing_serving_here_by_a_party')),
    sa.CheckConstraint("served_by <> ''", name=op.f('ck_leasing_serving_says_by_whom')),
    sa.CheckConstraint("way IN ('hand', 'door', 'post', 'email', 'message', 'here')", name=op.f('ck_leasing_serving_known_way')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_leasing_serving_file_id_file')),
    sa.ForeignKeyConstraint(['notice_id'], ['leasing_notice.id'], name=op.f('fk_leasing_serving_notice_id_leasing_notice')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_serving_party_id_leasing_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_serving')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_serving_ref'))
    )
    op.create_index('ix_leasing_serving_file_id', 'leasing_serving', ['file_id'])
    op.create_index('ix_leasing_serving_notice_id', 'leasing_serving', ['notice_id'])
    op.create_index('ix_leasing_serving_party_id', 'leasing_serving', ['party_id'])


def downgrade() -> None:
    op.drop_table('leasing_serving')
    op.drop_table('leasing_notice')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
