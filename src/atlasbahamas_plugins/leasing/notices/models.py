"""Notices, and how they were served."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atlasbahamas.db import Id, Key, Line, Prose
from atlasbahamas.db.aliases import alias_of
from atlasbahamas.db.triggers import append_only, refusing
from atlasbahamas.files.models import File
from atlasbahamas_plugins.leasing.models import Base, Lease, LeaseParty

GIVERS = {"landlord": "The landlord, to the tenants", "tenant": "The tenants, to the landlord"}
WAYS = {
    "hand": "Handed over",
    "door": "Left at the door",
    "post": "Posted",
    "email": "Sent by e-mail",
    "message": "Sent as a message",
}
"""How a notice can be served; HERE is what a tenant does on this site by themselves."""
HERE = "here"


class Notice(Base):
    """Somebody said on a day (local date) that a lease ends with its `last_day`. Only what names people in `words` can change.

    `rule_last_day` is what the rule proposed for that day: an earlier `last_day` is a notice shorter than the rule. `party`: the
    tenant who gave it on this site. The last one that was not taken back counts.
    """

    __tablename__ = "leasing_notice"
    __table_args__ = (
        CheckConstraint("giver IN ('landlord', 'tenant')", name="known_giver"),
        CheckConstraint("last_day >= given", name="ends_after_it_is_given"),
        CheckConstraint("party_id IS NULL OR giver = 'tenant'", name="party_is_a_tenant"),
        Index("ix_leasing_notice_lease_id", "lease_id"),
        Index("ix_leasing_notice_party_id", "party_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    lease_id: Mapped[int] = mapped_column(ForeignKey(Lease.id))
    giver: Mapped[str] = mapped_column(String(8))
    party_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseParty.id))
    given: Mapped[date]
    last_day: Mapped[date]
    rule_last_day: Mapped[date]
    words: Mapped[Prose]
    created: Mapped[datetime]
    taken_back: Mapped[datetime | None]

    party: Mapped[LeaseParty | None] = relationship(LeaseParty)
    servings: Mapped[list[Serving]] = relationship(order_by="Serving.id")

    @property
    def is_short(self) -> bool:
        """Whether it leaves less time than the rule."""
        return self.last_day < self.rule_last_day


class Serving(Base):
    """How a notice reached the other side: the way, by whom, on which day (local date), perhaps with a photo.

    `party`: the tenant who wrote it, or said that they have read it, on this site.
    """

    __tablename__ = "leasing_serving"
    __table_args__ = (
        CheckConstraint(f"way IN ({', '.join(repr(way) for way in (*WAYS, HERE))})", name="known_way"),
        CheckConstraint(f"(way = '{HERE}') = (party_id IS NOT NULL)", name="here_by_a_party"),
        CheckConstraint("served_by <> ''", name="says_by_whom"),
        Index("ix_leasing_serving_notice_id", "notice_id"),
        Index("ix_leasing_serving_party_id", "party_id"),
        Index("ix_leasing_serving_file_id", "file_id"),
    )

    id: Mapped[Id]
    ref: Mapped[Key]
    notice_id: Mapped[int] = mapped_column(ForeignKey(Notice.id))
    way: Mapped[str] = mapped_column(String(8))
    served_by: Mapped[Line]
    served_on: Mapped[date]
    party_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseParty.id))
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    created: Mapped[datetime]

    file: Mapped[File | None] = relationship(File, lazy="joined")


def is_newest() -> ColumnElement[bool]:
    """SQL: whether a notice is the last one of its lease."""
    newer = alias_of(Notice, "newer_notice")
    return ~select(newer.id).where(newer.lease_id == Notice.lease_id, newer.id > Notice.id).exists()


def _lives_there(lease_id: str) -> str:
    return f"""(NEW.party_id IS NULL OR EXISTS (SELECT 1 FROM leasing_party
        WHERE id = NEW.party_id AND lease_id = {lease_id} AND role <> 'guarantor'))"""  # noqa: S608


_NOTICE_CHANGED = """NEW.id <> OLD.id OR NEW.ref <> OLD.ref OR NEW.lease_id <> OLD.lease_id OR NEW.giver <> OLD.giver
    OR coalesce(NEW.party_id, 0) <> coalesce(OLD.party_id, 0) OR NEW.given <> OLD.given OR NEW.last_day <> OLD.last_day
    OR NEW.rule_last_day <> OLD.rule_last_day OR NEW.created <> OLD.created
    OR (OLD.taken_back IS NOT NULL AND (NEW.taken_back IS NULL OR NEW.taken_back <> OLD.taken_back))"""
_SERVING_CHANGED = """NEW.id <> OLD.id OR NEW.ref <> OLD.ref OR NEW.notice_id <> OLD.notice_id OR NEW.way <> OLD.way
    OR NEW.served_on <> OLD.served_on OR coalesce(NEW.party_id, 0) <> coalesce(OLD.party_id, 0)
    OR coalesce(NEW.file_id, 0) <> coalesce(OLD.file_id, 0) OR NEW.created <> OLD.created"""

TRIGGERS = (
    *append_only("leasing_notice", "id", changed_if=_NOTICE_CHANGED),
    *append_only("leasing_serving", "id", changed_if=_SERVING_CHANGED),
    refusing(
        "leasing_notice_of_a_running_lease",
        "leasing_notice",
        "leasing_notice_of_a_running_lease",
        "INSERT",
        f"""NOT EXISTS (SELECT 1 FROM leasing_lease WHERE id = NEW.lease_id AND state IN ('active', 'notice')
        AND starts <= NEW.given) OR NOT {_lives_there("NEW.lease_id")}""",  # noqa: S608
        on_sqlite=" OR EXISTS (SELECT 1 FROM leasing_notice WHERE ref = NEW.ref)",
    ),
    refusing(
        "leasing_serving_of_the_notice",
        "leasing_serving",
        "leasing_serving_of_the_notice",
        "INSERT",
        f"""NOT EXISTS (SELECT 1 FROM leasing_notice WHERE id = NEW.notice_id AND given <= NEW.served_on)
        OR NOT {_lives_there("(SELECT lease_id FROM leasing_notice WHERE id = NEW.notice_id)")}""",  # noqa: S608
        on_sqlite=" OR EXISTS (SELECT 1 FROM leasing_serving WHERE ref = NEW.ref)",
    ),
)
