"""times out of service."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'portfolio_0005'
down_revision = 'portfolio_0004'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('portfolio_out_of_service',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('unit_id', INTEGER, nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('ends', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('person_id', INTEGER, nullable=True),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint('ends > starts', name=op.f('ck_portfolio_out_of_service_ends_after_start')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_portfolio_out_of_service_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['portfolio_unit.id'], name=op.f('fk_portfolio_out_of_service_unit_id_portfolio_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_out_of_service')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_out_of_service_ref'))
    )
    op.create_index('ix_portfolio_out_of_service_unit_id_starts', 'portfolio_out_of_service', ['unit_id', 'starts'])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE portfolio_out_of_service ADD CONSTRAINT portfolio_out_of_service_apart EXCLUDE USING gist"
            " (int8range(unit_id, unit_id, '[]') WITH &&, daterange(starts, ends) WITH &&)"
        )


def downgrade() -> None:
    op.drop_table('portfolio_out_of_service')
