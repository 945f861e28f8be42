"""templates, frozen documents and signed copies."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0002'
down_revision = 'leasing_0001'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = (
    'leasing_signed_copy_once',
    'leasing_document_no_update',
    'leasing_document_no_delete',
    'leasing_document_no_truncate',
    'leasing_signed_copy_no_update',
    'leasing_signed_copy_no_delete',
    'leasing_signed_copy_no_truncate',
    'leasing_document_of_sent',
)


def upgrade() -> None:
    op.create_table('leasing_template',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('organisation_id', INTEGER, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('link_days', INTEGER, nullable=False),
    sa.Column('changed', MOMENT, nullable=False),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint('link_days BETWEEN 3 AND 14', name=op.f('ck_leasing_template_link_days_in_range')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_leasing_template_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_template')),
    sa.UniqueConstraint('organisation_id', name=op.f('uq_leasing_template_organisation_id'))
    )
    op.create_table('leasing_document',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('number', INTEGER, nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('pdf_id', INTEGER, nullable=False),
    sa.Column('pdf_digest', sa.String(length=64), nullable=False),
    sa.Column('frozen', MOMENT, nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_leasing_document_number_above_zero')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_document_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['pdf_id'], ['file.id'], name=op.f('fk_leasing_document_pdf_id_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_document')),
    sa.UniqueConstraint('lease_id', 'number', name=op.f('uq_leasing_document_lease_id_number')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_document_ref'))
    )
    op.create_index('ix_leasing_document_pdf_id', 'leasing_document', ['pdf_id'])
    op.create_table('leasing_signed_copy',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('document_id', INTEGER, nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['leasing_document.id'], name=op.f('fk_leasing_signed_copy_document_id_leasing_document')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_leasing_signed_copy_file_id_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_signed_copy')),
    sa.UniqueConstraint('document_id', name=op.f('uq_leasing_signed_copy_document_id'))
    )
    op.create_index('ix_leasing_signed_copy_file_id', 'leasing_signed_copy', ['file_id'])


def downgrade() -> None:
    op.drop_table('leasing_signed_copy')
    op.drop_table('leasing_document')
    op.drop_table('leasing_template')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
