"""The words that leases are found by. The database keeps them by itself, whoever writes a name, and however.

A lease has the words of its reference, of the unit and the property as they are called now, and of everybody whom it binds.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from atlasbahamas.db import Trigger
from atlasbahamas.db.words import Word, WordIndex, postgresql_words, sqlite_words
from atlasbahamas.people.models import Organisation
from atlasbahamas_plugins.leasing.models import Base, Lease


class LeaseWord(Base):
    """A word of a lease. Organisations look only among their own: others' words do not make a search longer."""

    __tablename__ = "leasing_word"
    __table_args__ = (Index("ix_leasing_word_lease_id", "lease_id", "word"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    word: Mapped[Word]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id, ondelete="CASCADE"), primary_key=True)


def words_within(organisation_id: int) -> WordIndex:
    """What a search in an organisation's leases asks."""
    return WordIndex(LeaseWord, "lease_id", Lease.id, {"organisation_id": organisation_id})


_TEXT = """lease.ref || ' ' || unit.label || ' ' || property.name || coalesce((SELECT {together}(' ' || contact.name, '')
    FROM leasing_party AS party JOIN portfolio_contact AS contact ON contact.id = party.contact_id
    WHERE party.lease_id = lease.id), '')"""
_WHERE = """leasing_lease AS lease JOIN portfolio_unit AS unit ON unit.id = lease.unit_id
    JOIN portfolio_property AS property ON property.id = unit.property_id"""


def _anew(leases: str, together: str, words: str) -> str:
    """SQL that writes the words of some leases, those with an id in a SELECT, once more."""
    return f"""DELETE FROM leasing_word WHERE lease_id IN ({leases});
        INSERT INTO leasing_word (organisation_id, word, lease_id) SELECT DISTINCT lease.organisation_id, found.value, lease.id
        FROM {_WHERE} CROSS JOIN {words} AS found WHERE lease.id IN ({leases});"""  # noqa: S608


def _locked(leases: str) -> str:
    """SQL that waits for whoever changes one of these leases, or a name of one, so that neither writes what the other unsays."""
    return f"""PERFORM 1 FROM leasing_lease WHERE id IN ({leases}) ORDER BY id FOR NO KEY UPDATE;
        PERFORM 1 FROM leasing_party AS party JOIN portfolio_contact AS contact ON contact.id = party.contact_id
        WHERE party.lease_id IN ({leases}) ORDER BY contact.id FOR SHARE OF contact;
        PERFORM 1 FROM {_WHERE} WHERE lease.id IN ({leases}) ORDER BY lease.id FOR SHARE OF unit, property;"""


def _kept(name: str, event: str, table: str, leases: str, changed: str = "") -> Trigger:
    name = f"leasing_word_{name}"
    when = f" WHEN ({changed})" if changed else ""
    on_sqlite = _anew(leases, "group_concat", sqlite_words(_TEXT.format(together="group_concat")))
    on_postgresql = _anew(leases, "string_agg", postgresql_words(_TEXT.format(together="string_agg")))
    return Trigger(
        name,
        table,
        sqlite=(f"CREATE TRIGGER {name} AFTER {event} ON {table}{when} BEGIN {on_sqlite} END",),
        postgresql=(
            # A plan is kept for as long as the connection: one made for a small site would read whole tables of a large one.
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
            BEGIN {_locked(leases)} {on_postgresql} RETURN NULL; END $$""",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{when} EXECUTE FUNCTION {name}()",
        ),
    )


_OF_CONTACT = "SELECT lease_id FROM leasing_party WHERE contact_id = NEW.id"
_OF_UNIT = "SELECT id FROM leasing_lease WHERE unit_id = NEW.id"
_OF_PROPERTY = """SELECT leasing_lease.id FROM leasing_lease JOIN portfolio_unit ON portfolio_unit.id = leasing_lease.unit_id
    WHERE portfolio_unit.property_id = NEW.id"""
TRIGGERS = (
    _kept("of_lease", "INSERT", "leasing_lease", "NEW.id"),
    _kept("of_party", "INSERT", "leasing_party", "NEW.lease_id"),
    _kept("without_party", "DELETE", "leasing_party", "OLD.lease_id"),
    _kept("of_contact", "UPDATE OF name", "portfolio_contact", _OF_CONTACT, "NEW.name <> OLD.name"),
    _kept("of_unit", "UPDATE OF label, property_id", "portfolio_unit", _OF_UNIT),
    _kept("of_property", "UPDATE OF name", "portfolio_property", _OF_PROPERTY, "NEW.name <> OLD.name"),
)
