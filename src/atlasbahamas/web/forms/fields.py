"""Fields: what may be typed, and what it becomes. Every text is stripped, composed, of limited length and without control characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from wtforms import Field, StringField
from wtforms.fields import BooleanField, DateField, HiddenField, PasswordField as _Password, SelectField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import TextArea

from atlasbahamas.web.formats import money, parse_money

_LINE_BREAKS = re.compile(r"\r\n?")
NOT_TEXT = "This has characters in it that cannot be stored."
REQUIRED = "Please fill this in."


def _plain(values: list[Any]) -> str:
    """The one text that was sent. Raises ValueError for a file, or for the same field twice."""
    if len(values) != 1 or not isinstance(values[0], str):
        raise ValueError("This field was sent in a way that cannot be read.")
    return values[0]


def clean_text(text: str, *, lines: bool = False) -> str:
    """Composed and stripped. Raises ValueError for control characters, NUL and half surrogates; `lines` allows breaks and tabs."""
    text = _LINE_BREAKS.sub("\n", text)
    for character in text:
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cs") and not (lines and character in "\n\t"):
            raise ValueError(NOT_TEXT)
    return unicodedata.normalize("NFC", text).strip()


class TextField(StringField):
    """One line of text; empty text when nothing was typed."""

    lines = False

    def __init__(self, label: str, *, required: bool = False, max_length: int = 200, validators: Any = (), **kw: Any) -> None:
        first = InputRequired(REQUIRED) if required else Optional()
        limit = Length(max=max_length, message=f"Use at most {max_length} characters.")
        super().__init__(label, [first, limit, *validators], **kw)
        self.render_kw = {"maxlength": max_length, **(self.render_kw or {})}

    def process_data(self, value: Any) -> None:
        """What the row holds, as text."""
        self.data = value or ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What was typed."""
        if not valuelist:
            return
        raw = _plain(valuelist)
        self.data = "".join(character for character in raw if unicodedata.category(character) not in ("Cc", "Cs"))
        self.data = clean_text(raw, lines=self.lines)
        if self.flags.required and not self.data:
            raise ValueError(REQUIRED)

    def pre_validate(self, form: Any) -> None:
        """A text that could not be read is an error also where the field may be empty."""
        if self.process_errors:
            raise ValidationError(self.process_errors[0])


class MultilineField(TextField):
    """Several lines of text."""

    widget = TextArea()
    lines = True

    def __init__(self, label: str, *, max_length: int = 10_000, **kw: Any) -> None:
        super().__init__(label, max_length=max_length, **kw)


class EmailField(TextField):
    """An e-mail address, checked for its shape only: whether it exists is known when a mail arrives (RFC 5321 length)."""

    def __init__(self, label: str, **kw: Any) -> None:
        super().__init__(label, max_length=254, **kw)
        self.render_kw = {"inputmode": "email", "autocapitalize": "none", **self.render_kw}

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What was typed, when it has the shape of an address."""
        super().process_formdata(valuelist)
        if self.data and not re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", self.data):
            raise ValueError("This does not look like an e-mail address.")


class PhoneField(TextField):
    """A phone number as E.164. Seven digits are a local number: +1 242 is put before them (domain.md section 4)."""

    def __init__(self, label: str, **kw: Any) -> None:
        super().__init__(label, max_length=30, **kw)
        self.render_kw = {"inputmode": "tel", **self.render_kw}

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What was typed, completed."""
        super().process_formdata(valuelist)
        if not self.data:
            return
        digits = re.sub(r"[\s().-]", "", self.data)
        if re.fullmatch(r"[0-9]{7}", digits):
            digits = f"+1242{digits}"
        elif re.fullmatch(r"1?242[0-9]{7}", digits):
            digits = f"+1{digits[-10:]}"
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
            raise ValueError("Write seven digits for a number in The Bahamas, or + and the whole number.")
        self.data = digits


