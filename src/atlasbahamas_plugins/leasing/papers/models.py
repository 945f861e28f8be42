"""Documents that were put beside a lease."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line
from atlasbahamas.files.models import File
from atlasbahamas.people.models import Person
from atlasbahamas_plugins.leasing.models import Base, Lease


class Paper(Base):
    """A photo or PDF that staff put beside a lease (domain.md 3.3: a lease has documents).

    `title` says what it is. Those whom the lease binds see it if it is `shared`. `person_id` is who put it there; None: nobody
    who is known. It is never changed, only taken away again, and its file with it.
    """

    __tablename__ = "leasing_paper"
    __table_args__ = (
        CheckConstraint("title <> ''", name="has_a_title"),
        Index("ix_leasing_paper_lease_id", "lease_id", "id"),
        Index("ix_leasing_paper_person_id", "person_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id), unique=True)
    title: Mapped[Line]
    shared: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    created: Mapped[datetime]

    file: Mapped[File] = relationship(File, lazy="joined", innerjoin=True)
    person: Mapped[Person | None] = relationship(Person)
