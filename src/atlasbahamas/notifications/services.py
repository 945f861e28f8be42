"""Telling people, reading, and choosing how to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from atlasbahamas.db.inserts import insert_unless_there
from atlasbahamas.mail.services import send_mail
from atlasbahamas.notifications.categories import AT_ONCE, DIGEST, NotificationCategory
from atlasbahamas.notifications.models import Notification, NotificationPreference
from atlasbahamas.traversal.keys import new_key

COUNTED_UP_TO = 99
DIGEST_TEMPLATE = "mail/digest.jinja2"
TOLD_TEMPLATE = "mail/told.jinja2"
"""The mail of a notification that says all in its subject."""
PEOPLE_AT_ONCE = 500
LONGEST_SUBJECT = 200


def notify(
    db: Session,
    people: Iterable[int],
    category: NotificationCategory,
    subject: str,
    template: str,
    *,
    path: str,
    now: datetime,
    content: Mapping[str, Any] | None = None,
) -> list[Notification]:
    """Tell people (ids; each once) something in the caller's transaction: in the site always, by mail as each one likes.

    `path` is the page it is about, which each of them may open; `template` the mail's, filled with `content`, `subject`, `name`
    and `link`. `content` holds no secret. A `subject` that is too long, of long names, is cut.
    """
    subject = _cut(subject)
    told = list(dict.fromkeys(people))
    channels = channels_of(db, told, category)
    notifications = []
    for person_id in told:
        row = Notification(
            ref=new_key("n"),
            person_id=person_id,
            category=category.name,
            subject=subject,
            path=path,
            template=template,
            content=dict(content or {}),
            created=now,
            waits_for_digest=channels[person_id] == DIGEST,
        )
        db.add(row)
        notifications.append(row)
        if channels[person_id] == AT_ONCE:
            values = {"subject": subject, "path": path, **row.content}
            send_mail(db, template, person_id=person_id, category=category.name, content=values, now=now)
    db.flush()
    return notifications


def _cut(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"


def channels_of(db: Session, people: list[int], category: NotificationCategory) -> dict[int, str]:
    """How each of some people wants to be told of a category."""
    chosen = select(NotificationPreference.person_id, NotificationPreference.channel).where(
        NotificationPreference.person_id.in_(people), NotificationPreference.category == category.name
    )
    return dict.fromkeys(people, category.default) | dict(db.execute(chosen).all())


def preferences_of(db: Session, person_id: int) -> dict[str, str]:
    """Category -> channel, as far as a person chose."""
    mine = NotificationPreference.person_id == person_id
    chosen = select(NotificationPreference.category, NotificationPreference.channel).where(mine)
    return dict(db.execute(chosen).all())


def prefer(db: Session, person_id: int, category: str, channel: str) -> None:
    """Choose how a person is told of a category."""
    values = {"person_id": person_id, "category": category, "channel": channel}
    if insert_unless_there(db, NotificationPreference, values, unique=["person_id", "category"]) is None:
        mine = (NotificationPreference.person_id == person_id, NotificationPreference.category == category)
        db.execute(update(NotificationPreference).where(*mine).values(channel=channel))


def unread_of(person_id: Any) -> Select[int]:
    """SELECT of how many a person (an id, or a parameter) has not read, counted up to 99."""
    unread = select(Notification.id).where(Notification.person_id == person_id, Notification.read.is_(None))
    return select(func.count()).select_from(unread.limit(COUNTED_UP_TO).subquery())


def mark_read(db: Session, notification: Notification, *, now: datetime) -> None:
    """Mark one as read."""
    notification.read = notification.read or now
    notification.waits_for_digest = False
    db.flush()


def mark_all_read(db: Session, person_id: int, *, now: datetime) -> None:
    """Mark all that a person was told so far as read."""
    unread = (Notification.person_id == person_id, Notification.read.is_(None))
    db.execute(update(Notification).where(*unread).values(read=now, waits_for_digest=False))


def send_digests(db: Session, *, now: datetime) -> int:
    """Ask for the daily mail of each person for whom something waits; gives how many mails there will be."""
    people = db.scalars(
        select(Notification.person_id).where(Notification.waits_for_digest).distinct().order_by(Notification.person_id)
    ).all()
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        _send_digests(db, people[start : start + PEOPLE_AT_ONCE], now=now)
    return len(people)


def _send_digests(db: Session, people: Any, *, now: datetime) -> None:
    waiting = (Notification.waits_for_digest, Notification.person_id.in_(people))
    items: dict[int, list[dict[str, str]]] = {}
    rows = select(Notification.person_id, Notification.subject, Notification.path).where(*waiting).order_by(Notification.id)
    for person_id, subject, path in db.execute(rows):
        items.setdefault(person_id, []).append({"subject": subject, "path": path})
    for person_id, mine in items.items():
        content = {"items": mine, "path": "/notifications/"}
        send_mail(db, DIGEST_TEMPLATE, person_id=person_id, content=content, now=now)
    db.execute(update(Notification).where(*waiting).values(waits_for_digest=False))


def forget_old(db: Session, *, before: datetime) -> None:
    """Delete what was read and is older than `before`."""
    db.execute(delete(Notification).where(Notification.created < before, Notification.read.is_not(None)))
