"""The list of what one was told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from atlasbahamas.notifications.categories import CATEGORIES, NotificationCategory
from atlasbahamas.notifications.models import Notification
from atlasbahamas.web.formats import local_datetime
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter

NOTIFICATION = Notification.__table__.c


class NotificationList(List):
    """What a person was told, the latest first."""

    name = "notifications"
    noun = ("notification", "notifications")
    identity = NOTIFICATION.id
    sorts = (Sort("newest", "Newest first", (Key(NOTIFICATION.created, descending=True),)),)
    columns = (
        Column("subject", "What", lambda row, node: row.subject, lambda row: row.subject),
        Column("created", "When", lambda row, node: local_datetime(row.created), lambda row: row.created.isoformat()),
        Column("read", "Read", lambda row, node: "Yes" if row.read else "No", lambda row: "yes" if row.read else "no"),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        categories: list[NotificationCategory] = request.registry.atlas_points.get(CATEGORIES)
        self.filters = (
            choice_filter(
                "read", "Show", [("no", "Unread only")], lambda value: Notification.read.is_(None), everything="Everything"
            ),
            choice_filter(
                "category",
                "About",
                [(category.name, category.title) for category in categories],
                lambda name: Notification.category == name,
                everything="Anything",
            ),
        )
        super().__init__(request, query, node=node)
