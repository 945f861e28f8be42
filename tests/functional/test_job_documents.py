"""The samples of docs/plugin-authors/jobs.md do what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pyramid.config import Configurator

from atlasbahamas.people.models import Person
from atlasbahamas.testing.site import Site

PAGE = Path(__file__).parents[2] / "docs" / "plugin-authors" / "jobs.md"


def test_the_samples_run(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(samples) == 4
    counted: list[str] = []
    names: dict[str, Any] = {"Person": Person}
    for sample in samples:
        exec(compile(sample.replace('"plugin.jobs.count_people"', "count_people"), str(PAGE), "exec"), names)
    names["count_people"] = lambda request, payload: counted.append(payload["due"])
    config = Configurator(registry=site.app.registry)
    names["includeme"](config)
    config.commit()
    with site.db.transaction() as db:
        person = db.get(Person, 12)
        assert person is not None and person.phone is None
        for _ in range(2):
            names["welcome"](db, person, now=site.clock.now())
    assert site.drain_jobs() == {"done": 1}
    with site.db.transaction("read") as db:
        assert db.get_one(Person, 12).phone == "+12425550100"
    names["test_people_are_counted_daily"](site)
    assert sorted(counted) == ["2026-06-02T10:30:00+00:00", "2026-06-02T14:00:00+00:00"]
