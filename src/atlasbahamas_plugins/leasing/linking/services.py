"""What is done with a link whatever it is for. Raises Refused where a rule says no.

What a link shows, and what is answered by it, belongs to the part that it is for (signing, leaving).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.mail.services import send_mail
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas.people.models import Organisation
from atlasbahamas.security.identity import token_hash
from atlasbahamas.security.keys import Keys
from atlasbahamas_plugins.leasing.linking.models import LinkColumns
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import record_in_audit
from atlasbahamas_plugins.leasing.telling import TENANTS_ANSWER

ASK_AGAIN_AFTER = timedelta(minutes=30)
OVER = Refused("This link is no longer open. Ask your landlord for a new one.")
WRONG_CODE = Refused("This is not the code. Your landlord tells it to you apart from the link.", "code")
JUST_ASKED = Refused("They were asked a moment ago. Wait half an hour before you make new links.")

Link = TypeVar("Link", bound=LinkColumns)


@dataclass(frozen=True)
class Asked:
    """A party who is asked for something, with the token of the link and the code, which are shown once and kept nowhere."""

    party: LeaseParty
    token: str
    code: str


def open_links(
    db: Session,
    waiting: Sequence[tuple[LeaseParty, Link | None]],
    make: Callable[[LeaseParty], Link],
    *,
    keys: Keys,
    now: datetime,
) -> list[tuple[Link, Asked]]:
    """A new link for each party who waits, with the last one of theirs; that opens nothing any more.

    Those who were asked less than half an hour ago keep theirs. `make` gives a link without a code; `keys` are the site's.
    Raises Refused where nobody is left.
    """
    due = [(party, last) for party, last in waiting if not _just_asked(last, now)]
    if not due:
        raise JUST_ASKED
    made = []
    for party, last in due:
        if last is not None and last.answer is None:
            close_link(db, last, "replaced", now=now)
        link, code = make(party), f"{secrets.randbelow(10**6):06}"
        link.code_hash = keys.digest(_text_of(link, code))
        db.add(link)
        db.flush()
        made.append((link, Asked(party, new_token(db, link), code)))
    return made


def mail_link(db: Session, lease: Lease, link: LinkColumns, template: str, *, days: int, now: datetime) -> None:
    """Send a link to its party's e-mail address. The token is made when the mail is sent, by the template's `prepare`."""
    landlord = db.get_one(Organisation, lease.organisation_id).name
    content = {"link": link.id, "landlord": landlord, "days": days}
    send_mail(db, template, address=link.party.contact.email, content=content, now=now)


def new_token(db: Session, link: LinkColumns) -> str:
    """A token of its own for each time a link is shown or mailed."""
    token = secrets.token_urlsafe(32)
    db.add(link.token(link_id=link.id, token_hash=token_hash(token)))
    db.flush()
    return token


def link_of(db: Session, kind: type[Link], token: str) -> Link:
    """The link that a token was made for, in whatever state. Raises Refused where there is none."""
    wanted = select(kind).join(kind.token, kind.token.link_id == kind.id)
    found = db.scalar(wanted.where(kind.token.token_hash == token_hash(token)))
    if found is None:
        raise OVER
    return found


def is_waiting(link: LinkColumns, *, now: datetime) -> bool:
    """Whether a link was not answered and its time is not over. What it is for may be over all the same."""
    return link.answer is None and link.expires > now


def check_code(link: LinkColumns, code: str, keys: Keys) -> None:
    """Raises Refused where it is another code."""
    if not keys.match(link.code_hash, _text_of(link, code)):
        raise WRONG_CODE


def close_link(db: Session, link: LinkColumns, answer: str, *, now: datetime) -> None:
    """Say what became of a link: it opens nothing any more."""
    link.answer, link.answered = answer, now
    db.flush()


def withdraw_link(db: Session, lease: Lease, link: LinkColumns | None, *, now: datetime) -> None:
    """Take a link back. Raises Refused where there is none that is open."""
    if link is None or link.answer is not None:
        raise Refused("This link is no longer open.")
    close_link(db, link, "withdrawn", now=now)
    record_in_audit(db, "link_withdrawn", lease, after={"party": link.party.contact.ref})


def may_ask_again(link: LinkColumns) -> bool:
    """Whether the party of a link that ran out may ask for a new one: once."""
    return link.answer in (None, "expired") and link.again is None


def ask_again(db: Session, lease: Lease, link: LinkColumns, subject: str, path: str, *, now: datetime) -> None:
    """A party whose link ran out asks for a new one: whoever asked them is told, with the way to `path` below the lease."""
    link.again = now
    tell_asker(db, lease, [link.asked_by_id], subject, path, now=now)
    record_in_audit(db, "new_link_asked_for", lease, after={"party": link.party.contact.ref})


def tell_asker(db: Session, lease: Lease, people: Sequence[int], subject: str, path: str, *, now: datetime) -> None:
    """Tell whoever asked what came of it; `path` is below the lease, where staff find it."""
    place = f"/portfolio/{db.get_one(Organisation, lease.organisation_id).ref}/leases/{lease.ref}/{path}"
    notify(db, people, TENANTS_ANSWER, subject, TOLD_TEMPLATE, path=place, now=now)


def _text_of(link: LinkColumns, code: str) -> str:
    # Of six digits alone the digest would be the same for every link.
    return f"{link.purpose}:{link.ref}:{code}"


def _just_asked(link: LinkColumns | None, now: datetime) -> bool:
    return link is not None and link.answer is None and now < link.sent + ASK_AGAIN_AFTER
