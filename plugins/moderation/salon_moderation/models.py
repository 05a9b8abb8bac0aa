"""The plugin's tables, and what stands in their rows. Times are whole milliseconds since 1970.

None of them refers to the core's: what was reported stays known when the message is gone.
"""

from dataclasses import dataclass
from typing import Literal, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    false,
)

from salon.plugin import plugin_metadata

Decision = Literal[
    "dismiss", "delete", "warn", "time_out", "keep_out", "kick", "suspend", "ban", "gone"
]
State = Literal["open", "closed"]

_Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite keys a table by INTEGER only

metadata = plugin_metadata()

cases = Table(
    "moderation_case",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("author_id", BigInteger, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("posted_at", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("decision", String(16)),
    Column("opened_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Column("is_between", Boolean, nullable=False, server_default=false()),
)
Index("ix_moderation_case_state_id", cases.c.state, cases.c.id)
Index(
    "uq_moderation_case_message_id",
    cases.c.message_id,
    unique=True,
    sqlite_where=cases.c.state == "open",
    postgresql_where=cases.c.state == "open",
)

reports = Table(
    "moderation_report",
    metadata,
    Column("case_id", ForeignKey(cases.c.id, ondelete="CASCADE"), primary_key=True),
    Column("reporter_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("reason", String(16), nullable=False),
    Column("note", String(500), nullable=False),
    Column("reported_at", BigInteger, nullable=False),
)

shown = Table(
    "moderation_shown",
    metadata,
    Column("case_id", ForeignKey(cases.c.id, ondelete="CASCADE"), primary_key=True),
    Column("reporter_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("author_id", BigInteger, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("posted_at", BigInteger, nullable=False),
)

steps = Table(
    "moderation_step",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("case_id", ForeignKey(cases.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("actor_id", BigInteger),
    Column("what", String(24), nullable=False),
    Column("until", BigInteger),
    Column("reason", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
)

kept_out = Table(
    "moderation_kept_out",
    metadata,
    Column("room_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("until", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A message that somebody reported, as it was then, and what became of it.

    `is_between`: it was said in a conversation; nothing of that is seen but what was reported.
    """

    id: int
    message_id: int
    channel_id: int
    author_id: int
    text: str
    posted_at_ms: int
    state: State
    decision: Decision | None
    opened_at_ms: int
    decided_at_ms: int | None
    is_between: bool

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> Self:
        return cls(*row)  # type: ignore[arg-type, call-arg] # the columns are the fields, in order


@dataclass(frozen=True, slots=True)
class Report:
    """Why one person reported a message."""

    case_id: int
    reporter_id: int
    reason: str
    note: str
    reported_at_ms: int

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> Self:
        return cls(*row)  # type: ignore[arg-type, call-arg] # as above


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of a conversation, as it was, that somebody chose to show with their report."""

    case_id: int
    reporter_id: int
    message_id: int
    author_id: int
    text: str
    posted_at_ms: int

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> Self:
        return cls(*row)  # type: ignore[arg-type, call-arg] # as above


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a case. Without an actor, the server noted it."""

    id: int
    case_id: int
    actor_id: int | None
    what: str
    until_ms: int | None
    reason: str
    at_ms: int

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> Self:
        return cls(*row)  # type: ignore[arg-type, call-arg] # as above
