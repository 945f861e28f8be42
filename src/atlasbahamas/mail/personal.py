"""A person's own data in the log of mails."""

from __future__ import annotations

from sqlalchemy import Text, and_, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.mail.models import DROPPED, WAITING, Mail
from atlasbahamas.personal.leaving import Leaving, Rows

ERASED = "somebody in it was erased"


def export(db: Session, person_id: int) -> Rows:
    """Which mails went to them, about what and when."""
    rows = db.scalars(select(Mail).where(Mail.person_id == person_id).order_by(Mail.id))
    names = ("address", "category", "template", "content", "state", "created", "finished")
    return {"mail": [{name: getattr(row, name) for name in names} for row in rows]}


def erase(db: Session, leaving: Leaving) -> None:
    """Mails to them go. In mails to people who know them a pseudonym stands in their place; one that still waits is not sent."""
    to_their_address = and_(Mail.person_id.is_(None), func.lower(Mail.address).in_(leaving.lower_addresses))
    to_them = or_(Mail.person_id == leaving.person_id, to_their_address)
    db.execute(delete(Mail).where(to_them))
    for mail in db.scalars(select(Mail).where(leaving.told_of_in(Mail.person_id, cast(Mail.content, Text)))):
        mail.content = leaving.redact(mail.content)
        if mail.state == WAITING:
            mail.state, mail.finished, mail.reason = DROPPED, leaving.now, ERASED
    db.flush()
