"""members who are limited to some parts of an organisation."""

import sqlalchemy as sa
from alembic import op

revision = 'core_0010_member_limits'
down_revision = 'core_0009_person_photos'
branch_labels = None
depends_on = None
kind = 'expand'

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'member_limit',
        sa.Column('id', NUMBER, nullable=False),
        sa.Column('organisation_id', NUMBER, nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_member_limit_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_member_limit')),
        sa.UniqueConstraint('id', 'organisation_id', name=op.f('uq_member_limit_id_organisation_id')),
    )
    for table in ('membership', 'invitation'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('limit_id', NUMBER, nullable=True))
            batch_op.create_foreign_key(
                op.f(f'fk_{table}_limit_id_organisation_id_member_limit'),
                'member_limit',
                ['limit_id', 'organisation_id'],
                ['id', 'organisation_id'],
            )
            batch_op.create_check_constraint(op.f(f'ck_{table}_owners_are_not_limited'), "limit_id IS NULL OR role <> 'owner'")


def downgrade() -> None:
    for table in ('membership', 'invitation'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'ck_{table}_owners_are_not_limited'), type_='check')
            batch_op.drop_constraint(op.f(f'fk_{table}_limit_id_organisation_id_member_limit'), type_='foreignkey')
            batch_op.drop_column('limit_id')
    op.drop_table('member_limit')
