"""Who was named by which message: what the inbox reads.

A role and everyone are one row each, however many they are; those who were here are written one by
one, because nobody knows afterwards who that was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    select,
)

from salon.domain.mentions import NOBODY, Mentions, Reason
from salon.domain.messages import Message
from salon.store.base import CoreTransaction, core_metadata

ALL = 0  # the target of what names everyone

mentions = Table(
    "mention",
    core_metadata,
    Column("reason", String(8), primary_key=True),
    Column("target_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_mention_message_id", "message_id"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """One way in which somebody can be named; for an account `target_id` is its id."""

    reason: Reason
    target_id: int


def add(tx: CoreTransaction, message: Message, present: Sequence[int]) -> None:
    """Write whom a message names. `present` are those told by `here`."""
    rows = [
        {"reason": each.reason, "target_id": each.target_id, "message_id": message.id}
        for each in _targets(message.mentions, present)
    ]
    if rows:
        tx.connection.execute(mentions.insert(), rows)


def replace(tx: CoreTransaction, message: Message) -> None:
    """Write anew whom a message names that was changed; `here` is said once."""
    tx.connection.execute(
        mentions.delete().where(
            mentions.c.message_id == message.id, mentions.c.reason.not_in(("here", "reply"))
        )
    )
    kept = Mentions(
        message.mentions.account_ids, message.mentions.role_ids, message.mentions.everyone
    )
    rows = [
        {"reason": each.reason, "target_id": each.target_id, "message_id": message.id}
        for each in _targets(kept, ())
    ]
    if rows:
        tx.connection.execute(mentions.insert(), rows)


def told_here(connection: Connection, message_id: int) -> frozenset[int]:
    """Return who was here when a message named those who were."""
    query = select(mentions.c.target_id).where(
        mentions.c.reason == "here", mentions.c.message_id == message_id
    )
    return frozenset(connection.scalars(query))


def forget(tx: CoreTransaction, account_id: int) -> None:
    """Take out where an account was named."""
    tx.connection.execute(
        mentions.delete().where(
            mentions.c.target_id == account_id,
            mentions.c.reason.in_(("account", "reply", "here")),
        )
    )


def _targets(named: Mentions, present: Iterable[int]) -> Iterator[Target]:
    yield from (Target("account", id_) for id_ in named.account_ids)
    yield from (Target("here", id_) for id_ in present)
    yield from (Target("role", id_) for id_ in named.role_ids)
    if named.everyone:
        yield Target("everyone", ALL)
    if named.answered_id is not None:
        yield Target("reply", named.answered_id)


def to_json(named: Mentions) -> dict[str, Any] | None:
    """Return what stands in the message's own row; None when nobody is named."""
    if named == NOBODY:
        return None
    return {
        "accounts": list(named.account_ids),
        "roles": list(named.role_ids),
        "everyone": named.everyone,
        "here": named.here,
        "answered": named.answered_id,
    }


def from_json(kept: dict[str, Any] | None) -> Mentions:
    if kept is None:
        return NOBODY
    return Mentions(
        tuple(kept["accounts"]),
        tuple(kept["roles"]),
        kept["everyone"],
        kept["here"],
        kept["answered"],
    )


def of(
    connection: Connection, targets: Sequence[Target], *, before: int | None, limit: int
) -> Sequence[tuple[int, Reason]]:
    """Return the newest messages in which one of these is named, each once, the newest first.

    Each target is a range of the key, read from its end: how many messages there are does not
    matter, and neither does how often all the others are named.
    """
    found: dict[int, Reason] = {}
    for target in targets:
        query = select(mentions.c.message_id).where(
            mentions.c.reason == target.reason, mentions.c.target_id == target.target_id
        )
        if before is not None:
            query = query.where(mentions.c.message_id < before)
        newest = query.order_by(mentions.c.message_id.desc()).limit(limit)
        for message_id in connection.scalars(newest):
            found.setdefault(message_id, target.reason)
    return sorted(found.items(), reverse=True)[:limit]
