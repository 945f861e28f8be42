"""Registers signing: its pages, and the job that closes links which ran out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.traversal.nodes import Root
from atlasbahamas_plugins.leasing.agreements.resources import AgreementNode
from atlasbahamas_plugins.leasing.resources import EDIT, SIGN, VIEW, LeaseNode, MyLease
from atlasbahamas_plugins.leasing.signing import jobs, links, views

FORM = ("GET", "POST")
EXPIRE = "leasing.expire_links"
EVERY = timedelta(hours=1)


def includeme(config: Any) -> None:
    """The page of a link, those of a lease, and a certificate."""
    config.add_job(EXPIRE, jobs.expire)
    config.add_schedule(EXPIRE, EXPIRE, every=EVERY)
    config.add_mail_template(links.SIGN_TEMPLATE, prepare=jobs.prepare_link)
    config.add_mail_template(links.COPY_TEMPLATE, prepare=jobs.prepare_link)
    page = config.add_view
    page(views.signing, context=LeaseNode, name="signing", permission=VIEW, renderer="leasing/signing.jinja2")
    page(views.certificate, context=AgreementNode, name="certificate", permission=VIEW, renderer="leasing/certificate.jinja2")
    page(views.signatures, context=AgreementNode, name="signatures", permission=VIEW)
    for view, node, name, permission, template in (
        (views.ask, LeaseNode, "ask", EDIT, "confirm.jinja2"),
        (views.withdraw_link, LeaseNode, "withdraw-link", EDIT, "leasing/withdraw_link.jinja2"),
        (views.sign_for_landlord, LeaseNode, "sign", EDIT, "leasing/sign.jinja2"),
        (views.sign_at_home, MyLease, "sign", SIGN, "leasing/sign.jinja2"),
        (views.sign_by_link, Root, "sign-lease", PUBLIC, "leasing/sign_by_link.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
    page(views.signed_copy, context=Root, name="lease-copy", permission=PUBLIC)
