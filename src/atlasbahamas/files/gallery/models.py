"""The columns of a gallery's table. The table is the feature's, and so is the column that says whose photos they are."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line
from atlasbahamas.files.models import File


class PhotoColumns:
    """A photo of a thing: position 1 is the cover, "" is no caption.

    The feature's class says whose table it is (`plugin`) and of what (`thing`), and has the column `<thing>_id`.
    Positions of a thing are unique; while they change they are below zero for a moment.
    """

    plugin: ClassVar[str]
    thing: ClassVar[str]

    id: Mapped[Id]
    ref: Mapped[Key]
    position: Mapped[int]
    caption: Mapped[Line]
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id), unique=True)

    @declared_attr
    @classmethod
    def file(cls) -> Mapped[File]:
        """The file's row."""
        return relationship(File, lazy="joined", innerjoin=True)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint(f"{cls.thing}_id", "position"),
            CheckConstraint("position <> 0", name="position_counts_from_one"),
        )
