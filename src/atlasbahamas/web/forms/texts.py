"""What a text must be before anything is stored, and the field that all typed fields are made from.

Every text is stripped, composed (Unicode NFC), of limited length, and free of what no
database or page can hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from atlasbahamas.web.forms.widgets import TextBox

NOT_TEXT = "This has characters in it that cannot be kept. Please type it again."
NOT_READABLE = "This was sent in a way that cannot be read. Please fill it in again."
REQUIRED = "Please fill this in."

# C0 and C1 controls, half surrogates, and the mark that decoding leaves where the encoding was wrong.
REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_REFUSED_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_LINE_BREAKS = re.compile(r"\r\n?")


def clean_text(text: str, *, lines: bool = False) -> str:
    """The text stripped and composed; with `lines`, line breaks (as \\n) and tabs may stay.

    Raises ValueError for control characters, NUL, half surrogates and wrongly encoded bytes.
    """
    text = _LINE_BREAKS.sub("\n", text).strip(" \t\n")
    if (_REFUSED_IN_LINES if lines else REFUSED).search(text):
        raise ValueError(NOT_TEXT)
    return unicodedata.normalize("NFC", text).strip()


def one_text(values: Sequence[Any]) -> str:
    """The one text that was sent for a field. Raises ValueError for a file, or for the same field twice."""
    if len(values) != 1 or not isinstance(values[0], str):
        raise ValueError(NOT_READABLE)
    return values[0]


class TypedField(Field):
    """Something that a person types. `data` is its value; what was typed is shown again when it has none.

    Subclasses say in `read` what the value of a text is, and in `show` how a value is typed.
    """

    widget: Any = TextBox()
    lines = False
    empty: Any = None

    def __init__(
        self,
        label: str,
        *,
        required: bool = False,
        max_length: int = 200,
        validators: Sequence[Any] = (),
        render_kw: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        self.max_length = max_length
        self.typed: str | None = None
        super().__init__(label, list(validators), render_kw={"maxlength": max_length, **(render_kw or {})}, **more)
        if required:
            self.flags.required = True

    def read(self, text: str) -> Any:
        """The value of a clean text that is not empty. Raises ValueError with words for the person."""
        return text

    def show(self, value: Any) -> str:
        """A value as it is typed."""
        return str(value)

    def process_data(self, value: Any) -> None:
        """Take the value that the row holds."""
        self.data = self.empty if value is None else value

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed. A field that was not sent keeps the row's value."""
        if not valuelist:
            return
        self.data, self.typed = self.empty, ""
        raw = one_text(valuelist)
        self.typed = _REFUSED_IN_LINES.sub("", _LINE_BREAKS.sub("\n", raw))
        text = clean_text(raw, lines=self.lines)
        if len(text) > self.max_length:
            raise ValueError(f"Use at most {self.max_length:,} characters.")
        if text:
            self.data = self.read(text)

    def pre_validate(self, form: Any) -> None:
        """Stop at what could not be read, and at an empty field: no other rule has a say about those."""
        if self.process_errors:
            raise StopValidation()
        if self.data == self.empty or (not self.raw_data and self.flags.required):
            raise StopValidation(REQUIRED if self.flags.required else "")

    def _value(self) -> str:
        if self.typed is not None and self.process_errors:
            return self.typed
        return "" if self.data is None else self.show(self.data)
