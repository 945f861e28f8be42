"""The demo offers: invented people, and what they want to sell. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoOffer:
    """An offer of the demo data. `notes` are (state it became or "", words), in their order; `account` is who sent it, if known."""

    name: str
    email: str
    phone: str
    island: str
    settlement: str
    kind: str
    asking_cents: int | None
    words: str
    days_ago: int
    notes: tuple[tuple[str, str], ...] = ()
    account: str = ""
    photos: int = 0


OFFERS = (
    DemoOffer(
        "Eulalie Saunders",
        "eulalie.saunders@example.com",
        "+12425550141",
        "eleuthera",
        "governors-harbour",
        "cottage",
        32500000,
        "My grandmother's cottage on Cupid's Cay, two rooms and a porch over the water. The roof was done in 2021. "
        "My brothers and I live in Nassau now and would like it to go to somebody who stays.",
        1,
        photos=2,
    ),
    DemoOffer(
        "Wendell Rolle",
        "",
        "+12425550162",
        "exuma",
        "rolleville",
        "land",
        None,
        "Three quarters of an acre on the hill, with a survey from 2015. Commonage is not a question here; I have the papers.",
        2,
    ),
    DemoOffer(
        "Marguerite Thurston",
        "m.thurston@example.com",
        "",
        "grand-bahama",
        "lucaya",
        "villa",
        61000000,
        "Four bedrooms on the canal with a dock and a lift for a 30 foot boat. We are moving to be near our grandchildren.",
        12,
        (
            ("talking", "Called her on Tuesday. Wants to close by Christmas."),
            ("", "Sent her our terms; she will ask her lawyer."),
        ),
        photos=1,
    ),
    DemoOffer(
        "Andre Sturrup",
        "andre@example.com",
        "+12425550109",
        "new-providence",
        "fox-hill",
        "house",
        28900000,
        "A block house on a corner lot, three bedrooms, with a tenant who pays on the first.",
        40,
        (("talking", "Looked at it. Sound, needs windows."), ("listed", "Signed on the 3rd.")),
        account="andre",
    ),
    DemoOffer(
        "Best Quick Cash Homes",
        "cash@example.com",
        "",
        "new-providence",
        "palmdale",
        "other",
        None,
        "We buy and sell all houses all conditions, visit our page for the best prices.",
        15,
        (("closed", "An advertisement."),),
    ),
)
