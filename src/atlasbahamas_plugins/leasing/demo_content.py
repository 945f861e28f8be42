"""The demo leases: invented, of the units of the demo properties that nobody lists. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from atlasbahamas_plugins.leasing.leaving.services import DeductionDetails


@dataclass(frozen=True)
class DemoTenant:
    """Somebody who is bound by a lease of the demo data; `user_name`: their account, if they have one."""

    name: str
    phone: str = ""
    email: str = ""
    role: str = "tenant"
    user_name: str = ""


@dataclass(frozen=True)
class DemoLease:
    """A lease of the demo data. Days are counted from today; `term_days` None: from month to month.

    `state`: "draft", "sent" or "printed" for one that is written here and not signed yet, or on paper.

    `scanned`: the lines of the page that was signed, of which a scan is kept beside the lease.

    `leaves_in_days`: a notice was given, and that is the last day, or it is over where the number is below zero. `deductions` are
    what is taken from the deposits; of a lease that is over the final statement was sent.
    """

    property_name: str
    unit_label: str
    tenants: tuple[DemoTenant, ...]
    starts_in_days: int
    term_days: int | None
    rent_cents: int
    origin: str = "on_paper"
    rolls_over: bool = True
    deposits: tuple[tuple[str, int], ...] = ()
    late_fee: tuple[str, int, int] = ("none", 0, 0)
    clauses: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    leaves_in_days: int | None = None
    reason: str = ""
    deductions: tuple[DeductionDetails, ...] = ()
    state: str = ""


LEASES = (
    DemoLease(
        "Sandyport Mews",
        "No 1",
        (DemoTenant("Nadia Rahming", "+12425550140", role="primary"),),
        -900,
        365,
        310000,
        deposits=(("first", 310000), ("last", 310000), ("security", 310000)),
        leaves_in_days=-420,
        reason="Moved to Freeport for work",
        deductions=(
            DeductionDetails(
                "repair",
                "A cracked shower door",
                "It was whole when they moved in, and a door does not crack by use.",
                42000,
                12000,
            ),
            DeductionDetails("cleaning", "The oven and the grill", "They were left as they were after the last fish fry.", 9500),
        ),
    ),
    DemoLease(
        "Sandyport Mews",
        "No 1",
        (
            DemoTenant("Andre Sturrup", "+12425550109", "andre@example.com", "primary", "andre"),
            DemoTenant("Kendra Sturrup", "+12425550141"),
            DemoTenant("Rev. Alphonso Sturrup", "+12425550142", role="guarantor"),
        ),
        -320,
        365,
        340000,
        deposits=(("first", 340000), ("last", 340000), ("security", 340000), ("pet", 50000)),
        late_fee=("larger", 10000, 500),
        clauses=("One dog, by the name of Biscuit.", "The tenants look after the patio; the landlord looks after the pool."),
        scanned=(
            "Sandyport Mews, No 1, Nassau, N.P.",
            "",
            "The landlord lets this home, and the tenants rent it,",
            "for one year. Rent: B$3,400 a month, on the first day.",
            "First rent, last rent and a security deposit were paid.",
            "",
            "One dog, by the name of Biscuit. The tenants look after",
            "the patio; the landlord looks after the pool.",
        ),
    ),
    DemoLease(
        "Marsh Harbour Row",
        "No 2",
        (DemoTenant("Ezekiel Sawyer", role="primary"),),
        -2600,
        None,
        290000,
        origin="oral",
        clauses=("The rent is paid in cash at the shop.",),
    ),
    DemoLease(
        "Port Lucaya Villas",
        "Villa 2",
        (DemoTenant("Lisa Deveaux", "+12425550110", role="primary", user_name="lisa"),),
        -400,
        365,
        515000,
        deposits=(("first", 515000), ("security", 515000)),
        late_fee=("flat", 7500, 0),
        leaves_in_days=25,
        reason="Going home to Andros",
        deductions=(DeductionDetails("repair", "The screen of the porch is torn", "It was new when she moved in.", 18000, 6000),),
    ),
    DemoLease(
        "Sandyport Mews",
        "No 4",
        (
            DemoTenant("Jerome Cash", "", "jerome@example.com", "primary", "jerome"),
            DemoTenant("Tavares Bullard", "+12425550143"),
            DemoTenant("Ernestine Cash", "+12425550150", role="guarantor"),
        ),
        20,
        365,
        335000,
        origin="signed_here",
        rolls_over=False,
        deposits=(("first", 335000), ("last", 335000), ("security", 335000), ("key", 5000)),
        late_fee=("percent", 0, 500),
        state="printed",
    ),
    DemoLease(
        "Marsh Harbour Row",
        "No 4",
        (
            DemoTenant("Rashad Culmer", "+12425550147", "rashad@example.com", "primary"),
            DemoTenant("Alexis Culmer", "+12425550148"),
        ),
        30,
        365,
        280000,
        origin="signed_here",
        deposits=(("first", 280000), ("last", 280000), ("security", 280000)),
        late_fee=("larger", 7500, 500),
        clauses=("One parking space, number 4.",),
        state="sent",
    ),
    DemoLease(
        "Cable Beach Court",
        "1A",
        (DemoTenant("Denise Knowles", "+12425550149", role="primary"),),
        45,
        180,
        245000,
        origin="signed_here",
        deposits=(("first", 245000), ("security", 245000)),
        state="draft",
    ),
    DemoLease(
        "Freeport Gardens",
        "1A",
        (DemoTenant("Shavonne Grant", "+12425550144", role="primary"),),
        -200,
        365,
        170000,
        deposits=(("first", 170000), ("last", 170000), ("security", 170000)),
    ),
    DemoLease(
        "Freeport Gardens",
        "2A",
        (DemoTenant("Basil McPhee", "+12425550145", role="primary"),),
        -1500,
        None,
        205000,
        origin="oral",
    ),
    DemoLease(
        "Hope Town Cottages",
        "Hibiscus",
        (DemoTenant("Maitland Lowe", "+12425550146", role="primary"), DemoTenant("Verna Lowe")),
        -340,
        365,
        300000,
        deposits=(("first", 300000), ("security", 300000)),
    ),
)
