"""The tables of the plugin, and how times stand in them: only the modules of rows speak SQL."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, false

from salon.plugin import plugin_metadata
from salon_events.event import TALK

IDS_AT_ONCE = 500  # in one statement
SEARCHED_CHARACTERS = 400
WALL = "%Y-%m-%dT%H:%M"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Id = BigInteger().with_variant(Integer(), "sqlite")

metadata = plugin_metadata()

event_table = Table(
    "events_event",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("title", String(100), nullable=False),
    Column("about", String(2_000), nullable=False),
    Column("searched", String(SEARCHED_CHARACTERS), nullable=False),
    Column("room_id", BigInteger),
    Column("wall", String(16), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("lasts_s", Integer, nullable=False),
    Column("rule", String(200), nullable=False),
    Column("role_ids", JSON, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("made_by", BigInteger),
    Column("sequence", Integer, nullable=False),
    Column("extended_to", String(16)),
    Column("kind", String(64), nullable=False, server_default=TALK),
    Column("is_draft", Boolean, nullable=False, server_default=false()),
    Column("to_be_recorded", Boolean, nullable=False, server_default=false()),
    Column("tag_ids", JSON, nullable=False, server_default="[]"),
    Column("told_role_ids", JSON, nullable=False, server_default="[]"),
)

host_table = Table(
    "events_host",
    metadata,
    Column("event_id", _Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("position", Integer, nullable=False),
)

occurrence_table = Table(
    "events_occurrence",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False, index=True),
    Column("starts_at", BigInteger, nullable=False, index=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("title", String(100)),
    Column("about", String(2_000)),
    Column("room_id", BigInteger),
    Column("drawn_id", BigInteger),
    Column("sequence", Integer, nullable=False),
    Index("ix_events_occurrence_state_starts_at", "state", "starts_at"),
)

answer_table = Table(
    "events_answer",
    metadata,
    Column("occurrence_id", _Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("said", String(8)),
    Column("said_at", BigInteger, nullable=False),
    Column("remind_min", Integer),
    Column("remind_at", BigInteger, index=True),
)

address_table = Table(
    "events_address",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("holds", String(8), nullable=False),
    Column("room_id", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("fetched_at", BigInteger),
)


def in_parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + IDS_AT_ONCE] for at in range(0, len(ids), IDS_AT_ONCE))


def wall_of(text: str) -> datetime:
    """Return what clocks of the event's zone show."""
    return datetime.strptime(text, WALL)  # noqa: DTZ007 on the wall, without a zone


def to_ms(at: datetime) -> int:
    """Return milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
