"""What a mail says. A template has three blocks: `subject`, `body` (plain paragraphs with a blank line between) and, where
there is something to click, `action` (the words on the button; the address is the value `link`).

The plain part and the HTML part are both made from these, so that they never say different things.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyramid_jinja2 import IJinja2Environment

MAX_SUBJECT = 150
_BLANK_LINES = re.compile(r"\n\s*\n")

Prepare = Callable[[Any, Any, Any], dict[str, Any] | None]
"""`prepare(request, db, mail)` gives further values when the mail is sent, or None when there is nothing to send any more."""


@dataclass(frozen=True)
class MailTemplate:
    """A kind of mail. What must not lie in the database, such as the token of a link, is made by `prepare` at sending."""

    name: str
    prepare: Prepare | None = None


@dataclass(frozen=True)
class Words:
    """What a mail says, before it is put into plain text and HTML."""

    subject: str
    paragraphs: tuple[str, ...]
    action: str
    link: str


class TemplateRefused(Exception):
    """A mail template lacks a block that every mail needs."""


def write_words(registry: Any, template: str, values: dict[str, Any]) -> Words:
    """Fill a template. Raises TemplateRefused for one without subject or body."""
    page = plain_environment(registry).get_template(template)
    blocks = {name: "".join(block(page.new_context(values))).strip() for name, block in page.blocks.items()}
    if not blocks.get("subject") or not blocks.get("body"):
        raise TemplateRefused(f"{template} needs a subject and a body")
    # White space folded: a line break in a subject would begin another header.
    subject = " ".join(blocks["subject"].split())[:MAX_SUBJECT]
    paragraphs = tuple(part.strip() for part in _BLANK_LINES.split(blocks["body"]) if part.strip())
    return Words(subject, paragraphs, " ".join(blocks.get("action", "").split()), str(values.get("link", "")))


def html_environment(registry: Any) -> Any:
    """The site's own Jinja2 environment, which escapes."""
    return registry.getUtility(IJinja2Environment, name=".jinja2")


def plain_environment(registry: Any) -> Any:
    """The same templates without escaping, for plain text; HTML is made from its result by one that escapes."""
    environment = getattr(registry, "atlas_plain_templates", None)
    if environment is None:
        environment = html_environment(registry).overlay(autoescape=False)
        registry.atlas_plain_templates = environment
    return environment
