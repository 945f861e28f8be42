"""The words by which leases are found follow every name, on both databases, also when two write at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lease_words import kept_words, wanted_words
from sqlalchemy import delete, func, inspect, select, text, update

from atlasbahamas.audit.actor import ACTOR, COMMAND
from atlasbahamas.db.migrations import components, downgrade, migrating, script_directory, upgrade
from atlasbahamas.db.words import postgresql_words, sqlite_words, words_of
from atlasbahamas.people.models import Person
from atlasbahamas.personal.leaving import Leaving
from atlasbahamas.plugins.discovery import load_manifests
from atlasbahamas.testing import site as sites
from atlasbahamas.testing.site import Site
from atlasbahamas_plugins.leasing import personal as leasing
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.leasing.words import LeaseWord, words_within
from atlasbahamas_plugins.portfolio import personal as portfolio
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property, Unit

LETTERS = st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), st.sampled_from("aAéÉßﬁ²Ⅻ' -_.7\u0301"))


def test_a_database_splits_a_text_as_we_do(site: Site) -> None:
    words = sqlite_words if site.db.engine.dialect.name == "sqlite" else postgresql_words
    asked = text(
        f"SELECT found.value FROM (SELECT CAST(:typed AS VARCHAR) AS typed) AS given CROSS JOIN {words('typed')} AS found"
    )
    with site.db.transaction("read") as db:

        @settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.text(LETTERS, max_size=90))
        def check(typed: str) -> None:
            assert set(db.scalars(asked, {"typed": typed})) == set(words_of([typed])), typed

        check()
        assert set(db.scalars(asked, {"typed": "Governor's Harbour, Éléonore ﬁn"})) == {
            "governor",
            "s",
            "harbour",
            "eleonore",
            "fin",
        }


def found(site: Site, organisation_id: int, typed: str) -> set[int]:
    with site.db.transaction("read") as db:
        rows = words_within(organisation_id).find(db, select(Lease.id).where(Lease.organisation_id == organisation_id), typed)
        ids = list(db.scalars(rows))
        tested = select(Lease.id).where(Lease.organisation_id == organisation_id, words_within(organisation_id).has(typed))
        assert sorted(ids) == sorted(db.scalars(tested)), "each once, and as a test of one row says"
        return set(ids)


def test_whatever_is_renamed_is_found_by_its_new_name_only(site: Site) -> None:
    with site.db.transaction("read") as db:
        lease = db.scalars(select(Lease).join(LeaseParty).where(Lease.state == "active").order_by(Lease.id).limit(1)).one()
        key, here = lease.id, lease.organisation_id
        contact_id, unit_id, property_id = lease.parties[0].contact_id, lease.unit_id, lease.unit.property_id
        ref = lease.ref
        elsewhere = db.scalars(select(Lease.organisation_id).where(Lease.organisation_id != here).limit(1)).one()
        assert kept_words(db) == wanted_words(db)
    assert key in found(site, here, ref)
    for model, number, column, label in (
        (Contact, contact_id, "name", "Zéphirine Quashie"),
        (Unit, unit_id, "label", "Quiet-Loft 77"),
        (Property, property_id, "name", "Qumquat Manor"),
    ):
        with site.db.transaction() as db:
            before = str(db.scalar(select(getattr(model, column)).where(model.id == number)))
        assert key in found(site, here, before)
        with site.db.transaction() as db:
            db.execute(update(model).where(model.id == number).values({column: label}))
        assert key in found(site, here, label.upper())
        assert key not in found(site, here, before)
        assert not found(site, elsewhere, label)
        with site.db.transaction("read") as db:
            assert kept_words(db) == wanted_words(db)


def draft_of(db: Any) -> Lease:
    return db.scalars(select(Lease).where(Lease.state == "draft").order_by(Lease.id).limit(1)).one()


def test_a_draft_takes_its_words_along(site: Site) -> None:
    with site.db.transaction() as db:
        lease = draft_of(db)
        db.execute(delete(LeaseParty).where(LeaseParty.lease_id == lease.id))
        assert kept_words(db) == wanted_words(db)
        for part in ("rent", "deposit", "clause"):
            db.execute(text(f"DELETE FROM leasing_{part} WHERE lease_id = :id"), {"id": lease.id})
        db.execute(delete(Lease).where(Lease.id == lease.id))
        assert db.scalar(select(func.count()).select_from(LeaseWord).where(LeaseWord.lease_id == lease.id)) == 0
        assert kept_words(db) == wanted_words(db)


@pytest.mark.parametrize("profile", ["server"])
@pytest.mark.parametrize("renamed_first", [True, False])
def test_a_name_that_changes_while_a_lease_is_written_leaves_no_word_behind(site: Site, renamed_first: bool) -> None:
    """SQLite has one writer at a time; on PostgreSQL whoever comes second waits, and sees what the first one wrote."""
    with site.db.transaction() as db:
        lease = draft_of(db)
        key, position = lease.id, len(lease.parties)
        bound = select(LeaseParty.contact_id)
        mine = Contact.organisation_id == lease.organisation_id
        contact_id = db.scalars(select(Contact.id).where(mine, Contact.id.not_in(bound)).limit(1)).one()

    def rename(db: Any) -> None:
        db.execute(update(Contact).where(Contact.id == contact_id).values(name="Qumquat Quashie"))

    def bind(db: Any) -> None:
        db.add(LeaseParty(lease_id=key, contact_id=contact_id, role="tenant", position=position))
        db.flush()

    first, second = (rename, bind) if renamed_first else (bind, rename)
    begun, done = threading.Event(), threading.Event()

    def later() -> None:
        with site.db.transaction() as db:
            begun.set()
            second(db)
        done.set()

    thread = threading.Thread(target=later)
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        first(db)
        thread.start()
        assert begun.wait(30)
        assert not done.wait(0.5), "it waits"
    thread.join(30)
    assert done.is_set()
    with site.db.transaction("read") as db:
        assert kept_words(db) == wanted_words(db)
        assert db.scalars(select(LeaseWord.lease_id).where(LeaseWord.word == "qumquat")).all() == [key]


def test_whoever_is_erased_is_in_no_word(site: Site) -> None:
    with site.db.transaction() as db:
        db.info[ACTOR] = COMMAND
        contact = db.scalars(select(Contact).where(Contact.name == "Andre Sturrup")).one()
        contact.person_id = andre = db.scalars(select(Person.id).where(Person.user_name == "andre")).one()
        db.flush()
        of_andre = select(LeaseWord.lease_id).where(
            LeaseWord.word == "andre", LeaseWord.organisation_id == contact.organisation_id
        )
        assert db.scalars(of_andre).all()
        leaving = Leaving(andre, ("Andre Sturrup",), ("andre",), (), site.clock.now(), site.store)
        for erase in (leasing.erase, portfolio.erase):
            erase(db, leaving)
        assert not db.scalars(of_andre).all()
        assert kept_words(db) == wanted_words(db)


def test_leases_that_were_there_get_their_words(site: Site) -> None:
    found = components(sites.ROOT / "alembic", load_manifests(sites.FEATURES))
    component = next(each for each in found if each.name == "leasing")
    before = script_directory(component).get_revision("leasing_0010").down_revision
    with site.db.transaction("read") as db:
        words = kept_words(db)
    site.db.dispose()
    with migrating(site.db.write_engine, found) as connection:
        downgrade(connection, component, str(before))
        assert "leasing_word" not in inspect(connection).get_table_names()
        upgrade(connection, component)
    with site.db.transaction("read") as db:
        assert kept_words(db) == wanted_words(db) == words
