"""Every form, every field: a valid request that succeeds, and then one thing in it broken at a time.

The forms are the lines of the authorisation matrix that take a POST, so a new one is tried without a word here. What is
refused changes no table; nothing is ever a failure of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import quote_plus, urlencode
from zlib import crc32

import pytest
from authorisation import TABLES
from examples import examples, on_databases
from test_audited_pages import BY_LINK
from webtest import TestApp, Upload

from atlasbahamas.testing import samples
from atlasbahamas.testing.authorisation import Table, View, World, outcome

LINES = [(table, view) for table in TABLES for view in table.views if view.send is not None]
IDS = [f"{table.feature}-{view}" for table, view in LINES]
# The token has a test of its own; how many lines a form shows is taken as the usual number when it is none.
EVERYTHING = examples("junk", 1) > 1
PARTS = 1 if EVERYTHING else 8
OUR_OWN = ("csrf_token", "lines")
SCRIPT = "<script>alert(1)</script>"
MAY_BE_BELOW_ZERO = ("balance_cents",)
"""How far a lease was paid ahead when it was brought in."""
Request = list[tuple[str, Any]]

# What a refusal may leave behind: a failed sign-in and a wrong password are recorded.
# What is refused before any row is read does not depend on the database.
BEFORE_THE_DATABASE = pytest.mark.parametrize("world", ["sqlite"], indirect=True)

RECORD = {"audit_entry", "audit_detail"}
RECORDED = {"Root/sign-in": RECORD, "Account/password": RECORD, "Account/erase": RECORD}
# The good file of a form that is shown again waits for a day.
RECORDED |= {"SellProperty/": {"file"}, "LeaseNode/signed-on-paper": {"file"}}
RECORDED |= {"LeaseNode/give-notice": {"file"}, "NoticeNode/serve": {"file"}, "LeasePayments/report": {"file"}}
RECORDED |= {"Papers/add": {"file"}}
RECORDED |= {"BillNode/paid": {"file"}, "MyBillNode/report": {"file"}}


@dataclass(frozen=True)
class Box:
    """A field as its page shows it. `kind`: the input's type, or textarea, select, number, or unseen (sent by a button)."""

    name: str
    kind: str
    required: bool = False
    several: bool = False


@dataclass(frozen=True)
class Junk:
    """One way to break a field: `put` gives the pairs that are sent in its place, `may_pass` tells where it is no junk."""

    name: str
    put: Callable[[str, Any], Request]
    may_pass: Callable[[Box], bool]
    on_postgresql: bool = False

    def __str__(self) -> str:
        return self.name


def _value(text: str) -> Callable[[str, Any], Request]:
    return lambda name, valid: [(name, text)]


def _never(box: Box) -> bool:
    return box.kind == "unseen"


def _as_text(box: Box) -> bool:
    return box.kind in ("text", "textarea", "search", "password", "unseen")


def _optional(box: Box) -> bool:
    return not box.required or box.kind == "checkbox"


def _file(name: str, data: bytes) -> Callable[[str, Any], Request]:
    return lambda field, valid: [(field, Upload(name, data))]


def _by_another_name(valid: Any, name: str) -> Upload:
    """The file that the right request sends, or its first, called otherwise; where it sends none, a picture."""
    sent = getattr(valid, "value", None)
    file = sent[0] if isinstance(sent, list) and sent else sent
    if not isinstance(file, Upload):
        file = Upload("porch.jpg", samples.picture(), "image/jpeg")
    return Upload(f"{name}.{file.filename.rpartition('.')[2]}", file.content, file.content_type)


