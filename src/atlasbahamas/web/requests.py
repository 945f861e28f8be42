"""The class of a site's requests: Pyramid's, with everything that the core and the features added by `add_request_method`.

Pyramid itself makes a class for each request, to hold what was added. That takes time; what Python has learned of where a class
has an attribute is learned anew for each; and the class is garbage that only the collector finds.
"""

from __future__ import annotations

from typing import Any

from pyramid.interfaces import IRequestExtensions, IRequestFactory
from pyramid.request import Request

AFTER_WHAT_IS_ADDED = 1
"""The order of an action that wants every request method and property."""


def _one_class_for_all(config: Any) -> None:
    """Make the class, and leave Pyramid nothing to add to a request by itself."""
    added = config.registry.queryUtility(IRequestExtensions)
    factory = config.registry.queryUtility(IRequestFactory, default=Request)
    attributes = {**added.methods, **added.descriptors}
    config.registry.registerUtility(type(factory.__name__, (factory,), attributes), IRequestFactory)
    added.methods.clear()
    added.descriptors.clear()


def includeme(config: Any) -> None:
    """Make the class when everything is wired."""
    config.action(None, _one_class_for_all, args=(config,), order=AFTER_WHAT_IS_ADDED)
