"""Reads the INI file's keys and the environment into sections; refuses what nobody declared.

The environment wins: key `sqlalchemy.url` is `ATLAS_SQLALCHEMY__URL` there, or `ATLAS_SQLALCHEMY__URL_FILE` with the path of a
file that holds the value.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from atlasbahamas.settings.core import CORE_SECTIONS, complaints
from atlasbahamas.settings.section import Section, Settings, SettingsError

NOT_SETTINGS = frozenset({"here", "__file__", "use"})
ENVIRONMENT_PREFIX = "ATLAS_"
OTHER_VARIABLES = ("ATLAS_INI", "ATLAS_TEST_")
OLD_NAMES = {
    "redis.sessions.url": "redis.sessions.redis_url",
    "redis.sessions.host": "redis.sessions.redis_url",
    "redis.sessions.port": "redis.sessions.redis_url",
    "session.secret": "atlas.secret",
    "sqlalchemy.pool.size": "sqlalchemy.pool_size",
}


def load(
    raw: Mapping[str, str],
    sections: Sequence[type[Section]] = (),
    *,
    file: str | None = None,
    environ: Mapping[str, str],
) -> Settings:
    """Typed settings from the INI file's `raw` keys and `environ`. `sections` are those of the active features.

    Raises SettingsError with every problem at once.
    """
    kinds = (*CORE_SECTIONS, *sections)
    known = {key: kind for kind in kinds for key in kind.keys()}
    where = file or "the settings"
    given = {key: value for key, value in raw.items() if key not in NOT_SETTINGS}
    problems = [_unknown(key, known, where) for key in given if key not in known]
    from_environment, more = _from_environment(known, environ)
    given = {key: value for key, value in given.items() if key in known} | from_environment
    problems += more
    read: dict[type[Section], Section] = {}
    for kind in kinds:
        try:
            read[kind] = kind.model_validate(_values(kind, given))
        except ValidationError as error:
            problems += [_wrong(kind, item["loc"], item["msg"], where) for item in error.errors()]
    if len(read) == len(kinds):
        problems += complaints(read)
    if problems:
        raise SettingsError(problems)
    return Settings(read, given)


def environment_name(key: str) -> str:
    """The variable that sets a key."""
    return ENVIRONMENT_PREFIX + key.upper().replace(".", "__")


def plugin_names(raw: Mapping[str, str], environ: Mapping[str, str]) -> list[str]:
    """Names in `atlas.plugins`, read before any section: which sections there are depends on them."""
    return environ.get(environment_name("atlas.plugins"), raw.get("atlas.plugins", "")).split()


def _values(kind: type[Section], given: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, name in kind.keys().items():
        if key in given:
            text = given[key].strip()
            values[name] = tuple(text.split()) if kind.is_list(name) else text
    return values


def _from_environment(known: Mapping[str, object], environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    names = {environment_name(key): key for key in known}
    found: dict[str, str] = {}
    problems: list[str] = []
    for variable, value in environ.items():
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable.startswith(OTHER_VARIABLES):
            continue
        if variable in names:
            found[names[variable]] = value
        elif variable.endswith("_FILE") and variable.removesuffix("_FILE") in names:
            try:
                found[names[variable.removesuffix("_FILE")]] = Path(value).read_text().strip()
            except OSError as error:
                problems.append(f"{variable}: {error.strerror}: {value}")
        else:
            near = difflib.get_close_matches(variable, names, n=1)
            problems.append(f"environment: {variable} sets nothing{f'; did you mean {near[0]}?' if near else ''}")
    return found, problems


def _unknown(key: str, known: Mapping[str, object], where: str) -> str:
    if key in OLD_NAMES:
        return f"{where}: {key} is an old name; write {OLD_NAMES[key]}"
    near = difflib.get_close_matches(key, known, n=1)
    return f"{where}: unknown key {key}{f'; did you mean {near[0]}?' if near else ''}"


def _wrong(kind: type[Section], location: tuple[int | str, ...], message: str, where: str) -> str:
    name = str(location[0]) if location else ""
    key = next((key for key, field in kind.keys().items() if name in (field, key)), f"{kind.prefix}.{name}")
    return f"{where}: {key}: {message[0].lower()}{message[1:]} (or set {environment_name(key)})"
