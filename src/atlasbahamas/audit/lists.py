"""The audit as a list: the platform's, and an organisation's. The file has what the page has no room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from atlasbahamas.audit.models import CHANGE, ORIGIN, AuditDetail, AuditEntry
from atlasbahamas.audit.services import canonical, part_of
from atlasbahamas.audit.words import action_words, role_words, summary
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.people.models import Organisation, Person, name_key
from atlasbahamas.traversal.keys import is_number
from atlasbahamas.web.formats import NASSAU, local_datetime
from atlasbahamas.web.lists import Column, Filter, Key, List, Sort, date_filter, text_filter

ENTRY = AuditEntry.__table__.c
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """An entry with the names of what it points to, and what is still known of its details."""

    entry: AuditEntry
    person: str | None
    organisation: str | None
    change: dict[str, Any]
    origin: dict[str, Any]

    @property
    def about(self) -> str:
        """ "unit:u-3k2m", or nothing."""
        return f"{self.entry.about_kind}:{self.entry.about_ref}" if self.entry.about_kind else ""

    def kept(self, name: str) -> str:
        """`before` or `after` as JSON, for files."""
        return canonical(self.change[name]) if name in self.change else ""


def _by_name(text: str) -> ColumnElement[bool]:
    return AuditEntry.person_id.in_(select(Person.id).where(Person.name.icontains(text, autoescape=True)))


def _by(text: str) -> ColumnElement[bool]:
    if is_number(text):
        return AuditEntry.person_id == int(text)
    key = name_key(text)
    known = select(Person.id).where(or_(Person.email_key == key, Person.user_name_key == key))
    return or_(_by_name(text), AuditEntry.person_id.in_(known))


def _about(text: str) -> ColumnElement[bool]:
    kind, _, ref = text.strip().rpartition(":")
    wanted = [column == value for column, value in ((AuditEntry.about_kind, kind), (AuditEntry.about_ref, ref)) if value]
    return and_(*wanted) if wanted else false()


def _in_organisation(text: str) -> ColumnElement[bool]:
    named = or_(Organisation.name.icontains(text, autoescape=True), Organisation.ref == text)
    return AuditEntry.organisation_id.in_(select(Organisation.id).where(named))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=NASSAU)


FILTERS: Sequence[Filter] = (
    text_filter("action", "Action begins with", lambda text: AuditEntry.action.startswith(text, autoescape=True)),
    text_filter("about", "About (kind:ref)", _about),
    date_filter("from", "From", lambda day: AuditEntry.at >= _midnight(day)),
    date_filter("to", "Until", lambda day: AuditEntry.at < _midnight(day) + ONE_DAY),
    text_filter("request", "Request id", lambda text: AuditEntry.request_id == text),
)


def _with_small(text: str | Markup, more: str) -> Markup:
    small = Markup('<br><small class="muted">{}</small>').format(more) if more else ""
    return Markup("{}{}").format(text, small)


class TrailList(List):
    """What was done in an organisation, the newest first."""

    name = "audit"
    noun = ("entry", "entries")
    identity = ENTRY.id
    sorts = (
        Sort("newest", "Newest first", (Key(ENTRY.id, descending=True),)),
        Sort("oldest", "Oldest first", (Key(ENTRY.id),)),
    )
    # By name only: who is not the platform's may not try out whose e-mail address is whose.
    filters = (text_filter("person", "Who", _by_name), *FILTERS)

    def __init__(self, request: Any, query: Select[Any], *, node: Any) -> None:
        self.titles = request.registry.atlas_roles
        self.columns = self._columns()
        self.file_columns = self._file_columns()
        super().__init__(request, query, node=node)

    def shown(self, query: Select[Any]) -> Select[Any]:
        """The entries with the names of what they point to, and their details."""
        change, origin = alias_of(AuditDetail, "change"), alias_of(AuditDetail, "origin")
        return (
            query.outerjoin(Person, Person.id == AuditEntry.person_id)
            .outerjoin(Organisation, Organisation.id == AuditEntry.organisation_id)
            .outerjoin(change, and_(change.entry_id == AuditEntry.id, change.part == CHANGE))
            .outerjoin(origin, and_(origin.entry_id == AuditEntry.id, origin.part == ORIGIN))
            .add_columns(Person.name, Organisation.name, change.content, origin.content)
        )

    def note(self, row: Any) -> Line:
        """The entry and what the query brought along with it."""
        entry, person, organisation, change, origin = row[:5]
        return Line(entry, person, organisation, part_of(change), part_of(origin))

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("at", "When", self._when, lambda line: line.entry.at.isoformat()),
            Column("person", "Who", self._who, lambda line: line.person or ""),
            Column("action", "What", self._what, lambda line: line.entry.action),
            Column("about", "About", self._about, lambda line: line.about),
        )

    def _file_columns(self) -> tuple[Column, ...]:
        plain = (
            ("role", "As", lambda line: line.entry.role),
            ("person_id", "Person number", lambda line: line.entry.person_id),
            ("request", "Request id", lambda line: line.entry.request_id),
            ("before", "Before", lambda line: line.kept("before")),
            ("after", "After", lambda line: line.kept("after")),
            ("note", "Note", lambda line: line.change.get("note", "")),
        )
        return tuple(Column(name, label, lambda line, node: "", value) for name, label, value in plain)

    def _when(self, line: Line, node: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(node.node_of(line.entry).url(), local_datetime(line.entry.at))

    def _who(self, line: Line, node: Any) -> str | Markup:
        role = role_words(line.entry.role, self.titles)
        return _with_small(line.person, role) if line.person else role

    def _what(self, line: Line, node: Any) -> Markup:
        return _with_small(action_words(line.entry.action), summary(line.change))

    def _about(self, line: Line, node: Any) -> str | Markup:
        if not line.about:
            return ""
        words = f"{line.entry.about_kind} {line.entry.about_ref}"
        return Markup('<a class="breaks" href="{}">{}</a>').format(node.url(about=line.about), words)


class PlatformTrailList(TrailList):
    """What was done on the whole platform, with from where."""

    filters = (
        text_filter("person", "Who", _by),
        text_filter("organisation", "Organisation", _in_organisation),
        *FILTERS,
    )

    def _columns(self) -> tuple[Column, ...]:
        before, after = super()._columns()[:2], super()._columns()[2:]
        organisation = Column(
            "organisation", "Organisation", lambda line, node: line.organisation or "", lambda line: line.organisation or ""
        )
        return (*before, organisation, *after)

    def _file_columns(self) -> tuple[Column, ...]:
        address = Column("address", "Address", lambda line, node: "", lambda line: line.origin.get("address", ""))
        agent = Column("agent", "Browser", lambda line, node: "", lambda line: line.origin.get("agent", ""))
        return (*super()._file_columns(), address, agent)

    def _who(self, line: Line, node: Any) -> str | Markup:
        if line.entry.person_id is None:
            return super()._who(line, node)
        url = self.request.resource_path(self.request.root, "admin", "people", str(line.entry.person_id), "")
        person = Markup('<a href="{}">{}</a>').format(url, line.person)
        return _with_small(person, role_words(line.entry.role, self.titles))
