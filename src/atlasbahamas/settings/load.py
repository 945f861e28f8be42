"""Reading settings: INI values, the environment over them, all problems at once.

No value is ever part of a message, because a typo can put a secret under any key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from pydantic import SecretStr, TypeAdapter, ValidationError

from atlasbahamas.settings.section import Section

ENVIRONMENT_PREFIX = "ATLAS_"
NOT_SETTINGS = ("ATLAS_INI", "ATLAS_TEST_*", "ATLAS_SERVER__*")
"""Environment variables that begin like settings and are something else: those of the server are checked by `server_options`."""
SERVER_KEYS = (
    "listen", "threads", "trusted_proxy", "trusted_proxy_count", "trusted_proxy_headers", "clear_untrusted_proxy_headers",
    "max_request_body_size",
)  # fmt: skip
FRAMEWORK_KEYS = frozenset({"here", "__file__", "use", "filter-with", "debug"})
"""Keys that PasteDeploy puts into, or reads from, the application's section."""
MASK = "********"
SHORTEST_SECRET = 4
"""A shorter text is no secret, and taking it out of a message would leave nothing to read."""

S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the key (or variable), what about it, and where it came from."""

    key: str
    message: str
    source: str

    def __str__(self) -> str:
        return f"{self.source}: {self.key} {self.message}"


class SettingsError(Exception):
    """The settings cannot be used; `problems` has every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Settings:
    """All settings of a site, by section."""

    def __init__(self, sections: Sequence[Section], sources: Mapping[str, str]) -> None:
        self._sections = {type(section): section for section in sections}
        self._sources = dict(sources)

    def __repr__(self) -> str:
        return f"<Settings {' '.join(cls.prefix for cls in self._sections)}>"

    def section(self, cls: type[S]) -> S:
        """Return the section of this class; raise KeyError if it was not loaded."""
        section = self._sections[cls]
        assert isinstance(section, cls)
        return section

    def as_pyramid(self) -> dict[str, str]:
        """Return every set key with its text, secrets included, for libraries that read raw keys."""
        return {key: _text(value) for key, value, _ in self._values() if value is not None}

    def shown(self) -> list[tuple[str, str, str]]:
        """Return (key, printable value, source), with secrets and passwords in addresses masked."""
        return [(key, _printable(value, secret), self._sources.get(key, "default")) for key, value, secret in self._values()]

    def secrets(self) -> frozenset[str]:
        """Return every secret text, passwords in addresses included, for whoever has to keep them out of what is shown."""
        found = {text for _, value, secret in self._values() if secret for text in _texts(value)}
        passwords = {_password(_text(value)) for _, value, secret in self._values() if not secret and value is not None}
        # In an address it is written with percent signs; whoever reads the address says it without.
        found |= passwords | {unquote(password) for password in passwords}
        return frozenset(text for text in found if len(text) >= SHORTEST_SECRET)

    def _values(self) -> list[tuple[str, Any, bool]]:
        return [
            (key, getattr(section, field), cls.is_secret(field))
            for cls, section in self._sections.items()
            for key, field in cls.keys().items()
        ]


def variable(key: str) -> str:
    """Return the environment variable of a key: `sqlalchemy.url` -> `ATLAS_SQLALCHEMY__URL`."""
    return ENVIRONMENT_PREFIX + key.replace(".", "__").replace("-", "_").upper()


