"""The tables of the plugin, and the only place that speaks SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table

from salon.plugin import Transaction, plugin_metadata
from salon_sports_rooms.clock import Minute, Press
from salon_sports_rooms.match import Card, Kind, Match, Moment, Side

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Id = BigInteger().with_variant(Integer(), "sqlite")

metadata = plugin_metadata()

match_table = Table(
    "sports_rooms_match",
    metadata,
    Column("room_id", _Id, primary_key=True, autoincrement=False),
    Column("home", String(40), nullable=False),
    Column("away", String(40), nullable=False),
    Column("half_s", Integer, nullable=False),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("commentators_only", Boolean, nullable=False),
)

moment_table = Table(
    "sports_rooms_moment",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("room_id", BigInteger, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("minute", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("side", String(4)),
    Column("text", String(80), nullable=False),
    Column("card", String(8)),
    Column("press", String(8)),
    Column("elapsed_s", Integer),
    Column("by_account", BigInteger),
    Column("undone", Boolean, nullable=False),
    sa.UniqueConstraint("room_id", "nonce"),
)

fixture_table = Table(
    "sports_rooms_fixture",
    metadata,
    Column("uid", String(255), primary_key=True),
    Column("starts_at", BigInteger, primary_key=True, autoincrement=False),
    Column("room_id", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A fixture whose room was opened: it is never opened again."""

    uid: str
    starts_at: datetime


# -- matches


def add_match(tx: Transaction, match: Match) -> None:
    """Write a match; one that is known of the same room takes these names and times."""
    values = {
        "home": match.home,
        "away": match.away,
        "half_s": match.half_s,
        "starts_at": _ms(match.starts_at),
        "ends_at": _ms(match.ends_at),
        "commentators_only": match.commentators_only,
    }
    if load_match(tx.connection, match.room_id) is None:
        tx.connection.execute(match_table.insert().values(room_id=match.room_id, **values))
    else:
        of_room = match_table.c.room_id == match.room_id
        tx.connection.execute(match_table.update().where(of_room).values(**values))


def load_match(connection: sa.Connection, room_id: int) -> Match | None:
    """Return a match with its moments."""
    chosen = sa.select(match_table).where(match_table.c.room_id == room_id)
    row = connection.execute(chosen).mappings().first()
    return None if row is None else _match(row, _moments(connection, room_id))


def load_room_ids(connection: sa.Connection) -> Sequence[int]:
    """Return the rooms of all matches."""
    return list(connection.execute(sa.select(match_table.c.room_id)).scalars())


def load_ended(connection: sa.Connection, before: datetime) -> Sequence[int]:
    """Return the rooms of matches that were to end, and were ended, before a time."""
    was_to_end = sa.select(match_table.c.room_id).where(match_table.c.ends_at <= _ms(before))
    later = sa.select(moment_table.c.room_id).where(moment_table.c.at > _ms(before))
    chosen = was_to_end.where(match_table.c.room_id.not_in(later))
    return list(connection.execute(chosen.order_by(match_table.c.room_id)).scalars())


def forget_match(tx: Transaction, room_id: int) -> None:
    """Delete a match and its moments; its fixture stays known."""
    tx.connection.execute(moment_table.delete().where(moment_table.c.room_id == room_id))
    tx.connection.execute(match_table.delete().where(match_table.c.room_id == room_id))


# -- moments


def add_moment(tx: Transaction, room_id: int, moment: Moment) -> None:
    tx.connection.execute(
        moment_table.insert().values(
            id=moment.id,
            room_id=room_id,
            nonce=moment.nonce,
            kind=moment.kind.value,
            at=_ms(moment.at),
            minute=moment.minute.minute,
            added=moment.minute.added,
            side=moment.side,
            text=moment.text,
            card=moment.card,
            press=moment.press,
            elapsed_s=moment.elapsed_s,
            by_account=moment.by,
            undone=moment.undone,
        )
    )


def correct_moment(tx: Transaction, moment: Moment) -> None:
    """Write what can be changed of a moment: words, minute, card, and that it was taken back."""
    change = moment_table.update().where(moment_table.c.id == moment.id)
    tx.connection.execute(
        change.values(
            text=moment.text,
            minute=moment.minute.minute,
            added=moment.minute.added,
            card=moment.card,
            undone=moment.undone,
        )
    )


def forget_account(tx: Transaction, account_id: int) -> None:
    """Leave the moments and forget who entered them."""
    theirs = moment_table.c.by_account == account_id
    tx.connection.execute(moment_table.update().where(theirs).values(by_account=None))


def of_account(connection: sa.Connection, account_id: int) -> Sequence[dict[str, Any]]:
    """Return the moments that somebody entered."""
    moment = moment_table.c
    chosen = sa.select(moment.room_id, moment.kind, moment.at, moment.minute, moment.text)
    theirs = chosen.where(moment.by_account == account_id).order_by(moment.id)
    return [row._asdict() for row in connection.execute(theirs)]


# -- fixtures


def add_fixture(tx: Transaction, opened: Opened, room_id: int) -> None:
    values = {"uid": opened.uid, "starts_at": _ms(opened.starts_at), "room_id": room_id}
    tx.connection.execute(fixture_table.insert().values(**values))


def load_fixtures(connection: sa.Connection) -> Mapping[Opened, int]:
    """Return the fixtures that were opened, each with the room it got."""
    rows = connection.execute(sa.select(fixture_table)).all()
    return {Opened(row.uid, _time(row.starts_at)): row.room_id for row in rows}


def prune_fixtures(tx: Transaction, before: datetime) -> None:
    """Forget fixtures of long ago, which no calendar can open again."""
    tx.connection.execute(fixture_table.delete().where(fixture_table.c.starts_at < _ms(before)))


# -- rows to what they mean


def _moments(connection: sa.Connection, room_id: int) -> Sequence[Moment]:
    chosen = sa.select(moment_table).where(moment_table.c.room_id == room_id)
    return [_moment(row) for row in connection.execute(chosen.order_by(moment_table.c.id)).all()]


def _moment(row: Any) -> Moment:
    return Moment(
        id=row.id,
        kind=Kind(row.kind),
        at=_time(row.at),
        minute=Minute(row.minute, row.added),
        side=None if row.side is None else Side(row.side),
        text=row.text,
        card=None if row.card is None else Card(row.card),
        press=None if row.press is None else Press(row.press),
        elapsed_s=row.elapsed_s,
        by=row.by_account,
        nonce=row.nonce,
        undone=row.undone,
    )


def _match(row: sa.RowMapping, moments: Sequence[Moment]) -> Match:
    return Match(
        room_id=row["room_id"],
        home=row["home"],
        away=row["away"],
        half_s=row["half_s"],
        starts_at=None if row["starts_at"] is None else _time(row["starts_at"]),
        ends_at=None if row["ends_at"] is None else _time(row["ends_at"]),
        commentators_only=row["commentators_only"],
        moments=moments,
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // timedelta(milliseconds=1)


def _time(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
