"""What every page shares: navigation, the caller's name, messages, and the slots that features fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog
from markupsafe import Markup
from pyramid.csrf import get_csrf_token
from pyramid.security import view_execution_permitted
from pyramid.threadlocal import get_current_request
from pyramid_jinja2 import IJinja2Environment, Jinja2TemplateRenderer

from atlasbahamas.notifications.menu import Menu, OrganisationInMenu, menu_of
from atlasbahamas.security.identity import Identity, has_session_cookie
from atlasbahamas.traversal.nodes import Node
from atlasbahamas.web.formats import jinja_filters

log = structlog.get_logger("atlasbahamas.slot")
SLOT_REGIONS = ("front-search", "front", "home", "home-next", "organisation", "admin")
NAV = "nav"
TEMPLATES = ".jinja2"
AFTER_ITS_ENVIRONMENT = 1
"""The order of an action that wants the environment of the templates; pyramid_jinja2 makes it before."""


@dataclass(frozen=True)
class NavItem:
    """A link of the main navigation. With `signed_in`, only people who are signed in see it; with `permission`, only those
    who have it on the whole platform.
    """

    label: str
    path: str
    signed_in: bool = False
    permission: str | None = None


@dataclass(frozen=True)
class Slot:
    """What a feature puts into a region of a page: `render(request, context)` gives Markup, or empty text for nothing."""

    render: Callable[[Any, Any], str]


@dataclass(frozen=True)
class Link:
    """A link of the navigation or the breadcrumb as the page shows it; `active`: the page is there, or below it."""

    label: str
    url: str
    active: bool


class Layout:
    """What layout.jinja2 asks for; each answer is worked out when it is first wanted."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @cached_property
    def identity(self) -> Identity | None:
        """Who is signed in."""
        return self.request.identity  # type: ignore[no-any-return]

    @cached_property
    def menu(self) -> Menu:
        """What the menu says of the caller."""
        return menu_of(self.request.db, self.identity.person_id) if self.identity else Menu(0, [])

    @property
    def organisations(self) -> list[OrganisationInMenu]:
        """The caller's organisations."""
        return self.menu.organisations

    @property
    def unread(self) -> int:
        """How many notifications the caller has not read, counted up to 99."""
        return self.menu.unread

    @cached_property
    def navigation(self) -> list[Link]:
        """The links that the caller may use."""
        items: list[NavItem] = self.request.registry.atlas_points.get(NAV)
        path = self.request.path_info_safe
        return [Link(item.label, item.path, path.startswith(item.path)) for item in items if self._may_see(item)]

    def _may_see(self, item: NavItem) -> bool:
        if item.permission is not None:
            return self.identity is not None and bool(self.request.has_permission(item.permission, self.request.root))
        return self.identity is not None or not item.signed_in

    @cached_property
    def trail(self) -> list[Link]:
        """The way down to this page: the nodes of its lineage that have a title and a page which the caller may open.

        What needs signing in begins at home. Empty where nothing is above.
        """
        here = self.request.context
        if not isinstance(here, Node):
            return []
        root, *places = here.lineage()
        home = root.child("home")
        if home is not None and places and places[0].needs_sign_in and places[0].__name__ != "home":
            places.insert(0, home)
        links = [
            Link(place.title, place.url(), place is here and not self.request.view_name)
            for place in places
            if place.title and self._opens(place)
        ]
        return [] if all(link.active for link in links) else links

    def _opens(self, place: Node) -> bool:
        try:
            return bool(view_execution_permitted(place, self.request))
        except TypeError:  # it has no page of its own
            return False

    @cached_property
    def messages(self) -> list[str]:
        """Messages that the last action left; only a signed-in person has any, so shared pages open no session."""
        if self.identity is None or not has_session_cookie(self.request):
            return []
        session = self.request.session
        # Taking messages away is a change, for which the session would be written and its cookie sent with every page.
        return list(session.pop_flash()) if session.peek_flash() else []

    def slot(self, region: str, about: Any = None) -> Markup:
        """What the features put into a region of this page. `about`: what they are given, if it is not the page's node."""
        parts = self.request.registry.atlas_points.get(f"slot:{region}")
        given = self.request.context if about is None else about
        # What a feature renders comes out of a template with autoescape.
        return Markup("\n").join(Markup(part.render(self.request, given)) for part in parts)  # noqa: S704


def slot_content(request: Any, template: str, values: Mapping[str, Any]) -> str:
    """What a feature puts into a region: a template that knows the page's request, node and layout, as the page itself does.

    Pyramid's `render` makes ready for each what the page around it is ready with, which takes it as long as a small template.
    """
    found = request.registry.getUtility(IJinja2Environment, name=TEMPLATES).get_template(template)
    return found.render({"request": request, "context": request.context, **_known_to_templates(request), **values})  # type: ignore[no-any-return]


def _renderer(info: Any) -> Jinja2TemplateRenderer:
    """A template by its name on the search path, where every feature's stand in a folder of its name.

    pyramid_jinja2's own factory looks beside the caller's package first, at every page, and none is ever there.
    """
    return Jinja2TemplateRenderer(lambda: info.registry.getUtility(IJinja2Environment, name=TEMPLATES).get_template(info.name))


def _templates_are_made_once(config: Any) -> None:
    """A template that is extended, imported or included is the one of that name on the search path, like any other. What is
    imported knows no page, so that it is made once, too: `this_request()` and `get_csrf_token()` are there for its macros.

    pyramid_jinja2 takes the name as relative to the template that says it, and so makes a copy of the layout and of each macro
    for every page: a thousand templates, for which its cache has no room, so that a site in use makes them again for ever.
    """
    environment = config.get_jinja2_environment(TEMPLATES)
    environment.join_path = lambda name, parent: name
    environment.globals.update(this_request=get_current_request, get_csrf_token=lambda: get_csrf_token(get_current_request()))


def _template_globals(event: Any) -> None:
    request = event.get("request")
    if request is not None:
        event.update(_known_to_templates(request))


def _known_to_templates(request: Any) -> dict[str, Any]:
    return {"layout": request.layout, "slot": request.layout.slot}


def includeme(config: Any) -> None:
    """Templates, static files, filters, and the core's extension points."""
    config.include("pyramid_jinja2")
    config.registry.settings["jinja2.filters"] = jinja_filters()
    config.registry.settings["jinja2.trim_blocks"] = "true"
    config.registry.settings["jinja2.lstrip_blocks"] = "true"
    # There are as many as there are files. Were a limit less than that, they would be made again for ever.
    config.registry.settings["jinja2.cache_size"] = "-1"
    config.add_jinja2_search_path("atlasbahamas:templates")
    config.action(None, _templates_are_made_once, args=(config,), order=AFTER_ITS_ENVIRONMENT)
    config.add_renderer(TEMPLATES, _renderer)
    config.add_static_view("static", "atlasbahamas:static", cache_max_age=31536000)
    config.add_request_method(Layout, "layout", reify=True)
    config.add_subscriber(_template_globals, "pyramid.interfaces.IBeforeRender")
    config.add_extension_point(NAV, NavItem)
    for region in SLOT_REGIONS:
        config.add_extension_point(f"slot:{region}", Slot)
