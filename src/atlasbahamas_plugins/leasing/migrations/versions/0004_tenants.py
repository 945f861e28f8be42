"""invitations of tenants"""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0004'
down_revision = 'leasing_0003'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table('leasing_invitation',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('party_id', INTEGER, nullable=False),
    sa.Column('invited_by_id', INTEGER, nullable=False),
    sa.Column('sent', MOMENT, nullable=False),
    sa.Column('expires', MOMENT, nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=True),
    sa.Column('answered', MOMENT, nullable=True),
    sa.Column('answered_by_id', INTEGER, nullable=True),
    sa.Column('again', MOMENT, nullable=True),
    sa.CheckConstraint("answer IN ('accepted', 'declined', 'withdrawn', 'replaced', 'expired')", name=op.f('ck_leasing_invitation_known_answer')),
    sa.CheckConstraint('(answer IS NULL) = (answered IS NULL)', name=op.f('ck_leasing_invitation_answer_has_time')),
    sa.CheckConstraint("answer <> 'accepted' OR answered_by_id IS NOT NULL", name=op.f('ck_leasing_invitation_accepted_by_somebody')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_invitation_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['person.id'], name=op.f('fk_leasing_invitation_invited_by_id_person')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_leasing_invitation_answered_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_invitation')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_invitation_ref'))
    )
    for column in ('party_id', 'invited_by_id', 'answered_by_id'):
        op.create_index(f'ix_leasing_invitation_{column}', 'leasing_invitation', [column])
    op.create_index('uq_leasing_invitation_open', 'leasing_invitation', ['party_id'], unique=True, sqlite_where=sa.text('answer IS NULL'), postgresql_where=sa.text('answer IS NULL'))
    op.create_table('leasing_invitation_token',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('invitation_id', INTEGER, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['invitation_id'], ['leasing_invitation.id'], name=op.f('fk_leasing_invitation_token_invitation_id_leasing_invitation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_invitation_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_leasing_invitation_token_token_hash'))
    )
    op.create_index(op.f('ix_leasing_invitation_token_invitation_id'), 'leasing_invitation_token', ['invitation_id'])


def downgrade() -> None:
    op.drop_table('leasing_invitation_token')
    op.drop_table('leasing_invitation')
