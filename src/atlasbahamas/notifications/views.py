"""Pages of notifications. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther

from atlasbahamas.errors import Refused
from atlasbahamas.mail.unsubscribing import read_unsubscribe_token
from atlasbahamas.notifications import services
from atlasbahamas.notifications.categories import CATEGORIES, CHANNELS, SITE_ONLY, NotificationCategory
from atlasbahamas.notifications.lists import NotificationList
from atlasbahamas.notifications.resources import NotificationNode, Notifications
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import ChoiceField, Form, done, form_page

NOT_OURS = Refused("This link is not whole. Copy all of it from the mail, or sign in and choose under Notifications.")


def notifications(context: Notifications, request: Any) -> Any:
    """What one was told."""
    return NotificationList(request, context.visible(), node=context).answer()


def open_notification(context: NotificationNode, request: Any) -> HTTPSeeOther:
    """Mark as read, and go to the page that it is about."""
    services.mark_read(request.db, context.row, now=request.clock.now())
    return HTTPSeeOther(f"{request.script_name}{context.row.path}")


def read_all(context: Notifications, request: Any) -> HTTPSeeOther:
    """Mark everything as read."""
    services.mark_all_read(request.db, request.identity.person_id, now=request.clock.now())
    return done(request, context, "Everything is marked as read.")


def preferences(context: Notifications, request: Any) -> Any:
    """Choose, for each category, how to be told."""
    categories = _categories(request)
    chosen = services.preferences_of(request.db, request.identity.person_id)
    fields = {_field_name(category): _choice_of(category) for category in categories}
    values = {_field_name(category): chosen.get(category.name, category.default) for category in categories}
    form = type("PreferenceForm", (Form,), fields)(request, **values)

    def submit() -> Any:
        for category in categories:
            services.prefer(request.db, request.identity.person_id, category.name, form[_field_name(category)].data)
        return done(request, context, "We will tell you the way you chose.")

    summaries = {_field_name(category): category.summary for category in categories}
    return form_page(request, form, {"summaries": summaries}, submit=submit)


def _choice_of(category: NotificationCategory) -> Any:
    return ChoiceField(category.title, choices=list(CHANNELS.items()), required=True)


def unsubscribe(context: Root, request: Any) -> Any:
    """End the mails of one category, from the link in a mail: no sign-in, and one click from a mail program (RFC 8058)."""
    known = read_unsubscribe_token(request.registry, request.params.get("token", ""))
    category = next((item for item in _categories(request) if known and item.name == known[1]), None)
    form = Form(request)
    if known is None or category is None:
        form.form_errors.append(NOT_OURS.message)
        request.response.status_int = 400
    elif form.sent:
        services.prefer(request.db, known[0], category.name, SITE_ONLY)
    return {"form": form, "category": category, "done": form.sent and category is not None}


def _categories(request: Any) -> list[NotificationCategory]:
    return request.registry.atlas_points.get(CATEGORIES)  # type: ignore[no-any-return]


def _field_name(category: NotificationCategory) -> str:
    return category.name.replace(".", "_")
