"""Which properties a limit reaches."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas_plugins.portfolio.models import Base


class LimitedProperty(Base):
    """A property that a limit reaches. Both are of the same organisation: the foreign keys say so, and a property that
    leaves the organisation has to leave its limits first.
    """

    __tablename__ = "portfolio_limited_property"
    __table_args__ = (
        ForeignKeyConstraint(
            ["limit_id", "organisation_id"],
            ["member_limit.id", "member_limit.organisation_id"],
            name="fk_portfolio_limited_property_limit",
        ),
        ForeignKeyConstraint(
            ["property_id", "organisation_id"],
            ["portfolio_property.id", "portfolio_property.organisation_id"],
            name="fk_portfolio_limited_property_property",
        ),
        Index("ix_portfolio_limited_property_property_id", "property_id"),
    )

    limit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    property_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int]
