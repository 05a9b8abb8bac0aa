"""Channels and rooms: the places. A room's chat is the channel with the room's id."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    select,
)

from salon.domain.channels import Channel
from salon.domain.rooms import SPEECH, Room
from salon.store.base import CoreTransaction, Id, Prepared, core_metadata
from salon.store.community import overwrites_from_json, overwrites_to_json, put

channels = Table(
    "channel",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(80), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("topic", String(1024), nullable=False),
    Column("category_id", BigInteger),
    Column("position", Integer, nullable=False),
    Column("room_id", BigInteger),
    Column("last_message_id", BigInteger),
    Column("overwrites", JSON, nullable=False),
)

rooms = Table(
    "room",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(80), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("topic", String(1024), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("category_id", BigInteger),
    Column("position", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("opened_by", BigInteger, nullable=False),
    Column("temporary", Boolean, nullable=False),
    Column("overwrites", JSON, nullable=False),
    Column("sound", String(12), nullable=False, server_default=SPEECH),
)


def load_channels(connection: Connection) -> Sequence[Channel]:
    rows = connection.execute(select(channels).order_by(channels.c.position))
    return [_channel(row) for row in rows]


def find_channel(connection: Connection, channel_id: int) -> Channel | None:
    row = connection.execute(select(channels).where(channels.c.id == channel_id)).one_or_none()
    return None if row is None else _channel(row)


def save_channel(tx: CoreTransaction, channel: Channel) -> None:
    """Keep everything but the last message, which only posting moves."""
    kept = {
        "slug": channel.slug,
        "name": channel.name,
        "topic": channel.topic,
        "category_id": channel.category_id,
        "position": channel.position,
        "room_id": channel.room_id,
        "overwrites": overwrites_to_json(channel.overwrites),
    }
    put(tx.connection, channels, channel.id, kept)


# Built once, since every message needs them.
_MOVE_LAST = Prepared(
    channels.update()
    .where(channels.c.id == bindparam("channel"))
    .values(last_message_id=bindparam("message"))
)
_EXISTS = select(channels.c.id).where(channels.c.id == bindparam("channel"))


def move_last_message(tx: CoreTransaction, channel_id: int, message_id: int) -> bool:
    """Note what was said last; False when the channel has gone."""
    return _MOVE_LAST.run(tx.connection, {"channel": channel_id, "message": message_id}) == 1


def exists(tx: CoreTransaction, channel_id: int) -> bool:
    return tx.connection.scalar(_EXISTS, {"channel": channel_id}) is not None


def delete_channel(tx: CoreTransaction, channel_id: int) -> None:
    tx.connection.execute(channels.delete().where(channels.c.id == channel_id))


def load_rooms(connection: Connection) -> Sequence[Room]:
    return [_room(row) for row in connection.execute(select(rooms).order_by(rooms.c.position))]


def find_room(connection: Connection, room_id: int) -> Room | None:
    row = connection.execute(select(rooms).where(rooms.c.id == room_id)).one_or_none()
    return None if row is None else _room(row)


def save_room(tx: CoreTransaction, room: Room) -> None:
    kept = {
        "slug": room.slug,
        "name": room.name,
        "topic": room.topic,
        "kind": room.kind,
        "category_id": room.category_id,
        "position": room.position,
        "seats": room.seats,
        "opened_by": room.opened_by,
        "temporary": room.temporary,
        "overwrites": overwrites_to_json(room.overwrites),
        "sound": room.sound,
    }
    put(tx.connection, rooms, room.id, kept)


def delete_room(tx: CoreTransaction, room_id: int) -> None:
    tx.connection.execute(rooms.delete().where(rooms.c.id == room_id))
    delete_channel(tx, room_id)


def _channel(row: Row[Any]) -> Channel:
    return Channel(
        id=row.id,
        slug=row.slug,
        name=row.name,
        topic=row.topic,
        category_id=row.category_id,
        position=row.position,
        overwrites=overwrites_from_json(row.overwrites),
        room_id=row.room_id,
        last_message_id=row.last_message_id,
    )


def _room(row: Row[Any]) -> Room:
    return Room(
        id=row.id,
        slug=row.slug,
        name=row.name,
        topic=row.topic,
        kind=row.kind,
        category_id=row.category_id,
        position=row.position,
        seats=row.seats,
        opened_by=row.opened_by,
        temporary=row.temporary,
        overwrites=overwrites_from_json(row.overwrites),
        sound=row.sound,
    )
