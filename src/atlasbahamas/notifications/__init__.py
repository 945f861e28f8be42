"""Telling people things: the one way for features to do so, in the site always and by mail as each person likes.

How a mail is composed and sent belongs to `mail`.
"""

from atlasbahamas.notifications.categories import CATEGORIES, NotificationCategory

__all__ = ["CATEGORIES", "NotificationCategory"]
