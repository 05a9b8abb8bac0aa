"""Who left which picture under which message."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    bindparam,
    case,
    func,
    select,
)

from salon.domain.messages import Beside
from salon.domain.reactions import Reacted, Reaction
from salon.store.base import (
    ID_PLACES,
    CoreTransaction,
    PreparedQuery,
    core_metadata,
    in_places,
    insert,
)
from salon.store.messages import note_beside

reactions = Table(
    "reaction",
    core_metadata,
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("emoji", String(32), primary_key=True),
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, nullable=False, comment="in the order in which they were left"),
    Index("ix_reaction_account_id", "account_id"),
)


_UNDER = PreparedQuery(
    select(
        reactions.c.message_id,
        reactions.c.emoji,
        func.count(),
        func.max(case((reactions.c.account_id == bindparam("me"), 1), else_=0)),
    )
    .where(reactions.c.message_id.in_(ID_PLACES))
    .group_by(reactions.c.message_id, reactions.c.emoji)
    .order_by(func.min(reactions.c.id))
)


def add(tx: CoreTransaction, message_id: int, reacted: Reacted) -> None:
    """Leave a picture; twice is once."""
    note_beside(tx, message_id, Beside.REACTIONS)
    tx.connection.execute(
        insert(reactions)
        .values(
            message_id=message_id,
            emoji=reacted.emoji,
            account_id=reacted.account_id,
            id=tx.new_id(),
        )
        .on_conflict_do_nothing(index_elements=["message_id", "emoji", "account_id"])
    )


def remove(tx: CoreTransaction, message_id: int, reacted: Reacted) -> None:
    tx.connection.execute(
        reactions.delete().where(
            reactions.c.message_id == message_id,
            reactions.c.emoji == reacted.emoji,
            reactions.c.account_id == reacted.account_id,
        )
    )


def clear(tx: CoreTransaction, message_id: int, emoji: str | None) -> None:
    """Take away what everybody left: one picture, or all."""
    which = reactions.c.message_id == message_id
    if emoji is not None:
        which &= reactions.c.emoji == emoji
    tx.connection.execute(reactions.delete().where(which))


def counts(connection: Connection, message_id: int) -> tuple[tuple[str, int], ...]:
    """Return the pictures under a message with how many left each, the first left first."""
    query = (
        select(reactions.c.emoji, func.count().label("many"))
        .where(reactions.c.message_id == message_id)
        .group_by(reactions.c.emoji)
        .order_by(func.min(reactions.c.id))
    )
    return tuple((row.emoji, row.many) for row in connection.execute(query))


def has_left(connection: Connection, message_id: int, reacted: Reacted) -> bool:
    found = connection.scalar(
        select(reactions.c.id).where(
            reactions.c.message_id == message_id,
            reactions.c.emoji == reacted.emoji,
            reactions.c.account_id == reacted.account_id,
        )
    )
    return found is not None


def of_messages(
    connection: Connection, message_ids: Sequence[int], viewer_id: int
) -> Mapping[int, Sequence[Reaction]]:
    """Return what stands under each of these messages that has any, for who looks."""
    found: dict[int, list[Reaction]] = defaultdict(list)
    for ids in in_places(message_ids):
        for message_id, emoji, many, mine in _UNDER.rows(connection, {**ids, "me": viewer_id}):
            found[message_id].append(Reaction(emoji, many, bool(mine)))
    return found


def people(
    connection: Connection, message_id: int, emoji: str, after: int, limit: int
) -> Sequence[int]:
    """Return who left a picture, by account id, from after one of them on."""
    query = (
        select(reactions.c.account_id)
        .where(
            reactions.c.message_id == message_id,
            reactions.c.emoji == emoji,
            reactions.c.account_id > after,
        )
        .order_by(reactions.c.account_id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def of_account(
    connection: Connection, account_id: int, limit: int
) -> Mapping[int, Sequence[Reacted]]:
    """Return some of what somebody left, by message."""
    query = select(reactions).where(reactions.c.account_id == account_id).limit(limit)
    found: dict[int, list[Reacted]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.message_id].append(Reacted(row.emoji, account_id))
    return found
