"""Takes: what was recorded, whose voices, who agreed. Rows in, rows out; no rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, exists, or_, select, true, update

from salon.plugin import Transaction
from salon_recording import marks
from salon_recording.marks import Mark
from salon_recording.models import consent_table, mark_table, take_table, voice_table

LISTED_MAX = 200


class TakeStatus(StrEnum):
    CAPTURING = "capturing"
    CAPTURED = "captured"
    INTERRUPTED = "interrupted"


class Reason(StrEnum):
    """Why a recording ended."""

    STOPPED = "stopped"
    EMPTY = "empty"
    ROOM_CLOSED = "room_closed"
    LIMIT = "limit"
    DISK = "disk"
    SHUTDOWN = "shutdown"
    SWITCHED_OFF = "switched_off"
    CRASH = "crash"
    FAILED = "failed"


class Choice(StrEnum):
    """What somebody said when asked."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Take:
    """A recording in progress or finished.

    `host_ids`: who led the stage while it ran; where nobody did, it is who recorded it.
    """

    id: int
    room_id: int
    room_name: str
    started_by: int | None
    status: TakeStatus
    begun_at: datetime
    ended_at: datetime | None
    reason: Reason | None
    duration_ms: int
    lost_packets: int
    pruned_at: datetime | None
    is_kept: bool = False
    voice_ids: tuple[int, ...] = ()
    host_ids: frozenset[int] = frozenset()
    marks: tuple[Mark, ...] = ()


def add(tx: Transaction, take: Take) -> None:
    tx.connection.execute(
        take_table.insert().values(
            id=take.id,
            room_id=take.room_id,
            room_name=take.room_name,
            started_by=take.started_by,
            status=take.status.value,
            begun_at_ms=to_ms(take.begun_at),
            duration_ms=0,
            lost_packets=0,
        )
    )


def begin(tx: Transaction, take_id: int) -> None:
    """Note that the countdown is over."""
    tx.connection.execute(
        update(take_table).where(take_table.c.id == take_id).values(begun_at_ms=to_ms(tx.now))
    )


def end(tx: Transaction, ended: Take) -> None:
    """Write how a take ended, and whose voices it has."""
    tx.connection.execute(
        update(take_table)
        .where(take_table.c.id == ended.id)
        .values(
            status=ended.status.value,
            ended_at_ms=to_ms(ended.ended_at or tx.now),
            reason=None if ended.reason is None else ended.reason.value,
            duration_ms=ended.duration_ms,
            lost_packets=ended.lost_packets,
        )
    )
    for account_id in ended.voice_ids:
        is_host = account_id in (ended.host_ids or {ended.started_by})
        tx.connection.execute(
            voice_table.insert().values(
                take_id=ended.id, account_id=account_id, removed=False, is_host=is_host
            )
        )


def remove(tx: Transaction, take_id: int) -> None:
    """Forget a take that never began."""
    for table, column in (
        (voice_table, voice_table.c.take_id),
        (consent_table, consent_table.c.take_id),
        (mark_table, mark_table.c.take_id),
        (take_table, take_table.c.id),
    ):
        tx.connection.execute(delete(table).where(column == take_id))


def remove_voice(tx: Transaction, take_id: int, account_id: int) -> None:
    tx.connection.execute(
        update(voice_table)
        .where(voice_table.c.take_id == take_id, voice_table.c.account_id == account_id)
        .values(removed=True)
    )


def forget_account(tx: Transaction, account_id: int) -> None:
    """Delete every row about an account; what it started stays, without a name."""
    for table in (voice_table, consent_table):
        tx.connection.execute(delete(table).where(table.c.account_id == account_id))
    tx.connection.execute(
        update(take_table).where(take_table.c.started_by == account_id).values(started_by=None)
    )


def of_account(connection: Connection, account_id: int) -> Mapping[str, Sequence[dict[str, Any]]]:
    """Return where somebody's voice is kept, what they agreed to, and what they recorded."""
    take, voice, consent = take_table.c, voice_table.c, consent_table.c
    heard_in = select(take.id, take.room_name, take.begun_at_ms, voice.removed)
    about = {
        "voices": heard_in.join_from(take_table, voice_table, take.id == voice.take_id).where(
            voice.account_id == account_id
        ),
        "consents": select(consent.take_id, consent.choice, consent.at_ms).where(
            consent.account_id == account_id
        ),
        "takes": select(take.id, take.room_name, take.begun_at_ms).where(
            take.started_by == account_id
        ),
    }
    return {name: [row._asdict() for row in connection.execute(of)] for name, of in about.items()}


def prune(tx: Transaction, take_id: int) -> None:
    """Note that the raw voices of a take are gone."""
    tx.connection.execute(
        update(take_table).where(take_table.c.id == take_id).values(pruned_at_ms=to_ms(tx.now))
    )


def keep(tx: Transaction, take_id: int, *, for_ever: bool) -> None:
    """Keep the raw voices of a take after their time, or no longer."""
    is_it = take_table.c.id == take_id
    tx.connection.execute(update(take_table).where(is_it).values(is_kept=for_ever))


def get(connection: Connection, take_id: int) -> Take | None:
    return next(iter(_taken(connection, take_table.c.id == take_id)), None)


