"""The demo properties, units and holds: invented, on real islands, with rents as they are asked in 2026. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoUnit:
    """A unit of the demo data; rent and deposit are cents a month."""

    label: str
    beds: int
    baths: int
    area_sqft: int
    rent_cents: int
    deposit_cents: int
    furnished: bool
    pets: bool


@dataclass(frozen=True)
class DemoProperty:
    """A property of the demo data."""

    organisation: str
    name: str
    kind: str
    island: str
    settlement: str
    street: str
    po_box: str
    units: tuple[DemoUnit, ...]


@dataclass(frozen=True)
class DemoHold:
    """A hold of the demo data, from a day after today for some days."""

    property_name: str
    unit_label: str
    reason: str
    starts_in_days: int
    days: int


@dataclass(frozen=True)
class DemoOutOfService:
    """A time out of service of the demo data, from a day before or after today for some days."""

    property_name: str
    unit_label: str
    reason: str
    starts_in_days: int
    days: int


@dataclass(frozen=True)
class DemoBulkEdit:
    """A change of all units of a property; `change` is (field, kind, amount)."""

    property_name: str
    user_name: str
    change: tuple[str, str, int]
    days_ago: int


@dataclass(frozen=True)
class DemoOwners:
    """The owners of a property from a day on: (name, e-mail, hundredths of a percent)."""

    property_name: str
    years_ago: int
    shares: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class DemoPhoto:
    """A photo of the demo data, of a property or of one of its units; `view` and `seed` are what demo_photos.py paints."""

    property_name: str
    unit_label: str | None
    view: str
    seed: int
    caption: str


@dataclass(frozen=True)
class DemoHandover:
    """A property that is offered for a day from now, or was handed over that many days ago (below zero)."""

    property_name: str
    giver: str
    taker: str
    days: int


PROPERTIES = (
    DemoProperty(
        "blue-hole",
        "Cable Beach Court",
        "apartment",
        "new-providence",
        "cable-beach",
        "West Bay Street, past Goodman's Bay",
        "CB-11420",
        (
            DemoUnit("1A", 1, 1, 770, 245000, 245000, True, True),
            DemoUnit("1B", 2, 1, 1130, 280000, 280000, False, False),
            DemoUnit("2A", 2, 1, 1080, 285000, 285000, True, False),
            DemoUnit("2B", 3, 2, 1420, 330000, 330000, False, True),
            DemoUnit("3A", 2, 1, 1110, 280000, 280000, False, False),
            DemoUnit("3B", 1, 1, 810, 235000, 235000, True, True),
        ),
    ),
    DemoProperty(
        "blue-hole",
        "Sandyport Mews",
        "townhouse",
        "new-providence",
        "sandyport",
        "Sandyport Drive, by the bridge",
        "CB-12301",
        (
            DemoUnit("No 1", 2, 1, 1120, 340000, 340000, True, False),
            DemoUnit("No 2", 3, 2, 1490, 390000, 390000, False, True),
            DemoUnit("No 3", 3, 2, 1460, 385000, 385000, True, False),
            DemoUnit("No 4", 2, 1, 1110, 335000, 335000, True, False),
        ),
    ),
    DemoProperty(
        "bethel",
        "Carmichael Studios",
        "studio",
        "new-providence",
        "carmichael",
        "Carmichael Road, opposite the primary school",
        "N-4471",
        (
            DemoUnit("Studio 1", 0, 1, 490, 95000, 95000, False, False),
            DemoUnit("Studio 2", 0, 1, 450, 95000, 95000, False, False),
            DemoUnit("Studio 3", 0, 1, 430, 90000, 90000, False, False),
            DemoUnit("Studio 4", 0, 1, 490, 95000, 95000, True, False),
            DemoUnit("Studio 5", 0, 1, 500, 85000, 85000, True, False),
        ),
    ),
    DemoProperty(
        "bethel",
        "Fox Hill House",
        "house",
        "new-providence",
        "fox-hill",
        "Bernard Road, at the parade ground",
        "N-4471",
        (
            DemoUnit("Main house", 3, 2, 1480, 285000, 285000, True, False),
            DemoUnit("Upstairs", 2, 1, 1160, 235000, 235000, False, False),
            DemoUnit("Garden flat", 1, 1, 800, 200000, 200000, False, False),
        ),
    ),
    DemoProperty(
        "rolle",
        "Palmdale Flats",
        "apartment",
        "new-providence",
        "palmdale",
        "Madeira Street",
        "SS-6190",
        (
            DemoUnit("1A", 1, 1, 760, 180000, 180000, False, False),
            DemoUnit("1B", 2, 1, 1090, 225000, 225000, True, False),
            DemoUnit("2A", 2, 1, 1120, 225000, 225000, False, False),
            DemoUnit("2B", 3, 2, 1410, 265000, 265000, False, True),
            DemoUnit("3A", 2, 1, 1150, 210000, 210000, True, False),
            DemoUnit("3B", 1, 1, 780, 170000, 170000, True, False),
        ),
    ),
    DemoProperty(
        "blue-hole",
        "Port Lucaya Villas",
        "villa",
        "grand-bahama",
        "lucaya",
        "Sea Horse Road, by the marina",
        "F-42533",
        (
            DemoUnit("Villa 1", 3, 2, 1420, 475000, 475000, True, False),
            DemoUnit("Villa 2", 4, 3, 1760, 515000, 515000, False, False),
            DemoUnit("Villa 3", 3, 2, 1470, 470000, 470000, False, False),
            DemoUnit("Villa 4", 5, 4, 2100, 565000, 565000, True, True),
        ),
    ),
    DemoProperty(
        "bethel",
        "Freeport Gardens",
        "apartment",
        "grand-bahama",
        "freeport",
        "Coral Road and Settlers Way",
        "F-40112",
        (
            DemoUnit("1A", 1, 1, 780, 170000, 170000, True, False),
            DemoUnit("1B", 2, 1, 1120, 215000, 215000, True, True),
            DemoUnit("2A", 2, 1, 1130, 220000, 220000, False, False),
            DemoUnit("2B", 3, 2, 1480, 255000, 255000, False, False),
            DemoUnit("3A", 2, 1, 1140, 225000, 225000, True, True),
            DemoUnit("3B", 1, 1, 750, 180000, 180000, True, False),
        ),
    ),
    DemoProperty(
        "rolle",
        "Hope Town Cottages",
        "cottage",
        "abaco",
        "hope-town",
        "Back Street, two doors from the post office",
        "AB-20410",
        (
            DemoUnit("Hibiscus", 2, 1, 1100, 300000, 300000, True, False),
            DemoUnit("Croton", 1, 1, 750, 240000, 240000, False, False),
            DemoUnit("Poinciana", 2, 1, 1080, 295000, 295000, True, True),
            DemoUnit("Sea Grape", 3, 2, 1430, 345000, 345000, False, False),
        ),
    ),
    DemoProperty(
        "blue-hole",
        "Marsh Harbour Row",
        "townhouse",
        "abaco",
        "marsh-harbour",
        "Don MacKay Boulevard",
        "AB-20222",
        (
            DemoUnit("No 1", 2, 1, 1150, 285000, 285000, True, False),
            DemoUnit("No 2", 3, 2, 1480, 335000, 335000, True, True),
            DemoUnit("No 3", 3, 2, 1460, 320000, 320000, False, False),
            DemoUnit("No 4", 2, 1, 1160, 280000, 280000, True, False),
        ),
    ),
    DemoProperty(
        "rolle",
        "Harbour View",
        "house",
        "eleuthera",
        "governors-harbour",
        "Buccaneer Hill",
        "EL-25033",
        (
            DemoUnit("Main house", 3, 2, 1430, 290000, 290000, False, False),
            DemoUnit("Upstairs", 2, 1, 1090, 245000, 245000, False, True),
            DemoUnit("Garden flat", 1, 1, 770, 200000, 200000, True, True),
        ),
    ),
    DemoProperty(
        "blue-hole",
        "Gregory Town Cottages",
        "cottage",
        "eleuthera",
        "gregory-town",
        "Queen's Highway, by the cove",
        "EL-27218",
        (
            DemoUnit("Hibiscus", 2, 1, 1110, 235000, 235000, False, False),
            DemoUnit("Croton", 1, 1, 780, 185000, 185000, False, False),
            DemoUnit("Poinciana", 2, 1, 1110, 230000, 230000, False, True),
            DemoUnit("Sea Grape", 3, 2, 1410, 270000, 270000, False, False),
        ),
    ),
    DemoProperty(
        "rolle",
        "Elizabeth Harbour Suites",
        "apartment",
        "exuma",
        "george-town",
        "Queen's Highway, over Kidd Cove",
        "EX-29055",
        (
            DemoUnit("1A", 1, 1, 800, 170000, 170000, True, False),
            DemoUnit("1B", 2, 1, 1130, 220000, 220000, True, True),
            DemoUnit("2A", 2, 1, 1110, 225000, 225000, True, False),
            DemoUnit("2B", 3, 2, 1480, 255000, 255000, False, True),
            DemoUnit("3A", 2, 1, 1090, 210000, 210000, False, False),
            DemoUnit("3B", 1, 1, 820, 170000, 170000, False, False),
        ),
    ),
    DemoProperty(
        "bethel",
        "Fresh Creek House",
        "house",
        "andros",
        "fresh-creek",
        "By the lighthouse, Fresh Creek",
        "AN-23001",
        (
            DemoUnit("Main house", 3, 2, 1420, 290000, 290000, False, False),
            DemoUnit("Upstairs", 2, 1, 1150, 250000, 250000, True, False),
            DemoUnit("Garden flat", 1, 1, 770, 195000, 195000, False, True),
        ),
    ),
    DemoProperty(
        "rolle",
        "Rolle Town Cottage",
        "cottage",
        "exuma",
        "rolle-town",
        "On the ridge, by the old tombs",
        "EX-29101",
        (
            DemoUnit("Hibiscus", 2, 1, 1100, 240000, 240000, False, False),
            DemoUnit("Croton", 1, 1, 800, 195000, 195000, True, False),
        ),
    ),
)

HOLDS = (
    DemoHold("Cable Beach Court", "3B", "Kept for a family that arrives by boat", 0, 14),
    DemoHold("Freeport Gardens", "2B", "Papers of an applicant are being read", 0, 7),
    DemoHold("Harbour View", "Garden flat", "Kept for the owner's cousin", 10, 21),
)

OUT_OF_SERVICE = (
    DemoOutOfService("Marsh Harbour Row", "No 3", "The roof is being made new", -12, 60),
    DemoOutOfService("Sandyport Mews", "No 4", "Painting between two tenants", 5, 6),
)

BULK_EDITS = (
    DemoBulkEdit("Sandyport Mews", "tamar", ("deposit_cents", "raise", 10_000), 3),
    DemoBulkEdit("Carmichael Studios", "marva", ("deposit_cents", "raise", 5_000), 9),
)

HANDOVERS = (
    DemoHandover("Port Lucaya Villas", "Blue Hole Property Management", "Bethel Family Homes", 30),
    DemoHandover("Harbour View", "Rolle & Daughters Estates", "Blue Hole Property Management", 45),
    DemoHandover("Fox Hill House", "Blue Hole Property Management", "Bethel Family Homes", -400),
)

OWNERS = (
    DemoOwners("Sandyport Mews", 6, (("Estate of Everette Bain", "", 10_000),)),
    DemoOwners(
        "Sandyport Mews",
        2,
        (
            ("Coralee Bain", "coralee@example.com", 3334),
            ("Leroy Bain", "", 3333),
            ("Sandyport Holdings Ltd", "office@example.com", 3333),
        ),
    ),
    DemoOwners("Cable Beach Court", 4, (("Cable Beach Court Ltd", "court@example.com", 10_000),)),
    DemoOwners("Harbour View", 8, (("Desmond Rolle", "desmond@example.com", 5000), ("Eulease Rolle", "", 5000))),
)

PHOTOS = (
    DemoPhoto("Cable Beach Court", None, "front", 0, "The house from West Bay Street"),
    DemoPhoto("Cable Beach Court", None, "sea", 0, "The beach across the road"),
    DemoPhoto("Cable Beach Court", "3B", "room", 0, "The living room, with its window to the sea"),
    DemoPhoto("Cable Beach Court", "3B", "sea", 3, ""),
    DemoPhoto("Harbour View", None, "front", 3, "The front, with the old shutters"),
)
