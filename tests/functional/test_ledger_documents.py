"""The samples of docs/plugin-authors/ledger.md do what the page says."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from books import open_books

from atlasbahamas.testing.site import START, Site
from atlasbahamas_plugins.leasing.models import Lease
from atlasbahamas_plugins.ledger.journal import proving
from atlasbahamas_plugins.ledger.services import ENTRY_KINDS, NotReversible

PAGE = Path(__file__).parents[2] / "docs" / "plugin-authors" / "ledger.md"


def test_the_samples_run(site: Site) -> None:
    samples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(samples) == 3
    names: dict[str, Any] = {}
    for sample in samples:
        exec(compile(sample, str(PAGE), "exec"), names)
    books, day = open_books(site), date(2026, 6, 1)
    with site.db.transaction() as db:
        lease = db.get_one(Lease, books.lease_id)
        number = names["charge_for_keys"](db, lease, 2_500, day, by=1, now=START)
        assert names["owed_by"](db, lease) == 2_500
        assert names["owed_by"](db, lease, as_at=day - timedelta(days=1)) == 0
        names["forgive_keys"](db, lease, number, by=1, now=START + timedelta(hours=1))
        assert names["owed_by"](db, lease) == 0
        assert names["owed_by"](db, lease, known_at=START) == 2_500
        with pytest.raises(NotReversible):
            names["forgive_keys"](db, lease, number, by=1, now=START)
    with proving.whole_view(site.db) as db:
        assert proving.verify(db, books.organisation_id).findings == []
    given: list[Any] = []
    names["includeme"](SimpleNamespace(contribute=lambda point, value, name: given.append((point, value.title, name))))
    assert given == [(ENTRY_KINDS, "Key that was lost", "key_fee")]