def some(connection: Connection, take_ids: Collection[int]) -> Mapping[int, Take]:
    """Return those of these takes that there are, by id; at most 200."""
    found = _taken(connection, take_table.c.id.in_(tuple(take_ids)))
    return {take.id: take for take in found}


def recent(connection: Connection, started_by: int | None = None) -> Sequence[Take]:
    """Return the newest takes, of one account or of all, newest first."""
    is_all = started_by is None
    return _taken(connection, true() if is_all else take_table.c.started_by == started_by)


def capturing(connection: Connection) -> Sequence[Take]:
    return _taken(connection, take_table.c.status == TakeStatus.CAPTURING.value)


def hosts(connection: Connection, take_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Return who of those who are heard in takes led them."""
    led: dict[int, set[int]] = {take_id: set() for take_id in take_ids}
    query = select(voice_table.c.take_id, voice_table.c.account_id)
    is_host = voice_table.c.take_id.in_(tuple(take_ids)) & voice_table.c.is_host
    for row in connection.execute(query.where(is_host)):
        led[row.take_id].add(row.account_id)
    return {take_id: frozenset(ids) for take_id, ids in led.items()}


def rooms(connection: Connection, take_ids: Collection[int]) -> tuple[int, ...]:
    """Return in which rooms takes were recorded, each once."""
    query = select(take_table.c.room_id).where(take_table.c.id.in_(tuple(take_ids))).distinct()
    return tuple(sorted(connection.execute(query).scalars()))


def with_files(connection: Connection) -> Sequence[Take]:
    """Return the newest takes whose raw voices are there."""
    return _taken(connection, take_table.c.pruned_at_ms.is_(None))


def unpruned_before(connection: Connection, moment: datetime) -> Sequence[int]:
    """Return the takes with raw voices to be deleted that ended before a moment, all of them."""
    condition = (
        (take_table.c.ended_at_ms < to_ms(moment))
        & take_table.c.pruned_at_ms.is_(None)
        & take_table.c.is_kept.is_(False)
    )
    return connection.execute(select(take_table.c.id).where(condition)).scalars().all()


def is_in(connection: Connection, take_id: int, account_id: int) -> bool:
    """Whether somebody's voice is in a take, or may be: they answered, and it still runs."""
    is_held = exists().where(
        voice_table.c.take_id == take_id,
        voice_table.c.account_id == account_id,
        voice_table.c.removed.is_(False),
    )
    has_answered = exists().where(
        consent_table.c.take_id == take_id,
        consent_table.c.account_id == account_id,
        take_table.c.id == consent_table.c.take_id,
        take_table.c.status == TakeStatus.CAPTURING.value,
    )
    return bool(connection.execute(select(or_(is_held, has_answered))).scalar())


def ids_with_voice(connection: Connection, account_id: int) -> Sequence[int]:
    """Return all takes that hold a voice of an account, however many."""
    held = select(voice_table.c.take_id).where(
        voice_table.c.account_id == account_id, voice_table.c.removed.is_(False)
    )
    return connection.execute(held).scalars().all()


def with_voice(connection: Connection, account_id: int) -> Sequence[Take]:
    """Return the takes that hold a voice of an account, newest first."""
    held = select(voice_table.c.take_id).where(
        voice_table.c.account_id == account_id, voice_table.c.removed.is_(False)
    )
    return _taken(connection, take_table.c.id.in_(held))


def _taken(connection: Connection, condition: Any) -> Sequence[Take]:
    query = select(take_table).where(condition).order_by(take_table.c.id.desc()).limit(LISTED_MAX)
    rows = connection.execute(query).mappings().all()
    voices: dict[int, list[int]] = {row["id"]: [] for row in rows}
    held = select(voice_table).where(
        voice_table.c.take_id.in_(tuple(voices)), voice_table.c.removed.is_(False)
    )
    for voice in connection.execute(held.order_by(voice_table.c.account_id)).mappings():
        voices[voice["take_id"]].append(voice["account_id"])
    marked = marks.of_takes(connection, voices.keys())
    return [_take(row, voices[row["id"]], marked[row["id"]]) for row in rows]


def _take(row: Mapping[Any, Any], voice_ids: Sequence[int], marked: Sequence[Mark]) -> Take:
    return Take(
        id=row["id"],
        room_id=row["room_id"],
        room_name=row["room_name"],
        started_by=row["started_by"],
        status=TakeStatus(row["status"]),
        begun_at=from_ms(row["begun_at_ms"]),
        ended_at=None if row["ended_at_ms"] is None else from_ms(row["ended_at_ms"]),
        reason=None if row["reason"] is None else Reason(row["reason"]),
        duration_ms=row["duration_ms"],
        lost_packets=row["lost_packets"],
        pruned_at=None if row["pruned_at_ms"] is None else from_ms(row["pruned_at_ms"]),
        is_kept=row["is_kept"],
        voice_ids=tuple(voice_ids),
        marks=tuple(marked),
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Return a time as it stands in the tables."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(value: int) -> datetime:
    """Return a time from the tables, aware, UTC."""
    return _EPOCH + timedelta(milliseconds=value)
