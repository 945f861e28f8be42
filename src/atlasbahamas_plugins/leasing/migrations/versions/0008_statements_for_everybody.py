"""how a deduction was answered and who wrote it down; links to a final statement."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0008'
down_revision = 'leasing_0007'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = ('leasing_statement_link_to_what_was_sent',)


def upgrade() -> None:
    # Whoever answered so far did it here, signed in.
    with op.batch_alter_table('leasing_deduction_answer') as batch_op:
        batch_op.add_column(sa.Column('way', sa.String(length=8), server_default='here', nullable=False))
        batch_op.add_column(sa.Column('written_by_id', INTEGER, nullable=True))
        batch_op.create_check_constraint(op.f('ck_leasing_deduction_answer_known_way'), "way IN ('here', 'link', 'person', 'phone', 'paper', 'message')")
        batch_op.create_check_constraint(op.f('ck_leasing_deduction_answer_written_by_somebody'), "(way IN ('here', 'link')) = (written_by_id IS NULL)")
        batch_op.create_foreign_key(op.f('fk_leasing_deduction_answer_written_by_id_person'), 'person', ['written_by_id'], ['id'])
        batch_op.create_index('ix_leasing_deduction_answer_written_by_id', ['written_by_id'])
    with op.batch_alter_table('leasing_deduction_answer') as batch_op:
        batch_op.alter_column('way', server_default=None)
    op.create_table('leasing_statement_link',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('party_id', INTEGER, nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('asked_by_id', INTEGER, nullable=False),
    sa.Column('sent', MOMENT, nullable=False),
    sa.Column('expires', MOMENT, nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=True),
    sa.Column('answered', MOMENT, nullable=True),
    sa.Column('again', MOMENT, nullable=True),
    sa.CheckConstraint("answer IN ('replaced', 'withdrawn')", name=op.f('ck_leasing_statement_link_known_answer')),
    sa.CheckConstraint('(answer IS NULL) = (answered IS NULL)', name=op.f('ck_leasing_statement_link_answer_has_time')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_statement_link_party_id_leasing_party')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_leasing_statement_link_asked_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_statement_link')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_statement_link_ref'))
    )
    op.create_index('ix_leasing_statement_link_party_id', 'leasing_statement_link', ['party_id'])
    op.create_index('ix_leasing_statement_link_asked_by_id', 'leasing_statement_link', ['asked_by_id'])
    op.create_index('uq_leasing_statement_link_open', 'leasing_statement_link', ['party_id'], unique=True, sqlite_where=sa.text('answer IS NULL'), postgresql_where=sa.text('answer IS NULL'))
    op.create_table('leasing_statement_token',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('link_id', INTEGER, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['leasing_statement_link.id'], name=op.f('fk_leasing_statement_token_link_id_leasing_statement_link')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_statement_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_leasing_statement_token_token_hash'))
    )
    op.create_index(op.f('ix_leasing_statement_token_link_id'), 'leasing_statement_token', ['link_id'])


def downgrade() -> None:
    op.drop_table('leasing_statement_token')
    op.drop_table('leasing_statement_link')
    # A trigger that names a column keeps it there.
    on_table = " ON leasing_deduction_answer" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS leasing_deduction_answer_no_update{on_table}")
    with op.batch_alter_table('leasing_deduction_answer') as batch_op:
        batch_op.drop_index('ix_leasing_deduction_answer_written_by_id')
        batch_op.drop_constraint(op.f('fk_leasing_deduction_answer_written_by_id_person'), type_='foreignkey')
        batch_op.drop_constraint(op.f('ck_leasing_deduction_answer_written_by_somebody'), type_='check')
        batch_op.drop_constraint(op.f('ck_leasing_deduction_answer_known_way'), type_='check')
        batch_op.drop_column('written_by_id')
        batch_op.drop_column('way')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
