"""The tables of the plugin, and what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    Table,
    delete,
    insert,
    select,
    update,
)

from salon.plugin import plugin_metadata

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite keys a table by INTEGER only

metadata = plugin_metadata()

bots = Table(
    "bots_bot",
    metadata,
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("kept_by", BigInteger),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("seen_at_ms", BigInteger),
    Column("reads_messages", Boolean, nullable=False),
    Column("sees_people", Boolean, nullable=False),
)

webhooks = Table(
    "bots_webhook",
    metadata,
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False),
    Column("kept_by", BigInteger),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("used_at_ms", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Bot:
    """A registered bot. `kept_by` is who registered it; None when that person is gone."""

    account_id: int
    token_hash: bytes
    kept_by: int | None
    created_at: datetime
    seen_at: datetime | None = None
    reads_messages: bool = True
    sees_people: bool = True


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that posts in one channel as an account of its own."""

    account_id: int
    channel_id: int
    token_hash: bytes
    kept_by: int | None
    created_at: datetime
    used_at: datetime | None = None


def load(connection: Connection) -> tuple[Sequence[Bot], Sequence[Webhook]]:
    """Return everything, oldest first."""
    found = connection.execute(select(bots).order_by(bots.c.account_id))
    hooks = connection.execute(select(webhooks).order_by(webhooks.c.account_id))
    return [_bot(row) for row in found], [_webhook(row) for row in hooks]


def add_bot(connection: Connection, bot: Bot) -> None:
    connection.execute(insert(bots).values(_columns(asdict(bot))))


def save_bot(connection: Connection, account_id: int, changes: Mapping[str, Any]) -> None:
    """Write what changes of a bot, by the names of its fields."""
    connection.execute(
        update(bots).where(bots.c.account_id == account_id).values(_columns(changes))
    )


def add_webhook(connection: Connection, webhook: Webhook) -> None:
    connection.execute(insert(webhooks).values(_columns(asdict(webhook))))


def save_webhook(connection: Connection, account_id: int, changes: Mapping[str, Any]) -> None:
    """Write what changes of a webhook, by the names of its fields."""
    connection.execute(
        update(webhooks).where(webhooks.c.account_id == account_id).values(_columns(changes))
    )


def _columns(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts by the names of their columns: times are kept as milliseconds."""
    return {
        f"{name}_ms" if name.endswith("_at") else name: (
            _ms_or_none(fact) if name.endswith("_at") else fact
        )
        for name, fact in facts.items()
    }


def remove(connection: Connection, account_id: int) -> None:
    """Forget a bot or a webhook."""
    connection.execute(delete(bots).where(bots.c.account_id == account_id))
    connection.execute(delete(webhooks).where(webhooks.c.account_id == account_id))


def forget_keeper(connection: Connection, account_id: int) -> None:
    """Forget that a person registered something."""
    for table in (bots, webhooks):
        connection.execute(update(table).where(table.c.kept_by == account_id).values(kept_by=None))


def _bot(row: Row[Any]) -> Bot:
    return Bot(
        account_id=row.account_id,
        token_hash=row.token_hash,
        kept_by=row.kept_by,
        created_at=_time(row.created_at_ms),
        seen_at=_time_or_none(row.seen_at_ms),
        reads_messages=row.reads_messages,
        sees_people=row.sees_people,
    )


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        account_id=row.account_id,
        channel_id=row.channel_id,
        token_hash=row.token_hash,
        kept_by=row.kept_by,
        created_at=_time(row.created_at_ms),
        used_at=_time_or_none(row.used_at_ms),
    )


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _ms_or_none(at: datetime | None) -> int | None:
    return None if at is None else _ms(at)


def _time(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)


def _time_or_none(ms: int | None) -> datetime | None:
    return None if ms is None else _time(ms)
