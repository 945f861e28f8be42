"""The base of every settings section, and the types that an INI value can have.

Reading and checking a whole file is `load`'s task; this module only says what one section is.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr
from pyramid.settings import falsey, truthy


def _flag(value: object) -> object:
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    if word in truthy:
        return True
    if word in falsey or not word:
        return False
    raise ValueError("must be true or false")


def _words(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _some(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not value:
        raise ValueError("must hold a secret")
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]
"""A boolean in Pyramid's words (true, yes, on, 1 ...); any other word is refused, not taken for false."""

Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""A list separated by white space or lines."""

Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_words), AfterValidator(_some)]
"""Secrets separated by white space or lines, at least one: the first is used, the others are still understood."""


class Section(BaseModel):
    """The settings below one prefix: field `x` of a section with the prefix `ledger` is the key `ledger.x`.

    Every field carries `description=`, which the reference prints; a secret is a `SecretStr`.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True, validate_default=True
    )

    prefix: ClassVar[str]
    renamed: ClassVar[Mapping[str, str]] = {}
    """Keys of old, in full, and the key that replaces each."""

    @classmethod
    def keys(cls) -> dict[str, str]:
        """Return each full key with the name of its field."""
        return {f"{cls.prefix}.{info.alias or name}": name for name, info in cls.model_fields.items()}

    @classmethod
    def is_secret(cls, field: str) -> bool:
        """Say whether this field must never be printed."""
        return _has_secrets(cls.model_fields[field].annotation)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield (key, what is wrong and what to do) for rules across keys, also of other sections.

        `values` holds the valid values by full key; a key whose own value was refused is absent.
        """
        yield from ()


def _has_secrets(annotation: Any) -> bool:
    return annotation is SecretStr or any(_has_secrets(part) for part in get_args(annotation))
