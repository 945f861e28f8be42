"""The table of people's photos."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Key
from atlasbahamas.files.models import File
from atlasbahamas.people.models import Base, Person


class PersonPhoto(Base):
    """A person's photo. Another photo has another `ref`, so that a browser may keep what it has of an address."""

    __tablename__ = "person_photo"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, autoincrement=False)
    ref: Mapped[Key]
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id), unique=True)

    file: Mapped[File] = relationship(File, lazy="joined", innerjoin=True)
