"""amenities, assessment number and class of real property tax."""

from alembic import op


revision = 'portfolio_0004'
down_revision = 'portfolio_0003_photos'
branch_labels = None
depends_on = None
kind = 'expand'

COLUMNS = {
    "amenities": "JSON DEFAULT '[]' NOT NULL",
    "amenities_more": "VARCHAR(200) DEFAULT '' NOT NULL",
    "assessment_number": "VARCHAR(40) DEFAULT '' NOT NULL",
    "tax_class": "VARCHAR(20) DEFAULT '' NOT NULL CONSTRAINT ck_portfolio_property_known_tax_class"
    " CHECK (tax_class IN ('', 'owner_occupied', 'residential', 'commercial', 'vacant_land', 'exempt'))",
}


def upgrade() -> None:
    # As SQL: both databases add a column with its check in one statement, where Alembic would rebuild the table on SQLite.
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE portfolio_property ADD COLUMN {name} {kind}")


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.execute(f"ALTER TABLE portfolio_property DROP COLUMN {name}")
