"""Registers notices."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.notices import resources, views
from atlasbahamas_plugins.leasing.notices.resources import NoticeNode, ServingNode
from atlasbahamas_plugins.leasing.resources import ANSWER, EDIT, VIEW, AnyLease, LeaseNode, MyLease

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """Notices under a lease, from both sides, and how they were served."""
    config.add_child(AnyLease, "notices", resources.Notices)
    config.add_child(NoticeNode, "proofs", resources.Servings)
    page = config.add_view
    page(views.show_notice, context=NoticeNode, permission=VIEW, renderer="leasing/notice.jinja2")
    page(views.photo, context=ServingNode, name="photo", permission=VIEW)
    for view, node, name, permission, template in (
        (views.give_notice, LeaseNode, "give-notice", EDIT, "leasing/notice_form.jinja2"),
        (views.give_my_notice, MyLease, "give-notice", ANSWER, "leasing/my_notice_form.jinja2"),
        (views.serve_again, NoticeNode, "serve", EDIT, "leasing/serving_form.jinja2"),
        (views.read_notice, NoticeNode, "read", ANSWER, "confirm.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
