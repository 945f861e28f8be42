"""files and their renditions."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'core_0004_files'
down_revision = 'core_0003_jobs'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('file',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('width', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('height', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'picture') = (width IS NOT NULL AND height IS NOT NULL AND width > 0 AND height > 0)", name=op.f('ck_file_pictures_have_a_size')),
    sa.CheckConstraint("kind IN ('picture', 'document')", name=op.f('ck_file_known_kind')),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_file_digest_is_sha256')),
    sa.CheckConstraint('size > 0', name=op.f('ck_file_not_empty')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_file_person_id_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file')),
    sa.UniqueConstraint('ref', name=op.f('uq_file_ref'))
    )
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.create_index('ix_file_digest', ['digest'], unique=False)
        batch_op.create_index('ix_file_expires', ['expires'], unique=False)
        batch_op.create_index('ix_file_person_id', ['person_id'], unique=False)

    op.create_table('file_rendition',
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('width', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('height', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_file_rendition_digest_is_sha256')),
    sa.CheckConstraint('size > 0', name=op.f('ck_file_rendition_not_empty')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_file_rendition_file_id_file'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('file_id', 'width', name=op.f('pk_file_rendition'))
    )
    with op.batch_alter_table('file_rendition', schema=None) as batch_op:
        batch_op.create_index('ix_file_rendition_digest', ['digest'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('file_rendition', schema=None) as batch_op:
        batch_op.drop_index('ix_file_rendition_digest')

    op.drop_table('file_rendition')
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.drop_index('ix_file_person_id')
        batch_op.drop_index('ix_file_expires')
        batch_op.drop_index('ix_file_digest')

    op.drop_table('file')
