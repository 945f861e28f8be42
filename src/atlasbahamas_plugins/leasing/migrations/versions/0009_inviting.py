"""files by which tenants were invited, and what became of their rows"""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0009'
down_revision = 'leasing_0008'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table('leasing_invitation_file',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('invited', INTEGER, nullable=False),
    sa.Column('skipped', INTEGER, nullable=False),
    sa.Column('made', MOMENT, nullable=False),
    sa.Column('made_by', INTEGER, nullable=False),
    sa.CheckConstraint('invited > 0 AND skipped >= 0', name=op.f('ck_leasing_invitation_file_invited_somebody')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_leasing_invitation_file_made_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_leasing_invitation_file_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_invitation_file')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_invitation_file_ref'))
    )
    op.create_index('ix_leasing_invitation_file_made_by', 'leasing_invitation_file', ['made_by'])
    op.create_index('ix_leasing_invitation_file_organisation_id_made', 'leasing_invitation_file', ['organisation_id', 'made', 'id'])
    op.create_table('leasing_invitation_row',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.Column('number', INTEGER, nullable=False),
    sa.Column('party_id', INTEGER, nullable=False),
    sa.Column('invitation_id', INTEGER, nullable=True),
    sa.Column('skipped', sa.String(length=8), nullable=True),
    sa.CheckConstraint("skipped IN ('joined', 'recent', 'no_email')", name=op.f('ck_leasing_invitation_row_known_reason')),
    sa.CheckConstraint('(invitation_id IS NULL) = (skipped IS NOT NULL)', name=op.f('ck_leasing_invitation_row_invited_or_skipped')),
    sa.ForeignKeyConstraint(['file_id'], ['leasing_invitation_file.id'], name=op.f('fk_leasing_invitation_row_file_id_leasing_invitation_file')),
    sa.ForeignKeyConstraint(['invitation_id'], ['leasing_invitation.id'], name=op.f('fk_leasing_invitation_row_invitation_id_leasing_invitation')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_invitation_row_party_id_leasing_party'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_invitation_row')),
    sa.UniqueConstraint('file_id', 'party_id', name=op.f('uq_leasing_invitation_row_file_id_party_id')),
    sa.UniqueConstraint('invitation_id', name=op.f('uq_leasing_invitation_row_invitation_id'))
    )
    op.create_index('ix_leasing_invitation_row_file_id_number', 'leasing_invitation_row', ['file_id', 'number', 'id'])
    op.create_index('ix_leasing_invitation_row_party_id', 'leasing_invitation_row', ['party_id'])


def downgrade() -> None:
    op.drop_table('leasing_invitation_row')
    op.drop_table('leasing_invitation_file')
