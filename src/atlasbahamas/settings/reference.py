"""The reference of all settings, made from the sections themselves, so that it cannot go out of date."""

from collections.abc import Iterator, Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from atlasbahamas.settings.load import variable
from atlasbahamas.settings.section import Section

NAMES = {bool: "true or false", int: "whole number", float: "number", str: "text", SecretStr: "secret"}


def markdown(sections: Sequence[type[Section]]) -> str:
    """Return the reference as a Markdown page."""
    lines = [
        "# Settings reference",
        "",
        "Made by `atlas settings reference --core`; change the sections in the code, not this page.",
    ]
    for cls in sections:
        lines += ["", f"## {cls.prefix}", "", _summary(cls), ""]
        lines += ["| Key | Kind | Default | What it does | Environment |", "| --- | --- | --- | --- | --- |"]
        lines += [
            f"| `{key}` | {kind} | {default} | {text} | `{variable(key)}` |".replace("|  |", "| |")
            for key, kind, default, text in _rows(cls)
        ]
    return "\n".join(lines) + "\n"


def terminal(sections: Sequence[type[Section]]) -> str:
    """Return the reference as plain text."""
    lines = []
    for cls in sections:
        lines += [f"[{cls.prefix}] {_summary(cls)}"]
        for key, kind, default, text in _rows(cls):
            lines += [f"  {key}  ({kind}; {default.replace('`', '')})", f"      {text}"]
        lines += [""]
    return "\n".join(lines)


def _summary(cls: type[Section]) -> str:
    return (cls.__doc__ or "").strip().splitlines()[0] if cls.__doc__ else ""


def _rows(cls: type[Section]) -> Iterator[tuple[str, str, str, str]]:
    for key, name in cls.keys().items():
        info = cls.model_fields[name]
        yield key, _kind(info.annotation), _default(info), info.description or ""


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) is tuple:
        return "list of secrets" if SecretStr in get_args(annotation) else "list"
    choices = [choice for choice in get_args(annotation) if choice is not NoneType]
    return _kind(choices[0]) if choices else NAMES.get(annotation, "text")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, SecretStr):
        return "set"
    if value is None or value in ("", ()):
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{' '.join(value) if isinstance(value, tuple) else value}`"
