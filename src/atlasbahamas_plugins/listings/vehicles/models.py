"""What a listing of a vehicle says besides what every listing says."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Line, Trigger
from atlasbahamas.db.triggers import refusing
from atlasbahamas_plugins.listings.models import Base, Listing
from atlasbahamas_plugins.portfolio.models import Settlement

GEARS = {"automatic": "Automatic", "manual": "Manual"}
FIRST_YEAR, LAST_YEAR = 1950, 2100
MOST_SEATS = 60


class Vehicle(Base):
    """A vehicle for rent (domain.md 3.2), one to its listing. `pick_up` says in words where in the settlement it is fetched.

    The listing's own place repeats `settlement_id`; TRIGGERS keep it.
    """

    __tablename__ = "listings_vehicle"
    __table_args__ = (
        CheckConstraint(f"gears IN ({', '.join(repr(gear) for gear in GEARS)})", name="known_gears"),
        CheckConstraint(f"year BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="year_in_range"),
        CheckConstraint(f"seats BETWEEN 1 AND {MOST_SEATS}", name="seats_in_range"),
        CheckConstraint("make <> '' AND model <> ''", name="has_a_name"),
        Index("ix_listings_vehicle_settlement_id", "settlement_id"),
    )

    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id, ondelete="CASCADE"), primary_key=True, autoincrement=False)
    make: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    seats: Mapped[int]
    gears: Mapped[str] = mapped_column(String(10))
    settlement_id: Mapped[int] = mapped_column(ForeignKey(Settlement.id))
    pick_up: Mapped[Line]

    settlement: Mapped[Settlement] = relationship(Settlement, lazy="joined", innerjoin=True)

    @property
    def name(self) -> str:
        """As people call it: "Suzuki Jimny 2019"."""
        return f"{self.make} {self.model} {self.year}"


def _placed(event: str, table: str, place: str, which: str) -> Trigger:
    """The listing of a vehicle repeats where it is fetched."""
    name = f"listings_vehicle_places_{table.partition('_')[2]}_{event.partition(' ')[0].lower()}"
    body = f"""UPDATE listings_listing SET (island_id, settlement_id) =
        (SELECT island_id, id FROM portfolio_settlement WHERE id = {place}) WHERE {which};"""  # noqa: S608
    return Trigger(
        name,
        table,
        sqlite=(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body} END",),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


_NAMELESS = """NEW.state = 'approved' AND NEW.unit_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM listings_vehicle WHERE listing_id = NEW.id)"""

TRIGGERS = (
    _placed("INSERT", "listings_vehicle", "NEW.settlement_id", "id = NEW.listing_id"),
    _placed("UPDATE OF settlement_id", "listings_vehicle", "NEW.settlement_id", "id = NEW.listing_id"),
    _placed("UPDATE OF island_id", "portfolio_settlement", "NEW.id", "settlement_id = NEW.id AND unit_id IS NULL"),
    *(
        refusing(
            f"listings_vehicle_has_facts_{event.lower()}", "listings_listing", "listings_vehicle_has_facts", event, _NAMELESS
        )
        for event in ("INSERT", "UPDATE")
    ),
)
