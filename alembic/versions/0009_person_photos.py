"""photos of people."""

import sqlalchemy as sa
from alembic import op

revision = 'core_0009_person_photos'
down_revision = 'core_0008_erased'
branch_labels = None
depends_on = None
kind = 'expand'

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'person_photo',
        sa.Column('person_id', NUMBER, autoincrement=False, nullable=False),
        sa.Column('ref', sa.String(length=80), nullable=False),
        sa.Column('file_id', NUMBER, nullable=False),
        sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_person_photo_file_id_file')),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_photo_person_id_person')),
        sa.PrimaryKeyConstraint('person_id', name=op.f('pk_person_photo')),
        sa.UniqueConstraint('file_id', name=op.f('uq_person_photo_file_id')),
        sa.UniqueConstraint('ref', name=op.f('uq_person_photo_ref')),
    )


def downgrade() -> None:
    op.drop_table('person_photo')
