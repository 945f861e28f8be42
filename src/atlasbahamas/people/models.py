"""Tables of people, organisations, memberships and devices. No rule of a feature belongs here."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from atlasbahamas.db import Id, Key, Line, Trigger, metadata, only_where, type_annotations

MEMBER_ROLES = {
    "owner": "Owner",
    "manager": "Manager",
    "bookkeeper": "Bookkeeper",
    "leasing": "Leasing",
    "maintenance": "Maintenance",
    "viewer": "Viewer",
}
PLATFORM_ADMIN = "admin"
PLATFORM_ROLES = {PLATFORM_ADMIN: "Administrator"}


def name_key(text: str) -> str:
    """What makes two e-mail addresses, user names or labels the same: case and form of writing do not count."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


class Base(DeclarativeBase):
    """Base of the core's own tables."""

    metadata = metadata
    type_annotation_map = type_annotations


class Person(Base):
    """Somebody known to the platform; may have no e-mail and no password (domain.md 3.3: a tenant without a sign-in).

    An address is a person's own only when they confirmed it: until then others may have typed the same one.
    `disabled`: when an administrator switched the account off; nobody signs in with it meanwhile. `erased`: when the person was;
    the row stays as a pseudonym for what points to it.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email LIKE '%_@_%'", name="email_has_at"),
        CheckConstraint("user_name NOT LIKE '%@%'", name="user_name_without_at"),
        CheckConstraint(
            "erased IS NULL OR (email IS NULL AND user_name IS NULL AND phone IS NULL"
            " AND password IS NULL AND disabled IS NOT NULL)",
            name="erased_is_nobody",
        ),
        Index(
            "uq_person_email_key",
            "email_key",
            unique=True,
            **only_where("email_confirmed IS NOT NULL"),
        ),
        Index("ix_person_email_key", "email_key"),
        UniqueConstraint("user_name_key"),
    )

    id: Mapped[Id]
    name: Mapped[Line]
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254))
    email_confirmed: Mapped[datetime | None]
    user_name: Mapped[str | None] = mapped_column(String(40))
    user_name_key: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(20))
    password: Mapped[str | None] = mapped_column(String(300))
    created: Mapped[datetime]
    disabled: Mapped[datetime | None]
    erased: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    @property
    def confirmed_email(self) -> str | None:
        """The address that this person has shown to be theirs: mail goes to no other."""
        return self.email if self.email_confirmed else None

    @validates("email", "user_name")
    def _keep_key(self, field: str, value: str | None) -> str | None:
        key = name_key(value) if value else None
        if field == "email" and key != self.email_key:
            self.email_confirmed = None
        setattr(self, f"{field}_key", key)
        return value or None


class PersonRole(Base):
    """A role that a person holds on the whole platform."""

    __tablename__ = "person_role"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)


class Organisation(Base):
    """A landlord, a company or a manager: whatever is let belongs to one (domain.md 3.1)."""

    __tablename__ = "organisation"

    id: Mapped[Id]
    ref: Mapped[Key]
    name: Mapped[Line]
    brea_licence: Mapped[str | None] = mapped_column(String(40))
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class MemberLimit(Base):
    """Some parts of an organisation, to which members can be limited. Which parts there are is a feature's (limits.py)."""

    __tablename__ = "member_limit"
    # What refers to a limit has to be of the same organisation.
    __table_args__ = (UniqueConstraint("id", "organisation_id"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))


class Membership(Base):
    """A role that a person holds in an organisation from `since` until `until` (UTC); a person may hold several.

    With a limit, the role counts only in the parts of the organisation that the limit reaches; the rest is hidden from them.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_current",
            "organisation_id",
            "person_id",
            "role",
            unique=True,
            **only_where("until IS NULL"),
        ),
        Index("ix_membership_person_id", "person_id"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_start"),
        ForeignKeyConstraint(["limit_id", "organisation_id"], ["member_limit.id", "member_limit.organisation_id"]),
        CheckConstraint("limit_id IS NULL OR role <> 'owner'", name="owners_are_not_limited"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    limit_id: Mapped[int | None]

    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Device(Base):
    """A browser in which a person is signed in. The row decides, not the cookie (house.md section 5).

    `token_hash` is the SHA-256 of the token that the session carries; the token itself is nowhere in the database.
    """

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_person_id", "person_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires: Mapped[datetime]
    kept: Mapped[bool]
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(300))

    person: Mapped[Person] = relationship()


class PersonToken(Base):
    """What proves that somebody reads an address: a link, and a code to type, of which the database has digests only.

    `purpose`: `confirm` makes `email` the person's own, `recover` lets them choose a password. Used once, until `expires`.
    """

    __tablename__ = "person_token"
    __table_args__ = (
        CheckConstraint("purpose IN ('confirm', 'recover')", name="known_purpose"),
        Index("ix_person_token_person_id", "person_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime]
    expires: Mapped[datetime]
    used: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class Invitation(Base):
    """An offer of a role in an organisation, to whoever has the link. Answered once, until `expires` (domain.md 3.3).

    A limit goes over to the membership.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("answer IN ('accepted', 'declined', 'withdrawn')", name="known_answer"),
        CheckConstraint("(answer IS NULL) = (answered IS NULL)", name="answer_has_time"),
        Index("ix_invitation_organisation_id", "organisation_id", "id"),
        ForeignKeyConstraint(["limit_id", "organisation_id"], ["member_limit.id", "member_limit.organisation_id"]),
        CheckConstraint("limit_id IS NULL OR role <> 'owner'", name="owners_are_not_limited"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    name: Mapped[Line]
    email: Mapped[str | None] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(40))
    limit_id: Mapped[int | None]
    invited_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    created: Mapped[datetime]
    sent: Mapped[datetime]
    expires: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(10))
    answered: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    organisation: Mapped[Organisation] = relationship()
    invited_by: Mapped[Person] = relationship(foreign_keys=invited_by_id)


