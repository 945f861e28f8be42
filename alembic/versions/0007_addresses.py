"""confirmed addresses, tokens, invitations."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'core_0007_addresses'
down_revision = 'core_0006_mail'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('invitation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('invited_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sent', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=True),
    sa.Column('answered', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("answer IN ('accepted', 'declined', 'withdrawn')", name=op.f('ck_invitation_known_answer')),
    sa.CheckConstraint('(answer IS NULL) = (answered IS NULL)', name=op.f('ck_invitation_answer_has_time')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['person.id'], name=op.f('fk_invitation_answered_by_id_person')),
    sa.ForeignKeyConstraint(['invited_by_id'], ['person.id'], name=op.f('fk_invitation_invited_by_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_invitation_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('ref', name=op.f('uq_invitation_ref'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index('ix_invitation_organisation_id', ['organisation_id', 'id'], unique=False)

    op.create_table('person_token',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.String(length=10), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('confirm', 'recover')", name=op.f('ck_person_token_known_purpose')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_token_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_person_token_token_hash'))
    )
    with op.batch_alter_table('person_token', schema=None) as batch_op:
        batch_op.create_index('ix_person_token_person_id', ['person_id'], unique=False)

    op.create_table('invitation_token',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('invitation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], name=op.f('fk_invitation_token_invitation_id_invitation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_token_hash'))
    )
    with op.batch_alter_table('invitation_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_token_invitation_id'), ['invitation_id'], unique=False)

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_person_email_key'), type_='unique')
        batch_op.create_index('uq_person_email_key', ['email_key'], unique=True, sqlite_where=sa.text('email_confirmed IS NOT NULL'), postgresql_where=sa.text('email_confirmed IS NOT NULL'))
        batch_op.create_index('ix_person_email_key', ['email_key'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index('ix_person_email_key')
        batch_op.drop_index('uq_person_email_key', sqlite_where=sa.text('email_confirmed IS NOT NULL'), postgresql_where=sa.text('email_confirmed IS NOT NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_person_email_key'), ['email_key'])

    with op.batch_alter_table('invitation_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_token_invitation_id'))

    op.drop_table('invitation_token')
    with op.batch_alter_table('person_token', schema=None) as batch_op:
        batch_op.drop_index('ix_person_token_person_id')

    op.drop_table('person_token')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index('ix_invitation_organisation_id')

    op.drop_table('invitation')
