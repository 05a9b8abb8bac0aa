"""Pages of what was said in a channel, in the cheapest form that can be answered.

A page is fetched far more often than anything in it is changed, and to most readers it goes as it
stands: so its lines stay rows of the database. Few columns are fetched, since making an object of
each costs more than finding it. What most messages have not (an edit, files, somebody named) comes
as one JSON array in a last column, or not at all. A `Message` is made when somebody asks for it.

What stands beside messages in other tables (reactions, cards, a thread) is asked for only where the
message says that there may be some, see `Beside`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import orjson
from sqlalchemy import Integer, and_, bindparam, case, null, select

from salon.domain import wire
from salon.domain.messages import Beside, Message
from salon.ids import MAX_ID
from salon.store import mentions as stored_mentions
from salon.store.base import Connection, JsonArray, PreparedQuery, from_ms
from salon.store.messages import files_from_text, messages

Row = tuple[Any, ...]

_OFTEN_NOTHING = (
    messages.c.edited_at,
    messages.c.reply_to_id,
    messages.c.shown_as,
    messages.c.pinned_at,
    messages.c.files,
    messages.c.mentions,
)
_IS_PLAIN = and_(
    *(each.is_(None) for each in _OFTEN_NOTHING),
    messages.c.kind == "text",
    messages.c.beside == 0,
)
_MORE = JsonArray(*_OFTEN_NOTHING, messages.c.kind, messages.c.beside)
_LINES = select(
    messages.c.id,
    messages.c.author_id,
    messages.c.text,
    messages.c.html,
    messages.c.posted_at,
    messages.c.nonce,
    case((_IS_PLAIN, null()), else_=_MORE),
).where(messages.c.channel_id == bindparam("channel"), messages.c.deleted_at.is_(None))
_MOST = bindparam("most", type_=Integer)
_BEFORE = PreparedQuery(
    _LINES.where(messages.c.id < bindparam("until")).order_by(messages.c.id.desc()).limit(_MOST)
)
_AFTER = PreparedQuery(
    _LINES.where(messages.c.id > bindparam("since")).order_by(messages.c.id).limit(_MOST)
)


class Lines(Sequence[Message]):
    """Messages of one channel, oldest first."""

    __slots__ = ("_channel_id", "_more", "_rows")

    def __init__(self, channel_id: int, rows: list[Row], more: Mapping[int, list[Any]]) -> None:
        self._channel_id = channel_id
        self._rows = rows
        self._more = more

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Message: ...
    @overload
    def __getitem__(self, at: slice) -> "Lines": ...
    def __getitem__(self, at: int | slice) -> "Message | Lines":
        if isinstance(at, slice):
            return Lines(self._channel_id, self._rows[at], self._more)
        return self._message(self._rows[at])

    def __iter__(self) -> Iterator[Message]:
        return map(self._message, self._rows)

    def __add__(self, later: "Lines") -> "Lines":
        return Lines(self._channel_id, self._rows + later._rows, {**self._more, **later._more})

    def body(self) -> list[dict[str, Any]]:
        """Return what `wire.message` says of each."""
        channel_id = str(self._channel_id)
        return [
            wire.plain_message(
                id_, channel_id, author_id, text, html, wire.time_of_ms(posted_ms), nonce
            )
            if more is None
            else wire.message(self._message((id_, author_id, text, html, posted_ms, nonce, more)))
            for id_, author_id, text, html, posted_ms, nonce, more in self._rows
        ]

    def ids_with(self, what: Beside) -> list[int]:
        """Return those beside which there may be something of the kind."""
        return [row[0] for row in self._having_more() if self._more[row[0]][-1] & what]

    def quoted_ids(self) -> list[int]:
        """Return those that messages reply to and that are not among them, in order."""
        wanted = {self._more[row[0]][1] for row in self._having_more()} - {None}
        return sorted(wanted.difference(row[0] for row in self._rows)) if wanted else []

    def _having_more(self) -> Iterator[Row]:
        return (row for row in self._rows if row[0] in self._more) if self._more else iter(())

    def _message(self, row: Row) -> Message:
        id_, author_id, text, html, posted_ms, nonce, _ = row
        posted_at = from_ms(posted_ms)
        if id_ not in self._more:
            return Message(id_, self._channel_id, author_id, text, html, posted_at, nonce=nonce)
        edited_ms, reply_to_id, shown_as, pinned_ms, files, mentions, kind, _ = self._more[id_]
        return Message(
            id_,
            self._channel_id,
            author_id,
            text,
            html,
            posted_at,
            None if edited_ms is None else from_ms(edited_ms),
            reply_to_id,
            nonce,
            shown_as,
            kind,
            None if pinned_ms is None else from_ms(pinned_ms),
            () if files is None else files_from_text(files),
            stored_mentions.from_json(_meant(mentions)),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of history, oldest first, and whether there is more on either side."""

    messages: Lines
    has_older: bool
    has_newer: bool


def newest(connection: Connection, channel_id: int, limit: int) -> Page:
    found = _before(connection, channel_id, MAX_ID, limit + 1)
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
        older[len(older) - min(half, len(older)) :] + newer[: limit - half],
        has_older=len(older) > half,
        has_newer=len(newer) > limit - half,
    )


def _before(connection: Connection, channel_id: int, until: int, limit: int) -> Lines:
    asked = {"channel": channel_id, "until": until, "most": limit}
    rows = _BEFORE.rows(connection, asked)
    rows.reverse()
    return _lines(channel_id, rows)


def _after(connection: Connection, channel_id: int, since: int, limit: int) -> Lines:
    asked = {"channel": channel_id, "since": since, "most": limit}
    return _lines(channel_id, _AFTER.rows(connection, asked))


def _lines(channel_id: int, rows: list[Row]) -> Lines:
    return Lines(channel_id, rows, {row[0]: _meant(row[6]) for row in rows if row[6] is not None})


def _meant(kept: Any) -> Any:
    """Return what JSON means: PostgreSQL's driver has read it, SQLite's has not."""
    return orjson.loads(kept) if isinstance(kept, str) else kept
