"""moving out."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'leasing_0006'
down_revision = 'leasing_0005'
branch_labels = None
depends_on = None
kind = 'expand'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
FUNCTIONS = (
    'leasing_move_out_step_no_update',
    'leasing_move_out_step_no_delete',
    'leasing_move_out_step_no_truncate',
    'leasing_statement_no_update',
    'leasing_statement_no_delete',
    'leasing_statement_no_truncate',
    'leasing_deduction_answer_no_update',
    'leasing_deduction_answer_no_delete',
    'leasing_deduction_answer_no_truncate',
    'leasing_move_out_step_of_who_leaves',
    'leasing_deduction_before_it_is_sent',
    'leasing_deduction_frozen_update',
    'leasing_deduction_frozen_delete',
    'leasing_deduction_photo_frozen_insert',
    'leasing_deduction_photo_frozen_update',
    'leasing_deduction_photo_frozen_delete',
    'leasing_statement_adds_up',
    'leasing_deduction_answer_of_a_party',
    'leasing_lease_settled',
)


def upgrade() -> None:
    op.create_table('leasing_deduction',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('wear_cents', sa.BigInteger(), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('version', INTEGER, nullable=False),
    sa.CheckConstraint("kind IN ('cleaning', 'repair', 'replacement', 'keys', 'rent', 'bill', 'other')", name=op.f('ck_leasing_deduction_known_kind')),
    sa.CheckConstraint('cents >= 0', name=op.f('ck_leasing_deduction_amount_not_below_zero')),
    sa.CheckConstraint('wear_cents BETWEEN 0 AND cents', name=op.f('ck_leasing_deduction_wear_within_amount')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_deduction_lease_id_leasing_lease')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_deduction')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_deduction_ref'))
    )
    op.create_index('ix_leasing_deduction_lease_id', 'leasing_deduction', ['lease_id'])
    op.create_table('leasing_move_out_step',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('reading', sa.String(length=200), nullable=False),
    sa.Column('count', INTEGER, nullable=True),
    sa.Column('person_id', INTEGER, nullable=True),
    sa.Column('created', MOMENT, nullable=False),
    sa.CheckConstraint("(kind = 'keys') = (count IS NOT NULL)", name=op.f('ck_leasing_move_out_step_keys_are_counted')),
    sa.CheckConstraint("(kind = 'meter') = (name <> '' AND reading <> '')", name=op.f('ck_leasing_move_out_step_meters_have_a_reading')),
    sa.CheckConstraint("kind IN ('date', 'meter', 'keys', 'vacant')", name=op.f('ck_leasing_move_out_step_known_kind')),
    sa.CheckConstraint('count BETWEEN 1 AND 1000', name=op.f('ck_leasing_move_out_step_count_in_range')),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_move_out_step_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_leasing_move_out_step_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_move_out_step'))
    )
    op.create_index('ix_leasing_move_out_step_lease_id', 'leasing_move_out_step', ['lease_id'])
    op.create_index('ix_leasing_move_out_step_person_id', 'leasing_move_out_step', ['person_id'])
    op.create_table('leasing_statement',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('lease_id', INTEGER, nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('held_cents', sa.BigInteger(), nullable=False),
    sa.Column('taken_cents', sa.BigInteger(), nullable=False),
    sa.Column('person_id', INTEGER, nullable=True),
    sa.Column('sent', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['lease_id'], ['leasing_lease.id'], name=op.f('fk_leasing_statement_lease_id_leasing_lease')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_leasing_statement_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_statement')),
    sa.UniqueConstraint('lease_id', name=op.f('uq_leasing_statement_lease_id'))
    )
    op.create_index('ix_leasing_statement_person_id', 'leasing_statement', ['person_id'])
    op.create_table('leasing_deduction_answer',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('deduction_id', INTEGER, nullable=False),
    sa.Column('party_id', INTEGER, nullable=False),
    sa.Column('agrees', sa.Boolean(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.CheckConstraint("agrees OR words <> ''", name=op.f('ck_leasing_deduction_answer_says_why')),
    sa.ForeignKeyConstraint(['deduction_id'], ['leasing_deduction.id'], name=op.f('fk_leasing_deduction_answer_deduction_id_leasing_deduction')),
    sa.ForeignKeyConstraint(['party_id'], ['leasing_party.id'], name=op.f('fk_leasing_deduction_answer_party_id_leasing_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_deduction_answer'))
    )
    op.create_index('ix_leasing_deduction_answer_deduction_id', 'leasing_deduction_answer', ['deduction_id'])
    op.create_index('ix_leasing_deduction_answer_party_id', 'leasing_deduction_answer', ['party_id'])
    op.create_table('leasing_deduction_photo',
    sa.Column('deduction_id', INTEGER, nullable=False),
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('position', INTEGER, nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.CheckConstraint('position <> 0', name=op.f('ck_leasing_deduction_photo_position_counts_from_one')),
    sa.ForeignKeyConstraint(['deduction_id'], ['leasing_deduction.id'], name=op.f('fk_leasing_deduction_photo_deduction_id_leasing_deduction')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_leasing_deduction_photo_file_id_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leasing_deduction_photo')),
    sa.UniqueConstraint('deduction_id', 'position', name=op.f('uq_leasing_deduction_photo_deduction_id_position')),
    sa.UniqueConstraint('file_id', name=op.f('uq_leasing_deduction_photo_file_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_leasing_deduction_photo_ref'))
    )


def downgrade() -> None:
    op.drop_table('leasing_deduction_photo')
    op.drop_table('leasing_deduction_answer')
    op.drop_table('leasing_statement')
    op.drop_table('leasing_move_out_step')
    op.drop_table('leasing_deduction')
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
