"""What people want to be told of channels, and what of their inbox they are done with."""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, String, Table, select

from salon.domain.attention import Choice, Level
from salon.store.base import CoreTransaction, Utc, core_metadata, insert

levels = Table(
    "level",
    core_metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("level", String(12), nullable=False),
    Column("muted_until", Utc),
)

done = Table(
    "inbox_done",
    core_metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
)


def save_level(tx: CoreTransaction, account_id: int, channel_id: int, choice: Choice) -> None:
    values = {"level": choice.level.value, "muted_until": choice.muted_until}
    tx.connection.execute(
        insert(levels)
        .values(account_id=account_id, channel_id=channel_id, **values)
        .on_conflict_do_update(index_elements=["account_id", "channel_id"], set_=values)
    )


def load_levels(connection: Connection, account_id: int) -> Mapping[int, Choice]:
    query = select(levels).where(levels.c.account_id == account_id)
    return {
        row.channel_id: Choice(Level(row.level), row.muted_until)
        for row in connection.execute(query)
    }


def levels_at(
    connection: Connection, channel_id: int, account_id: int | None = None
) -> Mapping[int, Choice]:
    """Return what people chose for one channel, or one of them, by account."""
    query = select(levels).where(levels.c.channel_id == channel_id)
    if account_id is not None:
        query = query.where(levels.c.account_id == account_id)
    return {
        row.account_id: Choice(Level(row.level), row.muted_until)
        for row in connection.execute(query)
    }


def add_done(tx: CoreTransaction, account_id: int, message_ids: Sequence[int]) -> None:
    rows = [{"account_id": account_id, "message_id": id_} for id_ in message_ids]
    tx.connection.execute(
        insert(done).on_conflict_do_nothing(index_elements=["account_id", "message_id"]), rows
    )


def done_among(
    connection: Connection, account_id: int, message_ids: Sequence[int]
) -> frozenset[int]:
    query = select(done.c.message_id).where(
        done.c.account_id == account_id, done.c.message_id.in_(message_ids)
    )
    return frozenset(connection.scalars(query))


def forget(tx: CoreTransaction, account_id: int) -> None:
    tx.connection.execute(levels.delete().where(levels.c.account_id == account_id))
    tx.connection.execute(done.delete().where(done.c.account_id == account_id))
