"""The event log: what a client that was away is told.

Each durable event is encoded once, inside the commit that makes it true. `seq` grows by one per
event. The log is cut to the newest `KEPT` rows; whoever was away longer gets a snapshot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    func,
    or_,
    select,
)

from salon.domain.events import Event, Everyone, FormerPlace, Holders, Only, Place, Scope, Section
from salon.store.base import (
    CoreTransaction,
    Id,
    JsonText,
    Prepared,
    Utc,
    begins_with,
    core_metadata,
    insert,
    to_ms,
)
from salon.store.community import overwrites_from_json, overwrites_to_json

KEPT = 200_000
SAYS_A_MESSAGE = frozenset(
    {"message.posted", "message.edited", "message.pinned", "message.unpinned"}
)

log = Table(
    "event_log",
    core_metadata,
    Column("seq", Id, primary_key=True),
    Column("name", String(128), nullable=False),
    Column("scope", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
)

server = Table(
    "server",
    core_metadata,
    Column("key", String(16), primary_key=True),
    Column("value", String(64), nullable=False),
    comment="epoch: changes with the database, so that no client resumes in another one",
)


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as it goes out: `body` is its JSON."""

    seq: int
    name: str
    scope: Scope
    body: bytes


@dataclass(frozen=True, slots=True)
class Committed(Logged):
    """A logged event of this process, with the event itself."""

    event: Event


def head_seq(connection: Connection) -> int:
    return connection.scalar(select(func.max(log.c.seq))) or 0


def first_seq(connection: Connection) -> int | None:
    first: int | None = connection.scalar(select(func.min(log.c.seq)))
    return first


def after(connection: Connection, seq: int, limit: int) -> Sequence[Logged]:
    rows = connection.execute(select(log).where(log.c.seq > seq).order_by(log.c.seq).limit(limit))
    return [Logged(row.seq, row.name, scope_from_json(row.scope), row.body) for row in rows]


_ADD = Prepared(insert(log))


def add(connection: Connection, entries: Sequence[Committed], at: datetime) -> None:
    """Keep events; their `seq` must follow the newest."""
    at_ms = to_ms(at)
    _ADD.run_many(
        connection,
        [
            {
                "seq": entry.seq,
                "name": entry.name,
                "scope": scope_to_json(entry.scope),
                "body": entry.body,
                "at": at_ms,
            }
            for entry in entries
        ],
    )


def gone_at(connection: Connection, account_id: int) -> int | None:
    """Return the number under which it was told that an account is no more."""
    gone: int | None = connection.scalar(
        select(func.max(log.c.seq)).where(
            log.c.name == "account.changed",
            JsonText(log.c.body, "id") == str(account_id),
            JsonText(log.c.body, "state") == "deleted",
        )
    )
    return gone


def forget(tx: CoreTransaction, account_id: int, start: int, until: int) -> None:
    """Take out what was told of somebody, and to them alone, from one number to before another.

    Nobody misses it: whoever was away for the end of an account is told everything anew.
    """
    theirs = ("author_id", "account_id", "account.id")
    about = [JsonText(log.c.body, place) == str(account_id) for place in theirs]
    themselves = JsonText(log.c.body, "id") == str(account_id)
    tx.connection.execute(
        log.delete().where(
            (log.c.seq >= start) & (log.c.seq < until),
            or_(
                *about,
                begins_with(log.c.name, "account.") & themselves,
                log.c.scope == scope_to_json(Only(account_id)),
            ),
        )
    )
    reacted = select(log.c.seq, log.c.body).where(
        (log.c.seq >= start) & (log.c.seq < until), log.c.name == "reaction.changed"
    )
    theirs_in = [row.seq for row in tx.connection.execute(reacted) if _names(row.body, account_id)]
    tx.connection.execute(log.delete().where(log.c.seq.in_(theirs_in)))


def _names(body: bytes, account_id: int) -> bool:
    """Whether an event of several people names this one."""
    return b'"%d"' % account_id in body


def forget_messages(tx: CoreTransaction, ids: Sequence[int], start: int, until: int) -> None:
    """Take out what messages said that have gone, from one number to before another.

    Nobody misses it: who was away for their end is not told of their beginning either.
    """
    says = log.c.name.in_(SAYS_A_MESSAGE)
    about = JsonText(log.c.body, "id").in_([str(id_) for id_ in ids])
    tx.connection.execute(
        log.delete().where((log.c.seq >= start) & (log.c.seq < until), says, about)
    )


def say_anew(tx: CoreTransaction, bodies: Mapping[int, bytes], start: int, until: int) -> None:
    """Let events say of messages what they say now, from one number to before another.

    `bodies` are those of the messages, by their ids.
    """
    of_message = JsonText(log.c.body, "id")
    about = of_message.in_([str(id_) for id_ in bodies])
    query = select(log.c.seq, of_message.label("message_id")).where(
        (log.c.seq >= start) & (log.c.seq < until), log.c.name.in_(SAYS_A_MESSAGE), about
    )
    for row in tx.connection.execute(query).all():
        body = bodies[int(row.message_id)]
        tx.connection.execute(log.update().where(log.c.seq == row.seq).values(body=body))


def encode(event: Event) -> bytes:
    return orjson.dumps(event.body())


def scope_to_json(scope: Scope) -> bytes:
    match scope:
        case Everyone():
            parts: list[Any] = ["everyone"]
        case Place(id=id_):
            parts = ["place", id_]
        case FormerPlace(id=id_, overwrites=overwrites):
            parts = ["former", id_, overwrites_to_json(overwrites)]
        case Section(id=id_):
            parts = ["section", id_]
        case Only(account_id=id_):
            parts = ["only", id_]
        case Holders(permission=permission):
            parts = ["holders", permission]
    return orjson.dumps(parts)


def scope_from_json(stored: bytes) -> Scope:
    kind, *rest = orjson.loads(stored)
    match kind:
        case "place":
            return Place(rest[0])
        case "former":
            return FormerPlace(rest[0], overwrites_from_json(rest[1]))
        case "section":
            return Section(rest[0])
        case "only":
            return Only(rest[0])
        case "holders":
            return Holders(rest[0])
    return Everyone()
