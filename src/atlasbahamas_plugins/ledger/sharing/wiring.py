"""Registers shares among roommates."""

from __future__ import annotations

from typing import Any

from atlasbahamas.notifications import CATEGORIES
from atlasbahamas_plugins.leasing.resources import VIEW
from atlasbahamas_plugins.ledger.charges.resources import EDIT, LeaseLedger
from atlasbahamas_plugins.ledger.payments.resources import RECORD, PaymentNode
from atlasbahamas_plugins.ledger.sharing import telling, views
from atlasbahamas_plugins.ledger.sharing.resources import SharingNode

FORM = ("GET", "POST")


def includeme(config: Any) -> None:
    """The page of a lease's roommates, how it is shared, and who paid."""
    config.contribute(CATEGORIES, telling.SHARES, name=telling.SHARES.name)
    config.add_child(LeaseLedger, "sharing", SharingNode)
    page = config.add_view
    page(views.show_sharing, context=SharingNode, permission=VIEW, renderer="ledger/sharing.jinja2")
    for view, node, name, permission, template in (
        (views.change, SharingNode, "change", EDIT, "ledger/change_sharing.jinja2"),
        (views.say_who_paid, PaymentNode, "payer", RECORD, "ledger/payer.jinja2"),
    ):
        page(view, context=node, name=name, permission=permission, accept_methods=FORM, renderer=template)
