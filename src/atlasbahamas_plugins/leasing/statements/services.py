"""Links to a final statement, and answers by them. Raises Refused where a rule says no.

What is true of every link belongs to linking/, and what an answer is to leaving/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atlasbahamas.errors import Refused
from atlasbahamas.security.keys import Keys
from atlasbahamas.traversal.keys import new_key
from atlasbahamas_plugins.leasing.leaving.answers import Said, keep_answers
from atlasbahamas_plugins.leasing.leaving.models import BY_LINK
from atlasbahamas_plugins.leasing.leaving.services import is_leaving, record_move_out, statement_of
from atlasbahamas_plugins.leasing.linking.services import (
    OVER,
    Asked,
    ask_again,
    check_code,
    is_waiting,
    link_of,
    mail_link,
    may_ask_again,
    open_links,
    withdraw_link,
)
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import WITH_LATER, lock_lease
from atlasbahamas_plugins.leasing.statements.models import StatementLink

STATEMENT_FOR = timedelta(days=30)
"""How long a link shows a statement. Whoever has left needs longer than somebody who is asked to sign."""

LINKS_PAGE = "move-out/links"
STATEMENT_TEMPLATE = "leasing/mail/statement.jinja2"


@dataclass(frozen=True)
class Standing:
    """A tenant, with the last link that was made for them."""

    party: LeaseParty
    link: StatementLink | None


def standing_of(db: Session, lease: Lease) -> list[Standing]:
    """Each tenant; guarantors answer nothing about a home that is not theirs."""
    tenants = select(LeaseParty).where(LeaseParty.lease_id == lease.id, LeaseParty.role != "guarantor")
    parties = db.scalars(tenants.order_by(LeaseParty.position)).all()
    made = select(StatementLink).where(StatementLink.party_id.in_([party.id for party in parties]))
    last = {link.party_id: link for link in db.scalars(made.order_by(StatementLink.id))}
    return [Standing(party, last.get(party.id)) for party in parties]


def make_links(db: Session, lease: Lease, *, by_id: int, keys: Keys, now: datetime) -> list[Asked]:
    """Give each tenant who has no sign-in a new link to the statement and a code; earlier links open nothing any more.

    Whoever has an e-mail address gets a link by mail, never the code. Raises Refused before the
    statement was sent, and where nobody is left.
    """
    lock_lease(db, lease)
    if statement_of(db, lease) is None:
        raise Refused("Send the statement first. Then there is something to show.")
    waiting = [(found.party, found.link) for found in standing_of(db, lease) if found.party.contact.person_id is None]
    if not waiting:
        raise Refused("Everybody has a sign-in, and finds the statement there.")

    def make(party: LeaseParty) -> StatementLink:
        return StatementLink(ref=new_key("fs"), party=party, asked_by_id=by_id, sent=now, expires=now + STATEMENT_FOR)

    made = open_links(db, waiting, make, keys=keys, now=now)
    for link, _ in made:
        if link.party.contact.email:
            mail_link(db, lease, link, STATEMENT_TEMPLATE, days=STATEMENT_FOR.days, now=now)
    asked = [each for _, each in made]
    record_move_out(db, "move_out:links_made", lease, after={"parties": [each.party.contact.ref for each in asked]})
    return asked


def lease_of(db: Session, link: StatementLink) -> Lease:
    """The lease whose statement a link shows, with its landlord and what continues it."""
    return db.get_one(Lease, link.party.lease_id, options=[joinedload(Lease.organisation), WITH_LATER])


def is_open(db: Session, link: StatementLink, *, now: datetime) -> bool:
    """Whether a link shows its statement: it was not taken back, its time is not over, and somebody still leaves."""
    return is_waiting(link, now=now) and is_leaving(lease_of(db, link))


def find_link(db: Session, token: str, *, now: datetime) -> StatementLink:
    """The open link of a token. Raises Refused for one that is over."""
    link = link_of(db, StatementLink, token)
    if not is_open(db, link, now=now):
        raise OVER
    return link


def may_ask_for_new(db: Session, link: StatementLink) -> bool:
    """Whether a tenant whose link ran out may ask for a new one: once."""
    return may_ask_again(link) and is_leaving(lease_of(db, link))


def ask_for_new_link(db: Session, link: StatementLink, *, now: datetime) -> None:
    """A tenant whose link ran out asks for a new one: whoever made it is told, once for each link. Raises Refused."""
    if not may_ask_for_new(db, link):
        raise OVER
    subject = f"{link.party.contact.name} asks for a new link to the final statement"
    ask_again(db, lease_of(db, link), link, subject, LINKS_PAGE, now=now)


def withdraw_statement_link(db: Session, lease: Lease, ref: str, *, now: datetime) -> None:
    """Take one tenant's link back: it opens nothing from now on. Raises Refused where it is over."""
    lock_lease(db, lease)
    mine = select(StatementLink).join(LeaseParty, LeaseParty.id == StatementLink.party_id)
    link = db.scalar(mine.where(LeaseParty.lease_id == lease.id, StatementLink.ref == ref))
    withdraw_link(db, lease, link, now=now)


def answer_by_link(
    db: Session, token: str, code: str, answers: Sequence[Said], *, keys: Keys, now: datetime, tell: Sequence[str] = ()
) -> None:
    """A tenant answers by a link, which stays open. Raises Refused where the code is another, or the link is over.

    `keys` are the site's; `tell`: the landlord's members in these roles are told.
    """
    lease = lease_of(db, find_link(db, token, now=now))
    lock_lease(db, lease)
    link = find_link(db, token, now=now)
    check_code(link, code, keys)
    if not answers:
        raise Refused("Choose an answer to at least one of them.")
    keep_answers(db, lease, link.party, answers, BY_LINK, now=now, tell=tell)
