"""numbers for islands that are added on PostgreSQL."""

from alembic import op

revision = 'portfolio_0010'
down_revision = 'portfolio_0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The first islands came with their numbers, which a sequence does not notice.
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            "SELECT setval(pg_get_serial_sequence('portfolio_island', 'id'), (SELECT max(id) FROM portfolio_island))"
        )


def downgrade() -> None:
    """A sequence that is further than it has to be does no harm."""
