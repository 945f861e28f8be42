"""A section of the INI file as a typed model. The core and each feature bring their own; nobody reads raw keys."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict

S = TypeVar("S", bound="Section")


class Section(BaseModel):
    """Settings that share a prefix. The key in the INI file is `<prefix>.<alias or field name>`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    prefix: ClassVar[str]

    @classmethod
    def keys(cls) -> dict[str, str]:
        """INI key -> field name."""
        return {f"{cls.prefix}.{field.alias or name}": name for name, field in cls.model_fields.items()}

    @classmethod
    def is_list(cls, name: str) -> bool:
        """True for a field that takes words separated by white space."""
        return "tuple" in str(cls.model_fields[name].annotation)


class SettingsError(Exception):
    """The settings cannot be used; `problems` says all that is wrong at once, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings:
    """All sections, each found by its class, and the flat keys for libraries that read those."""

    def __init__(self, sections: dict[type[Section], Section], flat: dict[str, str]) -> None:
        self._sections = sections
        self._flat = flat

    def section(self, kind: type[S]) -> S:
        """The section of this class. Raises KeyError for a feature that is not active."""
        return cast(S, self._sections[kind])

    def sections(self) -> list[Section]:
        """Every section, in the order of declaration."""
        return list(self._sections.values())

    def as_pyramid(self) -> dict[str, Any]:
        """Flat keys and texts, environment included."""
        return dict(self._flat)
