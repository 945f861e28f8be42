"""Tables of the journal. What the database refuses about them, and keeps by itself, is in guards.py."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import BigKey, Cents, Id, Prose, only_where
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Lease, LeaseParty
from atlasbahamas_plugins.ledger.models import Base
from atlasbahamas_plugins.portfolio.contacts.models import Contact
from atlasbahamas_plugins.portfolio.models import Property

FIRST_HASH = "0" * 64
"""What the first entry of a journal has for the hash of the one before it."""

SUBJECT = (
    "coalesce('l' || lease_id, '') || coalesce('t' || party_id, '')"
    " || coalesce('p' || property_id, '') || coalesce('o' || owner_id, '')"
)
"""SQL for whom and what an account is of, in one text: "l12t40" is that of party 40 of lease 12."""


class Journal(Base):
    """The head of an organisation's journal: the number and hash of its last entry, kept by the database.

    Nothing is posted with a date of effect on or before `locked_until`. Whoever posts locks this row.
    """

    __tablename__ = "ledger_journal"
    __table_args__ = (CheckConstraint("number >= 0", name="number_not_below_zero"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    locked_until: Mapped[date | None]


class LedgerAccount(Base):
    """Where money belongs: a kind, and of whom or what. One of each, which never changes.

    `party_id` makes it a roommate's part of the lease. `owner_id` is a contact of the organisation. `subject` says the four in
    one text (SUBJECT), because a unique constraint takes two NULLs for different.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("organisation_id", "kind", "subject"),
        UniqueConstraint("organisation_id", "id"),
        CheckConstraint(f"subject = {SUBJECT}", name="subject_is_whole"),
        CheckConstraint("party_id IS NULL OR lease_id IS NOT NULL", name="parties_have_a_lease"),
        Index("ix_ledger_account_lease_id", "lease_id"),
        Index("ix_ledger_account_party_id", "party_id"),
        Index("ix_ledger_account_property_id", "property_id"),
        Index("ix_ledger_account_owner_id", "owner_id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    kind: Mapped[str] = mapped_column(String(30))
    lease_id: Mapped[int | None] = mapped_column(ForeignKey(Lease.id))
    party_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseParty.id))
    property_id: Mapped[int | None] = mapped_column(ForeignKey(Property.id))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey(Contact.id))
    subject: Mapped[str] = mapped_column(String(90))

    lease: Mapped[Lease | None] = relationship(Lease)
    party: Mapped[LeaseParty | None] = relationship(LeaseParty)
    property: Mapped[Property | None] = relationship(Property)
    owner: Mapped[Contact | None] = relationship(Contact)


class LedgerEntry(Base):
    """One event in the books. Its transfers are there before it; with it they are sealed.

    `effective` is the local day on which it counts. `source_kind` and `source_ref` say what made it: a document, a rule. `batch`
    is the reference of a run that posted many at once. `reverses` is the number of the entry that this one takes back.
    `words_digest` is what it keeps of its memo. `hash` is over all of this and the transfers (chain.py).
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "reverses"],
            ["ledger_entry.organisation_id", "ledger_entry.number"],
            name="fk_ledger_entry_reverses",
        ),
        CheckConstraint("number > 0", name="number_above_zero"),
        CheckConstraint("transfer_count > 0", name="has_transfers"),
        CheckConstraint("reverses < number", name="reverses_an_earlier_one"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversals_name_theirs"),
        Index("ix_ledger_entry_organisation_id_effective", "organisation_id", "effective", "number"),
        Index("ix_ledger_entry_by_person_id", "by_person_id"),
        Index(
            "ix_ledger_entry_batch",
            "organisation_id",
            "batch",
            "number",
            **only_where("batch IS NOT NULL"),
        ),
        Index(
            "uq_ledger_entry_reverses",
            "organisation_id",
            "reverses",
            unique=True,
            **only_where("reverses IS NOT NULL"),
        ),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey(Journal.organisation_id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    effective: Mapped[date]
    posted_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    source_kind: Mapped[str] = mapped_column(String(30))
    source_ref: Mapped[str] = mapped_column(String(80))
    batch: Mapped[str | None] = mapped_column(String(80))
    reverses: Mapped[int | None]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    words_digest: Mapped[str | None] = mapped_column(String(64))
    transfer_count: Mapped[int]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class LedgerTransfer(Base):
    """So many cents from one account to another: `debit_account_id` receives, `credit_account_id` gives."""

    __tablename__ = "ledger_transfer"
    __table_args__ = (
        # Transfers come first and their entry seals them, so the key can only be looked at when everything is there.
        ForeignKeyConstraint(
            ["organisation_id", "entry_number"],
            ["ledger_entry.organisation_id", "ledger_entry.number"],
            name="fk_ledger_transfer_entry",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["organisation_id", "debit_account_id"],
            ["ledger_account.organisation_id", "ledger_account.id"],
            name="fk_ledger_transfer_debit_account",
        ),
        ForeignKeyConstraint(
            ["organisation_id", "credit_account_id"],
            ["ledger_account.organisation_id", "ledger_account.id"],
            name="fk_ledger_transfer_credit_account",
        ),
        CheckConstraint("line > 0", name="line_above_zero"),
        CheckConstraint("cents > 0", name="cents_above_zero"),
        CheckConstraint("debit_account_id <> credit_account_id", name="accounts_differ"),
        Index("ix_ledger_transfer_debit_account_id", "debit_account_id", "entry_number"),
        Index("ix_ledger_transfer_credit_account_id", "credit_account_id", "entry_number"),
    )

    organisation_id: Mapped[int] = mapped_column(primary_key=True)
    entry_number: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    debit_account_id: Mapped[int]
    credit_account_id: Mapped[int]
    cents: Mapped[Cents]


class EntryWords(Base):
    """The memo of an entry. It hangs on a digest, so that it can go when it names somebody who is erased."""

    __tablename__ = "ledger_entry_words"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "entry_number"],
            ["ledger_entry.organisation_id", "ledger_entry.number"],
            name="fk_ledger_entry_words_entry",
        ),
    )

    organisation_id: Mapped[int] = mapped_column(primary_key=True)
    entry_number: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    memo: Mapped[Prose]


class WordsRelease(Base):
    """Says that the memo of an entry was let go, and when. Without it the database deletes no memo."""

    __tablename__ = "ledger_words_release"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "entry_number"],
            ["ledger_entry.organisation_id", "ledger_entry.number"],
            name="fk_ledger_words_release_entry",
        ),
    )

    organisation_id: Mapped[int] = mapped_column(primary_key=True)
    entry_number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AccountBalance(Base):
    """The sums of an account's transfers on each side, kept by the database as transfers come in."""

    __tablename__ = "ledger_balance"

    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey(LedgerAccount.id), primary_key=True, autoincrement=False)
    debit_cents: Mapped[Cents]
    credit_cents: Mapped[Cents]


class ControlTotal(Base):
    """The sums of all accounts of a kind in an organisation, kept in the same way."""

    __tablename__ = "ledger_total"

    organisation_id: Mapped[int] = mapped_column(ForeignKey(Journal.organisation_id), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    debit_cents: Mapped[Cents]
    credit_cents: Mapped[Cents]
