"""Lists of the administration."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, func, or_, select

from atlasbahamas.people.models import PLATFORM_ROLES, Membership, Organisation, Person, PersonRole, name_key
from atlasbahamas.web.formats import local_date
from atlasbahamas.web.lists import Column, Key, List, Sort, choice_filter, text_filter

PERSON, ORGANISATION = Person.__table__.c, Organisation.__table__.c


def _named(text: str) -> Any:
    key = name_key(text)
    return or_(
        Person.name.icontains(text, autoescape=True),
        Person.email_key.contains(key, autoescape=True),
        Person.user_name_key.contains(key, autoescape=True),
    )


def state_of(person: Person) -> tuple[str, str]:
    """(word, tone) of what may be done with an account."""
    return ("Switched off", "bad") if person.disabled is not None else ("Active", "good")


def _badge(row: Person, node: Any) -> Markup:
    word, tone = state_of(row)
    return Markup('<span class="state state--{}">{}</span>').format(tone, word)


def _person_link(row: Person, node: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(node.node_of(row).url(), row.name)


class PersonList(List):
    """Everybody."""

    name = "people"
    noun = ("person", "people")
    identity = PERSON.id
    filters = (
        text_filter("q", "Name, e-mail or user name", _named),
        choice_filter(
            "role",
            "Role on the platform",
            list(PLATFORM_ROLES.items()),
            lambda role: Person.id.in_(select(PersonRole.person_id).where(PersonRole.role == role)),
        ),
        choice_filter(
            "state",
            "Account",
            [("active", "Active"), ("disabled", "Switched off")],
            lambda state: Person.disabled.is_(None) if state == "active" else Person.disabled.is_not(None),
        ),
    )
    sorts = (
        Sort("name", "Name", (Key(PERSON.name),)),
        Sort("name-down", "Name, Z to A", (Key(PERSON.name, descending=True),)),
        Sort("newest", "Newest first", (Key(PERSON.created, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        self.columns = (
            Column("name", "Name", _person_link, lambda row: row.name, sort="name"),
            Column("user_name", "User name", lambda row, node: row.user_name or "", lambda row: row.user_name),
            Column("email", "E-mail", lambda row, node: row.email or "", lambda row: row.email),
            Column("roles", "Platform roles", lambda row, node: self._roles(row), self._roles),
            Column("state", "Account", _badge, lambda row: state_of(row)[0]),
            Column(
                "created",
                "Since",
                lambda row, node: local_date(row.created),
                lambda row: row.created.date().isoformat(),
            ),
        )
        self.roles: dict[int, str] = {}
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """The people with their roles on the platform."""
        held = select(func.aggregate_strings(PersonRole.role, ", ")).where(PersonRole.person_id == Person.id)
        return query.add_columns(held.correlate(Person).scalar_subquery().label("roles"))

    def note(self, row: Any) -> Any:
        """Keep the roles that the query brought along with the person."""
        self.roles[row[0].id] = row[1] or ""
        return row[0]

    def _roles(self, row: Person) -> str:
        return ", ".join(PLATFORM_ROLES.get(role, role) for role in self.roles[row.id].split(", ") if role)


class OrganisationList(List):
    """Every organisation, with who owns it."""

    name = "organisations"
    noun = ("organisation", "organisations")
    identity = ORGANISATION.id
    filters = (
        text_filter("q", "Name or licence", lambda text: _known_as(text)),
        text_filter("owner", "Owner", lambda text: Organisation.id.in_(_owned_by(text))),
    )
    sorts = (
        Sort("name", "Name", (Key(ORGANISATION.name),)),
        Sort("name-down", "Name, Z to A", (Key(ORGANISATION.name, descending=True),)),
        Sort("newest", "Newest first", (Key(ORGANISATION.created, descending=True),)),
    )

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        self.columns = (
            Column("name", "Organisation", self._link, lambda row: row.name, sort="name"),
            Column("owners", "Owners", lambda row, node: self.owners[row.id], lambda row: self.owners[row.id]),
            Column(
                "members",
                "Members",
                lambda row, node: self.members[row.id],
                lambda row: self.members[row.id],
                numeric=True,
            ),
            Column("brea_licence", "BREA licence", lambda row, node: row.brea_licence or "", lambda row: row.brea_licence),
            Column("created", "Since", lambda row, node: local_date(row.created), lambda row: row.created.date().isoformat()),
        )
        self.owners: dict[int, str] = {}
        self.members: dict[int, int] = {}
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """The organisations with their owners' names, and how many people work there."""
        here = (Membership.organisation_id == Organisation.id, Membership.until.is_(None))
        owners = (
            select(func.aggregate_strings(Person.name, ", "))
            .join(Membership, Membership.person_id == Person.id)
            .where(*here, Membership.role == "owner")
        )
        members = select(func.count(Membership.person_id.distinct())).where(*here)
        return query.add_columns(
            owners.correlate(Organisation).scalar_subquery().label("owners"),
            members.correlate(Organisation).scalar_subquery().label("members"),
        )

    def note(self, row: Any) -> Any:
        """Keep what the query brought along with the organisation."""
        self.owners[row[0].id], self.members[row[0].id] = row[1] or "", row[2]
        return row[0]

    def _link(self, row: Organisation, node: Any) -> Markup:
        url = self.request.resource_path(self.request.root, "portfolio", row.ref, "")
        return Markup('<a href="{}">{}</a>').format(url, row.name)


def _known_as(text: str) -> Any:
    return or_(Organisation.name.icontains(text, autoescape=True), Organisation.brea_licence.icontains(text, autoescape=True))


def _owned_by(text: str) -> Select[Any]:
    return (
        select(Membership.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.role == "owner", Membership.until.is_(None), Person.name.icontains(text, autoescape=True))
    )
