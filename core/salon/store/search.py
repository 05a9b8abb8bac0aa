"""Finding messages by their words: one question, which each database answers in its own way.

The index follows the messages by itself (SQLite: triggers, which note what is new for `index_new`;
PostgreSQL: a generated column): no way of posting, editing, moving or deleting can forget it, nor
can the end of a channel, which takes its messages with it. The newest
come first, and only from the channels that the question names: the permission stands in the query,
not in what is done with its rows. What is asked is made of words; no character that somebody typed
reaches an index as syntax (see `salon.domain.search`).

SQLite's FTS5 knows words without case and accents. Beside them, as words of a column of their own,
it knows where a message stands, who wrote it and what it has besides: so a filter costs no look
at messages that do not fit. It has a stemmer for English only, which makes other words of French
ones and loses half-written words, so it is not used; the last word may go on instead.
PostgreSQL stems: each text is there as it stands, as French and as English.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.exc import DBAPIError

from salon.domain.search import Kind, Phrase
from salon.store.base import CoreTransaction
from salon.store.channels import channels
from salon.store.database import TooSlow, driver_of
from salon.store.mentions import mentions
from salon.store.messages import messages

PAGES_AT_ONCE = 200  # merged by one write; other writes wait meanwhile
CHANNELS_IN_INDEX = 64  # more of them are compared with each message that has the words
LANGUAGES = ("simple", "french", "english")

_INDEX_NEW = """
    INSERT INTO message_words (rowid, text, facts)
    SELECT id, text, facts FROM message_searched WHERE id IN (SELECT id FROM message_words_due)