JUNK = (
    Junk("missing", lambda name, valid: [], _optional),
    Junk("empty", _value(""), _optional),
    Junk("blank", _value("  \t "), lambda box: _optional(box) or box.kind == "password"),
    Junk("NUL", _value("a\0b"), _never, on_postgresql=True),
    Junk("a control character", _value("a\x07b"), _never),
    Junk("a mark that turns the writing round", _value("\u202eabc"), _as_text),
    Junk("huge", _value("x" * 100_000), _never, on_postgresql=True),
    Junk("negative", _value("-1"), lambda box: _as_text(box) or box.name in MAY_BE_BELOW_ZERO),
    Junk("ten to the eighteenth", _value(str(10**18)), _as_text, on_postgresql=True),
    Junk("ten to the fortieth", _value(str(10**40)), _as_text, on_postgresql=True),
    Junk("not a number", _value("NaN"), _as_text),
    Junk("infinite", _value("1e309"), _as_text),
    Junk("digits of another writing", _value("９"), _as_text),
    Junk("no day", _value("2026-02-30"), _as_text),
    Junk("HTML", _value(SCRIPT), _as_text),
    Junk("SQL", _value("'; DROP TABLE person; --"), _as_text),
    Junk("a path", _value("../../etc/passwd"), _as_text),
    Junk("twice", lambda name, valid: [(name, valid), (name, "another")], lambda box: box.several or box.kind == "unseen"),
    Junk("as a file", lambda name, valid: [(name, Upload("a.txt", b"text", "text/plain"))], _never),
)
FILES = (
    Junk("missing", lambda name, valid: [], _optional),
    Junk("text", _value("porch.jpg"), _never),
    Junk("an empty file", lambda name, valid: [(name, Upload("porch.jpg", b"", "image/jpeg"))], _never),
    Junk(
        "no picture", lambda name, valid: [(name, Upload("porch.jpg", b"\0" * 50_000, "image/jpeg"))], _never, on_postgresql=True
    ),
    Junk("a page", lambda name, valid: [(name, Upload("porch.jpg", SCRIPT.encode(), "image/jpeg"))], _never),
    Junk("a picture that was cut off", _file("porch.jpg", samples.picture((900, 700))[:4000]), _never),
    Junk("a moving picture", _file("porch.gif", samples.animated("GIF")), _never),
    Junk("20,000 pixels square", _file("porch.png", samples.huge_png()), _never),
    Junk("a PDF that is none", _file("deed.pdf", b"%PDF-1.7\nnot really\n%%EOF"), _never),
    Junk("30 megabytes", _file("porch.jpg", samples.picture() + bytes(30 * 1024 * 1024)), _never, on_postgresql=True),
    Junk(
        "a name of 4,000 letters",
        lambda name, valid: [(name, _by_another_name(valid, "x" * 4000))],
        lambda box: True,
    ),
)


@dataclass
class Trial:
    """One form and who may send it."""

    world: World
    table: Table
    view: View

    @property
    def relation(self) -> str:
        return next(name for name in self.view.who if self.view.who[name] == "ok")

    @property
    def browser(self) -> TestApp:
        return self.world.browsers[self.relation]

    @property
    def path(self) -> str:
        return self.world.path(self.table, self.view)

    def valid(self) -> Request:
        request = self.world.valid_request(self.table, self.view)
        assert not isinstance(request, str), request
        return request

    def junk(self, number: int, kinds: Sequence[Junk]) -> Sequence[Junk]:
        """What to break a form's field with: all of it in the proofs; in the suite a part, another one for each field."""
        if EVERYTHING and not self.world.site.url.startswith("sqlite"):
            kinds = [junk for junk in kinds if junk.on_postgresql]
        return kinds[(number + crc32(str(self.view).encode())) % PARTS :: PARTS]

    def boxes(self) -> list[Box]:
        """The fields of the form, from its page; or what a button sends."""
        assert self.view.send is not None
        if not self.view.get:
            return [Box(name, "unseen") for name in self.view.send]
        form = self.browser.get(self.path).html.find("form", id="form")
        elements = [element for element in form.find_all(["input", "select", "textarea"]) if element.get("name")]
        names = [element["name"] for element in elements]
        return [
            Box(
                element["name"],
                _kind(element),
                _is_required(element),
                names.count(element["name"]) > 1 or element.has_attr("multiple"),
            )
            for element in elements
            if element["name"] not in OUR_OWN and not _is_of_no_row(element)
        ]

    def counts(self) -> dict[str, int]:
        counted = self.world.site.counts()
        return {name: rows for name, rows in counted.items() if name not in RECORDED.get(str(self.view), ())}

    def send(self, request: Request, *, encoded: bytes | None = None) -> Any:
        self.world.site.app.registry.atlas_limiter.storage.reset()
        if encoded is not None:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return self.browser.post(self.path, encoded, headers=kind, expect_errors=True)
        return self.browser.post(self.path, request, expect_errors=True)


def _kind(element: Any) -> str:
    if element.name != "input":
        return str(element.name)
    if element.get("inputmode") in ("numeric", "decimal"):
        return "number"
    return str(element.get("type", "text"))


def _is_of_no_row(element: Any) -> bool:
    # A form that adds something has no version to hold against a row.
    return bool(element["name"] == "version" and not element["value"])


def _is_required(element: Any) -> bool:
    # The version of the row is never missing in a form of ours; other hidden fields (where to go next) may be.
    return element.has_attr("required") or element["name"] == "version"


@pytest.fixture
def trial(world: World, table: Table, view: View) -> Iterator[Trial]:
    yield Trial(world, table, view)
    world.restore()


def with_field(request: Request, box: Box, junk: Junk) -> Request:
    valid = next((value for name, value in request if name == box.name), "")
    return [pair for pair in request if pair[0] != box.name] + junk.put(box.name, valid)


