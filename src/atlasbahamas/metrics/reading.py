"""What is read when somebody asks: from the database, from the pool, from the disk. Nothing is counted for it meanwhile."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from atlasbahamas.db.engine import Database
from atlasbahamas.files.store import FolderStore, Store
from atlasbahamas.jobs import services as jobs
from atlasbahamas.mail.models import MAIL_STATES, Mail
from atlasbahamas.readonly.services import pause_of

log = structlog.get_logger("atlasbahamas.metrics")
RECENTLY = timedelta(hours=1)

Value = float | Mapping[tuple[str, ...], float]
Read = Callable[[Session, datetime], Value]
"""`read(db, now)` gives a number, or numbers by the values of the labels. It costs a query or two, of indexes."""


@dataclass(frozen=True)
class Metric:
    """A gauge that is read when somebody asks; `plugin` is whose it is."""

    name: str
    text: str
    read: Read
    labels: tuple[str, ...]
    plugin: str


def exposition(registry: Any, db: Session, now: datetime) -> bytes:
    """Everything in Prometheus' text format. What cannot be read is left out, logged, and counted in `atlas_metrics_unread`."""
    facts = [*of_the_process(registry.atlas_db, registry.atlas_store), *of_the_database(registry, db, now)]
    return generate_latest(registry.atlas_counting.registry) + generate_latest(_Facts(facts))


class _Facts:
    """What `generate_latest` wants of a registry."""

    def __init__(self, facts: Iterable[Family]) -> None:
        self._facts = facts

    def collect(self) -> Iterable[Family]:
        return self._facts


def of_the_process(database: Database, store: Store) -> Iterator[Family]:
    """The pool of connections, and the room that is left where files lie."""
    pool = database.engine.pool
    connections = GaugeMetricFamily(
        "atlas_database_connections", "Connections of this process to the database.", labels=["state"]
    )
    connections.add_metric(["in use"], getattr(pool, "checkedout", lambda: 0)())
    connections.add_metric(["idle"], getattr(pool, "checkedin", lambda: 0)())
    connections.add_metric(["most"], getattr(pool, "size", lambda: 0)() + max(0, getattr(pool, "_max_overflow", 0)))
    yield connections
    free = store.free_bytes() if isinstance(store, FolderStore) else None
    if free is not None:
        yield GaugeMetricFamily("atlas_files_free_bytes", "Room that is left where files lie.", value=free)


def of_the_database(registry: Any, db: Session, now: datetime) -> Iterator[Family]:
    """What the core and the features read from the database, each on its own: one that fails takes nothing along."""
    unread = 0
    up = answers(db)
    yield GaugeMetricFamily("atlas_database_up", "Whether the database answers this process.", value=int(up))
    if not up:
        return
    for metric in registry.atlas_metrics.values():
        try:
            with db.begin_nested():
                value = metric.read(db, now)
        except SQLAlchemyError as error:
            unread += 1
            log.warning("a metric could not be read", metric=metric.name, plugin=metric.plugin, error=type(error).__name__)
            continue
        yield family(metric, value)
    plugins = GaugeMetricFamily(
        "atlas_plugin", "The features of atlas.plugins, 1 for the state of each.", labels=["plugin", "state"]
    )
    for manifest in registry.atlas_plugins:
        plugins.add_metric([manifest.name, "active"], 1)
    yield plugins
    yield GaugeMetricFamily("atlas_metrics_unread", "Metrics that could not be read just now.", value=unread)


def answers(db: Session) -> bool:
    """Whether the database does."""
    try:
        db.execute(select(1))
    except SQLAlchemyError:
        return False
    return True


def family(metric: Metric, value: Value) -> Family:
    """A metric with what was read."""
    if not isinstance(value, Mapping):
        return GaugeMetricFamily(metric.name, metric.text, value=value)
    made = GaugeMetricFamily(metric.name, metric.text, labels=list(metric.labels))
    for labels, number in value.items():
        made.add_metric(list(labels), number)
    return made


def outbox_entries(db: Session, now: datetime) -> Value:
    """Jobs that are not over, or failed."""
    return {(state,): count for state, count in jobs.count_unfinished(db).items()}


def outbox_oldest_seconds(db: Session, now: datetime) -> Value:
    """How long the oldest job has been due."""
    return jobs.health(db, now=now).waiting_seconds


def heartbeat_age_seconds(db: Session, now: datetime) -> Value:
    """How long ago worker and beat were seen; without end for one that never was."""
    seen = jobs.heartbeats(db)
    return {(part,): (now - seen[part]).total_seconds() if part in seen else math.inf for part in ("worker", "beat")}


def read_only(db: Session, now: datetime) -> Value:
    """1 while the site is read-only, else 0."""
    return int(pause_of(db) is not None)


def mails_of_the_last_hour(db: Session, now: datetime) -> Value:
    """Mails that were asked for within the last hour, by what became of them."""
    query = select(Mail.state, func.count()).where(Mail.created > now - RECENTLY).group_by(Mail.state)
    found = dict.fromkeys(MAIL_STATES, 0) | dict(db.execute(query).all())
    return {(state,): count for state, count in found.items()}
