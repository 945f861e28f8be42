"""Who supplies an island with electricity, water, internet and phone (domain.md section 4). Data, not code."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Line
from atlasbahamas_plugins.portfolio.models import Base, Island

UTILITY_KINDS = {
    "electricity": "Electricity",
    "water": "Water and sewerage",
    "internet": "Cable and internet",
    "phone": "Phone",
}


class Utility(Base):
    """A company, and one thing that it supplies; a company that supplies two things is there twice."""

    __tablename__ = "portfolio_utility"
    __table_args__ = (
        UniqueConstraint("kind", "name"),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in UTILITY_KINDS)})", name="known_kind"),
    )

    id: Mapped[Id]
    name: Mapped[Line]
    kind: Mapped[str] = mapped_column(String(20))
    retired: Mapped[date | None]
    version: Mapped[int] = mapped_column()

    islands: Mapped[list[Island]] = relationship(
        Island, secondary="portfolio_island_utility", order_by=Island.position, lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version}


class IslandUtility(Base):
    """An island that a utility supplies."""

    __tablename__ = "portfolio_island_utility"
    __table_args__ = (Index("ix_portfolio_island_utility_utility_id", "utility_id"),)

    island_id: Mapped[int] = mapped_column(ForeignKey(Island.id), primary_key=True)
    utility_id: Mapped[int] = mapped_column(ForeignKey(Utility.id), primary_key=True)
