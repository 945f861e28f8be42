"""Two years in the books of the demo organisations: who lives where, how they pay, what went wrong. Invented. Data only.

Days are counted back from the day on which the demo data is loaded, so that the last of them is always today.
"""

from __future__ import annotations

from dataclasses import dataclass

from atlasbahamas_plugins.leasing.leaving.services import DeductionDetails
from atlasbahamas_plugins.leasing.writing.services import LateFee

YEARS_DAYS = 730
"""How long ago the books begin."""

BOOKKEEPERS = {
    "Blue Hole Property Management": "philip",
    "Bethel Family Homes": "marva",
    "Rolle & Daughters Estates": "desmond",
}
"""Organisation -> who keeps its books."""

HOUSES = "Montagu Row"
"""The property whose homes have had a longer life than the others: it is made together with its books."""

UNITS = (
    # label, beds, baths, square feet, rent
    ("House 1", 3, 2, 1450, 270000),
    ("House 2", 2, 1, 1080, 210000),
    ("House 3", 2, 2, 1150, 230000),
    ("House 4", 2, 1, 1090, 215000),
    ("House 5", 3, 2, 1400, 255000),
    ("Studio", 0, 1, 460, 120000),
)


NO_FEE = LateFee()


@dataclass(frozen=True)
class DemoStay:
    """A lease of Montagu Row: from when (days ago), for how long (None: month to month), by whom, for how much."""

    unit_label: str
    tenants: tuple[tuple[str, str], ...]
    """(name, phone)."""
    days_ago: int
    rent_cents: int
    term_days: int | None = 365
    period: str = "monthly"
    deposit_cents: int = 0
    late_fee: LateFee = NO_FEE


@dataclass(frozen=True)
class Habit:
    """How the tenants of a home pay.

    `days`: so many days after each day on which rent is due, one after the other and again from the first; None: not that time.
    `lately` is the same for the last times. `parts`: so many equal payments, a day apart, by `rails` one after the other.
    `reports`: the tenants report it with a proof, and somebody confirms it on the next day.
    """

    home: tuple[str, str]
    tenant: str
    rails: tuple[str, ...]
    days: tuple[int | None, ...] = (0,)
    lately: tuple[int | None, ...] = ()
    parts: int = 1
    reports: str = ""
    """The user name of who reports."""
    currency: str = "BSD"


@dataclass(frozen=True)
class ByHandNote:
    """Something that somebody wrote by hand: a charge ("fee"), or something taken off ("credit"); `late_fee`: for the last one."""

    home: tuple[str, str]
    tenant: str
    days_ago: int
    what: str
    cents: int
    reason: str
    late_fee: bool = False


@dataclass(frozen=True)
class PartPayment:
    """A payment beside the habit; cents."""

    home: tuple[str, str]
    tenant: str
    days_ago: int
    cents: int
    rail: str


STAYS = (
    DemoStay(
        "House 1",
        (("Deandra Musgrove", "+12425550160"), ("Keno Stubbs", "+12425550161"), ("Alicia Thurston", "+12425550162")),
        400,
        270000,
        deposit_cents=270000,
        late_fee=LateFee("flat", 5000),
    ),
    DemoStay(
        "House 2", (("Hubert Pyfrom", "+12425550163"),), 640, 210000, None, deposit_cents=210000, late_fee=LateFee("flat", 5000)
    ),
    DemoStay("House 3", (("Philippa Cartwright", "+12425550164"), ("Leon Cartwright", "")), 715, 230000, deposit_cents=230000),
    DemoStay(
        "House 4",
        (("Renaldo Gaitor", "+12425550165"),),
        690,
        215000,
        deposit_cents=215000,
        late_fee=LateFee("percent", 0, 500),
    ),
    DemoStay(
        "House 5",
        (("Sidney Burrows", "+12425550166"), ("Charmaine Burrows", "+12425550167")),
        540,
        255000,
        deposit_cents=255000,
        late_fee=LateFee("larger", 7500, 500, 20000),
    ),
    DemoStay("Studio", (("Wilfred Colebrooke", "+12425550168"),), 185, 27500, None, "weekly", deposit_cents=55000),
)

RENEWED = ("House 3", 350, 242500)
"""Unit, days ago, and the rent from then on."""

LEFT = ("House 4", 190, 118)
"""Unit, and how many days ago the notice was given and the home was left."""

DEDUCTIONS = (
    DeductionDetails("repair", "A door of the kitchen came off", "It was hung in the year before he moved in.", 26000, 8000),
    DeductionDetails("cleaning", "The whole house, and the yard", "Two people worked at it for a day.", 24000),
)
OBJECTION = "The door hung loose since the storm in September, and I sent a photo of it then. I agree to the cleaning."

