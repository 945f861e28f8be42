"""Forms: what may be typed, what it becomes, and that junk is an error at the field, never an exception."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from webob import Request, Response

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import (
    CheckField,
    ChoiceField,
    EmailField,
    Form,
    IntegerField,
    MoneyField,
    MultilineField,
    PasswordField,
    PhoneField,
    TextField,
    VersionField,
    form_page,
)


class HomeForm(Form):
    name = TextField("Name", required=True)
    about = MultilineField("About it")
    rent = MoneyField("Rent", min=100)
    rooms = IntegerField("Bedrooms", max=50)
    island = ChoiceField("Island", choices={"North": [("ab", "Abaco")], "South": [(7, "Inagua")]}, required=True)
    email = EmailField("E-mail")
    phone = PhoneField("Phone")
    secret = PasswordField("Password")
    pets = CheckField("Pets are welcome")
    version = VersionField()


FIELDS = ["name", "about", "rent", "rooms", "island", "email", "phone", "secret", "pets"]
GOOD = {"name": "Cottage", "island": "ab", "version": "3"}


class Asked(Request):
    """A request with what the application adds to it."""

    db: Session
    response: Response


def post(values: Any, **more: Any) -> Any:
    request = Asked.blank("/homes/new", method="POST", POST=values, **more)
    request.response = Response()
    return request


def errors(values: Any, row: Any = None) -> dict[str, list[str]]:
    form = HomeForm(post(values), row)
    form.validate()
    for field in form:
        str(field()).encode()  # can be shown again, whatever it was
    return {name or "": found for name, found in form.errors.items()}


def test_values() -> None:
    form = HomeForm(
        post(
            GOOD
            | {
                "name": "  Cafe\u0301 ",
                "about": "one\r\n\ttwo\rthree\r\n",
                "rent": "B$1,250.50",
                "rooms": "1,0",
                "email": "a@b.bs",
                "phone": "322-1234",
                "secret": " x ",
                "pets": "y",
            }
        )
    )
    assert not form.validate()
    assert form.errors == {"rooms": ["Write a whole number."]}
    assert form.data == {
        "name": "Café",
        "about": "one\n\ttwo\nthree",
        "rent": 125_050,
        "rooms": None,
        "island": "ab",
        "email": "a@b.bs",
        "phone": "+12423221234",
        "secret": " x ",
        "pets": True,
        "version": "3",
    }
    assert 'value="1,0"' in str(form.rooms())
    assert " x " not in str(form.secret())


def test_what_is_empty() -> None:
    form = HomeForm(post({"name": "x", "island": "7", "email": "", "rent": " ", "phone": ""}))
    assert form.validate()
    assert (form.island.data, form.email.data, form.rent.data, form.phone.data) == (7, "", None, "")
    assert set(errors({})) == {"name", "island"}
    assert set(errors({"name": " ", "island": ""})) == {"name", "island"}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("junk", ["\x00", "a\x00b", "a\x85b", "a\x1bb", "\ufffd", "x" * 20_000, "9" * 12_000])
def test_junk_is_an_error_at_its_field(name: str, junk: str) -> None:
    assert name in errors(GOOD | {name: junk})


@pytest.mark.parametrize("name", FIELDS)
def test_twice_or_a_file_or_wrong_bytes_is_an_error_at_its_field(name: str) -> None:
    others = [(key, value) for key, value in GOOD.items() if key != name]
    assert name in errors([*others, (name, ""), (name, "x")])
    assert name in errors(dict(others) | {name: ("a.txt", b"content")})
    body = f"{name}=%ed%a0%80".encode()
    form = HomeForm(post(None, body=body, content_type="application/x-www-form-urlencoded"))
    form.validate()
    assert form[name].errors


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rooms", "-1"),
        ("rooms", "51"),
        ("rooms", "1.5"),
        ("rooms", "٣"),
        ("rent", "0.99"),
        ("rent", "1.005"),
        ("rent", "x"),
        ("island", "Abaco"),
        ("email", "a b@c.d"),
        ("email", "a@b"),
        ("email", "a..b@c.d"),
        ("email", "a,b@c.d"),
        ("email", "(a)b@c.d"),
        ("email", "a<b@c.d>"),
        ("email", "[a@c.d"),
        ("email", "=?utf-8?q?a?=@c.d"),
        ("phone", "123"),
        ("phone", "+0123456789"),
        ("pets", "maybe"),
        ("name", "a\nb"),
        ("name", "a\tb"),
    ],
)
def test_refused_values(name: str, value: str) -> None:
    assert list(errors(GOOD | {name: value})) == [name]


@given(st.dictionaries(st.sampled_from([*FIELDS, "version"]), st.text(st.characters(exclude_categories=["Cs"]))))
def test_no_text_is_an_exception(values: dict[str, str]) -> None:
    errors(values)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"junk"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; filename="f"\r\n\r\nhi\r\n--x--',
        ),
        ("application/json", b'{"name": 1}'),
    ],
)
def test_a_body_that_is_no_form(content_type: str, body: bytes) -> None:
    request = Asked.blank("/", method="POST", body=body, content_type=content_type)
    assert not HomeForm(request).validate()


def test_a_row_fills_the_form_and_a_stale_version_is_refused() -> None:
    row = SimpleNamespace(name="Old", rent=125_000, version=3, email=None)
    form = HomeForm(Asked.blank("/"), row, island="ab")
    assert (form.name.data, form.email.data, form.island.data) == ("Old", "", "ab")
    assert 'value="1,250"' in str(form.rent())
    assert 'value="3"' in str(form.version())
    assert errors(GOOD, row) == {}
    for version in ("2", "", "x", "9" * 5000):
        assert errors(GOOD | {"version": version}, row) == {"": [VersionField.STALE]}


def test_attributes_of_the_boxes() -> None:
    form = HomeForm(Asked.blank("/"))
    assert 'maxlength="200"' in str(form.name()) and "required" in str(form.name())
    assert 'maxlength="10000"' in str(form.about())
    assert '<optgroup label="North">' in str(form.island())


def test_a_select_box_escapes_what_it_offers_and_marks_what_is_chosen() -> None:
    form = HomeForm(Asked.blank("/"), island='"<b>"')
    form.island.offer({"": [("", "Any")], "N & S": [('"<b>"', "Governor's <Harbour>"), (7, "Inagua")]})
    assert form.island.choices == [("", "Any"), ('"<b>"', "Governor's <Harbour>"), (7, "Inagua")]
    assert str(form.island(class_="form-select")) == (
        '<select class="form-select" id="island" name="island" required><option value="">Any</option>'
        '<optgroup label="N &amp; S"><option selected value="&#34;&lt;b&gt;&#34;">Governor&#39;s &lt;Harbour&gt;</option>'
        '<option value="7">Inagua</option></optgroup></select>'
    )


class Base(DeclarativeBase):
    pass


class Home(Base):
    __tablename__ = "home"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


@pytest.fixture
def db() -> Any:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Home(id=1, name="Old"))
        session.flush()
        yield session
    engine.dispose()


def ask(db: Session, submit: Any, values: Any = GOOD | {"version": "1"}) -> tuple[Any, Any, Any]:
    request = post(values)
    request.db = db
    form = HomeForm(request, db.get(Home, 1))
    return form_page(request, form, {"title": "Home"}, submit=submit), form, request.response.status_int


def test_form_page_shows_refuses_and_submits(db: Session) -> None:
    request = Asked.blank("/")
    request.response = Response()
    form = HomeForm(request)
    assert form_page(request, form, {"title": "x"}, submit=lambda: 1) == {"title": "x", "form": form}
    assert request.response.status_int == 200
    done = Response(status=303)
    assert ask(db, lambda: done)[0] is done
    page, form, status = ask(db, lambda: done, {})
    assert (page["form"], status, page["title"]) == (form, 422, "Home")


def test_a_refusal_stands_at_its_field_and_takes_back_what_was_written(db: Session) -> None:
    def submit(field: str | None) -> Any:
        db.add(Home(id=2, name="Half"))
        db.flush()
        raise Refused("That name is taken.", field)

    _, form, status = ask(db, lambda: submit("name"))
    assert (form.errors, status) == ({"name": ["That name is taken."]}, 422)
    for field in (None, "version", "nothing"):
        _, form, status = ask(db, lambda field=field: submit(field))
        assert (form.errors, status) == ({"": ["That name is taken."]}, 422)
    assert db.scalars(select(Home.id)).all() == [1]


def test_a_row_that_changes_between_reading_and_writing_is_stale(db: Session) -> None:
    def submit() -> Any:
        home = db.get(Home, 1)
        assert home is not None
        db.connection().exec_driver_sql("update home set version = 2")
        home.name = "Mine"
        return Response(status=303)

    _, form, status = ask(db, submit)
    assert (form.errors, status) == ({"": [VersionField.STALE]}, 422)
