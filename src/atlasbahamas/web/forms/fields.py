"""The fields that forms are made of: what may be typed into each, and what it becomes.

Rules about the thing itself (a rent that is too low, a name that is taken) are the services'.
"""

from __future__ import annotations

import re
from datetime import date
from email.errors import MessageError
from email.headerregistry import Address
from typing import Any

from wtforms.fields import BooleanField, HiddenField
from wtforms.validators import StopValidation
from wtforms.widgets import EmailInput, PasswordInput, TelInput, TextArea

from atlasbahamas.traversal.keys import long_key
from atlasbahamas.web.formats import MAX_CENTS, money, parse_money, parse_percent, percent
from atlasbahamas.web.forms.texts import NOT_READABLE, NOT_TEXT, REFUSED, TypedField, one_text

FIRST_YEAR, LAST_YEAR = 1900, 2200


class TextField(TypedField):
    """One line of text; "" when nothing was typed."""

    empty = ""


class MultilineField(TypedField):
    """Several lines of text, with \\n between them."""

    widget = TextArea()
    empty: Any = ""
    lines = True

    def __init__(self, label: str, *, max_length: int = 10_000, **more: Any) -> None:
        super().__init__(label, max_length=max_length, **more)


class EmailField(TypedField):
    """An e-mail address of the right shape and length (RFC 5321), as a mail can name it; whether it exists, one will tell."""

    widget = EmailInput()
    empty = ""
    _shape = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")

    def __init__(self, label: str, *, render_kw: dict[str, Any] | None = None, **more: Any) -> None:
        render_kw = {"autocapitalize": "none", "spellcheck": "false", **(render_kw or {})}
        super().__init__(label, max_length=254, render_kw=render_kw, **more)

    def read(self, text: str) -> str:
        """The address. Raises ValueError for what has not its shape."""
        if not (self._shape.fullmatch(text) and self._can_be_named(text)):
            raise ValueError("Write an e-mail address, like name@example.com.")
        return text

    def _can_be_named(self, text: str) -> bool:
        # Otherwise a mail to it could not be made, or, with a comment or a bracket in it, would go to another address.
        try:
            return Address(addr_spec=text).addr_spec == text
        except (ValueError, IndexError, MessageError):
            return False


class PhoneField(TypedField):
    """A phone number as E.164. Seven digits are a Bahamian number and get +1 242 (domain.md section 4)."""

    widget = TelInput()
    empty = ""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, max_length=30, **more)

    def read(self, text: str) -> str:
        """The number with its country. Raises ValueError for what is none."""
        digits = re.sub(r"[\s().-]", "", text)
        if re.fullmatch(r"[0-9]{7}", digits):
            digits = f"+1242{digits}"
        elif re.fullmatch(r"1?242[0-9]{7}", digits):
            digits = f"+1{digits[-10:]}"
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
            raise ValueError("Write the seven digits of a number in The Bahamas, or + and the whole number.")
        return digits