@on_databases(EVERYTHING)
@pytest.mark.parametrize(("table", "view"), LINES, ids=IDS)
def test_one_broken_field_is_refused_and_changes_nothing(trial: Trial) -> None:
    valid, before = trial.valid(), trial.counts()
    assert outcome(trial.send(valid), posted=not trial.view.shows) == "ok"
    trial.world.restore()
    for number, box in enumerate(trial.boxes()):
        for junk in trial.junk(number, FILES if box.kind == "file" else JUNK):
            answer = trial.send(with_field(valid, box, junk))
            where = f"{junk} in {box}"
            if answer.status_int < 400:
                assert junk.may_pass(box) or box.name == "next", where
                assert_harmless(trial, answer, where, everywhere=junk.name == "HTML")
                trial.world.restore()
                continue
            # What nobody types may be the key of a row, and then of one that is not there.
            assert answer.status_int in (400, 422) or (box.kind in ("unseen", "hidden") and answer.status_int == 404), where
            assert SCRIPT not in answer.text, where
            assert trial.counts() == before, where


def assert_harmless(trial: Trial, answer: Any, where: str, *, everywhere: bool) -> None:
    """What was let through is shown as text where one is led; a script also in the form itself and in public."""
    pages = [trial.path, "/listings/", "/"] if everywhere else []
    if answer.status_int == 303:
        pages.append(answer.location)
    for page in pages:
        shown = trial.browser.get(page, expect_errors=True)
        assert shown.status_int < 500, where
        if shown.content_type == "text/html":
            assert SCRIPT not in shown.text, where


@BEFORE_THE_DATABASE
@pytest.mark.parametrize(("table", "view"), LINES, ids=IDS)
def test_wrong_encoding_and_what_is_no_form_are_refused(trial: Trial) -> None:
    valid, before = trial.valid(), trial.counts()
    texts = [(name, value) for name, value in valid if isinstance(value, str)]
    kept = urlencode([pair for pair in texts if pair[0] == "csrf_token"])
    names = {name for name, _ in texts if name != "csrf_token"} | {"anything"}
    for name, bytes_ in zip(sorted(names), cycle(("%ff", "%ed%a0%80", "a%c3")), strict=False):
        answer = trial.send([], encoded=f"{kept}&{quote_plus(name)}={bytes_}".encode())
        assert answer.status_int == 400, (name, bytes_)
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=none", "multipart/form-data", "nonsense"):
        answer = trial.browser.post(trial.path, b'{"a": 1}', headers={"Content-Type": kind}, expect_errors=True)
        assert answer.status_int in (400, 415, 422), kind
    assert trial.counts() == before


@BEFORE_THE_DATABASE
@pytest.mark.parametrize(("table", "view"), LINES, ids=IDS)
def test_without_its_own_token_nothing_is_done(trial: Trial) -> None:
    valid, before = trial.valid(), trial.counts()
    others = next(token for relation, token in trial.world.tokens.items() if relation != trial.relation)
    without = [pair for pair in valid if pair[0] != "csrf_token"]
    for token in (None, "", "forged", "\0", "é", "x" * 10_000, others):
        answer = trial.send(without if token is None else [*without, ("csrf_token", token)])
        assert answer.status_int == 400, token
        assert answer.headers["X-Request-ID"] in answer.text
    assert trial.counts() == before


ALL_LINES = [(table, view) for table in TABLES for view in table.views]


@BEFORE_THE_DATABASE
@pytest.mark.parametrize(("table", "view"), ALL_LINES, ids=[f"{table.feature}-{view}" for table, view in ALL_LINES])
def test_a_method_that_a_page_does_not_take_is_405_with_those_that_it_takes(trial: Trial) -> None:
    view = trial.view
    if (view.node.__name__, view.name) in BY_LINK:
        return  # its POST is not in the table
    # A page that answers a look and a post differently has a line for each.
    same = [line for _, line in ALL_LINES if (line.node, line.name) == (view.node, view.name)]
    looks, posts = any(line.get for line in same), any(line.send is not None for line in same)
    takes = {method for method, taken in (("GET", looks), ("HEAD", looks), ("POST", posts)) if taken}
    if "ok" not in view.who.values():
        return
    before = trial.counts()
    token = ("csrf_token", trial.world.tokens[trial.relation])
    for method in sorted({"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - takes):
        answer = trial.browser.request(trial.path, method=method, body=urlencode([token]).encode(), expect_errors=True)
        assert answer.status_int == 405, method
        assert set(answer.headers["Allow"].split(", ")) == takes
        assert answer.headers["X-Request-ID"] in answer.text
    assert trial.counts() == before
