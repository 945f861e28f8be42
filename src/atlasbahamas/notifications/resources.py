"""Nodes of notifications: each person sees their own; another's is a 404."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from atlasbahamas.notifications.models import Notification
from atlasbahamas.traversal.nodes import USE, Collection, RowNode


class NotificationNode(RowNode):
    """One thing that the caller was told."""

    model = Notification
    key = Notification.ref
    row: Notification

    def extend(self, select: Select[Any]) -> tuple[Select[Any], int]:
        """Only the caller's own."""
        return select.where(Notification.person_id == self.request.identity.person_id), 0

    @property
    def title(self) -> str:  # type: ignore[override]
        """What it says."""
        return self.row.subject


class Notifications(Collection):
    """`/notifications/`: what the caller was told."""

    item = NotificationNode
    permission = USE
    needs_sign_in = True
    title = "Notifications"

    def rows(self) -> Select[Any]:
        """The caller's own."""
        return select(Notification).where(Notification.person_id == self.request.identity.person_id)
