"""The queue of offers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, or_, select

from atlasbahamas.web.formats import badge, local_datetime, money
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, text_filter
from atlasbahamas_plugins.listings.offers.models import OFFER_KINDS, OFFER_STATES, OFFER_TONES, Offer
from atlasbahamas_plugins.portfolio.models import Island, Settlement

OFFER = Offer.__table__.c


def _link(row: Offer, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.title)


def _named(text: str) -> ColumnElement[bool]:
    return or_(*[column.icontains(text, autoescape=True) for column in (Offer.name, Offer.email, Offer.phone, Offer.words)])


def _on_island(ref: str) -> ColumnElement[bool]:
    there = select(Settlement.id).join(Island, Island.id == Settlement.island_id).where(Island.ref == ref)
    return Offer.settlement_id.in_(there)


def _price(row: Offer) -> str:
    return money(row.asking_cents) if row.asking_cents else "None named"


class OfferList(List):
    """What was offered, the newest first."""

    name = "offers"
    noun = ("offer", "offers")
    identity = OFFER.id
    columns = (
        Column("title", "Offered", _link, lambda row: row.title),
        Column(
            "state",
            "State",
            lambda row, node: badge(OFFER_STATES[row.state], OFFER_TONES[row.state]),
            lambda row: OFFER_STATES[row.state],
        ),
        Column("island", "Island", lambda row, node: row.settlement.island.name, lambda row: row.settlement.island.name),
        Column(
            "price",
            "Asking price",
            lambda row, node: _price(row),
            lambda row: Decimal(row.asking_cents) / 100 if row.asking_cents else None,
            numeric=True,
            sort="price",
        ),
        Column("name", "From", lambda row, node: row.name or "Erased", lambda row: row.name),
        Column("created", "When", lambda row, node: local_datetime(row.created), lambda row: local_datetime(row.created)),
    )
    file_columns = (
        Column("phone", "Phone", lambda row, node: row.phone, lambda row: row.phone),
        Column("email", "E-mail", lambda row, node: row.email, lambda row: row.email),
        Column("words", "About it", lambda row, node: row.words, lambda row: row.words),
    )
    sorts = (
        Sort("newest", "Newest first", (Key(OFFER.created, descending=True),)),
        Sort("oldest", "Oldest first", (Key(OFFER.created),)),
        Sort("price", "Price, lowest first", (Key(OFFER.asking_cents),)),
        Sort("price-down", "Price, highest first", (Key(OFFER.asking_cents, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any, islands: list[tuple[str, str]]) -> None:
        self.filters = (
            text_filter("q", "Name, phone, words", _named),
            choice_filter("state", "State", list(OFFER_STATES.items()), lambda state: Offer.state == state),
            choice_filter("island", "Island", islands, _on_island),
            choice_filter("kind", "What it is", list(OFFER_KINDS.items()), lambda kind: Offer.kind == kind),
        )
        super().__init__(request, query, node=node)
