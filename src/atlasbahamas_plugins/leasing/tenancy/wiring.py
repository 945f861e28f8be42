"""Registers what tenants see, and how they are invited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atlasbahamas.people.resources import Home
from atlasbahamas.traversal.nodes import VIEW as PUBLIC
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.layout import Slot, slot_content
from atlasbahamas_plugins.leasing.resources import EDIT, VIEW, LeaseNode, MyLease, MyLeases
from atlasbahamas_plugins.leasing.tenancy import jobs, services, views

FORM = ("GET", "POST")
EXPIRE = "leasing.expire_invitations"
EVERY = timedelta(hours=1)


def _home(request: Any, context: Any) -> str:
    found = views.my_leases(request, context)
    return slot_content(request, "leasing/home.jinja2", found) if found["leases"] else ""


def includeme(config: Any) -> None:
    """A tenant's own leases, and the pages and the job of invitations."""
    config.add_child(Home, "leases", MyLeases)
    config.add_extension_point("slot:my-leases", Slot)
    config.contribute("slot:home", Slot(_home), name="leases", order=10)
    config.add_mail_template(services.TENANT_TEMPLATE, prepare=jobs.prepare_invitation)
    config.add_job(EXPIRE, jobs.expire)
    config.add_schedule(EXPIRE, EXPIRE, every=EVERY)
    page = config.add_view
    page(views.show_my_lease, context=MyLease, permission=VIEW, renderer="leasing/my_lease.jinja2")
    page(views.sign_ins, context=LeaseNode, name="sign-ins", permission=VIEW, renderer="leasing/sign_ins.jinja2")
    for view, node, name, permission, template in (
        (views.invite, LeaseNode, "invite", EDIT, "confirm.jinja2"),
        (views.withdraw_invitation, LeaseNode, "withdraw-invitation", EDIT, "leasing/withdraw_link.jinja2"),
        (views.answer_invitation, Root, "tenant-invitation", PUBLIC, "leasing/tenant_invitation.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
