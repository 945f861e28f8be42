"""The authorisation matrix: who may do what with every view, written by hand and tried by real HTTP (house.md section 7).

A feature has one table, in tests/functional/authorisation/<feature>.py:

    def places(db: Session) -> dict[str, str]: ...      # name -> address of an object of the organisation in question
    TABLE = Table("portfolio", places, (
        View(UnitNode, "", MEMBERS, at="unit"),                                       # GET only
        View(UnitNode, "edit", EDITORS, at="unit", send={"label": "4B"}),             # GET, and POST of its own form
        View(Root, "sign-out", EVERYBODY, at="root", send={}, get=False),             # POST only
        View(Units, "import", EDITORS, at="units", send={...}, shows=True),           # its POST shows what would be done
    ))

`who(...)` writes an expectation and fails when a relation is missing or named twice. `send` is what is typed into the form that
the page shows to somebody who may; the rest of the form stays as shown, so it is a valid request, and every denied relation
sends that same request with a token of its own. A denial counts only because every permitted relation succeeds with it on the
same object: the database is put back after each success.

`crossed` gives addresses at which an object hangs under something that it does not belong to, or that is over: nobody finds it.

A plugin's author writes such a table for the plugin and hands it to `World.seen`, as tests/functional/test_authorisation.py does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from sqlalchemy import select
from sqlalchemy.orm import Session
from webtest import TestApp
from webtest.forms import Form, Select

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.files.models import PICTURE
from atlasbahamas.files.uploads import Upload
from atlasbahamas.jobs.models import FAILED, OutboxEntry
from atlasbahamas.jobs.services import enqueue
from atlasbahamas.people import limits, services
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import MEMBER_ROLES, PLATFORM_ADMIN, Organisation, Person
from atlasbahamas.people.photo.services import set_photo
from atlasbahamas.testing import samples
from atlasbahamas.testing.site import START, Site
from atlasbahamas.testing.snapshots import Snapshot
from atlasbahamas.traversal.nodes import Node

HERE, ELSEWHERE = "Blue Hole Property Management", "Bethel Family Homes"
"""The organisation that the relations are about, and another one."""

RELATIONS: Mapping[str, str | None] = {
    "visitor": None,
    "stranger": "andre",
    "former": "matrix-former",
    "other": "matrix-other",
    "viewer": "ingrid",
    "maintenance": "cyril",
    "leasing": "shanelle",
    "bookkeeper": "philip",
    "manager": "tamar",
    "owner": "keva",
    "admin": "paula",
    "within": "matrix-within",
    "outside": "matrix-outside",
}
"""Relation -> account. stranger: signed in, a member of nothing; former: held every role here and holds none;
other: holds every role in another organisation; admin: of the platform; within: a manager who is limited to some parts of the
organisation, among them those that the tables are about; outside: a manager who is limited to another part.
A new one is a line here and a word in each table. What only one feature knows are `relations` of its table."""

Who = Mapping[str, str]


def who(*, ok: str = "", forbidden: str = "", hidden: str = "", sign_in: str = "", also: Mapping[str, str] | None = None) -> Who:
    """An expectation: ok, 403, 404, or led to the sign-in page. Every relation is named once. Raises ValueError.

    `also`: the relations of the feature's own table, where the line is about them too.
    """
    wanted = [*RELATIONS, *(also or {})]
    groups = {"ok": ok, "403": forbidden, "404": hidden, "in": sign_in}
    named = [(relation, outcome) for outcome, words in groups.items() for relation in words.split()]
    if sorted(relation for relation, _ in named) != sorted(wanted):
        raise ValueError(f"name each of {', '.join(wanted)} once; got {sorted(relation for relation, _ in named)}")
    return dict(named)


@dataclass(frozen=True)
class View:
    """One line of a table. `at` names one of the table's places; `send` None: the view takes no POST.

    A POST that is right leads on to another page, or, where the line says so, shows what would be done.
    """

    node: type[Node]
    name: str
    who: Who
    at: str
    send: Mapping[str, Any] | None = None
    get: bool = True
    shows: bool = False

    def __str__(self) -> str:
        return f"{self.node.__name__}/{self.name}"


@dataclass(frozen=True)
class Table:
    """The expectations of one feature, and where its objects are.

    `relations`: relation -> account of those that only this feature knows; `arrange` brings them about, and makes the accounts
    that the demo data does not have.
    """

    feature: str
    places: Callable[[Session], dict[str, str]]
    views: tuple[View, ...]
    crossed: Callable[[Session], dict[str, str]] = lambda db: {}
    relations: Mapping[str, str] = field(default_factory=dict)
    arrange: Callable[[Session], None] = lambda db: None


def registered(app: Any) -> set[tuple[type[Node], str]]:
    """(node class, name) of every view of the tree, from the introspector."""
    views = (entry["introspectable"] for entry in app.registry.introspector.get_category("views"))
    return {(view["context"], view["name"]) for view in views if is_node(view["context"])}


def permissions(app: Any) -> dict[tuple[type[Node], str], str]:
    """(node class, name) of every view of the tree that names a permission -> that permission."""
    return {
        (view["context"], view["name"]): entry["introspectable"]["value"]
        for entry in app.registry.introspector.get_category("permissions")
        for view in entry["related"]
        if view.category_name == "views" and is_node(view["context"])
    }


def beside_the_tree(app: Any) -> set[str]:
    """Names of the routes that have a view: what stands beside the tree and so beside its ACLs."""
    views = (entry["introspectable"] for entry in app.registry.introspector.get_category("views"))
    return {view["route_name"] for view in views if view["route_name"]}


def is_node(context: object) -> TypeGuard[type[Node]]:
    """True for what a view of the tree is registered for."""
    return isinstance(context, type) and issubclass(context, Node)


def add_people(site: Site) -> None:
    """The accounts that the demo data does not have: who was a member in every role, who is one elsewhere, and a second
    administrator and owner, since neither the platform nor an organisation lets go of its last.
    """
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        here, elsewhere = (db.scalars(select(Organisation).where(Organisation.name == name)).one() for name in (HERE, ELSEWHERE))
        people = {}
        for user_name in ("matrix-former", "matrix-other", "matrix-colleague", "matrix-within", "matrix-outside"):
            details = services.PersonDetails(name=user_name.replace("-", " ").title(), user_name=user_name)
            people[user_name] = services.register_person(db, details, DEMO_PASSWORD, now=START)
        services.grant_platform_role(db, people["matrix-colleague"], PLATFORM_ADMIN)
        services.add_member(db, here, people["matrix-colleague"].id, "owner", now=START)
        parts = limits.parts_of(site.app.registry)
        keys = [key for key, _ in parts.offered(db, here.id)] if parts else []
        # The second part by name: no table has anything of it.
        for user_name, some in (("matrix-within", keys[:1] + keys[2:]), ("matrix-outside", keys[1:2])):
            limit_id = limits.Reach(parts, some).make_limit(db, here.id, "manager")
            services.add_member(db, here, people[user_name].id, "manager", now=START, limit_id=limit_id)
        for role in MEMBER_ROLES:
            services.add_member(db, elsewhere, people["matrix-other"].id, role, now=START)
            was = services.add_member(db, here, people["matrix-former"].id, role, now=START)
            services.end_membership(db, was, now=START)
        # The same for all, so that its bytes stay when one of them removes it.
        face = Upload(PICTURE, "image/jpeg", "me.jpg", data=samples.picture((300, 200)), width=300, height=200)
        for person in db.scalars(select(Person).where(Person.user_name.in_([*RELATIONS.values(), "matrix-colleague"]))).all():
            set_photo(db, site.store, person, face, now=START)


def fail_a_job(db: Session) -> OutboxEntry:
    """A job that failed, which the demo data does not have."""
    entry = enqueue(db, "atlas.forget_devices", {"due": START.isoformat()}, now=START)
    assert entry is not None
    entry.state, entry.finished = FAILED, START
    entry.error = "OperationalError: could not connect to server: is it running on host db.example.com?"
    db.flush()
    return entry


@dataclass
class World:
    """A filled site with every relation signed in, which stands as it was before each question."""

    site: Site = field(repr=False)
    snapshot: Snapshot = field(repr=False)
    browsers: dict[str, TestApp] = field(repr=False)
    tokens: dict[str, str] = field(repr=False)
    cookies: dict[str, dict[str, str]] = field(repr=False)
    _places: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def make(cls, site: Site, folder: Path, tables: Iterable[Table]) -> World:
        """Arrange what the tables need, and sign everybody in.

        The site keeps its sessions in cookies, so that putting them back is putting back cookies.
        """
        add_people(site)
        accounts = dict(RELATIONS)
        with site.db.transaction() as db:
            db.info[ACTOR] = COMMAND
            fail_a_job(db)
            for table in tables:
                table.arrange(db)
                accounts |= table.relations
        browsers = {relation: site.browser(name) for relation, name in accounts.items()}
        tokens = {relation: _token(browser, relation) for relation, browser in browsers.items()}
        cookies = {relation: dict(browser.cookies) for relation, browser in browsers.items()}
        return cls(site, Snapshot(site, folder), browsers, tokens, cookies)

    def restore(self) -> None:
        """Put back the rows, the cookies, and the counts of attempts."""
        self.snapshot.restore()
        self.site.app.registry.atlas_limiter.storage.reset()
        for relation, browser in self.browsers.items():
            browser.reset()
            for name, value in self.cookies[relation].items():
                browser.set_cookie(name, value)

    def addresses(self, table: Table) -> dict[str, str]:
        """Where the table's objects are."""
        if table.feature not in self._places:
            with self.site.db.transaction("read") as db:
                self._places[table.feature] = table.places(db)
        return self._places[table.feature]

    def path(self, table: Table, view: View) -> str:
        """Address of the object that a line is about."""
        return self.addresses(table)[view.at] + view.name

    def valid_request(self, table: Table, view: View) -> list[tuple[str, Any]] | str:
        """What a permitted relation's browser sends: the form as its page shows it, with `send` typed into it.

        Gives the outcome instead when the page shows no form.
        """
        assert view.send is not None
        relation = next(name for name in view.who if view.who[name] == "ok")
        if not view.get:
            return [*view.send.items(), ("csrf_token", self.tokens[relation])]
        page = self.browsers[relation].get(self.path(table, view), expect_errors=True)
        form = form_of(page)
        if form is None:
            return outcome(page)
        type_into(form, view.send)
        return list(form.submit_fields())

    def seen(self, table: Table, view: View, relations: Iterable[str] | None = None) -> Iterator[tuple[str, str, str]]:
        """(method, relation, outcome) of every request that the line is about, as they really end.

        `relations`: only those of them that the line is about.
        """
        path = self.path(table, view)
        relations = [relation for relation in (view.who if relations is None else relations) if relation in view.who]
        if view.get:
            for relation in relations:
                yield "GET", relation, outcome(self.browsers[relation].get(path, expect_errors=True))
        if view.send is None:
            return
        model = self.valid_request(table, view)
        if isinstance(model, str):
            yield "the form", "permitted", model
            return
        for relation in relations:
            request = [(name, self.tokens[relation] if name == "csrf_token" else value) for name, value in model]
            answer = self.browsers[relation].post(path, request, expect_errors=True)
            found = outcome(answer, posted=not view.shows)
            if found not in ("403", "404", "in"):
                self.restore()
            yield "POST", relation, found

    def surprises(self, table: Table, view: View, relations: Iterable[str] | None = None) -> Iterator[str]:
        """What differs from the hand-written expectation, in words; nothing when all is as it should be."""
        for method, relation, found in self.seen(table, view, relations):
            if found != view.who.get(relation):
                yield f"{method} {view} as {relation}: expected {view.who.get(relation, 'it')}, saw {found}"

    def strays(self, table: Table) -> Iterator[str]:
        """Who finds something at an address where it does not hang."""
        with self.site.db.transaction("read") as db:
            crossed = table.crossed(db)
        for name, path in crossed.items():
            for relation, browser in self.browsers.items():
                found = outcome(browser.get(path, expect_errors=True))
                if found != "404" and (found, relation) != ("in", "visitor"):
                    yield f"{name} as {relation}: expected 404, saw {found}"

    def hints(self, table: Table) -> Iterator[str]:
        """Where somebody who may not know of a thing can tell it from one that does not exist."""
        for view in table.views:
            path = self.path(table, view)
            nowhere = re.sub(r"^(/[a-z-]+/)[a-z-]*[0-9][^/]*", r"\1none-such-1", path)
            for relation, expected in view.who.items():
                if expected in ("404", "in") and nowhere != path and view.get:
                    there, not_there = (self.browsers[relation].get(at, expect_errors=True) for at in (path, nowhere))
                    if _plain(there, path) != _plain(not_there, nowhere):
                        yield f"{view} as {relation}: {outcome(there)}, and {outcome(not_there)} where there is none"


