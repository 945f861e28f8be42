"""Pages of receipts."""

from __future__ import annotations

from typing import Any

import segno
from markupsafe import Markup
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from atlasbahamas.settings import AtlasSettings
from atlasbahamas_plugins.ledger.payments.resources import PaymentNode
from atlasbahamas_plugins.ledger.receipts.resources import ReceiptCheck
from atlasbahamas_plugins.ledger.receipts.services import Receipt, receipt_of


def show_receipt(context: PaymentNode, request: Any) -> dict[str, Any]:
    """A receipt to show, to print, or to send the link of."""
    receipt = _receipt(context, request)
    return {"receipt": receipt, "code": _code(receipt.check_url), "payment": context.row}


def receipt_pdf(context: PaymentNode, request: Any) -> Response:
    """The same to keep."""
    # Not at the top: leasing/paper.py says why.
    from atlasbahamas_plugins.ledger.receipts.pdf import render_pdf

    receipt = _receipt(context, request)
    response = Response(render_pdf(receipt), content_type="application/pdf")
    response.content_disposition = f'inline; filename="receipt-{receipt.number}.pdf"'
    # Void from one moment to the next, so nobody keeps an old one.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def check_receipt(context: ReceiptCheck, request: Any) -> dict[str, Any]:
    """Whether a receipt is one, and counts. It names nobody who paid."""
    request.response.headers["Cache-Control"] = "no-store"
    request.response.headers["X-Robots-Tag"] = "noindex"
    return {"payment": context.row, "organisation": context.organisation}


def _receipt(context: PaymentNode, request: Any) -> Receipt:
    base_url = request.registry.atlas_settings.section(AtlasSettings).base_url
    try:
        return receipt_of(request.db, context.row, base_url=base_url)
    except LookupError:
        raise HTTPNotFound() from None


def _code(url: str) -> Markup:
    """The code as an element of the page, without a style of its own."""
    return Markup(  # noqa: S704 - made of squares only
        segno.make(url, error="m", micro=False).svg_inline(
            scale=4, border=4, svgclass="qr", lineclass=None, omitsize=True, light="#fff", dark="#000", title="Check this receipt"
        )
    )
