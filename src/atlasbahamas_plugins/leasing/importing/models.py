"""Files of leases that were brought in. Where each of those leases stood then is an opening (writing/models.py)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key
from atlasbahamas.people.models import Organisation, Person
from atlasbahamas_plugins.leasing.models import Base
from atlasbahamas_plugins.portfolio.contacts.models import Contact


class LeaseImport(Base):
    """One file of leases, brought in in one transaction. `leases` is how many."""

    __tablename__ = "leasing_import"
    __table_args__ = (
        CheckConstraint("leases > 0", name="has_leases"),
        CheckConstraint("(undone IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        CheckConstraint("undone >= made", name="undone_after_made"),
        Index("ix_leasing_import_organisation_id_made", "organisation_id", "made", "id"),
        Index("ix_leasing_import_made_by", "made_by"),
        Index("ix_leasing_import_undone_by", "undone_by"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    leases: Mapped[int]
    made: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    undone: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    maker: Mapped[Person] = relationship(Person, foreign_keys=made_by, lazy="joined", innerjoin=True)


class ImportedContact(Base):
    """A contact that a file of leases brought along: nobody knew them before."""

    __tablename__ = "leasing_imported_contact"
    __table_args__ = (Index("ix_leasing_imported_contact_import_id", "import_id"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id), primary_key=True, autoincrement=False)
    import_id: Mapped[int] = mapped_column(ForeignKey(LeaseImport.id))
