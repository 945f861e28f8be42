"""mail and notifications."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'core_0006_mail'
down_revision = 'core_0005_disabled'
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('mail',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('address', sa.String(length=254), nullable=True),
    sa.Column('template', sa.String(length=120), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('category', sa.String(length=60), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=True),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'waiting') = (finished IS NULL)", name=op.f('ck_mail_ended_has_time')),
    sa.CheckConstraint("address IS NOT NULL OR person_id IS NOT NULL OR state <> 'waiting'", name=op.f('ck_mail_has_recipient')),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'dropped')", name=op.f('ck_mail_known_state')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail')),
    sa.UniqueConstraint('ref', name=op.f('uq_mail_ref'))
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.create_index('ix_mail_created', ['created', 'id'], unique=False)
        batch_op.create_index('ix_mail_person_id', ['person_id'], unique=False)

    op.create_table('notification',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('category', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('template', sa.String(length=120), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('read', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('waits_for_digest', sa.Boolean(), nullable=False),
    sa.CheckConstraint("path LIKE '/%'", name=op.f('ck_notification_path_of_this_site')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notification_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification')),
    sa.UniqueConstraint('ref', name=op.f('uq_notification_ref'))
    )
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('ix_notification_digest', ['person_id', 'id'], unique=False, sqlite_where=sa.text('waits_for_digest'), postgresql_where=sa.text('waits_for_digest'))
        batch_op.create_index('ix_notification_person_id_created', ['person_id', 'created', 'id'], unique=False)
        batch_op.create_index('ix_notification_unread', ['person_id'], unique=False, sqlite_where=sa.text('read IS NULL'), postgresql_where=sa.text('read IS NULL'))

    op.create_table('notification_preference',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('category', sa.String(length=60), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.CheckConstraint("channel IN ('at_once', 'digest', 'site_only')", name=op.f('ck_notification_preference_known_channel')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notification_preference_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'category', name=op.f('pk_notification_preference'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email_confirmed', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('email_confirmed')

    op.drop_table('notification_preference')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_unread', sqlite_where=sa.text('read IS NULL'), postgresql_where=sa.text('read IS NULL'))
        batch_op.drop_index('ix_notification_person_id_created')
        batch_op.drop_index('ix_notification_digest', sqlite_where=sa.text('waits_for_digest'), postgresql_where=sa.text('waits_for_digest'))

    op.drop_table('notification')
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.drop_index('ix_mail_person_id')
        batch_op.drop_index('ix_mail_created')

    op.drop_table('mail')
