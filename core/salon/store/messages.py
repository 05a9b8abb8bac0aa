"""Messages, and how far everybody has read.

A message that was deleted stays as a row without words, which go to `former_text`: its nonce must
not be taken again, and moderators see for a while what it said. Nothing here gives it to anybody.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    select,
)

from salon.domain.files import File
from salon.domain.mentions import NOBODY
from salon.domain.messages import Beside, Message
from salon.store import link_cards
from salon.store import mentions as stored_mentions
from salon.store.base import (
    ID_PLACES,
    CoreTransaction,
    Id,
    Prepared,
    PreparedQuery,
    Utc,
    core_metadata,
    from_ms,
    in_places,
    insert,
    to_ms,
)
from salon.store.files import detach, from_json, to_json

LOOKED_AT_MAX = 1_000  # of what is unread: behind so many of one blocked nobody looks for others

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
    Column("kind", String(8), nullable=False, server_default="text"),
    Column("pinned_at", Utc),
    Column("deleted_at", Utc),
    Column("deleted_by", BigInteger),
    Column("files", Text, comment="JSON, as `store.files.to_json` has it; nothing without files"),
    Column("mentions", JSON(none_as_null=True)),
    Column("beside", Integer, nullable=False, server_default="0", comment="the sum of `Beside`"),
    Index("ix_message_channel_id_id", "channel_id", "id"),
    Index("uq_message_author_id_nonce", "author_id", "nonce", unique=True),
)

_IS_THERE = messages.c.deleted_at.is_(None)
_IS_PINNED = messages.c.pinned_at.is_not(None)
_IS_DELETED = messages.c.deleted_at.is_not(None)

# Few of very many: an index of those alone.
Index(
    "ix_message_pinned",
    messages.c.channel_id,
    messages.c.pinned_at,
    sqlite_where=_IS_PINNED,
    postgresql_where=_IS_PINNED,
)
Index(
    "ix_message_deleted",
    messages.c.channel_id,
    messages.c.id,
    sqlite_where=_IS_DELETED,
    postgresql_where=_IS_DELETED,
)

former_texts = Table(
    "former_text",
    core_metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("written_at", Utc, nullable=False),
    Column("replaced_at", Utc, nullable=False, index=True),
    comment="what messages said before they were changed or deleted; for moderators, for a while",
)

reads = Table(
    "read",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("message_id", BigInteger, nullable=False),
)


# Built once: making a statement anew costs several times what SQLite takes to carry it out.
_ADD = Prepared(insert(messages).on_conflict_do_nothing(index_elements=["author_id", "nonce"]))
_COLUMNS = tuple(messages.c[field.name] for field in fields(Message))
_THESE = PreparedQuery(
    select(*_COLUMNS).where(messages.c.id.in_(ID_PLACES), _IS_THERE).order_by(messages.c.id)
)
_BY_NONCE = select(messages).where(
    messages.c.author_id == bindparam("author"), messages.c.nonce == bindparam("nonce"), _IS_THERE
)


def add_message(tx: CoreTransaction, message: Message) -> bool:
    """Insert; False when the author has used this nonce before."""
    named = stored_mentions.to_json(message.mentions)
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
        "kind": message.kind,
        "pinned_at": None,
        "deleted_at": None,
        "deleted_by": None,
        "files": _files_to_text(message.files),
        "mentions": None if named is None else orjson.dumps(named).decode(),
        "beside": 0,
    }
    return _ADD.run(tx.connection, values) == 1


def save_edit(tx: CoreTransaction, message: Message) -> bool:
    """Keep a changed text; False when the message has gone meanwhile."""
    changed = tx.connection.execute(
        messages.update()
        .where(messages.c.id == message.id, _IS_THERE)
        .values(
            text=message.text,
            html=message.html,
            edited_at=message.edited_at,
            mentions=stored_mentions.to_json(message.mentions),
        )
    )
    return changed.rowcount == 1


def take_words(tx: CoreTransaction, message_id: int, by: int) -> bool:
    """Delete so that the row stays, without what it said; False when it has gone already."""
    taken = tx.connection.execute(
        messages.update()
        .where(messages.c.id == message_id, _IS_THERE)
        .values(text="", html="", files=None, pinned_at=None, deleted_at=tx.now, deleted_by=by)
    )
    detach(tx, message_id)
    link_cards.forget(tx, [message_id])
    return taken.rowcount == 1


def erase(tx: CoreTransaction, ids: Sequence[int]) -> None:
    """Take messages and all that they ever said out for good."""
    link_cards.forget(tx, ids)
    tx.connection.execute(messages.delete().where(messages.c.id.in_(ids)))


def of_author(connection: Connection, author_id: int, limit: int) -> Sequence[Message]:
    """Return some of somebody's messages, those that were deleted before among them."""
    query = select(messages).where(messages.c.author_id == author_id).limit(limit)
    return [message_of(row) for row in connection.execute(query)]


