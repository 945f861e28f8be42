"""Who is acting in a session: a person behind a request, a job, or a command.

Whoever opens a session says so in `session.info["actor"]`; db/request.py does it for requests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

ACTOR = "actor"
CLOCK = "clock"
ASKED_BY = "asked_by"
"""Where a session says which request, or job, it belongs to; what it leaves to a job carries that on."""


@dataclass(frozen=True)
class Actor:
    """Who acts, as which role, from where. `role` is "visitor" or "person" where no organisation's or platform's role counts."""

    person_id: int | None
    role: str
    address: str
    agent: str
    request_id: str


COMMAND = Actor(None, "command", "", "", "")
"""Whoever typed a command on the server."""


class NobodyActs(Exception):
    """A service wanted to record something in a session that does not say who is acting."""


def job_actor(job: str, request_id: str = "") -> Actor:
    """The actor of a job, by the job's name."""
    return Actor(None, f"system:{job}", "", "", request_id)


def actor_of(db: Session) -> Actor:
    """Who is acting in a session. Raises NobodyActs where nobody said so: an anonymous entry proves nothing."""
    found: Actor | Callable[[], Actor] | None = db.info.get(ACTOR)
    if found is None:
        raise NobodyActs(
            'this session does not say who is acting: set session.info["actor"], to COMMAND or job_actor(name) outside a request'
        )
    return found if isinstance(found, Actor) else found()


def now_acting(db: Session, person_id: int) -> None:
    """From here on the session's changes are this person's: whoever signs in is not known before."""
    db.info[ACTOR] = replace(actor_of(db), person_id=person_id, role="person")


def actor_of_request(request: Any) -> Actor:
    """The caller of a request, as the role that the path gives them; or whoever was put in as `request.acting`, as jobs are.

    Asks for the identity, so it is called when needed.
    """
    acting: Actor | None = getattr(request, "acting", None)
    if acting is not None:
        return acting
    identity = request.identity
    node: Any = getattr(request, "context", None)
    roles = node.acting_roles() if identity is not None and hasattr(node, "acting_roles") else ()
    return Actor(
        person_id=identity.person_id if identity else None,
        role=", ".join(roles) or ("person" if identity else "visitor"),
        address=request.client_addr or "",
        agent=request.user_agent or "",
        request_id=getattr(request, "id", ""),
    )
