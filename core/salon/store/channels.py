"""Channels and rooms: the places. A room's chat is the channel with the room's id.

Conversations and threads are channels too; who is in them stands in a table of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    false,
    func,
    literal_column,
    select,
    true,
)

from salon.domain.channels import CONVERSATIONS, Channel, ChannelKind
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
    Column("kind", String(8), nullable=False, server_default=ChannelKind.TEXT, index=True),
    Column("parent_id", BigInteger, index=True),
    Column("started_by", BigInteger),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("message_count", Integer, nullable=False, server_default="0"),
    Column("slow_mode_s", Integer, nullable=False, server_default="0"),
    Column("is_public", Boolean, nullable=False, server_default=false()),
)

members = Table(
    "channel_member",
    core_metadata,
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_channel_member_account_id", "account_id"),
    comment="whose a conversation is; who follows a thread",
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
    Column("key_ids", JSON(none_as_null=True)),
    Column("push_to_talk", Boolean, nullable=False, server_default=false()),
    Column("tag_ids", JSON, nullable=False, server_default="[]"),
    Column("link_key", String(32)),
    Column("to_be_recorded", Boolean, nullable=False, server_default=false()),
    Column("is_public", Boolean, nullable=False, server_default=false()),
    Column("pinned_url", String(2048), nullable=False, server_default=""),
    Column("pinned_title", String(100), nullable=False, server_default=""),
    Column("tells_followers", Boolean, nullable=False, server_default=true()),
    Column("told_role_ids", JSON, nullable=False, server_default="[]"),
)


def load_channels(connection: Connection) -> Sequence[Channel]:
    """Return the community's text channels and the chats of rooms, not what people have."""
    return _load(connection, channels.c.kind == ChannelKind.TEXT)


def load_conversations(connection: Connection) -> Sequence[Channel]:
    return _load(connection, channels.c.kind.in_(CONVERSATIONS))


_IS_THREAD = channels.c.kind == ChannelKind.THREAD


def load_open_threads(connection: Connection) -> Sequence[Channel]:
    return _load(connection, _IS_THREAD & channels.c.archived.is_(False))


def archived_threads(connection: Connection) -> Sequence[tuple[int, int]]:
    """Return each thread that was put away with the channel it stands in, by id."""
    query = select(channels.c.id, channels.c.parent_id).where(
        _IS_THREAD, channels.c.archived.is_(True)
    )
    return [(row.id, row.parent_id) for row in connection.execute(query.order_by(channels.c.id))]


def archived_in(
    connection: Connection, parent_id: int, *, before: int, limit: int
) -> Sequence[Channel]:
    """Return threads of a channel that were put away, the newest first."""
    here = (channels.c.parent_id == parent_id) & channels.c.archived.is_(True)
    page = (
        select(channels.c.id)
        .where(here, channels.c.id < before)
        .order_by(channels.c.id.desc())
        .limit(limit)
    )
    return find_threads(connection, connection.scalars(page).all())[::-1]


def parents_of(connection: Connection, ids: Collection[int]) -> Mapping[int, int]:
    """Return in which channel each of these stands that is a thread."""
    query = select(channels.c.id, channels.c.parent_id).where(channels.c.id.in_(ids), _IS_THREAD)
    return {row.id: row.parent_id for row in connection.execute(query)} if ids else {}


def followed_by(connection: Connection, account_id: int, limit: int) -> Mapping[int, int]:
    """Return the newest threads that somebody follows, archived or not, with their channels."""
    query = (
        select(channels.c.id, channels.c.parent_id)
        .join(members, members.c.channel_id == channels.c.id)
        .where(members.c.account_id == account_id, _IS_THREAD)
        .order_by(channels.c.id.desc())
    )
    return {row.id: row.parent_id for row in connection.execute(query.limit(limit))}


def find_channel(connection: Connection, channel_id: int) -> Channel | None:
    found = _load(connection, channels.c.id == channel_id)
    return found[0] if found else None


def find_threads(connection: Connection, ids: Sequence[int]) -> Sequence[Channel]:
    """Return the threads of these ids that are there, by id."""
    found = _load(connection, channels.c.id.in_(ids) & _IS_THREAD)
    return sorted(found, key=lambda thread: thread.id)


def find_direct(connection: Connection, one: int, other: int) -> Channel | None:
    """Return the direct conversation of two, if they have one."""
    both = (
        select(members.c.channel_id)
        .where(members.c.account_id.in_((one, other)))
        .group_by(members.c.channel_id)
        .having(func.count() == len({one, other}))
    )
    direct = channels.c.kind == ChannelKind.DIRECT
    found = _load(connection, direct & channels.c.id.in_(both))
    return found[0] if found else None


def of_member(connection: Connection, account_id: int) -> Sequence[Channel]:
    """Return the conversations somebody is in and the threads they follow."""
    mine = select(members.c.channel_id).where(members.c.account_id == account_id)
    return _load(connection, channels.c.id.in_(mine))


def count_open_threads(tx: CoreTransaction, parent_id: int) -> int:
    here = (channels.c.parent_id == parent_id) & channels.c.archived.is_(False)
    return tx.connection.scalar(select(func.count()).select_from(channels).where(here)) or 0