def written_after(
    connection: Connection, author_id: int, after: int, limit: int
) -> Sequence[Message]:
    """Return what somebody wrote after a message and is there, the oldest first."""
    query = select(messages).where(
        messages.c.author_id == author_id, messages.c.id > after, _IS_THERE
    )
    found = connection.execute(query.order_by(messages.c.id).limit(limit))
    return [message_of(row) for row in found]


def forget_deleter(tx: CoreTransaction, account_id: int) -> None:
    """Forget that somebody deleted messages of others."""
    theirs = messages.update().where(_IS_DELETED, messages.c.deleted_by == account_id)
    tx.connection.execute(theirs.values(deleted_by=None))


def note_beside(tx: CoreTransaction, message_id: int, what: Beside) -> None:
    """Note that something stands beside a message in another table, or did once."""
    is_new = messages.c.beside.op("&")(int(what)) == 0
    tx.connection.execute(
        messages.update()
        .where(messages.c.id == message_id, is_new)
        .values(beside=messages.c.beside + int(what))
    )


def set_pinned(tx: CoreTransaction, message_id: int, at: datetime | None) -> bool:
    """Pin, or with None no longer; False when it is so already, or the message has gone."""
    is_other = messages.c.pinned_at.is_(None) if at else _IS_PINNED
    changed = tx.connection.execute(
        messages.update()
        .where(messages.c.id == message_id, _IS_THERE, is_other)
        .values(pinned_at=at)
    )
    return changed.rowcount == 1


def pinned(connection: Connection, channel_id: int) -> Sequence[Message]:
    """Return what is pinned in a channel, the newest pin first."""
    query = (
        select(messages)
        .where(messages.c.channel_id == channel_id, _IS_PINNED)
        .order_by(messages.c.pinned_at.desc(), messages.c.id.desc())
    )
    return [message_of(row) for row in connection.execute(query)]


