"""Registers statements."""

from __future__ import annotations

from typing import Any

from atlasbahamas_plugins.leasing.resources import VIEW
from atlasbahamas_plugins.ledger.charges.resources import LeaseLedger
from atlasbahamas_plugins.ledger.statements import views
from atlasbahamas_plugins.ledger.statements.resources import MonthNode, Statements


def includeme(config: Any) -> None:
    """The months of a lease's books, and the statement of one on a page, in a file and on paper."""
    config.add_child(LeaseLedger, "statements", Statements)
    page = config.add_view
    page(views.show_statements, context=Statements, permission=VIEW, renderer="ledger/statements.jinja2")
    page(views.show_statement, context=MonthNode, permission=VIEW, renderer="ledger/statement.jinja2")
    page(views.statement_pdf, context=MonthNode, name="statement.pdf", permission=VIEW)
    page(views.statement_csv, context=MonthNode, name="statement.csv", permission=VIEW)
