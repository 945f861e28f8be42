"""What somebody owes or is ahead, as one types it."""

from __future__ import annotations

from typing import Any

import pytest
from webob import Request, Response

from atlasbahamas.web.forms import Form
from atlasbahamas_plugins.leasing.forms import BalanceField

GOOD = [("120", 12_000), ("-120", -12_000), ("(1.50)", -150), ("( 1.50 )", -150), ("", None)]


class Balance(Form):
    """One field."""

    cents = BalanceField("What stands open", max=50_000)


def balance(typed: str) -> Any:
    request: Any = Request.blank("/", method="POST", POST={"cents": typed})
    request.response = Response()
    return Balance(request)


@pytest.mark.parametrize(("typed", "cents"), GOOD)
def test_below_zero_is_ahead(typed: str, cents: int | None) -> None:
    form = balance(typed)
    assert form.validate()
    assert form.cents.data == cents


@pytest.mark.parametrize("typed", ["--120", "-(120)", "((120))", "()", "-", "-501", "(501)", "-B"])
def test_what_is_no_amount_or_too_much_is_refused(typed: str) -> None:
    form = balance(typed)
    assert not form.validate()
    assert form.cents.errors
