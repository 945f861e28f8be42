"""links to sign, and signatures."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0003'
down_revision = 'leasing_0002'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = (
    'leasing_signature_no_update',
    'leasing_signature_no_delete',
    'leasing_signature_no_truncate',
    'leasing_signature_of_what_was_sent',
    'leasing_lease_signed_by_all',
)


def upgrade() -> None:
    op.create_table('leasing_signature',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('document_id', INTEGER, nullable=False),
    sa.Column('party_id', INTEGER, nullable=True),
    sa.Column('person_id', INTEGER, nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('witness', sa.String(length=200), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('pdf_digest', sa.String(length=64), nullable=False),
    sa.Column('signed', MOMENT, nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('agent', sa.String(length=300), nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_leasing_signature_name_is_typed')),
    sa.CheckConstraint('party_id IS NOT NULL OR person_id IS NOT NULL', name=op.f('ck_leasing_signature_party_or_member')),
    sa.ForeignKeyConstraint(['document_id'], ['leasing_document.id'], name=op.f('fk_leasing_signature_document_id_leasing_document')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_signature_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_leasing_signature_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_signature')),
    sa.UniqueConstraint('document_id', 'party_id', name=op.f('uq_leasing_signature_document_id_party_id'))
    )
    op.create_index('ix_leasing_signature_party_id', 'leasing_signature', ['party_id'])
    op.create_index('ix_leasing_signature_person_id', 'leasing_signature', ['person_id'])
    op.create_index('uq_leasing_signature_landlord', 'leasing_signature', ['document_id'], unique=True, sqlite_where=sa.text('party_id IS NULL'), postgresql_where=sa.text('party_id IS NULL'))
    op.create_table('leasing_signing_link',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('document_id', INTEGER, nullable=False),
    sa.Column('party_id', INTEGER, nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('asked_by_id', INTEGER, nullable=False),
    sa.Column('sent', MOMENT, nullable=False),
    sa.Column('expires', MOMENT, nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=True),
    sa.Column('answered', MOMENT, nullable=True),
    sa.Column('again', MOMENT, nullable=True),
    sa.CheckConstraint("answer IN ('signed', 'declined', 'replaced', 'withdrawn', 'expired')", name=op.f('ck_leasing_signing_link_known_answer')),
    sa.CheckConstraint('(answer IS NULL) = (answered IS NULL)', name=op.f('ck_leasing_signing_link_answer_has_time')),
    sa.ForeignKeyConstraint(['document_id'], ['leasing_document.id'], name=op.f('fk_leasing_signing_link_document_id_leasing_document')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_signing_link_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_leasing_signing_link_asked_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_signing_link')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_signing_link_ref'))
    )
    op.create_index('ix_leasing_signing_link_party_id', 'leasing_signing_link', ['party_id'])
    op.create_index('ix_leasing_signing_link_asked_by_id', 'leasing_signing_link', ['asked_by_id'])
    op.create_table('leasing_signing_token',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('link_id', INTEGER, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['leasing_signing_link.id'], name=op.f('fk_leasing_signing_token_link_id_leasing_signing_link')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_signing_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_leasing_signing_token_token_hash'))
    )
    op.create_index(op.f('ix_leasing_signing_token_link_id'), 'leasing_signing_token', ['link_id'])
    op.create_index('uq_leasing_signing_link_open', 'leasing_signing_link', ['document_id', 'party_id'], unique=True, sqlite_where=sa.text('answer IS NULL'), postgresql_where=sa.text('answer IS NULL'))


def downgrade() -> None:
    op.drop_table('leasing_signing_token')
    op.drop_table('leasing_signing_link')
    op.drop_table('leasing_signature')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
