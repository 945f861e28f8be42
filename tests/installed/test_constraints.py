"""deploy/constraints.txt: the version of each library that an installation gets; tests/proofs/test_install.py proves it."""

from __future__ import annotations

import configparser
import runpy

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from atlasbahamas.testing.site import ROOT


def versions() -> dict[str, str]:
    """The versions by the names of their libraries."""
    lines = (ROOT / "deploy/constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_each_library_that_the_product_wants_has_a_version_on_every_python() -> None:
    """Where it fails, a library has begun to want another one: `make lock`."""
    wanted = runpy.run_path(str(ROOT / "scripts/lock.py"))["wanted"]()
    assert len(wanted) > 40
    assert wanted <= set(versions())


def test_each_version_is_within_the_range_that_is_tested() -> None:
    file = configparser.ConfigParser()
    file.read(ROOT / "setup.cfg")
    said = [file["options"]["install_requires"], *(file["options.extras_require"][extra] for extra in ("gunicorn", "s3"))]
    lines = [line for text in said for line in text.splitlines() if line and not line.startswith("#")]
    wanted = {canonicalize_name(each.name): each.specifier for each in map(Requirement, lines)}
    assert len(wanted) > 20
    assert {name: versions()[name] for name, range_ in wanted.items() if versions()[name] not in range_} == {}
