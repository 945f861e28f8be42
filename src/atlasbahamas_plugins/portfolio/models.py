"""Islands, settlements, properties, units and holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from atlasbahamas.db import Id, Key, Line, Prose, Trigger, metadata, type_annotations
from atlasbahamas.files.gallery.models import PhotoColumns
from atlasbahamas.people.models import Organisation, Person, name_key

PROPERTY_KINDS = {
    "house": "House",
    "apartment": "Apartment building",
    "townhouse": "Townhouse",
    "villa": "Villa",
    "cottage": "Cottage",
    "studio": "Studio",
    "other": "Other",
}
AMENITIES = {
    "air_conditioning": "Air conditioning",
    "pool": "Pool",
    "beach": "Beach access",
    "dock": "Dock or boat slip",
    "garden": "Garden or yard",
    "playground": "Playground",
    "gym": "Gym",
    "parking": "Parking",
    "laundry": "Washer or laundry room",
    "lift": "Lift",
    "step_free": "Step-free access",
    "gated": "Gated",
    "guard": "Security guard",
    "generator": "Stand-by generator",
    "cistern": "Rainwater cistern",
    "solar": "Solar power",
    "shutters": "Hurricane shutters or windows",
}
TAX_CLASSES = {
    "owner_occupied": "Owner-occupied",
    "residential": "Residential",
    "commercial": "Commercial",
    "vacant_land": "Vacant land",
    "exempt": "Exempt",
}
"""Classes of real property tax, as a landlord finds them on the assessment notice; "" where nobody looked yet."""


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Base(DeclarativeBase):
    """Base of the portfolio's tables."""

    metadata = metadata
    type_annotation_map = type_annotations


class Island(Base):
    """An island, or a group that people name as one (domain.md section 4). Data, not code: administrators keep it (places/).

    `retired` is the day from which it is offered no longer.
    """

    __tablename__ = "portfolio_island"

    id: Mapped[Id]
    ref: Mapped[Key]
    name: Mapped[Line]
    other_names: Mapped[list[str]]
    position: Mapped[int]
    retired: Mapped[date | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class Settlement(Base):
    """A settlement or subdivision of an island, with the other names that people look for it by."""

    __tablename__ = "portfolio_settlement"
    __table_args__ = (UniqueConstraint("island_id", "ref"),)

    id: Mapped[Id]
    island_id: Mapped[int] = mapped_column(ForeignKey(Island.id))
    ref: Mapped[str] = mapped_column(String(80))
    name: Mapped[Line]
    other_names: Mapped[list[str]]
    retired: Mapped[date | None]
    version: Mapped[int] = mapped_column()

    island: Mapped[Island] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_offered(self) -> bool:
        """False when it, or its island, is retired: nobody chooses it any more."""
        return self.retired is None and self.island.retired is None


class Property(Base):
    """A piece of land with a building: belongs to one organisation and has one or more units (domain.md 3.1)."""

    __tablename__ = "portfolio_property"
    __table_args__ = (
        CheckConstraint(_one_of("kind", PROPERTY_KINDS), name="known_kind"),
        CheckConstraint(_one_of("tax_class", ("", *TAX_CLASSES)), name="known_tax_class"),
        Index("ix_portfolio_property_organisation_id_name", "organisation_id", "name", "id"),
        Index("ix_portfolio_property_settlement_id", "settlement_id"),
        # What refers to both holds that they belong together.
        Index("uq_portfolio_property_id_organisation_id", "id", "organisation_id", unique=True),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    name: Mapped[Line]
    kind: Mapped[str] = mapped_column(String(20))
    settlement_id: Mapped[int] = mapped_column(ForeignKey(Settlement.id))
    street: Mapped[Line]
    po_box: Mapped[str] = mapped_column(String(40))
    amenities: Mapped[list[str]]
    amenities_more: Mapped[Line]
    assessment_number: Mapped[str] = mapped_column(String(40))
    tax_class: Mapped[str] = mapped_column(String(20))
    notes: Mapped[Prose]
    created: Mapped[datetime]
    archived: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    settlement: Mapped[Settlement] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(Organisation)

    __mapper_args__ = {"version_id_col": version}

    @property
    def amenity_names(self) -> list[str]:
        """What there is, in words."""
        known = [AMENITIES[amenity] for amenity in self.amenities if amenity in AMENITIES]
        return [*known, self.amenities_more] if self.amenities_more else known


class Unit(Base):
    """What one household rents. Its status is worked out from leases and holds, never typed (domain.md 3.1).

    `label_key` makes labels unique in a property whatever their case. Rent and deposit are cents a month.
    """

    __tablename__ = "portfolio_unit"
    __table_args__ = (
        UniqueConstraint("property_id", "label_key", name="uq_portfolio_unit_label"),
        CheckConstraint("beds BETWEEN 0 AND 50", name="beds_in_range"),
        CheckConstraint("baths BETWEEN 0 AND 50", name="baths_in_range"),
        CheckConstraint("rent_cents > 0", name="rent_above_zero"),
        CheckConstraint("deposit_cents >= 0", name="deposit_not_negative"),
        CheckConstraint("area_sqft > 0", name="area_above_zero"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    property_id: Mapped[int] = mapped_column(ForeignKey(Property.id))
    label: Mapped[str] = mapped_column(String(60))
    label_key: Mapped[str] = mapped_column(String(120))
    beds: Mapped[int]
    baths: Mapped[int]
    area_sqft: Mapped[int | None]
    rent_cents: Mapped[int]
    deposit_cents: Mapped[int]
    furnished: Mapped[bool]
    pets: Mapped[bool]
    created: Mapped[datetime]
    archived: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    property: Mapped[Property] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}

    @validates("label")
    def _keep_key(self, field: str, value: str) -> str:
        self.label_key = name_key(value)
        return value


class Hold(Base):
    """A unit kept for somebody from `starts` until the day before `ends` (local dates). Holds of a unit never overlap."""

    __tablename__ = "portfolio_hold"
    __table_args__ = (
        CheckConstraint("ends > starts", name="ends_after_start"),
        Index("ix_portfolio_hold_unit_id_starts", "unit_id", "starts"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    starts: Mapped[date]
    ends: Mapped[date]
    reason: Mapped[Line]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created: Mapped[datetime]

    unit: Mapped[Unit] = relationship()


class PropertyPhoto(PhotoColumns, Base):
    """A photo of a property."""

    __tablename__ = "portfolio_property_photo"
    plugin, thing = "portfolio", "property"

    property_id: Mapped[int] = mapped_column(ForeignKey(Property.id))


class UnitPhoto(PhotoColumns, Base):
    """A photo of a unit."""

    __tablename__ = "portfolio_unit_photo"
    plugin, thing = "portfolio", "unit"

    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))


HOLDS_APART = "portfolio_holds_apart"
_OVERLAP = """EXISTS (SELECT 1 FROM portfolio_hold WHERE unit_id = NEW.unit_id AND id <> NEW.id
              AND starts < NEW.ends AND ends > NEW.starts)"""

TRIGGERS = (
    *(
        Trigger(
            f"{HOLDS_APART}_{event.lower()}",
            "portfolio_hold",
            sqlite=(
                f"CREATE TRIGGER {HOLDS_APART}_{event.lower()} AFTER {event} ON portfolio_hold WHEN {_OVERLAP}"
                f" BEGIN SELECT RAISE(ABORT, '{HOLDS_APART}'); END",
            ),
            postgresql=(),
        )
        for event in ("INSERT", "UPDATE")
    ),
)
