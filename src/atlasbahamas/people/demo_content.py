"""The demo people and organisations: invented, the same every time, with one known password. Data only."""

from __future__ import annotations

from dataclasses import dataclass

DEMO_PASSWORD = "conch-salad-2026"  # noqa: S105  (shown in the terminal; production refuses demo data)


@dataclass(frozen=True)
class DemoOrganisation:
    """An organisation of the demo data."""

    key: str
    name: str
    brea_licence: str


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo data; `memberships` are (organisation key, role)."""

    full_name: str
    user_name: str
    email: str
    phone: str
    title: str
    memberships: tuple[tuple[str, str], ...] = ()
    platform_roles: tuple[str, ...] = ()


ORGANISATIONS = (
    DemoOrganisation("bethel", "Bethel Family Homes", ""),
    DemoOrganisation("rolle", "Rolle & Daughters Estates", ""),
    DemoOrganisation("blue-hole", "Blue Hole Property Management", "0417"),
)

ACCOUNTS = (
    DemoAccount(
        "Marva Bethel",
        "marva",
        "marva@example.com",
        "+12425550101",
        "Owner of Bethel Family Homes",
        (("bethel", "owner"),),
    ),
    DemoAccount(
        "Desmond Rolle",
        "desmond",
        "desmond@example.com",
        "+12425550102",
        "Owner of Rolle & Daughters",
        (("rolle", "owner"),),
    ),
    DemoAccount(
        "Keva Thompson",
        "keva",
        "keva@example.com",
        "+12425550103",
        "Owner of Blue Hole",
        (("blue-hole", "owner"),),
    ),
    DemoAccount(
        "Tamar Ferguson",
        "tamar",
        "tamar@example.com",
        "+12425550104",
        "Manager at Blue Hole",
        (("blue-hole", "manager"), ("rolle", "manager")),
    ),
    DemoAccount(
        "Philip Knowles",
        "philip",
        "philip@example.com",
        "",
        "Bookkeeper at Blue Hole",
        (("blue-hole", "bookkeeper"),),
    ),
    DemoAccount("Shanelle Pinder", "shanelle", "", "+12425550106", "Leasing at Blue Hole", (("blue-hole", "leasing"),)),
    DemoAccount(
        "Cyril Moxey",
        "cyril",
        "",
        "+12425550107",
        "Maintenance at Blue Hole",
        (("blue-hole", "maintenance"),),
    ),
    DemoAccount("Ingrid Albury", "ingrid", "ingrid@example.com", "", "Viewer at Blue Hole", (("blue-hole", "viewer"),)),
    DemoAccount("Andre Sturrup", "andre", "andre@example.com", "+12425550109", "Tenant"),
    DemoAccount("Lisa Deveaux", "lisa", "", "+12425550110", "Tenant"),
    DemoAccount("Jerome Cash", "jerome", "jerome@example.com", "", "Tenant"),
    DemoAccount("Paula Minnis", "paula", "paula@example.com", "", "Administrator of the platform", (), ("admin",)),
)
