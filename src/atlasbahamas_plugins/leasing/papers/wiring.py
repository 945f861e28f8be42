"""Registers documents beside a lease."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.papers import views
from atlasbahamas_plugins.leasing.papers.resources import PaperNode, Papers
from atlasbahamas_plugins.leasing.resources import EDIT, VIEW, AnyLease

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """Documents below a lease, at both of its addresses."""
    config.add_child(AnyLease, "papers", Papers)
    page = config.add_view
    page(views.paper, context=PaperNode, name="file", permission=VIEW)
    for view, node, name, template in (
        (views.add_papers, Papers, "add", "leasing/papers_form.jinja2"),
        (views.remove_paper, PaperNode, "remove", "confirm.jinja2"),
    ):
        page(view, context=node, name=name, permission=EDIT, accept_methods=FORM, renderer=template)
