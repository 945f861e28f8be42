"""Requests: what the core and the features add to them is in one class, and not in one that Pyramid makes for each request."""

from __future__ import annotations

from pyramid.interfaces import IRequestExtensions

from atlasbahamas.testing.requests import request_to
from atlasbahamas.testing.site import Site


def test_all_requests_of_a_site_are_of_one_class(site: Site) -> None:
    first, second = (request_to(site.app.registry, "/") for _ in range(2))
    assert type(first) is type(second)
    assert {"db", "layout", "read_only", "tm", "static_path", "own_transaction"} <= vars(type(first)).keys()


def test_pyramid_has_nothing_to_add(site: Site) -> None:
    added = site.app.registry.getUtility(IRequestExtensions)
    assert (added.methods, added.descriptors) == ({}, {})
