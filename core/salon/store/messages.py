"""Messages, and how far everybody has read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    select,
)

from salon.domain.messages import Message
from salon.store.base import CoreTransaction, Id, Prepared, Utc, core_metadata, insert, to_ms

messages = Table(
    "message",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), nullable=False),
    Column("author_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("posted_at", Utc, nullable=False),
    Column("edited_at", Utc),
    Column("reply_to_id", BigInteger),
    Column("nonce", String(64)),
    Column("shown_as", String(64)),
    Index("ix_message_channel_id_id", "channel_id", "id"),
    Index("uq_message_author_id_nonce", "author_id", "nonce", unique=True),
)

reads = Table(
    "read",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("message_id", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of history, oldest first, and whether there is more on either side."""

    messages: Sequence[Message]
    has_older: bool
    has_newer: bool


# Built once: making a statement anew costs several times what SQLite takes to carry it out.
_ADD = Prepared(insert(messages).on_conflict_do_nothing(index_elements=["author_id", "nonce"]))
_BY_NONCE = select(messages).where(
    messages.c.author_id == bindparam("author"), messages.c.nonce == bindparam("nonce")
)


def add_message(tx: CoreTransaction, message: Message) -> bool:
    """Insert; False when the author has used this nonce before."""
    values = {
        "id": message.id,
        "channel_id": message.channel_id,
        "author_id": message.author_id,
        "text": message.text,
        "html": message.html,
        "posted_at": to_ms(message.posted_at),
        "edited_at": None,
        "reply_to_id": message.reply_to_id,
        "nonce": message.nonce,
        "shown_as": message.shown_as,
    }
    return _ADD.run(tx.connection, values) == 1


def save_edit(tx: CoreTransaction, message: Message) -> bool:
    """Keep a changed text; False when the message has gone meanwhile."""
    changed = tx.connection.execute(
        messages.update()
        .where(messages.c.id == message.id)
        .values(text=message.text, html=message.html, edited_at=message.edited_at)
    )
    return changed.rowcount == 1


def delete_message(tx: CoreTransaction, message_id: int) -> bool:
    """Delete; False when it has gone already."""
    return tx.connection.execute(messages.delete().where(messages.c.id == message_id)).rowcount == 1


def of_author(connection: Connection, author_id: int, limit: int) -> Sequence[Message]:
    query = select(messages).where(messages.c.author_id == author_id).limit(limit)
    return [_message(row) for row in connection.execute(query)]


def find(connection: Connection, message_id: int) -> Message | None:
    return _one(connection, select(messages).where(messages.c.id == message_id))


def find_many(connection: Connection, ids: Sequence[int]) -> Sequence[Message]:
    query = select(messages).where(messages.c.id.in_(ids)).order_by(messages.c.id)
    return [_message(row) for row in connection.execute(query)]


def find_nonce(connection: Connection, author_id: int, nonce: str) -> Message | None:
    row = connection.execute(_BY_NONCE, {"author": author_id, "nonce": nonce}).one_or_none()
    return None if row is None else _message(row)


def newest(connection: Connection, channel_id: int, limit: int) -> Page:
    found = _before(connection, channel_id, None, limit + 1)
    return Page(found[-limit:], has_older=len(found) > limit, has_newer=False)


def before(connection: Connection, channel_id: int, message_id: int, limit: int) -> Page:
    found = _before(connection, channel_id, message_id, limit + 1)
    return Page(found[-limit:], has_older=len(found) > limit, has_newer=True)


def after(connection: Connection, channel_id: int, message_id: int, limit: int) -> Page:
    found = _after(connection, channel_id, message_id, limit + 1)
    return Page(found[:limit], has_older=True, has_newer=len(found) > limit)


def around(connection: Connection, channel_id: int, message_id: int, limit: int) -> Page:
    """Return a page with the message, or the place where it was, about in the middle."""
    half = limit // 2
    older = _before(connection, channel_id, message_id, half + 1)
    newer = _after(connection, channel_id, message_id - 1, limit - half + 1)
    return Page(
        [*older[len(older) - min(half, len(older)) :], *newer[: limit - half]],
        has_older=len(older) > half,
        has_newer=len(newer) > limit - half,
    )


def move_read(tx: CoreTransaction, account_id: int, channel_id: int, message_id: int) -> bool:
    """Move forward only; False when it was that far already."""
    mine = (reads.c.account_id == account_id) & (reads.c.channel_id == channel_id)
    known = tx.connection.scalar(select(reads.c.message_id).where(mine))
    if known is None:
        tx.connection.execute(
            reads.insert().values(
                account_id=account_id, channel_id=channel_id, message_id=message_id
            )
        )
        return True
    if known >= message_id:
        return False
    tx.connection.execute(reads.update().where(mine).values(message_id=message_id))
    return True


def forget_reads(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(reads.delete().where(reads.c.account_id == account_id))


def load_reads(connection: Connection, account_id: int) -> Mapping[int, int]:
    query = select(reads.c.channel_id, reads.c.message_id).where(reads.c.account_id == account_id)
    return {row.channel_id: row.message_id for row in connection.execute(query)}


def _before(
    connection: Connection, channel_id: int, message_id: int | None, limit: int
) -> list[Message]:
    query = select(messages).where(messages.c.channel_id == channel_id)
    if message_id is not None:
        query = query.where(messages.c.id < message_id)
    rows = connection.execute(query.order_by(messages.c.id.desc()).limit(limit))
    return [_message(row) for row in rows][::-1]


def _after(connection: Connection, channel_id: int, message_id: int, limit: int) -> list[Message]:
    query = (
        select(messages)
        .where(messages.c.channel_id == channel_id, messages.c.id > message_id)
        .order_by(messages.c.id)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query)]


def _one(connection: Connection, query: Select[Any]) -> Message | None:
    row = connection.execute(query).one_or_none()
    return None if row is None else _message(row)


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        channel_id=row.channel_id,
        author_id=row.author_id,
        text=row.text,
        html=row.html,
        posted_at=row.posted_at,
        edited_at=row.edited_at,
        reply_to_id=row.reply_to_id,
        nonce=row.nonce,
        shown_as=row.shown_as,
    )
