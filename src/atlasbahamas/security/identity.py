"""Who is calling: the device row behind the session's token, in one query (house.md section 5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import redis.exceptions
import structlog
from pyramid.authorization import Authenticated, Everyone
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DBAPIError

from atlasbahamas.db.engine import is_passing
from atlasbahamas.db.statements import Rows, made_once, read
from atlasbahamas.people.models import Device, Person, PersonRole
from atlasbahamas.people.photo.models import PersonPhoto

log = structlog.get_logger("atlasbahamas.identity")

SESSION_KEY = "device"
SEEN_EVERY = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)
UNKEPT_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class Identity:
    """The person who is calling. `roles` are those on the whole platform; memberships hang on organisations.

    `photo` is the key of their photo, "" where there is none.
    """

    person_id: int
    name: str
    roles: frozenset[str]
    device_id: int
    photo: str = ""

    @cached_property
    def principals(self) -> frozenset[str]:
        """What this person is called in an ACL."""
        return frozenset([Everyone, Authenticated, f"person:{self.person_id}", *(f"role:{role}" for role in self.roles)])


def token_hash(token: str) -> str:
    """What the database keeps of a random token. SHA-256 is enough: the token has 256 bits of its own."""
    return hashlib.sha256(token.encode()).hexdigest()


def has_session_cookie(request: Any) -> bool:
    """True when the browser sent a session; only then may one be opened for a page that everybody shares."""
    return request.registry.atlas_session_cookie in request.cookies


@made_once
def _whose_device() -> Rows:
    """The device of a token that is not over at `now`, and whose it is: a row for each of their roles."""
    return (
        select(Device.id, Device.last_seen, Device.kept, Person.id, Person.name, PersonRole.role, PersonPhoto.ref)
        .join(Person, Person.id == Device.person_id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .outerjoin(PersonPhoto, PersonPhoto.person_id == Person.id)
        .where(Device.token_hash == bindparam("token_hash"), Device.expires > bindparam("now"), Person.disabled.is_(None))
    )


def identity_of(request: Any) -> Identity | None:
    """The caller, or None. Notes in `request.session_lost` that the session store did not answer: nobody is let in then."""
    if not has_session_cookie(request):
        return None
    try:
        token = request.session.get(SESSION_KEY)
    except redis.exceptions.RedisError:
        request.session_lost = True
        return None
    if not isinstance(token, str):
        return None
    now: datetime = request.clock.now()
    # While the site is read-only no device's end can be moved on, so nobody's time runs.
    counted = min(now, request.read_only.since) if request.read_only else now
    rows = read(request.db, _whose_device(), {"token_hash": token_hash(token), "now": counted}).all()
    if not rows:
        return None
    device_id, last_seen, kept, person_id, name, _, photo = rows[0]
    if now - last_seen >= SEEN_EVERY and not request.read_only:
        _seen(request, device_id, kept, now)
    structlog.contextvars.bind_contextvars(person=person_id)
    return Identity(person_id, name, frozenset(row[5] for row in rows if row[5]), device_id, photo or "")


def _seen(request: Any, device_id: int, kept: bool, now: datetime) -> None:
    """Move the device's last-seen time and its end. The one write that a GET may cause, outside its transaction."""
    change = update(Device).where(Device.id == device_id).values(last_seen=now, expires=now + (KEPT_FOR if kept else UNKEPT_FOR))
    if request.method not in ("GET", "HEAD"):
        request.db.execute(change)
        return
    try:
        with request.own_transaction(wait=False) as db:
            db.execute(change)
    except DBAPIError as error:
        if not is_passing(error):
            raise
        # A page never waits for this, nor fails of it: the next one notes the visit.
        log.info("the last visit was not noted, somebody else is writing")
