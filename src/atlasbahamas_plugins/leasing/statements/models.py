"""Links to a final statement."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db.triggers import refusing
from atlasbahamas_plugins.leasing.linking.models import LinkColumns, TokenColumns
from atlasbahamas_plugins.leasing.models import Base

ENDS = {"replaced": "Replaced by a newer link", "withdrawn": "Taken back"}
"""What can become of a link to a statement, which is not closed by answering."""


class StatementToken(TokenColumns, Base):
    """The digest of the token of a link to a final statement."""

    __tablename__ = "leasing_statement_token"

    link_id: Mapped[int] = mapped_column(ForeignKey("leasing_statement_link.id"), index=True)


class StatementLink(LinkColumns, Base):
    """A tenant is shown the final statement of their lease, and asked to answer its deductions, as often as they like."""

    __tablename__ = "leasing_statement_link"
    purpose, answers, one_open_of, token = "statement", ENDS, ("party_id",), StatementToken


TRIGGERS = (
    refusing(
        "leasing_statement_link_to_what_was_sent",
        "leasing_statement_link",
        "leasing_statement_link_to_what_was_sent",
        "INSERT",
        """NOT EXISTS (SELECT 1 FROM leasing_party
        JOIN leasing_statement ON leasing_statement.lease_id = leasing_party.lease_id
        WHERE leasing_party.id = NEW.party_id AND leasing_party.role <> 'guarantor')""",
    ),
)