OF_HOUSES = {label: (label, HOUSES) for label, *_ in UNITS}
HABITS = (
    Habit(("No 1", "Sandyport Mews"), "Nadia Rahming", ("transfer",), (0, 1, 0, 2)),
    Habit(
        ("No 1", "Sandyport Mews"),
        "Andre Sturrup",
        ("transfer",),
        (0, 1, 2, 0, 9, 1),
        lately=(1, 0),
        reports="andre",
    ),
    Habit(("No 2", "Marsh Harbour Row"), "Ezekiel Sawyer", ("cash",), (3, 2, 4, 1), currency="USD"),
    Habit(("Villa 2", "Port Lucaya Villas"), "Lisa Deveaux", ("transfer", "counter"), (1, 3, 0, 4), lately=(8, None, None)),
    Habit(("1A", "Freeport Gardens"), "Shavonne Grant", ("kanoo",), (0, 0, 1)),
    Habit(("2A", "Freeport Gardens"), "Basil McPhee", ("counter",), (2, 5, 1, 3)),
    Habit(("Hibiscus", "Hope Town Cottages"), "Maitland Lowe", ("transfer", "sand_dollar"), (0, -1, 2)),
    Habit(OF_HOUSES["House 1"], "Deandra Musgrove", ("suncash", "kanoo", "transfer"), (0, 1, 0), parts=3),
    Habit(OF_HOUSES["House 2"], "Hubert Pyfrom", ("cheque",), (0, 1)),
    Habit(OF_HOUSES["House 3"], "Philippa Cartwright", ("transfer",), (0, -2, 1)),
    Habit(OF_HOUSES["House 4"], "Renaldo Gaitor", ("counter", "cash"), (4, 2, 11, 3)),
    Habit(OF_HOUSES["House 5"], "Sidney Burrows", ("transfer", "cash"), (2, 5, 12, 4, 20), lately=(14, None, None, None)),
    Habit(OF_HOUSES["Studio"], "Wilfred Colebrooke", ("cash",), (0, 0, 1, 0), lately=(0, 1, 0)),
)

RETURNED_CHEQUE = (OF_HOUSES["House 2"], "Hubert Pyfrom", 200)
"""The first cheque of these tenants within so many days comes back from the bank; they pay in cash a few days later."""
RETURN_FEE_CENTS = 3500

NOTES = (
    ByHandNote(
        ("No 1", "Sandyport Mews"), "Andre Sturrup", 140, "credit", 10000, "The transfer was held up by our own bank.", True
    ),
    ByHandNote(
        OF_HOUSES["House 5"],
        "Sidney Burrows",
        260,
        "credit",
        25000,
        "Two nights in a hotel while there was no water in the house.",
    ),
    ByHandNote(OF_HOUSES["House 1"], "Deandra Musgrove", 95, "fee", 4000, "A lost remote for the gate."),
    ByHandNote(
        OF_HOUSES["Studio"], "Wilfred Colebrooke", 60, "credit", 5000, "He painted the room himself; we had agreed on that."
    ),
)
PART_PAYMENTS = (
    PartPayment(OF_HOUSES["House 5"], "Sidney Burrows", 33, 100000, "cash"),
    PartPayment(("Villa 2", "Port Lucaya Villas"), "Lisa Deveaux", 12, 250000, "transfer"),
)

SHARED = ("House 1", 40, 35, 25)
"""Unit, and what each of its tenants owes of a hundred, in their order; each answers for all of it."""

PLANNED = (OF_HOUSES["House 5"], "Sidney Burrows", 20, 4, 12)
"""Home, tenant, how many days ago a plan for what was unpaid was agreed, in how many parts, and after how many days the first."""

CHEQUE_AHEAD = (("No 4", "Sandyport Mews"), "Jerome Cash", 200000, 18)
"""Home, tenant, cents and days from now of a cheque with a day on it that is still to come."""

WAITS = (("No 1", "Sandyport Mews"), "Andre Sturrup", "andre", 1)
"""Home, tenant, who reports, days ago: the next rent, reported before it is due, and nobody looked at it yet."""

REFUSED = (
    ("No 1", "Sandyport Mews"),
    "Andre Sturrup",
    "andre",
    205,
    "This is the transfer that you reported before. It is confirmed.",
)
"""Home, tenant, who reports, days ago, why: a report that was one too many."""


@dataclass(frozen=True)
class DemoAccount:
    """An account of a home with a utility: what it supplies, its number, who pays, and about how much a month, in cents.

    `unpaid`: that many of the last bills nobody pays, also when they are due. `proved`: who says with a proof that they paid.
    """

    home: tuple[str, str]
    supplies: str
    number: str
    payer: str
    cents: int
    unpaid: int = 0
    proved: str = ""


BILL_MONTHS = 7
"""How many months of bills there are."""

COMES_ON = {"electricity": 5, "water": 14, "internet": 25}
"""On which day of a month the bill for the one before comes: something is open on each day."""

DUE_AFTER_DAYS, PAID_AFTER_DAYS = 24, 21

SANDYPORT_1, VILLA_2 = ("No 1", "Sandyport Mews"), ("Villa 2", "Port Lucaya Villas")
ACCOUNTS = (
    DemoAccount(SANDYPORT_1, "electricity", "31-20418-7", "tenant", 31250, proved="andre"),
    DemoAccount(SANDYPORT_1, "water", "WS 88210", "rebilled", 6420),
    DemoAccount(SANDYPORT_1, "internet", "REV 4410-22", "tenant", 8995, proved="andre"),
    DemoAccount(VILLA_2, "electricity", "GBP 70551", "tenant", 41800, unpaid=2),
    DemoAccount(VILLA_2, "water", "GBU 1180-4", "rebilled", 7110, unpaid=3),
    DemoAccount(OF_HOUSES["House 1"], "electricity", "31-77450-1", "tenant", 36900),
    DemoAccount(OF_HOUSES["House 1"], "internet", "REV 5120-09", "landlord", 8995),
    DemoAccount(OF_HOUSES["Studio"], "electricity", "31-77451-9", "rebilled", 9480),
    DemoAccount(OF_HOUSES["Studio"], "water", "WS 90117", "landlord", 3150),
)
SWING = (0, 7, -4, 12, 19, 15, 3)
"""By how many hundredths each month differs from the usual one."""
