"""Fields that take files. What is wrong with a file is said beside the field, with the file's name.

A browser does not keep chosen files when a form is shown again. So what was good in it waits for a day, bound to the person
who sent it, and is ticked in the form; a visitor without an account is told to choose again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import FileInput

from atlasbahamas.errors import Refused
from atlasbahamas.files.models import DOCUMENT, PICTURE, File
from atlasbahamas.files.names import shown_name
from atlasbahamas.files.services import let_wait, waiting_files
from atlasbahamas.files.store import StoreUnavailable
from atlasbahamas.files.uploads import Upload, prepare
from atlasbahamas.settings import FileSettings
from atlasbahamas.traversal.keys import long_key
from atlasbahamas.web.forms.texts import NOT_READABLE, REQUIRED

log = structlog.get_logger("atlasbahamas.files")

# HEIC is not among them on purpose: an iPhone then hands over a JPEG by itself.
ACCEPT = {PICTURE: ["image/jpeg", "image/png", "image/webp", "image/gif"], DOCUMENT: ["application/pdf"]}
SPELT = {PICTURE: "JPEG, PNG or WebP", DOCUMENT: "PDF"}
GONE = "A file that waited here from an earlier try is gone. Please choose it again."
ONE_ONLY = "Choose one file only."


@dataclass(frozen=True)
class Kept:
    """A file that waits for the form to be sent again."""

    ref: str
    name: str


class UploadsField(Field):
    """Several files. `data` is a list of what can be kept: new uploads, and rows that waited from an earlier try."""

    widget = FileInput(multiple=True)

    def __init__(
        self,
        label: str,
        *,
        kinds: Sequence[str],
        required: bool = False,
        max_files: int = 20,
        render_kw: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        accept = ",".join(media_type for kind in kinds for media_type in ACCEPT[kind])
        super().__init__(label, render_kw={"accept": accept, **(render_kw or {})}, **more)
        self.kinds, self.max_files = tuple(kinds), max_files
        self.fresh: list[Upload] = []
        self.kept: list[Kept] = []
        self.choose_again = False
        self.data: list[Upload | File] = []
        self._sent: list[Any] = []
        self._kept_refs: list[str] = []
        self.settings: FileSettings | None = None
        if required:
            self.flags.required = True

    @property
    def kept_name(self) -> str:
        """What the ticks of waiting files are called in the form."""
        return f"{self.name}-kept"

    @property
    def hint(self) -> str:
        """What may be chosen, in words."""
        assert self.settings is not None
        kinds = " or ".join(SPELT[kind] for kind in reversed(self.kinds))
        each = f"{self.settings.max_megabytes} MB"
        if self.max_files == 1:
            return f"{kinds}, at most {each}."
        return f"{kinds}, at most {each} each; up to {self.max_files} at once, {self.settings.max_request_megabytes} MB together."

    def __call__(self, **attributes: Any) -> Any:
        """The input; it carries the limit, so that a script can say what is too large before it is sent."""
        assert self.settings is not None
        return super().__call__(**{"data-max-bytes": self.settings.max_bytes, **attributes})

    def process(self, formdata: Any, *more: Any, **options: Any) -> None:
        """Take the chosen files, and the ticks of those that wait."""
        super().process(formdata, *more, **options)
        if formdata is not None:
            self._kept_refs = [ref for ref in formdata.getlist(self.kept_name) if isinstance(ref, str)][: self.max_files]

    def process_data(self, value: Any) -> None:
        """Files of a row are not typed, so there is nothing to show again."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the files; a field in which none was chosen sends an empty text."""
        self._sent = [value for value in valuelist if value not in ("", b"")]
        if any(isinstance(value, str | bytes) for value in self._sent):
            raise ValueError(NOT_READABLE)

    def pre_validate(self, form: Any) -> None:
        """Look into every file. What is wrong with each is an error of this field; the good ones are kept for the next try."""
        if self.process_errors:
            raise StopValidation()
        waiting = self._waiting(form.request)
        if len(waiting) + len(self._sent) > self.max_files:
            raise StopValidation(ONE_ONLY if self.max_files == 1 else f"Choose at most {self.max_files} files at once.")
        assert self.settings is not None
        self.errors = list(self.errors)
        for sent in self._sent:
            self._look_at(sent, self.settings.max_bytes)
        self.data = [*waiting, *self.fresh]
        if self.errors:
            raise StopValidation()
        if not self.data:
            raise StopValidation(REQUIRED if self.flags.required else "")

    def _waiting(self, request: Any) -> list[File]:
        if not self._kept_refs or request.identity is None:
            return []
        rows = waiting_files(request.db, self._kept_refs, person_id=request.identity.person_id, now=request.clock.now())
        self.kept = [Kept(row.ref, row.name) for row in rows]
        if len(rows) < len(set(self._kept_refs)):
            raise StopValidation(GONE)
        return rows

    def _look_at(self, sent: Any, max_bytes: int) -> None:
        try:
            self.fresh.append(prepare(sent.file, sent.filename, kinds=self.kinds, max_bytes=max_bytes))
        except Refused as refused:
            self.errors = [*self.errors, f"{shown_name(sent.filename)}: {refused.message}"]


class PicturesField(UploadsField):
    """Several pictures."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, kinds=(PICTURE,), **more)


class DocumentsField(UploadsField):
    """Several documents: PDF, or pictures of paper."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, kinds=(PICTURE, DOCUMENT), **more)


class PictureField(UploadsField):
    """One picture. `data` is a list of at most one."""

    widget = FileInput()

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, kinds=(PICTURE,), max_files=1, **more)


def keep_uploads(request: Any, form: Any) -> None:
    """Let the good files of a form that is shown again wait for its next try.

    They are stored when this request, whose transaction is rolled back, is over.
    """
    fields = [field for field in form if isinstance(field, UploadsField) and field.fresh]
    if not fields:
        return
    if request.identity is None:
        for field in fields:
            field.choose_again = True
        return
    waiting = []
    for field in fields:
        for upload in field.fresh:
            ref = long_key("f")
            field.kept.append(Kept(ref, upload.name))
            waiting.append((ref, upload))
    request.add_finished_callback(partial(_let_wait, waiting, request.identity.person_id))


def _let_wait(waiting: list[tuple[str, Upload]], person_id: int, request: Any) -> None:
    try:
        with request.own_transaction() as db:
            let_wait(db, request.registry.atlas_store, waiting, person_id=person_id, now=request.clock.now())
    except (SQLAlchemyError, StoreUnavailable) as error:
        # The page is made by now; whoever sends it again is told to choose these files again.
        log.error("uploads could not wait for their form", error=repr(error))
