"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

import atlasbahamas.db.types

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
# "expand": the code of before works on, and writes what the new code reads rightly. "contract": it does not.
kind = ""


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