class MoneyField(TypedField):
    """Dollars as typed; integer cents as data; None when empty. `min` and `max` are cents."""

    def __init__(
        self,
        label: str,
        *,
        min: int = 0,
        max: int = MAX_CENTS,
        render_kw: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        render_kw = {"inputmode": "decimal", "autocomplete": "off", **(render_kw or {})}
        super().__init__(label, max_length=30, render_kw=render_kw, **more)
        self.min, self.max = min, max

    def read(self, text: str) -> int:
        """Cents. Raises ValueError for no amount and for one out of bounds."""
        cents = parse_money(text)
        if cents < self.min:
            raise ValueError(f"This must be at least {money(self.min)}.")
        if cents > self.max:
            raise ValueError(f"This can be at most {money(self.max)}.")
        return cents

    def show(self, value: Any) -> str:
        """Without the currency, which the page writes beside the box."""
        return money(value).replace("B$", "")


class PercentField(TypedField):
    """A percentage as typed; hundredths of a percent as data; None when empty. `min` and `max` are hundredths too."""

    def __init__(
        self, label: str, *, min: int = 0, max: int = 10_000, render_kw: dict[str, Any] | None = None, **more: Any
    ) -> None:
        render_kw = {"inputmode": "decimal", "autocomplete": "off", **(render_kw or {})}
        super().__init__(label, max_length=20, render_kw=render_kw, **more)
        self.min, self.max = min, max

    def read(self, text: str) -> int:
        """Hundredths of a percent. Raises ValueError for no percentage and for one out of bounds."""
        value = parse_percent(text)
        if not self.min <= value <= self.max:
            raise ValueError(f"Write a percentage from {percent(self.min)} to {percent(self.max)}.")
        return value

    def show(self, value: Any) -> str:
        """Without the sign, which the page writes beside the box."""
        return percent(value).removesuffix(" %")


class IntegerField(TypedField):
    """A whole number from `min` to `max`; None when empty."""

    _shape = re.compile(r"-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)")

    def __init__(
        self,
        label: str,
        *,
        min: int = 0,
        max: int = 1_000_000,
        render_kw: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        render_kw = {"inputmode": "numeric", "autocomplete": "off", **(render_kw or {})}
        super().__init__(label, max_length=30, render_kw=render_kw, **more)
        self.min, self.max = min, max

    def read(self, text: str) -> int:
        """The number. Raises ValueError for none and for one out of bounds."""
        if not self._shape.fullmatch(text):
            raise ValueError("Write a whole number.")
        value = int(text.replace(",", ""))
        if not self.min <= value <= self.max:
            raise ValueError(f"Write a number from {self.min:,} to {self.max:,}.")
        return value


class DateField(TypedField):
    """A local date, as a browser's date field sends it; None when nothing was given."""

    def __init__(self, label: str, *, render_kw: dict[str, Any] | None = None, **more: Any) -> None:
        super().__init__(label, max_length=10, render_kw={"type": "date", **(render_kw or {})}, **more)

    def read(self, text: str) -> date:
        """Raise ValueError for what is no day of a calendar, or one that nobody lives to see."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError("Write a date as year-month-day, such as 2026-03-31.") from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(f"Write a date between {FIRST_YEAR} and {LAST_YEAR}.")
        return day

    def show(self, value: Any) -> str:
        """As the browser's date field reads it."""
        return str(value.isoformat())


class PasswordField(TypedField):
    """A password: kept to the letter, never shown again."""

    widget = PasswordInput(hide_value=True)
    empty = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed, spaces and all."""
        if not valuelist:
            return
        self.data = ""
        raw = one_text(valuelist)
        if REFUSED.search(raw):
            raise ValueError(NOT_TEXT)
        if len(raw) > self.max_length:
            raise ValueError(f"Use at most {self.max_length:,} characters.")
        self.data = raw


class CheckField(BooleanField):
    """Yes when ticked. A box that is not ticked is not sent, so nothing means no."""

    _yes, _no = frozenset({"y", "yes", "on", "1", "true"}), frozenset({"", "n", "no", "off", "0", "false"})

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the tick."""
        self.data = False
        if valuelist:
            sent = one_text(valuelist).lower()
            if sent not in self._yes | self._no:
                raise ValueError(NOT_READABLE)
            self.data = sent in self._yes


class OnceField(HiddenField):
    """The key of what a form makes, there when the form is first shown: sent twice, the thing is made once.

    `prefix` is the kind of the thing, as `long_key` takes it.
    """

    def __init__(self, prefix: str, **more: Any) -> None:
        super().__init__("", **more)
        self.prefix = prefix

    def process_data(self, value: Any) -> None:
        """A new key."""
        self.data = long_key(self.prefix)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the key back. Raises ValueError for what is none."""
        sent = valuelist[0] if len(valuelist) == 1 and isinstance(valuelist[0], str) else ""
        if not re.fullmatch(rf"{self.prefix}-[0-9a-f]{{20}}[0-9]", sent):
            raise ValueError("This form could not be read. Open the page again.")
        self.data = sent


class VersionField(HiddenField):
    """The row's version when the form was opened: what somebody else changed since is not written over."""

    STALE = "This was changed by someone else meanwhile. Nothing of yours was saved: open the page again to see what is there."

    def __init__(self, **more: Any) -> None:
        super().__init__("", **more)
        self.current: int | None = None

    def process_data(self, value: Any) -> None:
        """Take the version that the row has."""
        self.current = value
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the version that the form was opened with; whatever is no number counts as an old one."""
        sent = valuelist[0] if len(valuelist) == 1 and isinstance(valuelist[0], str) else ""
        self.data = sent if re.fullmatch(r"[0-9]{1,18}", sent) else ""

    def pre_validate(self, form: Any) -> None:
        """Compare the two. What is wrong is said at the top of the form: this field is not seen."""
        if self.current is not None and self.data != str(self.current):
            form.form_errors.append(self.STALE)
        raise StopValidation()
