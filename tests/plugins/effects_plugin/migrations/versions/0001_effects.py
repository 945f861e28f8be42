"""effects."""

import sqlalchemy as sa
from alembic import op

revision = "effects_0001"
down_revision = None
branch_labels = None
depends_on = None
kind = "expand"


def upgrade() -> None:
    op.create_table(
        "effects_effect",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects_effect")),
    )


def downgrade() -> None:
    op.drop_table("effects_effect")
