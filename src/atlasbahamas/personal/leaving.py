"""What a part of the site is told of somebody who leaves, and how it finds them in text.

A part gives two functions and names them in its manifest (the core's are in services.py):

- `data_export(db, person_id)`: what it holds about a person, as rows by table;
- `data_erase(db, leaving)`: takes the person out of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import Session

PSEUDONYM = "Former person"

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Export = Callable[[Session, int], Rows]


@dataclass(frozen=True)
class Leaving:
    """Somebody who is being erased, as they were called until now; empty text where they had none."""

    person_id: int
    name: str
    email: str
    user_name: str
    phone: str
    now: datetime

    @property
    def phrases(self) -> tuple[str, ...]:
        """What means this person wherever it stands in a text. A single word may be anybody's, and is not among them."""
        whole = (self.email, self.phone, self.name if " " in self.name.strip() else "")
        return tuple(phrase for phrase in whole if phrase)

    def mentioned_in(self, column: Any) -> ColumnElement[bool]:
        """Rows whose text names the person."""
        return or_(false(), *[column.icontains(phrase, autoescape=True) for phrase in self.phrases])

    def mentioned_in_json(self, column: Any, *, ascii_only: bool) -> ColumnElement[bool]:
        """Rows whose JSON text names the person; single words count where they are a whole value.

        `ascii_only`: the text was written by json.dumps as it is by default, with other letters as escapes.
        """
        inside = [json.dumps(phrase, ensure_ascii=ascii_only)[1:-1] for phrase in self.phrases]
        values = [json.dumps(word, ensure_ascii=ascii_only) for word in (self.name, self.user_name) if word]
        return or_(false(), *[column.icontains(text, autoescape=True) for text in (*inside, *values)])


Erase = Callable[[Session, Leaving], None]