def outcome(answer: Any, *, posted: bool = False) -> str:
    """What an answer means: `ok`, `in` (to the sign-in page), or its status. With `posted`, ok is what leads on or is a file."""
    status = int(answer.status_int)
    if status == 303:
        return "in" if answer.location.partition("?")[0].endswith("/sign-in") else "ok"
    return "ok" if status < 400 and (not posted or answer.content_disposition) else str(status)


def _plain(answer: Any, path: str) -> tuple[int, str]:
    """An answer without what differs each time."""
    text = answer.text.replace(answer.headers["X-Request-ID"], "").replace(path, "")
    return answer.status_int, re.sub(r'(csrf_token" value="|[?]next=)[^"]*', "", text)


def form_of(page: Any) -> Form | None:
    """The page's own form, if it shows one."""
    return page.forms.get("form") if page.content_type == "text/html" else None


def type_into(form: Form, values: Mapping[str, Any]) -> None:
    """Fill a form as a person does: a select also by the words that it shows."""
    for name, value in values.items():
        box = form[name]
        if isinstance(box, Select) and value not in {option[0] for option in box.options}:
            box.select(text=value)
        else:
            form[name] = value


def _token(browser: TestApp, relation: str) -> str:
    page = browser.get("/sign-in" if relation == "visitor" else "/account/", status=200)
    return str(page.forms["form"]["csrf_token"].value)
