"""Lists of offers, and of properties that an organisation had."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from atlasbahamas.web.formats import local_date
from atlasbahamas.web.lists import Column, Key, List, Sort
from atlasbahamas_plugins.portfolio.handover.models import ANSWERS, FormerProperty, Handover

HANDOVER, FORMER = Handover.__table__.c, FormerProperty.__table__.c


def _link(row: Any, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), _name(row))


def _name(row: Any) -> str:
    return str(row.property_name if isinstance(row, Handover) else row.name)


def state_of(row: Handover) -> str:
    """What became of an offer, in words."""
    if row.done is not None:
        return "Handed over"
    return ANSWERS[row.answer] if row.answer else "Waits for an answer"


class HandoverList(List):
    """Offers, the newest first."""

    name = "handovers"
    noun = ("handover", "handovers")
    identity = HANDOVER.id
    sorts = (Sort("newest", "Newest first", (Key(HANDOVER.offered, descending=True),)),)
    columns = (
        Column("property", "Property", _link, _name),
        Column("from", "From", lambda row, node: row.giver.name, lambda row: row.giver.name),
        Column("to", "To", lambda row, node: row.taker.name, lambda row: row.taker.name),
        Column("day", "Day", lambda row, node: local_date(row.day), lambda row: row.day.isoformat()),
        Column("state", "State", lambda row, node: state_of(row), state_of),
    )


class FormerList(List):
    """Properties that the organisation had, the latest first."""

    name = "former-properties"
    noun = ("former property", "former properties")
    identity = FORMER.id
    sorts = (Sort("newest", "Latest first", (Key(FORMER.ends, descending=True),)),)
    columns = (
        Column("name", "Property", _link, _name),
        Column("until", "Handed over on", lambda row, node: local_date(row.ends), lambda row: row.ends.isoformat()),
    )
