"""What the menu of every page says of whoever is signed in: what they have not read, and where they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, select
from sqlalchemy.orm import Session

from atlasbahamas.db.statements import Rows, made_once, read
from atlasbahamas.notifications.services import unread_of
from atlasbahamas.people.models import Membership, Organisation, Person


class OrganisationInMenu(NamedTuple):
    """An organisation to which somebody belongs today."""

    id: int
    ref: str
    name: str
    brea_licence: str | None


@dataclass(frozen=True)
class Menu:
    """How many notifications a person has not read, counted up to 99, and their organisations by name."""

    unread: int
    organisations: list[OrganisationInMenu]


def menu_of(db: Session, person_id: int) -> Menu:
    """Both, with one query for every page."""
    rows = read(db, _menu(), {"person_id": person_id}).all()
    # Whoever has two roles somewhere is there once.
    mine = {row[1]: OrganisationInMenu(*row[1:]) for row in rows if row[1] is not None}
    return Menu(rows[0][0] if rows else 0, list(mine.values()))


@made_once
def _menu() -> Rows:
    me: BindParameter[int] = bindparam("person_id")
    belongs = and_(Membership.person_id == Person.id, Membership.until.is_(None))
    return (
        select(unread_of(me).scalar_subquery(), Organisation.id, Organisation.ref, Organisation.name, Organisation.brea_licence)
        .select_from(Person)
        .outerjoin(Membership, belongs)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.id == me)
        .order_by(Organisation.name, Organisation.id)
    )
