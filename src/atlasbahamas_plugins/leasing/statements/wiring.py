"""Registers links to a final statement."""

from __future__ import annotations

from typing import Any

from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.traversal.nodes import Root
from atlasbahamas_plugins.leasing.leaving.resources import MoveOutNode
from atlasbahamas_plugins.leasing.resources import EDIT
from atlasbahamas_plugins.leasing.statements import jobs, services, views

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The page of a link with its PDF and photos, and those on which links are made and taken back."""
    config.add_mail_template(services.STATEMENT_TEMPLATE, prepare=jobs.prepare_link)
    page = config.add_view
    page(views.statement_links, context=MoveOutNode, name="links", permission=EDIT, renderer="leasing/statement_links.jinja2")
    page(views.linked_pdf, context=Root, name="statement-pdf", permission=PUBLIC)
    page(views.linked_photo, context=Root, name="statement-photo", permission=PUBLIC)
    for view, node, name, permission, template in (
        (views.make_links, MoveOutNode, "make-links", EDIT, "confirm.jinja2"),
        (views.withdraw_link, MoveOutNode, "withdraw-link", EDIT, "leasing/withdraw_link.jinja2"),
        (views.show_statement, Root, views.PAGE, PUBLIC, "leasing/statement_by_link.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
