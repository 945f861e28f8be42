"""The columns of a link. The tables belong to what a link is for, and so does the column that says what of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from atlasbahamas.db import Id, Key, only_where
from atlasbahamas.people.models import Person
from atlasbahamas_plugins.leasing.models import LeaseParty, one_of


class TokenColumns:
    """The digest of the token of a link. The class of each table has `link_id`."""

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)


class LinkColumns:
    """A party is asked for something: by a link that works until it is answered or `expires`, and a code told apart from it.

    Each time it is shown or mailed it gets another token. The code is kept as a digest that cannot be tried out without the
    platform's secret. `asked_by_id` made it, and is told what comes of it; `again` is when the party asked for a new one.

    The class of each table says what can become of a link (`answers`), of what a party has one that is open at a time
    (`one_open_of`), where its tokens are (`token`), and what stands in the digest of its code (`purpose`).
    """

    purpose: ClassVar[str]
    answers: ClassVar[Mapping[str, str]]
    one_open_of: ClassVar[tuple[str, ...]]
    token: ClassVar[type[Any]]

    id: Mapped[Id]
    ref: Mapped[Key]
    code_hash: Mapped[str] = mapped_column(String(64))
    sent: Mapped[datetime]
    expires: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(10))
    answered: Mapped[datetime | None]
    again: Mapped[datetime | None]
    party_id: Mapped[int] = mapped_column(ForeignKey(LeaseParty.id))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(Person.id))

    @declared_attr
    @classmethod
    def party(cls) -> Mapped[LeaseParty]:
        """Who is asked."""
        return relationship(LeaseParty, lazy="joined")

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        table, is_open = cls.__tablename__, "answer IS NULL"  # type: ignore[attr-defined]
        return (
            CheckConstraint(one_of("answer", cls.answers), name="known_answer"),
            CheckConstraint("(answer IS NULL) = (answered IS NULL)", name="answer_has_time"),
            Index(f"uq_{table}_open", *cls.one_open_of, unique=True, **only_where(is_open)),
            Index(f"ix_{table}_party_id", "party_id"),
            Index(f"ix_{table}_asked_by_id", "asked_by_id"),
        )
