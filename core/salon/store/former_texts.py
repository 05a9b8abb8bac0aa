"""What messages said before they were changed or deleted, for those who moderate, for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from salon.domain.messages import DeletedMessage, FormerText, Message
from salon.store.base import CoreTransaction
from salon.store.messages import former_texts, message_of, messages

KEPT_OF_ONE = 50  # former texts of one message: the first, and the newest


@dataclass(frozen=True, slots=True)
class Pruned:
    """Ids of messages that went, and of those that no longer have what they said before."""

    gone: Sequence[int]
    changed: Sequence[int]


def keep(tx: CoreTransaction, message: Message) -> None:
    """Keep what a message says now, before it says something else or nothing."""
    tx.connection.execute(
        former_texts.insert().values(
            id=tx.new_id(),
            message_id=message.id,
            text=message.text,
            written_at=message.edited_at or message.posted_at,
            replaced_at=tx.now,
        )
    )
    ids = select(former_texts.c.id).where(former_texts.c.message_id == message.id)
    known = tx.connection.scalars(ids.order_by(former_texts.c.id)).all()
    if len(known) > KEPT_OF_ONE:  # the first stays: it is what people saw and answered
        tx.connection.execute(former_texts.delete().where(former_texts.c.id == known[1]))


def of_message(connection: Connection, message_id: int) -> Sequence[FormerText]:
    """Return what a message said before, the newest first."""
    query = select(former_texts).where(former_texts.c.message_id == message_id)
    return [_former(row) for row in connection.execute(query.order_by(former_texts.c.id.desc()))]


def channel_of(connection: Connection, message_id: int) -> int | None:
    """Return the channel of a message, also when it was deleted."""
    channel_id: int | None = connection.scalar(
        select(messages.c.channel_id).where(messages.c.id == message_id)
    )
    return channel_id


def deleted(
    connection: Connection, channel_id: int, before: int | None, limit: int
) -> Sequence[DeletedMessage]:
    """Return what was deleted in a channel with what it said last, the newest message first."""
    of_it = former_texts.c.message_id == messages.c.id
    last = select(func.max(former_texts.c.id)).where(of_it).correlate(messages)
    query = (
        select(messages, former_texts.c.text.label("said"))
        .join(former_texts, of_it & (former_texts.c.id == last.scalar_subquery()))
        .where(messages.c.channel_id == channel_id, messages.c.deleted_at.is_not(None))
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(messages.c.id < before)
    return [
        DeletedMessage(message_of(row, text=row.said), row.deleted_at, row.deleted_by)
        for row in connection.execute(query)
    ]


def prune(tx: CoreTransaction, older_than: datetime, limit: int) -> Pruned:
    """Take out for good what some messages said that were changed or deleted before."""
    is_old = messages.c.deleted_at.is_not(None) & (messages.c.deleted_at < older_than)
    gone = tx.connection.scalars(select(messages.c.id).where(is_old).limit(limit)).all()
    tx.connection.execute(messages.delete().where(messages.c.id.in_(gone)))
    was_old = former_texts.c.replaced_at < older_than
    of_old = select(former_texts.c.message_id).where(was_old).distinct()
    changed = tx.connection.scalars(of_old.limit(limit)).all()
    is_of_them = former_texts.c.message_id.in_(changed)
    tx.connection.execute(former_texts.delete().where(was_old, is_of_them))
    return Pruned(gone, changed)


def _former(row: Row[Any]) -> FormerText:
    return FormerText(row.message_id, row.text, row.written_at, row.replaced_at)