def posted_last(
    connection: Connection, channel_id: int, author_id: int, after: int, before: int
) -> datetime | None:
    """Return when somebody last posted text in a channel, of the ids between; also if deleted."""
    query = select(messages.c.posted_at).where(
        messages.c.channel_id == channel_id,
        messages.c.id > after,
        messages.c.id < before,
        messages.c.author_id == author_id,
        messages.c.kind == "text",
    )
    row = connection.execute(query.order_by(messages.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else row.posted_at


def find(connection: Connection, message_id: int) -> Message | None:
    return _one(connection, select(messages).where(messages.c.id == message_id, _IS_THERE))


def find_many(connection: Connection, ids: Sequence[int]) -> Sequence[Message]:
    """Return those that are there, by id."""
    found = [row for asked in in_places(sorted(ids)) for row in _THESE.rows(connection, asked)]
    return [_from_values(row) for row in found]


def among_those_of(
    connection: Connection, ids: Sequence[int], author_ids: Collection[int]
) -> Sequence[int]:
    """Return which of these messages, still there, are from one of these people."""
    return [message.id for message in find_many(connection, ids) if message.author_id in author_ids]


def is_from_others(
    connection: Connection, channel_id: int, after: int, author_ids: Collection[int]
) -> bool:
    """Whether one of the newest messages after one is from nobody of these people."""
    since = (messages.c.channel_id == channel_id) & (messages.c.id > after) & _IS_THERE
    newest = select(messages.c.author_id).where(since).order_by(messages.c.id.desc())
    looked_at = newest.limit(LOOKED_AT_MAX).subquery()
    others = select(looked_at.c.author_id).where(looked_at.c.author_id.not_in(author_ids)).limit(1)
    return connection.execute(others).first() is not None


def showing(connection: Connection, picture_id: int) -> Sequence[int]:
    """Return the channels with messages that show the card with this picture."""
    shown = link_cards.messages_with(picture_id)
    query = select(messages.c.channel_id).where(messages.c.id.in_(shown), _IS_THERE).distinct()
    return connection.scalars(query).all()


def find_nonce(connection: Connection, author_id: int, nonce: str) -> Message | None:
    row = connection.execute(_BY_NONCE, {"author": author_id, "nonce": nonce}).one_or_none()
    return None if row is None else message_of(row)


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


def have_read(
    connection: Connection, channel_id: int, message_id: int, account_ids: Collection[int]
) -> frozenset[int]:
    """Return which of these accounts have read a channel up to a message."""
    query = select(reads.c.account_id).where(
        reads.c.channel_id == channel_id,
        reads.c.message_id >= message_id,
        reads.c.account_id.in_(account_ids),
    )
    return frozenset(connection.scalars(query))


def load_reads(connection: Connection, account_id: int) -> Mapping[int, int]:
    query = select(reads.c.channel_id, reads.c.message_id).where(reads.c.account_id == account_id)
    return {row.channel_id: row.message_id for row in connection.execute(query)}


def _one(connection: Connection, query: Select[Any]) -> Message | None:
    row = connection.execute(query).one_or_none()
    return None if row is None else message_of(row)


def message_of(row: Row[Any], *, text: str | None = None) -> Message:
    """Return the message of a row; with the words that were taken from it, if they are given."""
    return Message(
        id=row.id,
        channel_id=row.channel_id,
        author_id=row.author_id,
        text=row.text if text is None else text,
        html=row.html,
        posted_at=row.posted_at,
        edited_at=row.edited_at,
        reply_to_id=row.reply_to_id,
        nonce=row.nonce,
        shown_as=row.shown_as,
        kind=row.kind,
        pinned_at=row.pinned_at,
        files=() if row.files is None else files_from_text(row.files),
        mentions=stored_mentions.from_json(row.mentions),
    )


def _from_values(row: tuple[Any, ...]) -> Message:
    """Return the message of `_COLUMNS`; a page is many, and names cost as much as the query."""
    id_, channel_id, author_id, text, html, posted, edited, *others, pinned, files, mentions = row
    reply_to_id, nonce, shown_as, kind = others
    return Message(
        id_,
        channel_id,
        author_id,
        text,
        html,
        from_ms(posted),
        None if edited is None else from_ms(edited),
        reply_to_id,
        nonce,
        shown_as,
        kind,
        None if pinned is None else from_ms(pinned),
        () if files is None else files_from_text(files),
        NOBODY if mentions is None else stored_mentions.from_json(_meant(mentions)),
    )


def _meant(kept: Any) -> Any:
    """Return what a JSON column means: PostgreSQL's driver has read it, SQLite's has not."""
    return orjson.loads(kept) if isinstance(kept, str) else kept


def _files_to_text(files: Sequence[File]) -> str | None:
    return orjson.dumps([to_json(file) for file in files]).decode() if files else None


def files_from_text(text: str) -> tuple[File, ...]:
    return tuple(from_json(kept) for kept in orjson.loads(text))
