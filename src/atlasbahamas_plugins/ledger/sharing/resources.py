"""The node of shares: below the ledger of a lease at either of its addresses. Whoever may see a lease sees it."""

from __future__ import annotations

from atlasbahamas.traversal.nodes import Node


class SharingNode(Node):
    """`.../leases/<ref>/ledger/sharing/`: who owes which part of the lease above."""

    title = "Roommates"