class _Typed(TextField):
    """A text that becomes a value; the text is shown again when it does not."""

    empty: Any = None

    def process_data(self, value: Any) -> None:
        """The value that the row holds."""
        self.data = value
        self.typed = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The value of what was typed."""
        if not valuelist:
            return
        self.data, self.typed = None, ""
        raw = _plain(valuelist)
        self.typed = raw.replace("\0", "")
        text = clean_text(raw)
        if text:
            self.data = self.read(text)
        elif self.flags.required:
            raise ValueError(REQUIRED)

    def read(self, text: str) -> Any:
        """The value. Raises ValueError with words for the person."""
        return text

    def show(self) -> str:
        """The value as it is typed."""
        return "" if self.data is None else str(self.data)

    def _value(self) -> str:
        return self.typed if self.typed is not None else self.show()


class MoneyField(_Typed):
    """Dollars as typed; integer cents as data."""

    def __init__(self, label: str, *, at_least: int = 0, **kw: Any) -> None:
        super().__init__(label, max_length=20, **kw)
        self.at_least = at_least
        self.render_kw = {"inputmode": "decimal", "autocomplete": "off", **self.render_kw}

    def read(self, text: str) -> int:
        """Cents."""
        cents = parse_money(text)
        if cents < self.at_least:
            raise ValueError(f"This must be at least {money(self.at_least)}.")
        return cents

    def show(self) -> str:
        """Without the currency, which stands beside the field."""
        return "" if self.data is None else money(self.data).removeprefix("B$")


class IntegerField(_Typed):
    """A whole number between two bounds."""

    def __init__(self, label: str, *, at_least: int = 0, at_most: int = 1_000_000, **kw: Any) -> None:
        super().__init__(label, max_length=20, **kw)
        self.at_least, self.at_most = at_least, at_most
        self.render_kw = {"inputmode": "numeric", "autocomplete": "off", **self.render_kw}

    def read(self, text: str) -> int:
        """The number."""
        if not re.fullmatch(r"-?[0-9]{1,18}", text.replace(",", "")):
            raise ValueError("Write a whole number.")
        value = int(text.replace(",", ""))
        if not self.at_least <= value <= self.at_most:
            raise ValueError(f"Write a number from {self.at_least:,} to {self.at_most:,}.")
        return value


class VersionField(HiddenField):
    """The row's version when the form was opened: an edit of something that has changed since is refused, not written over."""

    STALE = "Somebody else changed this while you were editing. Open the page again to see what is there."

    def __init__(self, **kw: Any) -> None:
        super().__init__("", **kw)
        self.opened: int | None = None

    def process_data(self, value: Any) -> None:
        """The version that the row has."""
        self.opened = value
        self.data = "" if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        """Compare what the form carries with what the row has."""
        if self.opened is not None and self.data != str(self.opened):
            form.form_errors.append(self.STALE)
            raise ValidationError(self.STALE)


class PasswordField(_Password):
    """A password: never stripped, never shown again."""

    def __init__(self, label: str, *, required: bool = False, **kw: Any) -> None:
        super().__init__(label, [InputRequired(REQUIRED) if required else Optional(strip_whitespace=False)], **kw)
        self.render_kw = {"maxlength": 200, **(self.render_kw or {})}

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What was typed."""
        if valuelist:
            self.data = _plain(valuelist)
            if "\0" in self.data or any(unicodedata.category(character) == "Cs" for character in self.data):
                self.data = ""
                raise ValueError(NOT_TEXT)


class ChoiceField(SelectField):
    """One of several; anything else is an error at the field."""

    def __init__(self, label: str, *, choices: Any = (), required: bool = False, **kw: Any) -> None:
        super().__init__(label, [InputRequired(REQUIRED) if required else Optional()], choices=choices, **kw)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The value that was chosen."""
        if valuelist:
            self.data = _plain(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Refuse what was not offered."""
        if self.data and not any(str(value) == str(self.data) for value, *_ in self.iter_choices()):
            raise ValidationError("Choose one of the list.")


__all__ = [
    "BooleanField", "ChoiceField", "DateField", "EmailField", "Field", "IntegerField", "MoneyField", "MultilineField",
    "PasswordField", "PhoneField", "TextField", "VersionField", "clean_text",
]
