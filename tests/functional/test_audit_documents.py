"""The samples of docs/plugin-authors/audit.md do what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from atlasbahamas.audit.actor import NobodyActs
from atlasbahamas.audit.models import AuditEntry
from atlasbahamas.audit.services import entry_parts
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.portfolio.models import Unit

PAGE = Path(__file__).parents[2] / "docs" / "plugin-authors" / "audit.md"


def test_the_samples_run(site: Site) -> None:
    samples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(samples) == 2
    names: dict[str, Any] = {"Unit": Unit}
    for sample in samples:
        exec(compile(sample, str(PAGE), "exec"), names)
    count = select(func.count()).select_from(AuditEntry)
    with site.db.transaction("read") as db:
        was, before = db.get_one(Unit, 1).rent_cents, db.scalar(count)
    for _ in range(2):
        names["run"](site.db, 1, 123_400)
    with site.db.transaction("read") as db:
        assert db.scalar(count) == before + 1, "the second time nothing is another"
        row = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (row.action, row.about_ref, row.role) == ("portfolio:unit:changed", db.get_one(Unit, 1).ref, "system:rent run")
        assert entry_parts(db, row.id)["change"] == {"before": {"rent_cents": was}, "after": {"rent_cents": 123_400}}
    with pytest.raises(NobodyActs), site.db.transaction() as db:
        names["set_rent"](db, db.get_one(Unit, 1), 99_900)
    with site.db.transaction("read") as db:
        assert (db.get_one(Unit, 1).rent_cents, db.scalar(count)) == (123_400, before + 1)
