"""One row an effect. Nothing is unique, so that a job that runs twice shows."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from atlasbahamas.db import Id, metadata, type_annotations


class Base(DeclarativeBase):
    """Base of this plugin's tables."""

    metadata = metadata
    type_annotation_map = type_annotations


class Effect(Base):
    """Something that a job did."""

    __tablename__ = "effects_effect"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
