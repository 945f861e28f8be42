"""properties that are handed to another organisation."""

import sqlalchemy as sa
from alembic import op

import atlasbahamas.db.types

revision = 'portfolio_0010'
down_revision = 'portfolio_0009'
branch_labels = None
depends_on = None
kind = 'expand'

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
UNDER_WAY = "done IS NULL AND (answer IS NULL OR answer = 'accepted')"
FUNCTIONS = ('portfolio_former_property_apart_insert', 'portfolio_former_property_apart_update')
HANDED = 'portfolio_property_is_handed_over'


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}_{other}'))


def upgrade() -> None:
    op.create_table(
        'portfolio_handover',
        sa.Column('id', NUMBER, nullable=False),
        sa.Column('ref', sa.String(length=80), nullable=False),
        sa.Column('property_id', NUMBER, nullable=False),
        sa.Column('property_name', sa.String(length=200), nullable=False),
        sa.Column('from_id', NUMBER, nullable=False),
        sa.Column('to_id', NUMBER, nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('offered', MOMENT, nullable=False),
        sa.Column('offered_by', NUMBER, nullable=False),
        sa.Column('answer', sa.String(length=10), nullable=True),
        sa.Column('answered', MOMENT, nullable=True),
        sa.Column('answered_by', NUMBER, nullable=True),
        sa.Column('done', MOMENT, nullable=True),
        sa.CheckConstraint('from_id <> to_id', name=op.f('ck_portfolio_handover_to_somebody_else')),
        sa.CheckConstraint("answer IN ('accepted', 'declined', 'withdrawn')", name=op.f('ck_portfolio_handover_known_answer')),
        sa.CheckConstraint('(answer IS NULL) = (answered IS NULL)', name=op.f('ck_portfolio_handover_answer_has_time')),
        sa.CheckConstraint("done IS NULL OR (answer IS NOT NULL AND answer = 'accepted')", name=op.f('ck_portfolio_handover_only_accepted_is_done')),
        _points_to('portfolio_handover', 'property_id', 'portfolio_property'),
        _points_to('portfolio_handover', 'from_id', 'organisation'),
        _points_to('portfolio_handover', 'to_id', 'organisation'),
        _points_to('portfolio_handover', 'offered_by', 'person'),
        _points_to('portfolio_handover', 'answered_by', 'person'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_handover')),
        sa.UniqueConstraint('ref', name=op.f('uq_portfolio_handover_ref')),
    )
    op.create_index(
        'uq_portfolio_handover_under_way',
        'portfolio_handover',
        ['property_id'],
        unique=True,
        sqlite_where=sa.text(UNDER_WAY),
        postgresql_where=sa.text(UNDER_WAY),
    )
    for column in ('from_id', 'to_id', 'day'):
        op.create_index(f'ix_portfolio_handover_{column}', 'portfolio_handover', [column])
    op.create_table(
        'portfolio_former_property',
        sa.Column('id', NUMBER, nullable=False),
        sa.Column('ref', sa.String(length=80), nullable=False),
        sa.Column('property_id', NUMBER, nullable=False),
        sa.Column('organisation_id', NUMBER, nullable=False),
        sa.Column('handover_id', NUMBER, nullable=False),
        sa.Column('starts', sa.Date(), nullable=True),
        sa.Column('ends', sa.Date(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('facts', sa.JSON(), nullable=False),
        sa.CheckConstraint('ends >= starts', name=op.f('ck_portfolio_former_property_ends_after_start')),
        _points_to('portfolio_former_property', 'property_id', 'portfolio_property'),
        _points_to('portfolio_former_property', 'organisation_id', 'organisation'),
        _points_to('portfolio_former_property', 'handover_id', 'portfolio_handover'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_former_property')),
        sa.UniqueConstraint('handover_id', name=op.f('uq_portfolio_former_property_handover_id')),
        sa.UniqueConstraint('ref', name=op.f('uq_portfolio_former_property_ref')),
    )
    op.create_index('ix_portfolio_former_property_organisation_id', 'portfolio_former_property', ['organisation_id', 'id'])
    op.create_index('ix_portfolio_former_property_property_id', 'portfolio_former_property', ['property_id', 'ends'])


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == 'postgresql'
    op.execute(f"DROP TRIGGER IF EXISTS {HANDED}{' ON portfolio_property' if on_postgresql else ''}")
    op.drop_table('portfolio_former_property')
    op.drop_table('portfolio_handover')
    if on_postgresql:
        for name in (*FUNCTIONS, HANDED):
            op.execute(f'DROP FUNCTION IF EXISTS {name}()')