class InvitationToken(Base):
    """The digest of a link to an invitation; each time it is sent or shown it gets another."""

    __tablename__ = "invitation_token"

    id: Mapped[Id]
    invitation_id: Mapped[int] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)

    invitation: Mapped[Invitation] = relationship(lazy="joined", innerjoin=True)


KEEPS_ADMINISTRATOR = "platform_keeps_an_administrator"
_ADMINISTRATOR = """EXISTS (SELECT 1 FROM person_role JOIN person ON person.id = person_role.person_id
                    WHERE person_role.role = 'admin' AND person.disabled IS NULL)"""


def _keeps_administrator(name: str, table: str, event: str, condition: str, also: str = "true") -> Trigger:
    """Refuse what would leave nobody who can administer the platform (domain.md 2.8).

    `condition` and `also` are SQL over OLD and NEW that tell whether it matters; only `also` may ask other tables.
    """
    name = f"{KEEPS_ADMINISTRATOR}_{name}"
    return Trigger(
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {condition} AND {also} AND NOT {_ADMINISTRATOR}"
            f" BEGIN SELECT RAISE(ABORT, '{KEEPS_ADMINISTRATOR}'); END",
        ),
        postgresql=(
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                -- Two administrators who end each other at once must not both succeed.
                PERFORM pg_advisory_xact_lock(hashtext('{KEEPS_ADMINISTRATOR}'));
                IF {also} AND NOT {_ADMINISTRATOR} THEN
                    RAISE EXCEPTION '{KEEPS_ADMINISTRATOR}' USING ERRCODE = '23514', CONSTRAINT = '{KEEPS_ADMINISTRATOR}';
                END IF;
                RETURN NULL;
            END $$""",
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()",
        ),
    )


TRIGGERS = (
    _keeps_administrator("revoked", "person_role", "DELETE", "OLD.role = 'admin'"),
    _keeps_administrator("moved", "person_role", "UPDATE", "OLD.role = 'admin'"),
    _keeps_administrator(
        "disabled",
        "person",
        "UPDATE OF disabled",
        "OLD.disabled IS NULL AND NEW.disabled IS NOT NULL",
        also="EXISTS (SELECT 1 FROM person_role WHERE person_id = NEW.id AND role = 'admin')",
    ),
    Trigger(
        "organisation_keeps_an_owner",
        "membership",
        sqlite=(
            """CREATE TRIGGER organisation_keeps_an_owner AFTER UPDATE OF until, role ON membership
            WHEN OLD.role = 'owner' AND OLD.until IS NULL AND NOT EXISTS (
                SELECT 1 FROM membership
                WHERE organisation_id = OLD.organisation_id AND role = 'owner' AND until IS NULL)
            BEGIN SELECT RAISE(ABORT, 'organisation_keeps_an_owner'); END""",
        ),
        postgresql=(
            """CREATE OR REPLACE FUNCTION organisation_keeps_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                -- Two owners who end each other at once must not both succeed.
                PERFORM 1 FROM organisation WHERE id = OLD.organisation_id FOR UPDATE;
                IF NOT EXISTS (SELECT 1 FROM membership WHERE organisation_id = OLD.organisation_id
                               AND role = 'owner' AND until IS NULL) THEN
                    RAISE EXCEPTION 'organisation_keeps_an_owner' USING ERRCODE = '23514',
                        CONSTRAINT = 'organisation_keeps_an_owner';
                END IF;
                RETURN NULL;
            END $$""",
            """CREATE TRIGGER organisation_keeps_an_owner AFTER UPDATE OF until, role ON membership
            FOR EACH ROW WHEN (OLD.role = 'owner' AND OLD.until IS NULL)
            EXECUTE FUNCTION organisation_keeps_an_owner()""",
        ),
    ),
)
