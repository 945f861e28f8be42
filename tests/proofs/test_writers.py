"""Many writers, several processes, one database, real HTTP: one wins, nobody sees a failure of ours, nothing is half done."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from over_http import Person, all_at_once
from sqlalchemy import func, select

from atlasbahamas.db.engine import Database
from atlasbahamas.people.demo_content import DEMO_PASSWORD
from atlasbahamas.people.models import Organisation
from atlasbahamas.people.models import Person as PersonRow
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.programs import Place
from atlasbahamas.testing.services import free_port, need
from atlasbahamas_plugins.portfolio.models import Hold, Property, Unit

PROCESSES, WRITERS, ROUNDS = 3, 12, 15
INI = """
[app:main]
use = egg:atlasbahamas
atlas.profile = test
atlas.secret = for-tests-only
atlas.plugins = portfolio listings
atlas.limits = sqlite:///{folder}/limits.sqlite
atlas.files.store = file://{folder}/files
sqlalchemy.url = {url}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = 4
"""


@dataclass
class Race:
    """The processes, those who write to them, and the unit that they write about."""

    database: Database
    writers: list[Person]
    property: str
    unit: str
    unit_id: int
    statuses: Counter[int]

    def run(self, send: Callable[[int, Person], int]) -> list[int]:
        """Everybody sends at once; gives the statuses."""
        answers = all_at_once([lambda number=number, one=one: send(number, one) for number, one in enumerate(self.writers)])
        found = [answer for answer in answers if isinstance(answer, int)]
        assert len(found) == len(self.writers), answers
        self.statuses.update(found)
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def race(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Race]:
    server = need("POSTGRESQL") if request.param == "postgresql" else None
    template = sites.sqlite_template()
    url = sites.copy_postgresql(server) if server else sites.copy_sqlite(template, tmp_path / "site.sqlite")
    database = Database(url)
    with database.transaction("read") as db:
        unit, above, organisation = db.execute(
            select(Unit, Property, Organisation)
            .join(Property, Property.id == Unit.property_id)
            .join(Organisation, Organisation.id == Property.organisation_id)
            .where(Organisation.name == "Blue Hole Property Management")
            .order_by(Unit.id)
            .limit(1)
        ).one()
        path = f"/portfolio/{organisation.ref}/properties/{above.ref}/"
        unit_path, unit_id = f"{path}units/{unit.ref}/", unit.id
    place = Place(tmp_path)
    ports = [free_port() for _ in range(PROCESSES)]
    for port in ports:
        (tmp_path / f"{port}.ini").write_text(INI.format(folder=tmp_path, url=url, port=port))
        place.output = tmp_path / f"said-{port}"
        place.output.mkdir()
        place.start("pserve", f"{port}.ini").listens(f"http://127.0.0.1:{port}")
    writers = [Person(ports[number % PROCESSES], f"127.0.0.{number + 10}") for number in range(WRITERS)]
    for number, writer in enumerate(writers):
        assert writer.sign_in(("keva", "tamar", "paula")[number // 4], DEMO_PASSWORD) == 303
    yield Race(database, writers, path, unit_path, unit_id, Counter())
    place.close()
    database.dispose()
    if server:
        sites.drop_postgresql(server, url)


def test_of_many_one_wins_and_none_meets_a_failure(race: Race, say: Callable[[str], None]) -> None:
    chance = random.Random(7)
    for number in range(ROUNDS):
        one_label(race, number)
        one_hold(race, number, chance)
        one_edit(race, number)
        one_name(race, number)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(race.statuses.items()))
    say(f"{PROCESSES} processes, {WRITERS} writers, {ROUNDS} rounds of four races; answers {told}")
    assert set(race.statuses) <= {303, 422}
    assert race.statuses[303] == 4 * ROUNDS


def one_label(race: Race, number: int) -> None:
    """The same label in the same property, in letters of each one's own."""

    def send(writer: int, person: Person) -> int:
        label = "".join(letter.upper() if (writer >> place) & 1 else letter for place, letter in enumerate(f"race {number}"))
        return person.send(f"{race.property}units/new", {"label": label, "beds": "1", "baths": "1", "rent_cents": "900"})

    assert Counter(race.run(send))[303] == 1
    with race.database.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(Unit).where(Unit.label_key == f"race {number}")) == 1


def one_hold(race: Race, number: int, chance: random.Random) -> None:
    """Holds of one unit that all have one day in common."""
    day = date(2031, 1, 1) + timedelta(days=60 * number)
    spans = [(day - timedelta(days=chance.randint(0, 9)), day + timedelta(days=chance.randint(1, 9))) for _ in race.writers]

    def send(writer: int, person: Person) -> int:
        starts, ends = spans[writer]
        values = {"starts": starts.isoformat(), "ends": ends.isoformat(), "reason": f"writer {writer}"}
        return person.send(f"{race.unit}holds/new", values)

    assert Counter(race.run(send))[303] == 1
    with race.database.transaction("read") as db:
        here = (Hold.unit_id == race.unit_id, Hold.starts <= day, Hold.ends > day)
        assert db.scalar(select(func.count()).select_from(Hold).where(*here)) == 1


def one_edit(race: Race, number: int) -> None:
    """The same version of one unit, opened by everybody before anybody sends."""
    forms = [writer.form(f"{race.unit}edit") for writer in race.writers]
    assert len({form["version"] for form in forms}) == 1
    # Nobody's is what the unit has already: to save that changes nothing and is refused to nobody.
    rents = [10_000 + 100 * number + writer for writer in range(len(race.writers))]

    def send(writer: int, person: Person) -> int:
        values = {"label": "Raced", "beds": "1", "baths": "1", "rent_cents": f"{rents[writer]}"}
        return person.ask(f"{race.unit}edit", {**forms[writer], **values})[0]

    answers = race.run(send)
    assert Counter(answers)[303] == 1
    with race.database.transaction("read") as db:
        rent = db.scalar(select(Unit.rent_cents).where(Unit.id == race.unit_id))
    assert rent == rents[answers.index(303)] * 100


def one_name(race: Race, number: int) -> None:
    """The same user name, registered by everybody."""

    def send(writer: int, person: Person) -> int:
        # Somebody new at the same server, from an address of this round's own: registering has a limit by address.
        visitor = Person(person.port, f"127.0.{number + 1}.{writer + 10}")
        values = {"full_name": f"Writer {writer}", "user_name": f"racer-{number}", "password": "guava duff on Sunday"}
        return visitor.send("/register", values)

    assert Counter(race.run(send))[303] == 1
    with race.database.transaction("read") as db:
        assert db.scalar(select(func.count()).select_from(PersonRow).where(PersonRow.user_name_key == f"racer-{number}")) == 1