def enabled_plugins(raw: Mapping[str, str], *, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names in `atlas.plugins`, which decide the sections that `load` is given."""
    return tuple(text_of(raw, "atlas.plugins", environ=environ).split())


def text_of(raw: Mapping[str, str], key: str, *, environ: Mapping[str, str]) -> str:
    """Return the text of one key, unchecked, for what has to be known before everything is loaded; "" where it is not set."""
    texts, _, _ = _resolve(raw, [key], file=None, environ=environ)
    return texts.get(key, "")


def server_options(raw: Mapping[str, str], *, file: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """The keys of [server:main], the environment over them: the variable of `listen` is ATLAS_SERVER__LISTEN.

    What a server understands is its own affair, so a variable is let pass whose key stands in the file, and those of waitress
    that an operator may want to add. Raises SettingsError for any other.
    """
    given = {f"server.{key}": text for key, text in raw.items()}
    keys = sorted({*given, *(f"server.{key}" for key in SERVER_KEYS)} - {"server.use"})
    texts, _, problems = _resolve(given, keys, file=file, environ=environ)
    own = {name: text for name, text in environ.items() if name.startswith(variable("server."))}
    problems += _stray_variables(keys, own, ())
    if problems:
        raise SettingsError(problems)
    return {key.removeprefix("server."): text for key, text in (given | texts).items()}


def load(raw: Mapping[str, str], sections: Sequence[type[Section]], *, file: str | None, environ: Mapping[str, str]) -> Settings:
    """Read `sections` from the raw INI values and the environment, which wins.

    `file` names the INI file in messages. Raises `SettingsError` with every problem.
    """
    known = {key: cls for cls in sections for key in cls.keys()}  # noqa: SIM118 - a method, not a dict
    texts, sources, problems = _resolve(raw, list(known), file=file, environ=environ)
    where = file or "settings"
    renamed = {old: new for cls in sections for old, new in cls.renamed.items()}
    for key in raw:
        if key not in known and key not in FRAMEWORK_KEYS:
            problems.append(Problem(key, _unknown(key, renamed, list(known)), where))
    problems += _stray_variables(list(known), environ)
    problems += _lowered(raw, texts, sources, where)

    built: list[Section] = []
    values: dict[str, Any] = {}
    for cls in sections:
        given = {field: texts[key] for key, field in cls.keys().items() if key in texts}
        keys = {field: key for key, field in cls.keys().items()}
        try:
            section = cls.model_validate(given)
        except ValidationError as error:
            refused = _refused(cls, error)
            for field, message in refused.items():
                key = keys.get(field, cls.prefix)
                problems.append(Problem(key, message, sources.get(key, where)))
            values |= {keys[name]: value for name, value in _valid_fields(cls, given, set(refused)).items()}
        else:
            built.append(section)
            values |= {key: getattr(section, field) for key, field in cls.keys().items()}
    for cls in sections:
        problems += [Problem(key, text, sources.get(key, where)) for key, text in cls.check(values)]
    if problems:
        raise SettingsError(problems)
    return Settings(built, sources)


def _resolve(
    raw: Mapping[str, str], keys: Sequence[str], *, file: str | None, environ: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str], list[Problem]]:
    """Return the text and the source of each key that is set, and what stood in the way of reading one."""
    texts = {key: raw[key] for key in keys if key in raw}
    sources = dict.fromkeys(texts, file or "settings")
    problems = []
    names = {variable(key) for key in keys}
    for key in keys:
        name = variable(key)
        from_file = f"{name}_FILE"
        if from_file in environ and from_file not in names:
            if name in environ:
                problems.append(Problem(key, f"is set twice, also by {from_file}; keep one", name))
            try:
                texts[key] = Path(environ[from_file]).read_text(encoding="utf-8").strip()
            except (OSError, ValueError):
                problems.append(Problem(key, "cannot be read from the file that this variable names", from_file))
            sources[key] = from_file
        if name in environ:
            texts[key], sources[key] = environ[name], name
    return texts, sources, problems


def _lowered(raw: Mapping[str, str], texts: dict[str, str], sources: dict[str, str], where: str) -> list[Problem]:
    """Refuse to take a file's `production` back by the environment, which nobody sees; the file's word stays in `texts`."""
    key = "atlas.profile"
    in_file, said = raw.get(key, "").strip(), texts.get(key, "").strip()
    if in_file != "production" or said == in_file:
        return []
    source, texts[key], sources[key] = sources[key], in_file, where
    message = f"is production in {where}, and this would switch every guard off; take it away, or change the file"
    return [Problem(key, message, source)]


def _stray_variables(keys: Sequence[str], environ: Mapping[str, str], others: Sequence[str] = NOT_SETTINGS) -> list[Problem]:
    names = {variable(key) for key in keys}
    names |= {f"{name}_FILE" for name in names}
    problems = []
    for name in sorted(environ):
        if name in names or not name.startswith(ENVIRONMENT_PREFIX):
            continue
        if not any(fnmatchcase(name, pattern) for pattern in others):
            near = get_close_matches(name, sorted(names), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.append(Problem(name, f"matches no setting{hint}", "environment"))
    return problems


def _unknown(key: str, renamed: Mapping[str, str], known: Sequence[str]) -> str:
    if key in renamed:
        return f"is an old name; use {renamed[key]}"
    by_tail = [name for name in known if name.rpartition(".")[2] == key]
    near = by_tail[:1] or get_close_matches(key, known, n=1)
    return "is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def _refused(cls: type[Section], error: ValidationError) -> dict[str, str]:
    """Return the message for each refused field; a rule about the whole section has an empty name."""
    names = {info.alias or name: name for name, info in cls.model_fields.items()}
    messages: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        place = str(detail["loc"][0]) if detail["loc"] else ""
        field = names.get(place, place)
        if detail["type"] == "missing":
            text = f"is required; set it in the file or as {variable(f'{cls.prefix}.{place}')}"
        elif not field or cls.is_secret(field):
            # A validator's own words may repeat what it was given.
            text = "is not acceptable"
        else:
            text = detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
            text = text[0].lower() + text[1:]
        messages.setdefault(field, text)
    return messages


def _valid_fields(cls: type[Section], given: Mapping[str, str], refused: set[str]) -> dict[str, Any]:
    """Return the values of a refused section's good fields, so that rules across sections still see them."""
    values = {}
    for name, info in cls.model_fields.items():
        if name in refused:
            continue
        if name in given:
            annotated: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
            adapter: TypeAdapter[Any] = TypeAdapter(annotated)
            try:
                values[name] = adapter.validate_python(given[name])
            except ValidationError:
                continue
        elif not info.is_required():
            values[name] = info.get_default(call_default_factory=True, validated_data={})
    return values


def _texts(value: Any) -> list[str]:
    """The text of each part of a list, of anything else the one text; none of what is unset."""
    if isinstance(value, tuple):
        return [_text(part) for part in value]
    return [] if value is None else [_text(value)]


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(_texts(value))
    return str(value)


def _password(address: str) -> str:
    scheme, _, rest = address.partition("://")
    account, at, _ = rest.rpartition("@")
    return account.partition(":")[2] if scheme and at else ""


def _printable(value: Any, secret: bool) -> str:
    if value is None:
        return ""
    if secret:
        return MASK
    scheme, mark, rest = _text(value).partition("://")
    if "@" in rest and "?" in rest:
        # Either sign may be part of a password, so nothing says where the password ends.
        rest = MASK
    elif "@" in rest:
        rest = f"{MASK}@{rest.rpartition('@')[2]}"
    elif "?" in rest:
        rest = f"{rest.partition('?')[0]}?{MASK}"
    return scheme + mark + rest
