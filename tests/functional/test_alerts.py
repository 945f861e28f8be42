"""The alert rules: what they ask for is exported by a site that runs, and each has its page of advice."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from webtest import TestApp

from atlasbahamas.testing import site as sites

FILE = sites.ROOT / "deploy/prometheus/alerts.yml"
TRIALS = FILE.with_name("alerts_test.yml")
PAGE = sites.ROOT / "docs/operators/alerts.md"
RULES: list[dict[str, Any]] = [rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]]
WORDS = frozenset(
    ["sum", "min", "max", "rate", "delta", "by", "le", "histogram_quantile", "unless", "on", "or", "m", "h", "part", "state"]
)
OF_PROMETHEUS = frozenset({"up"})


def asked_for(expression: str) -> set[str]:
    """The names of metrics in an expression."""
    without_labels = re.sub(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"", "", expression)
    return set(re.findall(r"(?<![\w.])[a-z_][a-z0-9_]*", without_labels)) - WORDS - OF_PROMETHEUS


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each name that a site exports, with its labels."""
    folder: Path = tmp_path_factory.mktemp("alerts")
    url = sites.copy_sqlite(sites.sqlite_template(), folder / "site.sqlite")
    site = sites.start(url, folder, **{"atlas.metrics": "loopback"})
    asker = TestApp(site.app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    asker.get("/sign-in")
    families = list(text_string_to_metric_families(asker.get("/metrics").text))
    site.close()
    # One that counts by labels has no sample before the first time; it is named all the same.
    names: dict[str, set[str]] = {f"{family.name}_total": set() for family in families if family.type == "counter"}
    for family in families:
        for sample in family.samples:
            names.setdefault(sample.name, set()).update(sample.labels)
    return names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_what_a_rule_asks_for_is_exported(rule: dict[str, Any], exported: dict[str, set[str]]) -> None:
    names = asked_for(rule["expr"])
    assert names or rule["expr"].startswith("up{")
    assert names - set(exported) == set()
    for name, labels in re.findall(r"([a-z_]+)\{([^}]*)\}", rule["expr"]):
        if name not in OF_PROMETHEUS:
            assert set(re.findall(r"(\w+)=", labels)) <= exported[name] | {"status"}, name


def test_that_test_sees_a_name_that_nobody_exports(exported: dict[str, set[str]]) -> None:
    assert asked_for('max(rate(atlas_nothing_total{state="x"}[5m])) > 2e9') - set(exported) == {"atlas_nothing_total"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_waits_says_how_urgent_it_is_and_leads_to_its_heading(rule: dict[str, Any]) -> None:
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[mh]", rule["for"])
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["runbook_url"] == f"{PAGE.relative_to(sites.ROOT)}#{rule['alert'].lower()}"


def test_every_alert_has_its_advice_and_every_advice_its_alert() -> None:
    parts = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    assert [part.split("\n")[0] for part in parts] == [rule["alert"] for rule in RULES]
    assert all("**Means:**" in part and "**Do:**" in part for part in parts)


def test_every_metric_has_its_line_in_the_documents(exported: dict[str, set[str]]) -> None:
    page = (sites.ROOT / "docs/operators/metrics.md").read_text()
    named = set(re.findall(r"`((?:atlas|ledger)_[a-z_]+)", page))
    ours = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in exported if not name.startswith("process_")}
    # What is counted by labels has no sample yet, and a counter's time of birth is no metric of its own.
    assert {name for name in ours if name.endswith("_total") or f"{name}_total" not in ours} <= named
    assert named - {"atlas_metrics_token"} <= ours


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool (Debian's package `prometheus`) is not here; the rules were only parsed")
    return subprocess.run([found, *words], capture_output=True, text=True, check=False)


def test_prometheus_takes_the_rules() -> None:
    done = promtool("check", "rules", str(FILE))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


def test_each_rule_is_tried_on_a_site_where_it_has_to_speak() -> None:
    tried = set(re.findall(r'alertname="(\w+)"', TRIALS.read_text()))
    assert tried == {rule["alert"] for rule in RULES}


def test_the_rules_speak_when_they_should_and_are_silent_when_they_should_be() -> None:
    done = promtool("test", "rules", str(TRIALS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_that_test_sees_a_rule_that_does_not_heed_a_pause(tmp_path: Path) -> None:
    (tmp_path / FILE.name).write_text(FILE.read_text().replace(" unless on() max(atlas_read_only) == 1", ""))
    shutil.copy(TRIALS, tmp_path)
    done = promtool("test", "rules", str(tmp_path / TRIALS.name))
    assert done.returncode != 0
    assert "AtlasJobsSilent" in done.stdout + done.stderr
