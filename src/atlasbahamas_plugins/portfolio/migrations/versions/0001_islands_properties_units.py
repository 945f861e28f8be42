"""islands properties units holds."""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op


import atlasbahamas.db.types

revision = 'portfolio_0001'
down_revision = None
branch_labels = None
depends_on = None
kind = 'expand'


def upgrade() -> None:
    op.create_table('portfolio_island',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('other_names', sa.JSON(), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_island')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_island_ref'))
    )
    op.create_table('portfolio_settlement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('island_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('other_names', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['island_id'], ['portfolio_island.id'], name=op.f('fk_portfolio_settlement_island_id_portfolio_island')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_settlement')),
    sa.UniqueConstraint('island_id', 'ref', name=op.f('uq_portfolio_settlement_island_id_ref'))
    )
    op.create_table('portfolio_property',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('settlement_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('street', sa.String(length=200), nullable=False),
    sa.Column('po_box', sa.String(length=40), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('archived', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint("kind IN ('house', 'apartment', 'townhouse', 'villa', 'cottage', 'studio', 'other')", name=op.f('ck_portfolio_property_known_kind')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_portfolio_property_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['settlement_id'], ['portfolio_settlement.id'], name=op.f('fk_portfolio_property_settlement_id_portfolio_settlement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_property')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_property_ref'))
    )
    with op.batch_alter_table('portfolio_property', schema=None) as batch_op:
        batch_op.create_index('ix_portfolio_property_organisation_id_name', ['organisation_id', 'name', 'id'], unique=False)
        batch_op.create_index('ix_portfolio_property_settlement_id', ['settlement_id'], unique=False)

    op.create_table('portfolio_unit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('property_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('label', sa.String(length=60), nullable=False),
    sa.Column('label_key', sa.String(length=120), nullable=False),
    sa.Column('beds', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('baths', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('area_sqft', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('rent_cents', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deposit_cents', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('furnished', sa.Boolean(), nullable=False),
    sa.Column('pets', sa.Boolean(), nullable=False),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('archived', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('area_sqft > 0', name=op.f('ck_portfolio_unit_area_above_zero')),
    sa.CheckConstraint('baths BETWEEN 0 AND 50', name=op.f('ck_portfolio_unit_baths_in_range')),
    sa.CheckConstraint('beds BETWEEN 0 AND 50', name=op.f('ck_portfolio_unit_beds_in_range')),
    sa.CheckConstraint('deposit_cents >= 0', name=op.f('ck_portfolio_unit_deposit_not_negative')),
    sa.CheckConstraint('rent_cents > 0', name=op.f('ck_portfolio_unit_rent_above_zero')),
    sa.ForeignKeyConstraint(['property_id'], ['portfolio_property.id'], name=op.f('fk_portfolio_unit_property_id_portfolio_property')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_unit')),
    sa.UniqueConstraint('property_id', 'label_key', name='uq_portfolio_unit_label'),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_unit_ref'))
    )
    op.create_table('portfolio_hold',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('ends', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created', atlasbahamas.db.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends > starts', name=op.f('ck_portfolio_hold_ends_after_start')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_portfolio_hold_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['portfolio_unit.id'], name=op.f('fk_portfolio_hold_unit_id_portfolio_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_hold')),
    sa.UniqueConstraint('ref', name=op.f('uq_portfolio_hold_ref'))
    )
    with op.batch_alter_table('portfolio_hold', schema=None) as batch_op:
        batch_op.create_index('ix_portfolio_hold_unit_id_starts', ['unit_id', 'starts'], unique=False)
    _islands()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE portfolio_hold ADD CONSTRAINT portfolio_holds_apart EXCLUDE USING gist"
            " (int8range(unit_id, unit_id, '[]') WITH &&, daterange(starts, ends) WITH &&)"
        )


def _islands() -> None:
    """Put in the islands and settlements of domain.md section 4. The file is as old as this migration and never changes."""
    file = Path(__file__).parents[2] / "data" / "islands.json"
    names = ("ref", "name")
    islands = sa.table("portfolio_island", *map(sa.column, ("id", *names, "position")), sa.column("other_names", sa.JSON))
    settlements = sa.table("portfolio_settlement", *map(sa.column, ("island_id", *names)), sa.column("other_names", sa.JSON))
    for number, entry in enumerate(json.loads(file.read_text(encoding="utf-8")), start=1):
        row = {"id": number, "ref": entry["key"], "name": entry["name"], "other_names": entry["other_names"]}
        op.execute(islands.insert().values(**row, position=entry["order"]))
        for place in entry["settlements"]:
            row = {"ref": place["key"], "name": place["name"], "other_names": place["other_names"]}
            op.execute(settlements.insert().values(**row, island_id=number))


def downgrade() -> None:
    with op.batch_alter_table('portfolio_hold', schema=None) as batch_op:
        batch_op.drop_index('ix_portfolio_hold_unit_id_starts')

    op.drop_table('portfolio_hold')
    op.drop_table('portfolio_unit')
    with op.batch_alter_table('portfolio_property', schema=None) as batch_op:
        batch_op.drop_index('ix_portfolio_property_settlement_id')
        batch_op.drop_index('ix_portfolio_property_organisation_id_name')

    op.drop_table('portfolio_property')
    op.drop_table('portfolio_settlement')
    op.drop_table('portfolio_island')
