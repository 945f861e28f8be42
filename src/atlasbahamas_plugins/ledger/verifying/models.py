"""When the books of each organisation were proved last, and whether they held."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.ledger.models import Base


class BooksVerified(Base):
    """The latest proof of an organisation's books: how many entries were read, and how many things did not hold."""

    __tablename__ = "ledger_verified"
    __table_args__ = (
        CheckConstraint("entries >= 0", name="entries_not_below_zero"),
        CheckConstraint("wrong >= 0", name="wrong_not_below_zero"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    entries: Mapped[int]
    wrong: Mapped[int]
