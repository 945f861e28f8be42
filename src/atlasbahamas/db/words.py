"""Words that rows are found by: an index that both databases have without an extension.

A feature has a table of words: `Word`, and the row's id. Services fill it with `words_of`, or triggers with the SQL of
`sqlite_words` and `postgresql_words`, which say the same. `WordIndex` asks it: whoever types the beginnings of some words
gets the rows that have them all.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from sqlalchemy import ColumnElement, Select, String, and_, exists, func, literal, select, true
from sqlalchemy.orm import Session, mapped_column

from atlasbahamas.db.aliases import alias_of

LONGEST = 40
MOST_TYPED = 8
COUNTED = 10_000
_WORD = re.compile(r"[a-z0-9]+")

# In the order of the bytes: in a language's order, words that begin alike do not stand together.
Word = Annotated[str, mapped_column(String(LONGEST).with_variant(String(LONGEST, collation="C"), "postgresql"), primary_key=True)]
"""The column of a table of words, in its primary key."""


def words_of(texts: Iterable[str]) -> list[str]:
    """The different words of some texts, plain and in small letters: "Governor's Harbour" gives governor, s, harbour."""
    plain = unicodedata.normalize("NFKD", " ".join(texts)).encode("ascii", "ignore").decode().casefold()
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(plain)))


def teach_words(connection: sqlite3.Connection) -> None:
    """Give a connection to SQLite the function that `sqlite_words` asks."""
    connection.create_function("atlas_words", 1, lambda text: json.dumps(words_of([text or ""])), deterministic=True)


def sqlite_words(text: str) -> str:
    """SQL for a FROM: the words of an SQL expression, in the column `value`."""
    return f"json_each(atlas_words({text}))"


def postgresql_words(text: str) -> str:
    """The same for PostgreSQL. A word may come twice."""
    ascii_only = rf"regexp_replace(normalize({text}, NFKD), '[^\u0001-\u007f]', '', 'g')"
    plain = f'lower({ascii_only} COLLATE "C")'
    return f"""LATERAL (SELECT left(part, {LONGEST}) AS value
        FROM regexp_split_to_table({plain}, '[^a-z0-9]+') AS part WHERE part <> '')"""  # noqa: S608


@dataclass(frozen=True)
class WordIndex:
    """How rows are found by words: `model` is the table of words, `owner` its column with a row's id, `of` that id in the list.

    `within` are columns of the table of words that begin its primary key, with their values: only words of those are looked at.
    """

    model: type[Any]
    owner: str
    of: Any
    within: Mapping[str, Any] = field(default_factory=dict)

    def has(self, typed: str) -> ColumnElement[bool]:
        """A test of one row: every typed word begins some word of it.

        Not EXISTS: PostgreSQL would gather the rows of a common word all at once, to ask them about a dozen.
        """
        of_it = select(literal(1)).where(getattr(self.model, self.owner) == self.of).limit(1)
        tests = [of_it.where(_begins(self.model.word, word)).scalar_subquery() for word in _typed(typed)]
        return and_(true(), *[test.is_not(None) for test in tests])

    def find(self, db: Session, query: Select[Any], typed: str) -> Select[Any]:
        """The rows of a query that pass `has`, each once, by way of the index.

        The rarest word leads to them. A row in which several words begin with it is taken at the first of them, so that nobody
        has to collect and compare: the database can stop when whoever asks has enough.
        """
        words = _typed(typed)
        if not words:
            return query
        word = self._rarest(db, words) if len(words) > 1 else words[0]
        found, before = alias_of(self.model, "found"), alias_of(self.model, "before")
        of_same = getattr(before, self.owner) == getattr(found, self.owner)
        sooner = exists().where(of_same, before.word >= word, before.word < found.word)
        query = query.join(found, getattr(found, self.owner) == self.of).where(*self._begin(found, word), ~sooner)
        others = [other for other in words if other != word]
        return query.where(self.has(" ".join(others))) if others else query

    def _rarest(self, db: Session, words: list[str]) -> str:
        """The word that begins the fewest, as far as counting up to COUNTED tells."""
        some = [select(literal(1)).where(*self._begin(self.model, word)).limit(COUNTED).subquery() for word in words]
        counts = db.execute(select(*[select(func.count()).select_from(rows).scalar_subquery() for rows in some])).one()
        return min(zip(counts, words, strict=True))[1]

    def _begin(self, rows: Any, word: str) -> list[ColumnElement[bool]]:
        here = [getattr(rows, name) == value for name, value in self.within.items()]
        return [*here, _begins(rows.word, word)]


def _typed(typed: str) -> list[str]:
    return words_of([typed])[:MOST_TYPED]


def _begins(column: Any, word: str) -> ColumnElement[bool]:
    return and_(column >= word, column < f"{word}\u007f")
