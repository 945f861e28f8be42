"""Lists of the core."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select

from atlasbahamas.people.models import MEMBER_ROLES, Invitation, Membership, Person
from atlasbahamas.people.photo.models import PersonPhoto
from atlasbahamas.web.formats import avatar, local_date, local_datetime
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, text_filter


def photo_url(request: Any, ref: str | None) -> str:
    """Where a person's photo is; "" where there is none."""
    return str(request.resource_path(request.root, "photos", ref, "picture")) if ref else ""


def _reach(row: Membership) -> str:
    return "Everything" if row.limit_id is None else "Only some"


class MemberList(List):
    """Who works in an organisation."""

    name = "members"
    noun = ("member", "members")
    identity = Membership.__table__.c.id
    filters = (
        text_filter("q", "Name", lambda text: Person.name.icontains(text, autoescape=True)),
        choice_filter("role", "Role", list(MEMBER_ROLES.items()), lambda role: Membership.role == role),
    )
    sorts = (
        Sort("name", "Name", (Key(Person.__table__.c.name),)),
        Sort("name-down", "Name, Z to A", (Key(Person.__table__.c.name, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        self.photos: dict[int, str | None] = {}
        self.columns = (
            Column("name", "Name", self._name, lambda row: row.person.name, sort="name"),
            Column("role", "Role", lambda row, node: MEMBER_ROLES[row.role], lambda row: MEMBER_ROLES[row.role]),
            Column("reach", "May see", lambda row, node: _reach(row), _reach),
            Column("since", "Since", lambda row, node: local_date(row.since), lambda row: row.since.date().isoformat()),
        )
        query = query.outerjoin(PersonPhoto, PersonPhoto.person_id == Membership.person_id)
        super().__init__(request, query.add_columns(PersonPhoto.ref), node=node)

    def note(self, row: Any) -> Any:
        """Keep the key of the photo that the query brought along with the member."""
        self.photos[row[0].id] = row[1]
        return row[0]

    def _name(self, row: Membership, node: Any) -> Markup:
        name = row.person.name
        picture = avatar(name, photo_url(self.request, self.photos[row.id]))
        if not self.request.has_permission("atlas:member:edit", node):
            return Markup('<span class="with-avatar">{} {}</span>').format(picture, name)
        link = Markup('<a href="{}">{}</a>').format(node.node_of(row).url("edit"), name)
        return Markup('<span class="with-avatar">{} {}</span>').format(picture, link)


ANSWERS = {"accepted": "Accepted", "declined": "Declined", "withdrawn": "Taken back"}
INVITATION = Invitation.__table__.c


def _invitation_link(row: Invitation, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.name)


def _state(row: Invitation) -> str:
    return ANSWERS[row.answer] if row.answer else f"Open until {local_datetime(row.expires)}"


def _in_state(state: str) -> ColumnElement[bool]:
    return Invitation.answer.is_(None) if state == "open" else Invitation.answer == state


class InvitationList(List):
    """Whom an organisation invited."""

    name = "invitations"
    noun = ("invitation", "invitations")
    identity = INVITATION.id
    columns = (
        Column("name", "Name", _invitation_link, lambda row: row.name, sort="name"),
        Column("email", "E-mail", lambda row, node: row.email or "Link only", lambda row: row.email),
        Column("role", "Role", lambda row, node: MEMBER_ROLES[row.role], lambda row: MEMBER_ROLES[row.role]),
        Column("state", "State", lambda row, node: _state(row), _state),
    )
    filters = (
        text_filter("q", "Name", lambda text: Invitation.name.icontains(text, autoescape=True)),
        choice_filter("state", "State", [("open", "Open"), *ANSWERS.items()], _in_state),
    )
    sorts = (
        Sort("newest", "Newest first", (Key(INVITATION.created, descending=True),)),
        Sort("name", "Name", (Key(INVITATION.name),)),
        Sort("name-down", "Name, Z to A", (Key(INVITATION.name, descending=True),)),
    )
