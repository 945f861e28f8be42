"""What the core registers for notifications."""

from __future__ import annotations

from datetime import time
from typing import Any

from atlasbahamas.notifications import jobs, views
from atlasbahamas.notifications.categories import CATEGORIES, NotificationCategory
from atlasbahamas.notifications.resources import NotificationNode, Notifications
from atlasbahamas.notifications.services import DIGEST_TEMPLATE, TOLD_TEMPLATE
from atlasbahamas.traversal.nodes import USE, VIEW, Root

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The extension point for categories, the pages, the daily mail."""
    config.add_extension_point(CATEGORIES, NotificationCategory)
    config.add_mount("notifications", Notifications)
    config.add_mail_template(DIGEST_TEMPLATE)
    config.add_mail_template(TOLD_TEMPLATE)
    config.add_job("atlas.send_digests", jobs.send_digests)
    config.add_schedule("atlas.send_digests", "atlas.send_digests", at=time(7, 0))
    config.add_job("atlas.forget_notifications", jobs.forget_old)
    config.add_schedule("atlas.forget_notifications", "atlas.forget_notifications", at=time(3, 45))

    page = config.add_view
    page(views.notifications, context=Notifications, permission=USE, renderer="notifications/list.jinja2")
    page(views.open_notification, context=NotificationNode, name="open", permission=USE, accept_methods=("POST",))
    page(views.read_all, context=Notifications, name="read-all", permission=USE, accept_methods=("POST",))
    page(
        views.preferences,
        context=Notifications,
        name="preferences",
        permission=USE,
        accept_methods=FORM,
        renderer="notifications/preferences.jinja2",
    )
    # A mail program that ends a subscription has no session, so no token either; the signed link is the proof.
    page(
        views.unsubscribe,
        context=Root,
        name="unsubscribe",
        permission=VIEW,
        accept_methods=FORM,
        require_csrf=False,
        renderer="notifications/unsubscribe.jinja2",
    )
