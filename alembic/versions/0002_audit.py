"""audit: entries, details, releases."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'core_0002_audit'
down_revision = 'core_0001'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('role', sa.String(length=120), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('action', sa.String(length=120), nullable=False),
    sa.Column('about_kind', sa.String(length=40), nullable=True),
    sa.Column('about_ref', sa.String(length=80), nullable=True),
    sa.Column('request_id', sa.String(length=64), nullable=False),
    sa.Column('change_digest', sa.String(length=64), nullable=True),
    sa.Column('origin_digest', sa.String(length=64), nullable=True),
    sa.CheckConstraint('(about_kind IS NULL) = (about_ref IS NULL)', name=op.f('ck_audit_entry_about_is_whole')),
    sa.CheckConstraint('id > 0', name=op.f('ck_audit_entry_id_above_zero')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_audit_entry_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_audit_entry_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_about', ['about_ref', 'about_kind', 'id'], unique=False)
        batch_op.create_index('ix_audit_entry_at', ['at'], unique=False)
        batch_op.create_index('ix_audit_entry_organisation_id', ['organisation_id', 'id'], unique=False)
        batch_op.create_index('ix_audit_entry_person_id', ['person_id', 'id'], unique=False)

    op.create_table('audit_detail',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('part', sa.String(length=10), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.CheckConstraint("part IN ('change', 'origin')", name=op.f('ck_audit_detail_known_part')),
    sa.ForeignKeyConstraint(['entry_id'], ['audit_entry.id'], name=op.f('fk_audit_detail_entry_id_audit_entry')),
    sa.PrimaryKeyConstraint('entry_id', 'part', name=op.f('pk_audit_detail'))
    )
    op.create_table('audit_release',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('part', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=10), nullable=False),
    sa.Column('at', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("part IN ('change', 'origin')", name=op.f('ck_audit_release_known_part')),
    sa.CheckConstraint("reason IN ('erasure', 'retention')", name=op.f('ck_audit_release_known_reason')),
    sa.ForeignKeyConstraint(['entry_id'], ['audit_entry.id'], name=op.f('fk_audit_release_entry_id_audit_entry')),
    sa.PrimaryKeyConstraint('entry_id', 'part', name=op.f('pk_audit_release'))
    )


def downgrade() -> None:
    op.drop_table('audit_release')
    op.drop_table('audit_detail')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_person_id')
        batch_op.drop_index('ix_audit_entry_organisation_id')
        batch_op.drop_index('ix_audit_entry_at')
        batch_op.drop_index('ix_audit_entry_about')

    op.drop_table('audit_entry')
