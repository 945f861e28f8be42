"""Templates: each file is made into a template once, however many pages have it in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyramid_jinja2 import IJinja2Environment

from atlasbahamas.testing.site import Site
from atlasbahamas.web.layout import TEMPLATES

PAGES = ("/", "/listings/", "/sign-in", "/register", "/let/", "/sell/", "/nothing-is-here")


def environment_of(site: Site) -> Any:
    """What makes the templates of a site."""
    return site.app.registry.getUtility(IJinja2Environment, name=TEMPLATES)


def files(site: Site) -> set[str]:
    """The names of all templates on the search path."""
    folders = [Path(folder) for folder in environment_of(site).loader.searchpath]
    return {str(file.relative_to(folder)) for folder in folders for file in folder.rglob(f"*{TEMPLATES}")}


def test_pages_share_the_layout_and_its_parts(site: Site) -> None:
    browser = site.browser()
    for page in PAGES:
        browser.get(page, status="*")
    made = {name for _, name in environment_of(site).cache}
    assert {"layout.jinja2", "macros/forms.jinja2"} <= made
    assert made <= files(site)


def test_there_is_room_for_every_template(site: Site) -> None:
    names = sorted(files(site))
    assert len(names) > 200
    first = [environment_of(site).get_template(name) for name in names]
    assert all(environment_of(site).get_template(template.name) is template for template in first)


def test_what_is_imported_is_made_once_and_not_for_each_page(site: Site) -> None:
    says = [name for name in sorted(files(site)) if "with context %}" in environment_of(site).loader.get_source(None, name)[0]]
    assert says == []
