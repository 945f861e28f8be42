"""What a part of the site is told of somebody who leaves, and how it finds them in text.

A part gives two functions and names them in its manifest (the core's are in services.py):

- `data_export(db, person_id)`: what it holds about a person, as rows by table;
- `data_erase(db, leaving)`: takes the person out of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from atlasbahamas.db.aliases import alias_of
from atlasbahamas.files.store import Store
from atlasbahamas.people.models import Membership

PSEUDONYM = "Former person"

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Export = Callable[[Session, int], Rows]


@dataclass(frozen=True)
class Leaving:
    """Somebody who is being erased, with everything that they were ever called here; `addresses` are of mail, and phones.

    `store` has the bytes of files: what was only theirs leaves it.
    """

    person_id: int
    names: tuple[str, ...]
    user_names: tuple[str, ...]
    addresses: tuple[str, ...]
    now: datetime
    store: Store

    @property
    def phrases(self) -> tuple[str, ...]:
        """What means this person wherever it stands in a text. A single word may be anybody's, and is not among them."""
        return _in_each_case((*self.addresses, *[name for name in self.names if " " in name.strip()]))

    @property
    def lower_addresses(self) -> list[str]:
        """The addresses as a comparison that ignores case needs them."""
        return [address.lower() for address in self.addresses]

    def redact(self, value: Any) -> Any:
        """A text, or what JSON is made of, with the pseudonym in the place of each phrase and of a text that is only the name."""
        if isinstance(value, dict):
            return {key: self.redact(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.redact(part) for part in value]
        if not isinstance(value, str):
            return value
        if value.strip().casefold() in {word.casefold() for word in (*self.names, *self.user_names)}:
            return PSEUDONYM
        for phrase in self.phrases:
            value = re.sub(re.escape(phrase), PSEUDONYM, value, flags=re.IGNORECASE)
        return value

    def redact_line(self, value: str, *, most: int = 200) -> str:
        """The same for a text that has a limit; where it would be longer than that, the pseudonym alone."""
        redacted = str(self.redact(value))
        return redacted if len(redacted) <= most else PSEUDONYM

    def mentioned_in(self, column: Any) -> ColumnElement[bool]:
        """Rows whose text names the person."""
        return _holds(column, self.phrases)

    def mentioned_in_json(self, column: Any, *, ascii_only: bool) -> ColumnElement[bool]:
        """Rows whose JSON text names the person; single words count where they are a whole value.

        `ascii_only`: the text was written by json.dumps as it is by default, with other letters as escapes.
        """
        values = [json.dumps(word, ensure_ascii=ascii_only) for word in _in_each_case((*self.names, *self.user_names))]
        return _holds(column, (*_inside_json(self.phrases, ascii_only), *values))

    def named_within(self, organisation_id: Any, *columns: Any) -> ColumnElement[bool]:
        """Rows with a text that names the person and is of an organisation to which they belong or belonged, or has an address.

        Elsewhere the same name is somebody else's. `organisation_id` is a column of the query around it.
        """
        belonged = select(Membership.organisation_id).where(Membership.person_id == self.person_id)
        named = or_(*[or_(self.mentioned_in(column), column.in_(self.names)) for column in columns])
        return or_(*[_holds(column, self.addresses) for column in columns], and_(organisation_id.in_(belonged), named))

    def told_of_in(self, recipient: Any, column: Any, *, json_text: bool = True) -> ColumnElement[bool]:
        """Rows whose text names the person to somebody who was in an organisation with them; an address counts to anybody.

        Elsewhere the same name is somebody else's. `column` is JSON text as a JSON column has it, unless `json_text` is False.
        """
        mine, theirs = alias_of(Membership, "mine"), alias_of(Membership, "theirs")
        know_them = (
            select(theirs.person_id)
            .join(mine, mine.organisation_id == theirs.organisation_id)
            .where(mine.person_id == self.person_id)
        )
        addresses = _inside_json(self.addresses, True) if json_text else self.addresses
        named = self.mentioned_in_json(column, ascii_only=True) if json_text else self.mentioned_in(column)
        return or_(_holds(column, addresses), and_(recipient.in_(know_them), named))


def _in_each_case(texts: Sequence[str]) -> tuple[str, ...]:
    """Some texts, those with other letters than ASCII also in small ones and in capitals: a database folds ASCII only."""
    written = [(text,) if text.isascii() else (text, text.lower(), text.upper()) for text in texts]
    return tuple(dict.fromkeys(each for cases in written for each in cases))


def _holds(column: Any, phrases: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *[column.icontains(phrase, autoescape=True) for phrase in phrases])


def _inside_json(phrases: Sequence[str], ascii_only: bool) -> tuple[str, ...]:
    return tuple(json.dumps(phrase, ensure_ascii=ascii_only)[1:-1] for phrase in phrases)


Erase = Callable[[Session, Leaving], None]
