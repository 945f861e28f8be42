"""The field for a file that is read at once and not kept (web/imports). For files that stay, see files.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import FileInput

from atlasbahamas.web.forms.texts import NOT_READABLE


class UploadField(Field):
    """A file: `data` has `file` (open, binary) and `filename` (whatever the browser said), or is None.

    `accept` is what the browser offers to choose; it is a help, not a check.
    """

    widget: Any = FileInput()

    def __init__(
        self, label: str, *, required: bool = False, accept: str = "", validators: Sequence[Any] = (), **more: Any
    ) -> None:
        render_kw = {"accept": accept} if accept else {}
        super().__init__(label, list(validators), render_kw=render_kw, **more)
        if required:
            self.flags.required = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the file. A box in which nothing was chosen is sent as empty bytes or text."""
        self.data = None
        chosen = [value for value in valuelist if not isinstance(value, bytes | str) or value]
        if len(chosen) > 1 or any(not hasattr(value, "file") for value in chosen):
            raise ValueError(NOT_READABLE)
        if chosen:
            self.data = chosen[0]

    def pre_validate(self, form: Any) -> None:
        """Stop at what could not be read, and at no file where there has to be one."""
        if self.process_errors:
            raise StopValidation()
        if self.data is None:
            raise StopValidation("Please choose a file." if self.flags.required else "")