"""
_words = table("message_words", column("rowid"))
_index: ColumnElement[str] = literal_column("message_words")
_vector: ColumnElement[Any] = literal_column("message.words")


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Whom a message names: one of these people, or one of these roles."""

    account_ids: Collection[int]
    role_ids: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to find; everything at once. Ids: `after` < id < `before`.

    Only where it may be read: in these places, and with `with_threads` in all of their threads.
    """

    place_ids: Collection[int]
    with_threads: bool = False
    phrases: Sequence[Phrase] = ()
    author_ids: Collection[int] | None = None
    has: Collection[Kind] = ()
    mentioned: Mentioned | None = None
    before: int | None = None
    after: int | None = None
    limit: int = 25


@dataclass(frozen=True, slots=True)
class Found:
    """The newest first. Not `is_whole`: the time was over before the rest was looked at."""

    ids: Sequence[int]
    has_older: bool
    is_whole: bool = True


def find(connection: Connection, wanted: Wanted) -> Found:
    """Return a page of ids. What is interrupted gives what was found until then."""
    ids: list[int] = []
    try:
        if connection.dialect.name == "sqlite":
            query = _of_fts5(wanted, _channel_ids(connection, wanted))
        else:
            query = _of_vectors(wanted)
        ids.extend(row.id for row in connection.execute(query))
    except (DBAPIError, TooSlow) as error:
        if not (isinstance(error, TooSlow) or _is_interruption(error)):
            raise
        return Found(ids[: wanted.limit], has_older=True, is_whole=False)
    return Found(ids[: wanted.limit], has_older=len(ids) > wanted.limit)


def is_noted(connection: Connection) -> bool:
    """Whether new messages are only noted until `index_new`."""
    return connection.dialect.name == "sqlite"


def index_new(connection: Connection) -> None:
    """Take up the messages that were noted; the last thing before a commit.

    SQLite's index writes a piece of itself for each savepoint and each commit that brings a
    message, so a trigger only notes them. One that changes or goes before this was never in it
    (see migration 0036).
    """
    if not is_noted(connection):
        return
    execute = driver_of(connection).execute
    if execute("SELECT 1 FROM message_words_due LIMIT 1").fetchone() is not None:
        execute(_INDEX_NEW)
        execute("DELETE FROM message_words_due")


def merge(tx: CoreTransaction, *, begins: bool) -> bool:
    """Go on to merge the index into one piece; False when there is nothing left to merge.

    FTS5 only notes that a text has gone: its words stay in older pieces until they are merged, and
    what was erased must not be there. (PostgreSQL's vectors go with their rows.)
    """
    if tx.connection.dialect.name != "sqlite":
        return False
    before = _changes(tx)
    pages = -PAGES_AT_ONCE if begins else PAGES_AT_ONCE  # negative: all of the index, from now
    command = "INSERT INTO message_words (message_words, rank) VALUES ('merge', ?)"
    tx.connection.exec_driver_sql(command, (pages,))
    return _changes(tx) - before > 1  # the command itself is one


def _changes(tx: CoreTransaction) -> int:
    return int(tx.connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _is_interruption(error: DBAPIError) -> bool:
    """Whether the database was told to stop, and nothing is wrong with it."""
    told = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return told in {"SQLITE_INTERRUPT", "57014"}  # the latter is PostgreSQL's query_canceled


def _between(query: Select[Any], id_: Any, wanted: Wanted) -> Select[Any]:
    """Add what both databases say alike. The order of ids leads, never the index of channels."""
    query = query.where(_place(wanted).in_(sorted(wanted.place_ids)))
    if wanted.mentioned is not None:
        query = query.where(messages.c.id.in_(_naming(wanted.mentioned)))
    query = query.where(messages.c.deleted_at.is_(None), messages.c.kind == "text")
    if wanted.before is not None:
        query = query.where(id_ < wanted.before)
    if wanted.after is not None:
        query = query.where(id_ > wanted.after)
    return query.order_by(id_.desc()).limit(wanted.limit + 1)


def _place(wanted: Wanted) -> ColumnElement[int]:
    """Return the place by which a message is judged; asked of one message after the other."""
    if not wanted.with_threads:
        return messages.c.channel_id + 0
    place = func.coalesce(channels.c.parent_id, channels.c.id)
    return select(place).where(channels.c.id == messages.c.channel_id).scalar_subquery()


def _naming(mentioned: Mentioned) -> Select[Any]:
    """Return the messages that name somebody."""
    people = mentions.c.reason.in_(("account", "here"))
    return select(mentions.c.message_id).where(
        or_(
            and_(people, mentions.c.target_id.in_(sorted(mentioned.account_ids))),
            and_(mentions.c.reason == "role", mentions.c.target_id.in_(sorted(mentioned.role_ids))),
        )
    )


# -- SQLite


def _channel_ids(connection: Connection, wanted: Wanted) -> Collection[int] | None:
    """Return all channels and threads to look in, if they are few enough for the index."""
    places, most = wanted.place_ids, CHANNELS_IN_INDEX
    if not wanted.with_threads or len(places) > most:
        return places if len(places) <= most else None
    threads = select(channels.c.id).where(channels.c.parent_id.in_(sorted(places)))
    every = {*places, *connection.scalars(threads.limit(most + 1))}
    return every if len(every) <= most else None


def _of_fts5(wanted: Wanted, channel_ids: Collection[int] | None) -> Select[Any]:
    expression = _expression(wanted, channel_ids)
    query = select(messages.c.id)
    if expression is None:
        return _between(query, messages.c.id, wanted)
    query = query.join(_words, _words.c.rowid == messages.c.id)
    return _between(query.where(_index.op("MATCH")(expression)), _words.c.rowid, wanted)


def _expression(wanted: Wanted, channel_ids: Collection[int] | None) -> str | None:
    """Return what is wanted as FTS5 takes it, or None when there are no words for it."""
    every = [f"text : {_quoted(phrase)}" for phrase in wanted.phrases]
    every += [f"facts : {kind}" for kind in sorted(wanted.has)]
    if wanted.author_ids is not None:
        every.append(_one_of("a", wanted.author_ids))
    if channel_ids is not None:
        every.append(_one_of("c", channel_ids))
    return " AND ".join(every) if every else None


def _one_of(letter: str, ids: Collection[int]) -> str:
    return f"facts : ({' OR '.join(f'{letter}{id_}' for id_ in sorted(ids)) or 'none'})"


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"{"*" if phrase.is_prefix else ""}'


# -- PostgreSQL


_HAS: Mapping[Kind, ColumnElement[bool]] = {
    "link": messages.c.text.op("~*")("https?://"),
    "file": messages.c.files.is_not(None),
    "picture": messages.c.files.contains('"kind":"picture"'),
}


def _of_vectors(wanted: Wanted) -> Select[Any]:
    query = select(messages.c.id)
    for phrase in wanted.phrases:
        query = query.where(_vector.op("@@")(_asked(phrase)))
    query = query.where(*(_HAS[kind] for kind in wanted.has))
    if wanted.author_ids is not None:
        query = query.where(messages.c.author_id.in_(sorted(wanted.author_ids)))
    return _between(query, messages.c.id, wanted)


def _asked(phrase: Phrase) -> ColumnElement[Any]:
    """Return a tsquery: the words as they stand, or their stems in one of the languages."""
    said = func.message_folded(" ".join(phrase.words))
    if phrase.is_prefix:
        begun = func.concat("'", said, "':*")
        return func.to_tsquery(cast("simple", REGCONFIG), begun)
    every: list[ColumnElement[Any]] = [
        func.phraseto_tsquery(cast(name, REGCONFIG), said) for name in LANGUAGES
    ]
    return reduce(lambda one, other: one.op("||")(other), every)
