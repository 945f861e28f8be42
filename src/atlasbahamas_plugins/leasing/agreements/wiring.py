"""Registers the text of agreements, their drafts and documents."""

from __future__ import annotations

from typing import Any

from atlasbahamas.people.resources import OrganisationNode
from atlasbahamas_plugins.leasing.agreements import resources, views
from atlasbahamas_plugins.leasing.agreements.resources import WRITE_TEMPLATE, AgreementNode
from atlasbahamas_plugins.leasing.resources import EDIT, VIEW, AnyLease, LeaseNode
from atlasbahamas_plugins.portfolio.resources import UnitNode

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """Pages of a draft, of what was sent, and of the organisation's text."""
    config.add_child(OrganisationNode, "agreement-text", resources.AgreementText)
    config.add_child(AnyLease, "documents", resources.Agreements)
    page = config.add_view
    forms = (
        (views.write_lease, UnitNode, "lease", EDIT, "leasing/lease_form.jinja2"),
        (views.edit_lease, LeaseNode, "edit", EDIT, "leasing/lease_form.jinja2"),
        (views.send, LeaseNode, "send", EDIT, "leasing/send.jinja2"),
        (views.take_back, LeaseNode, "take-back", EDIT, "confirm.jinja2"),
        (views.signed_on_paper, LeaseNode, "signed-on-paper", EDIT, "leasing/signed_on_paper.jinja2"),
        (views.agreement_text, resources.AgreementText, "", WRITE_TEMPLATE, "leasing/agreement_text.jinja2"),
    )
    for view, node, name, permission, template in forms:
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
    page(views.show_document, context=AgreementNode, permission=VIEW, renderer="leasing/document.jinja2")
    for name, served in (("pdf", views.document_pdf), ("data", views.document_data), ("copy", views.document_copy)):
        page(served, context=AgreementNode, name=name, permission=VIEW)
