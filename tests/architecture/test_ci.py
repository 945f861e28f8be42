"""The workflow for GitHub does what `.ci/run` does, with the versions that setup.cfg and the Dockerfile name."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    return found


def commands(job: dict[str, Any]) -> list[str]:
    """What a job runs, step by step."""
    return [step["run"] for step in job["steps"] if "run" in step]


def of_ci_run() -> list[str]:
    """The lines of `.ci/run` that do something for the result."""
    lines = (ROOT / ".ci/run").read_text().splitlines()
    return [line for line in lines if line.startswith(("make ", ".ci/"))]


def test_the_workflow_runs_what_ci_runs(jobs: dict[str, Any]) -> None:
    assert commands(jobs["test"]) == of_ci_run()
    assert "make test" in of_ci_run()


def test_every_target_is_one_of_make(jobs: dict[str, Any]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {line.split()[1] for job in jobs.values() for line in commands(job) if line.startswith("make ")}
    assert {"check", "test", "proof", "audit"} <= asked
    assert asked <= targets


def test_nothing_may_be_left_out() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    assert workflow["env"] == {"ATLAS_TEST_REQUIRE": "all"}
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("continue-on-error" in part for job in workflow["jobs"].values() for part in (job, *job["steps"]))


def test_every_version_that_is_supported_is_tested(jobs: dict[str, Any]) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    named = re.findall(r"Python :: (3\.\d+)", setup["metadata"]["classifiers"])
    assert jobs["test"]["strategy"]["matrix"]["python"] == named
    lowest, beyond = re.findall(r"3\.(\d+)", setup["options"]["python_requires"])
    assert named == [f"3.{minor}" for minor in range(int(lowest), int(beyond))]
    image = re.search(r"^ARG PYTHON=(3\.\d+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert image is not None and image[1] in named


def test_the_image_is_built_and_looked_through(jobs: dict[str, Any]) -> None:
    assert any(line.startswith("docker build") for line in commands(jobs["image"]))
    [scan] = [step for step in jobs["image"]["steps"] if "trivy" in step.get("uses", "")]
    assert scan["with"]["exit-code"] == "1"
