"""What people call their files, made fit for a header, a page and a download."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_NAME = 200
EXTENSIONS = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}
# Controls, half surrogates, the mark of wrong encoding, and what turns the direction of reading: "evil\u202efdp.exe".
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd\ud800-\udfff]")
_SEPARATORS = re.compile(r"[/\\]")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*;%]')


def clean_name(raw: str, media_type: str) -> str:
    """The last part of a name, without what could mislead, at most 200 characters, with the extension of what it really is."""
    plain = _UNWANTED.sub("", unicodedata.normalize("NFC", _SEPARATORS.split(raw)[-1]))
    plain = re.sub(r"\s+", " ", _NOT_IN_NAMES.sub("", plain)).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > 8 or not extension.isalnum():
        stem = plain
    ending = EXTENSIONS[media_type]
    return f"{stem[: MAX_NAME - len(ending)].strip(' .') or 'file'}{ending}"


def shown_name(raw: str) -> str:
    """A name as an error message says it: short, and nothing in it that turns the line around."""
    plain = _UNWANTED.sub("", _SEPARATORS.split(raw)[-1]).strip() or "That file"
    return plain if len(plain) <= 40 else f"{plain[:24]}…{plain[-12:]}"


def disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition header: plain letters for old programs, the name itself for the others (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace("\\", "").replace('"', "")
    if plain.startswith("."):
        plain = f"file{plain}"
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
