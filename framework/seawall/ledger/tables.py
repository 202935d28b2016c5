"""The ledger's tables. A change to them raises SCHEMA_VERSION."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)
from sqlalchemy.types import TypeDecorator

__all__ = [
    "SCHEMA_VERSION",
    "breakers",
    "chunks",
    "columns",
    "findings",
    "lookups",
    "metadata",
    "notes",
    "reasons",
    "rehearsals",
    "runs",
    "schema_version",
    "stages",
]

SCHEMA_VERSION = 5


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as ISO text in UTC: SQLite's own type forgets the time zone."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy's signature
        """Text that sorts as the instants do."""
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy's signature
        """The same instant, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, String(200), primary_key=True)


def _account() -> list[Column[int]]:
    return [
        Column(name, BigInteger, nullable=False, default=0)
        for name in ("read", "published", "quarantined", "filtered")
    ]


schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "runs",
    metadata,
    _key("run_id"),
    Column("pipeline", String(200), nullable=False),
    Column("batch", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("exit", Integer),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("config_path", String, nullable=False),
    Column("replays", String(200), nullable=False, default=""),
    Column("plan_id", String(200), nullable=False, default=""),
    Column("chunks", Integer, nullable=False, default=0),
    Column("resumed_chunks", Integer, nullable=False, default=0),
    Column("rows_planned", BigInteger, nullable=False, default=0),
    Column("executor", String(20), nullable=False, default=""),
    Column("workers", Integer, nullable=False, default=0),
    Column("inner_threads", Integer, nullable=False, default=0),
    Column("version", Integer, nullable=False, default=0),
    Column("path", String, nullable=False, default=""),
    *_account(),
    Column("degraded_rows", BigInteger, nullable=False, default=0),
    Column("degradations", JSON, nullable=False, default=dict),
    Column("message", String, nullable=False, default=""),
    Column("seconds", Float),
    Index("runs_by_start", "pipeline", "batch", "started_at"),
)

chunks = Table(
    "chunks",
    metadata,
    _key("run_id"),
    _key("chunk"),
    Column("state", String(20), nullable=False),
    *_account(),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("reused", Boolean, nullable=False, default=False),
    Column("filtered_by", JSON, nullable=False, default=dict),
    Column("quarantined_by", JSON, nullable=False, default=dict),
    Column("message", String, nullable=False, default=""),
)

stages = Table(
    "stages",
    metadata,
    _key("run_id"),
    _key("chunk"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("stage", String(200), nullable=False),
    Column("rows_in", BigInteger, nullable=False),
    Column("rows_out", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("seen", JSON, nullable=False),
)

lookups = Table(
    "lookups",
    metadata,
    _key("run_id"),
    _key("lookup"),
    Column("rows", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("reused", Boolean, nullable=False),
    Column("served_by", JSON, nullable=False),
    Column("as_of", Instant),
)

findings = Table(
    "findings",
    metadata,
    _key("run_id"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("check", String(200), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("column", String),
    Column("seen", String, nullable=False),
    Column("allowed", String, nullable=False),
    Column("message", String, nullable=False),
    Column("figures", JSON, nullable=False, default=dict),
)

reasons = Table(
    "reasons",
    metadata,
    _key("run_id"),
    Column("went", String(20), primary_key=True),
    Column("reason", String, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("examples", JSON, nullable=False),
)

columns = Table(
    "columns",
    metadata,
    _key("run_id"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("column", String, nullable=False),
    Column("profile", JSON, nullable=False),
    Column("degraded", Boolean, nullable=False, default=False),
)

notes = Table(
    "notes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run_id", String(200), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("event", String(100), nullable=False),
    Column("fields", JSON, nullable=False),
)

breakers = Table(
    "breakers",
    metadata,
    _key("identity"),
    Column("label", String(200), nullable=False, default=""),
    Column("failures", Integer, nullable=False),
    Column("until", Instant),
    Column("probe_run", String(200), nullable=False, default=""),
    Column("probe_until", Instant),
    # A change is made only on top of the version that was read: compare-and-set.
    Column("version", Integer, nullable=False),
)

rehearsals = Table(
    "rehearsals",
    metadata,
    _key("run_id"),
    _key("lookup"),
    _key("link"),
    Column("problem", String, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("age_s", Float),
    Column("coverage", Float),
    Column("mean_change", Float),
    Column("p99_change", Float),
    Column("within_budget", Boolean, nullable=False),
)
