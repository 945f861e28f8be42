"""photos of properties and units."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'portfolio_0003_photos'
down_revision = 'portfolio_0001'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('portfolio_property_photo',
    sa.Column('property_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('position <> 0', name=op.f('ck_portfolio_property_photo_position_counts_from_one')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_portfolio_property_photo_file_id_file')),
    sa.ForeignKeyConstraint(['property_id'], ['portfolio_property.id'], name=op.f('fk_portfolio_property_photo_property_id_portfolio_property')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_property_photo')),
    sa.UniqueConstraint('file_id', name=op.f('uq_portfolio_property_photo_file_id')),
    sa.UniqueConstraint('property_id', 'position', name=op.f('uq_portfolio_property_photo_property_id_position')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_property_photo_ref'))
    )
    op.create_table('portfolio_unit_photo',
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('position <> 0', name=op.f('ck_portfolio_unit_photo_position_counts_from_one')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_portfolio_unit_photo_file_id_file')),
    sa.ForeignKeyConstraint(['unit_id'], ['portfolio_unit.id'], name=op.f('fk_portfolio_unit_photo_unit_id_portfolio_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_unit_photo')),
    sa.UniqueConstraint('file_id', name=op.f('uq_portfolio_unit_photo_file_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_unit_photo_ref')),
    sa.UniqueConstraint('unit_id', 'position', name=op.f('uq_portfolio_unit_photo_unit_id_position'))
    )


def downgrade() -> None:
    op.drop_table('portfolio_unit_photo')
    op.drop_table('portfolio_property_photo')
