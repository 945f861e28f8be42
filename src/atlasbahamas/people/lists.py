"""Lists of the core."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from atlasbahamas.people.models import MEMBER_ROLES, Membership, Person
from atlasbahamas.web.formats import local_date
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, text_filter


def _name(row: Membership, node: Any) -> Markup:
    if not node.request.has_permission("atlas:member:edit", node):
        return Markup("{}").format(row.person.name)
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url("edit"), row.person.name)


class MemberList(List):
    """Who works in an organisation."""

    name = "members"
    noun = ("member", "members")
    identity = Membership.__table__.c.id
    columns = (
        Column("name", "Name", _name, lambda row: row.person.name, sort="name"),
        Column("role", "Role", lambda row, node: MEMBER_ROLES[row.role], lambda row: MEMBER_ROLES[row.role]),
        Column(
            "since",
            "Since",
            lambda row, node: local_date(row.since),
            lambda row: row.since.date().isoformat(),
        ),
    )
    filters = (
        text_filter("q", "Name", lambda text: Person.name.icontains(text, autoescape=True)),
        choice_filter("role", "Role", list(MEMBER_ROLES.items()), lambda role: Membership.role == role),
    )
    sorts = (
        Sort("name", "Name", (Key(Person.__table__.c.name),)),
        Sort("name-down", "Name, Z to A", (Key(Person.__table__.c.name, descending=True),)),
    )
