"""versions of a listing's text, photos and documents, and their review."""

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'listings_0003'
down_revision = 'listings_0002'
branch_labels = None
depends_on = None
kind = 'contract'

INTEGER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = atlasbahamas.db.types.UtcDateTime(timezone=True)
STATES = ('draft', 'submitted', 'changes_requested', 'approved', 'paused', 'rejected', 'let', 'withdrawn')
BEFORE = ('draft', 'approved', 'paused', 'withdrawn')
CURRENT, WAS_CURRENT = "NOT (state IN ('rejected', 'let', 'withdrawn'))", "state <> 'withdrawn'"
OF_VERSIONS = (
    'listings_version_begins_as_draft',
    'listings_version_frozen',
    'listings_version_decided_once',
    'listings_version_steps',
    'listings_version_kept',
    *(f'listings_{table}_frozen_{event}' for table in ('photo', 'document') for event in ('insert', 'update', 'delete')),
)
OF_LISTINGS = 'listings_listing_shows_what_was_approved'


def _known(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(state) for state in states)})"


def _states(states: tuple[str, ...], current: str, *, cover: bool) -> None:
    op.drop_index('uq_listings_listing_current', 'listings_listing')
    with op.batch_alter_table('listings_listing', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_listings_listing_known_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_listings_listing_known_state'), _known(states))
        if cover:
            batch_op.add_column(sa.Column('cover', sa.String(length=80), nullable=True))
        else:
            batch_op.drop_column('cover')
    where = sa.text(current)
    op.create_index('uq_listings_listing_current', 'listings_listing', ['unit_id'], unique=True, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _states(STATES, CURRENT, cover=True)
    op.create_table('listings_version',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('listing_id', INTEGER, nullable=False),
    sa.Column('number', INTEGER, nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.Column('submitted', MOMENT, nullable=True),
    sa.Column('submitted_by_id', INTEGER, nullable=True),
    sa.Column('decided', MOMENT, nullable=True),
    sa.Column('decided_by_id', INTEGER, nullable=True),
    sa.Column('reviewed', sa.Boolean(), nullable=False),
    sa.Column('photos_checked', sa.Boolean(), nullable=False),
    sa.Column('price_checked', sa.Boolean(), nullable=False),
    sa.Column('description_checked', sa.Boolean(), nullable=False),
    sa.Column('documents_checked', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'approved', 'changes_requested', 'rejected', 'superseded', 'dropped')", name=op.f('ck_listings_version_known_state')),
    sa.CheckConstraint("number > 0", name=op.f('ck_listings_version_number_counts_from_one')),
    sa.CheckConstraint("(state IN ('draft', 'dropped')) OR submitted IS NOT NULL", name=op.f('ck_listings_version_was_submitted')),
    sa.CheckConstraint("(decided IS NOT NULL) = (state IN ('approved', 'changes_requested', 'rejected', 'superseded'))", name=op.f('ck_listings_version_was_decided')),
    sa.CheckConstraint("NOT reviewed OR decided_by_id IS NOT NULL", name=op.f('ck_listings_version_reviewed_by_somebody')),
    sa.CheckConstraint("NOT reviewed OR state NOT IN ('approved', 'superseded') OR (photos_checked AND price_checked AND description_checked AND documents_checked)", name=op.f('ck_listings_version_approved_is_checked')),
    sa.CheckConstraint("state NOT IN ('changes_requested', 'rejected') OR (reviewed AND trim(note) <> '')", name=op.f('ck_listings_version_no_is_said_with_a_reason')),
    sa.ForeignKeyConstraint(['listing_id'], ['listings_listing.id'], name=op.f('fk_listings_version_listing_id_listings_listing')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['person.id'], name=op.f('fk_listings_version_submitted_by_id_person')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_listings_version_decided_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings_version')),
    sa.UniqueConstraint('listing_id', 'number', name=op.f('uq_listings_version_listing_id_number')),
    sa.UniqueConstraint('ref', name=op.f('uq_listings_version_ref'))
    )
    for name, columns, unique, condition in (
        ('uq_listings_version_open', ['listing_id'], True, "state IN ('draft', 'submitted')"),
        ('uq_listings_version_public', ['listing_id'], True, "state = 'approved'"),
        ('ix_listings_version_waiting', ['submitted', 'id'], False, "state = 'submitted'"),
    ):
        where = sa.text(condition)
        op.create_index(name, 'listings_version', columns, unique=unique, sqlite_where=where, postgresql_where=where)
    op.create_index('ix_listings_version_submitted_by_id', 'listings_version', ['submitted_by_id'])
    op.create_index('ix_listings_version_decided_by_id', 'listings_version', ['decided_by_id'])
    op.create_table('listings_photo',
    sa.Column('version_id', INTEGER, nullable=False),
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('position', INTEGER, nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.CheckConstraint('position <> 0', name=op.f('ck_listings_photo_position_counts_from_one')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_listings_photo_file_id_file')),
    sa.ForeignKeyConstraint(['version_id'], ['listings_version.id'], name=op.f('fk_listings_photo_version_id_listings_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings_photo')),
    sa.UniqueConstraint('file_id', name=op.f('uq_listings_photo_file_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_listings_photo_ref')),
    sa.UniqueConstraint('version_id', 'position', name=op.f('uq_listings_photo_version_id_position'))
    )
    op.create_table('listings_document',
    sa.Column('id', INTEGER, nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('version_id', INTEGER, nullable=False),
    sa.Column('file_id', INTEGER, nullable=False),
    sa.Column('created', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_listings_document_file_id_file')),
    sa.ForeignKeyConstraint(['version_id'], ['listings_version.id'], name=op.f('fk_listings_document_version_id_listings_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings_document')),
    sa.UniqueConstraint('file_id', name=op.f('uq_listings_document_file_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_listings_document_ref'))
    )
    op.create_index('ix_listings_document_version_id', 'listings_document', ['version_id'])
    _write_first_versions()


def _write_first_versions() -> None:
    """What stood there so far is version 1: a draft, approved without a review, or, where it was withdrawn, no longer public."""
    op.execute("""INSERT INTO listings_version (ref, listing_id, number, title, description, state, created, submitted, decided,
            reviewed, photos_checked, price_checked, description_checked, documents_checked, note)
        SELECT 'v-1-' || id, id, 1, title, description,
            CASE WHEN state IN ('approved', 'paused') THEN 'approved'
                 WHEN state = 'withdrawn' AND published IS NOT NULL THEN 'superseded'
                 WHEN state = 'withdrawn' THEN 'dropped' ELSE 'draft' END,
            created, CASE WHEN state <> 'draft' THEN published END, CASE WHEN state <> 'draft' THEN published END,
            false, false, false, false, false, '' FROM listings_listing""")


def downgrade() -> None:
    op.drop_table('listings_document')
    op.drop_table('listings_photo')
    op.drop_table('listings_version')
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER IF EXISTS {OF_LISTINGS} ON listings_listing")
        for name in (*OF_VERSIONS, OF_LISTINGS):
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    else:
        op.execute(f"DROP TRIGGER IF EXISTS {OF_LISTINGS}")
    op.execute("UPDATE listings_listing SET state = 'draft' WHERE state IN ('submitted', 'changes_requested')")
    op.execute("UPDATE listings_listing SET state = 'withdrawn' WHERE state IN ('rejected', 'let')")
    _states(BEFORE, WAS_CURRENT, cover=False)