def add_members(tx: CoreTransaction, channel_id: int, account_ids: Collection[int]) -> None:
    rows = [{"channel_id": channel_id, "account_id": id_} for id_ in sorted(account_ids)]
    tx.connection.execute(members.insert(), rows)


def remove_member(tx: CoreTransaction, channel_id: int, account_id: int) -> bool:
    """Take somebody out; False when they were not in."""
    theirs = (members.c.channel_id == channel_id) & (members.c.account_id == account_id)
    return tx.connection.execute(members.delete().where(theirs)).rowcount == 1


def started_by(connection: Connection, account_id: int) -> Sequence[Channel]:
    """Return the threads that somebody started."""
    return _load(connection, channels.c.started_by == account_id)


def save_channel(tx: CoreTransaction, channel: Channel) -> None:
    """Keep all but who is in it and what only posting moves: last message and count."""
    kept = {
        "slug": channel.slug,
        "name": channel.name,
        "topic": channel.topic,
        "category_id": channel.category_id,
        "position": channel.position,
        "room_id": channel.room_id,
        "overwrites": overwrites_to_json(channel.overwrites),
        "kind": channel.kind,
        "parent_id": channel.parent_id,
        "started_by": channel.started_by,
        "archived": channel.archived,
        "slow_mode_s": channel.slow_mode_s,
        "is_public": channel.is_public,
    }
    put(tx.connection, channels, channel.id, kept)


# Built once, since every message needs them.
_MOVE_LAST = Prepared(
    channels.update()
    .where(channels.c.id == bindparam("channel"))
    .values(
        last_message_id=bindparam("message"),
        message_count=channels.c.message_count + literal_column("1"),
    )
)
_EXISTS = select(channels.c.id).where(channels.c.id == bindparam("channel"))


def move_last_message(tx: CoreTransaction, channel_id: int, message_id: int) -> bool:
    """Note what was said last; False when the channel has gone."""
    return _MOVE_LAST.run(tx.connection, {"channel": channel_id, "message": message_id}) == 1


def exists(tx: CoreTransaction, channel_id: int) -> bool:
    return tx.connection.scalar(_EXISTS, {"channel": channel_id}) is not None


def count_deleted(tx: CoreTransaction, channel_id: int) -> None:
    """Note that a message has gone."""
    fewer = channels.c.message_count - 1
    tx.connection.execute(
        channels.update().where(channels.c.id == channel_id).values(message_count=fewer)
    )


def delete_channel(tx: CoreTransaction, channel_id: int) -> None:
    """Delete a channel with its threads and all that was said in them."""
    gone = (channels.c.id == channel_id) | (channels.c.parent_id == channel_id)
    tx.connection.execute(channels.delete().where(gone))


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
        "key_ids": None if room.key_ids is None else sorted(room.key_ids),
        "push_to_talk": room.push_to_talk,
        "tag_ids": list(room.tag_ids),
        "link_key": room.link_key,
        "to_be_recorded": room.to_be_recorded,
        "pinned_url": room.pinned_url,
        "pinned_title": room.pinned_title,
        "tells_followers": room.tells_followers,
        "told_role_ids": list(room.told_role_ids),
        "is_public": room.is_public,
    }
    put(tx.connection, rooms, room.id, kept)


def delete_room(tx: CoreTransaction, room_id: int) -> None:
    tx.connection.execute(rooms.delete().where(rooms.c.id == room_id))
    delete_channel(tx, room_id)


def _load(connection: Connection, which: ColumnElement[bool]) -> list[Channel]:
    rows = connection.execute(select(channels).where(which).order_by(channels.c.position))
    found = rows.all()
    peopled = any(row.kind != ChannelKind.TEXT for row in found)
    within = _members(connection, which) if peopled else {}
    return [_channel(row, within.get(row.id, ())) for row in found]


def _members(connection: Connection, which: ColumnElement[bool]) -> Mapping[int, Collection[int]]:
    within: dict[int, set[int]] = defaultdict(set)
    query = select(members).where(members.c.channel_id.in_(select(channels.c.id).where(which)))
    for row in connection.execute(query):
        within[row.channel_id].add(row.account_id)
    return within


def _channel(row: Row[Any], member_ids: Collection[int]) -> Channel:
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
        kind=ChannelKind(row.kind),
        parent_id=row.parent_id,
        member_ids=frozenset(member_ids),
        started_by=row.started_by,
        archived=row.archived,
        message_count=row.message_count,
        slow_mode_s=row.slow_mode_s,
        is_public=row.is_public,
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
        key_ids=None if row.key_ids is None else frozenset(row.key_ids),
        push_to_talk=row.push_to_talk,
        tag_ids=tuple(row.tag_ids),
        link_key=row.link_key,
        to_be_recorded=row.to_be_recorded,
        pinned_url=row.pinned_url,
        pinned_title=row.pinned_title,
        tells_followers=row.tells_followers,
        told_role_ids=tuple(row.told_role_ids),
        is_public=row.is_public,
    )
