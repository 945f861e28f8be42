"""the properties that limited members reach."""

import sqlalchemy as sa
from alembic import op

revision = 'portfolio_0009'
down_revision = 'portfolio_0008'
branch_labels = None
depends_on = None
kind = 'expand'

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_index(
        'uq_portfolio_property_id_organisation_id', 'portfolio_property', ['id', 'organisation_id'], unique=True
    )
    op.create_table(
        'portfolio_limited_property',
        sa.Column('limit_id', NUMBER, autoincrement=False, nullable=False),
        sa.Column('property_id', NUMBER, autoincrement=False, nullable=False),
        sa.Column('organisation_id', NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ['limit_id', 'organisation_id'],
            ['member_limit.id', 'member_limit.organisation_id'],
            name=op.f('fk_portfolio_limited_property_limit'),
        ),
        sa.ForeignKeyConstraint(
            ['property_id', 'organisation_id'],
            ['portfolio_property.id', 'portfolio_property.organisation_id'],
            name=op.f('fk_portfolio_limited_property_property'),
        ),
        sa.PrimaryKeyConstraint('limit_id', 'property_id', name=op.f('pk_portfolio_limited_property')),
    )
    op.create_index('ix_portfolio_limited_property_property_id', 'portfolio_limited_property', ['property_id'])


def downgrade() -> None:
    op.drop_table('portfolio_limited_property')
    op.drop_index('uq_portfolio_property_id_organisation_id', 'portfolio_property')
