"""What tenants say to the deductions of a final statement. Raises Refused where a rule says no.

A tenant answers by themselves, signed in or with a link and its code. What they say in person, on the phone or on paper somebody
else writes down, and it is kept and shown as that: nobody's answer looks like their own when another one wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from atlasbahamas.errors import Refused
from atlasbahamas.notifications.services import TOLD_TEMPLATE, notify
from atlasbahamas_plugins.leasing.leaving.models import HERE, Deduction, DeductionAnswer, Statement
from atlasbahamas_plugins.leasing.leaving.services import record_move_out, statement_of
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.services import lock_lease
from atlasbahamas_plugins.leasing.telling import MY_LEASE, tell_members
from atlasbahamas_plugins.portfolio.contacts.models import Contact

NOT_SENT = Refused("There is no statement to answer yet.")


@dataclass(frozen=True)
class Said:
    """What a tenant says to a deduction. `field` is where a form asks for the words."""

    deduction: Deduction
    agrees: bool
    words: str
    field: str = "words"


def unanswered_by(person_id: Any, *, since: Any) -> ColumnElement[bool]:
    """SQL: whether a person has said nothing to something that the final statement of a lease takes, that of the query around it;
    only of those that were sent `since` then.
    """
    said = select(DeductionAnswer.id).join(LeaseParty, LeaseParty.id == DeductionAnswer.party_id)
    said = said.join(Contact, Contact.id == LeaseParty.contact_id)
    unsaid = ~said.where(DeductionAnswer.deduction_id == Deduction.id, Contact.person_id == person_id).exists()
    taken = select(Deduction.id).join(Statement, Statement.lease_id == Deduction.lease_id)
    return taken.where(Deduction.lease_id == Lease.id, Statement.sent >= since, unsaid).correlate(Lease).exists()


def answer_deduction(
    db: Session, lease: Lease, party: LeaseParty, said: Said, *, now: datetime, tell: Sequence[str] = ()
) -> None:
    """A tenant who is signed in answers; what they said before stays. Raises Refused for a no without words.

    `tell`: the landlord's members in these roles are told.
    """
    lock_lease(db, lease)
    keep_answers(db, lease, party, [said], HERE, now=now, tell=tell)


def keep_answers(
    db: Session,
    lease: Lease,
    party: LeaseParty,
    answers: Sequence[Said],
    way: str,
    *,
    now: datetime,
    tell: Sequence[str] = (),
) -> None:
    """What a tenant said by themselves, of a lease that is locked. Raises Refused for a no without words. `tell` as above."""
    for said in answers:
        _keep(db, lease, party, said, way, None, now=now)
    _tell(db, lease, party, answers, tell, now=now)


def write_answer_down(
    db: Session, lease: Lease, party: LeaseParty, said: Said, way: str, *, person_id: int, now: datetime
) -> None:
    """Keep what a tenant said to `person_id`, who writes it down. A tenant with a sign-in is told. Raises Refused."""
    lock_lease(db, lease)
    _keep(db, lease, party, said, way, person_id, now=now)
    if party.contact.person_id is not None:
        subject, path = f"Your answer was written down: {said.deduction.words[:120]}", f"/home/leases/{lease.ref}/move-out/"
        notify(db, [party.contact.person_id], MY_LEASE, subject, TOLD_TEMPLATE, path=path, now=now)


def _keep(db: Session, lease: Lease, party: LeaseParty, said: Said, way: str, person_id: int | None, *, now: datetime) -> None:
    if statement_of(db, lease) is None:
        raise NOT_SENT
    if not said.agrees and not said.words:
        raise Refused("Say why you do not agree." if person_id is None else "Say why they do not agree.", said.field)
    answer = DeductionAnswer(
        deduction_id=said.deduction.id,
        party=party,
        agrees=said.agrees,
        words=said.words,
        created=now,
        way=way,
        written_by_id=person_id,
    )
    db.add(answer)
    db.flush()
    after = {"deduction": said.deduction.ref, "party": party.contact.ref, "agrees": said.agrees, "way": way}
    record_move_out(db, "deduction:answered", lease, after=after)


def _tell(db: Session, lease: Lease, party: LeaseParty, answers: Sequence[Said], roles: Sequence[str], *, now: datetime) -> None:
    name, first = party.contact.name[:80], answers[0]
    what = f"{'agrees to' if first.agrees else 'does not agree to'}: {first.deduction.words[:80]}"
    subject = f"{name} {what}" if len(answers) == 1 else f"{name} answers {len(answers)} deductions"
    tell_members(db, lease, subject, "move-out/", roles=roles, now=now)
