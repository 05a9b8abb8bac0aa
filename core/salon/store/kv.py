"""Small values of plugins, one namespace each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Column, Connection, String, Table, func, select

from salon.errors import Conflict
from salon.store.base import CoreTransaction, begins_with, core_metadata

KEYS_MAX = 1_000

values = Table(
    "plugin_value",
    core_metadata,
    Column("plugin", String(64), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("value", JSON, nullable=False),
)


def get(connection: Connection, plugin: str, key: str) -> Any:
    query = select(values.c.value).where(values.c.plugin == plugin, values.c.key == key)
    return connection.scalar(query)


def put(tx: CoreTransaction, plugin: str, key: str, value: Any) -> None:
    """Keep a value; None forgets it. Raises Conflict when the namespace is full."""
    mine = (values.c.plugin == plugin) & (values.c.key == key)
    forgotten = tx.connection.execute(values.delete().where(mine)).rowcount
    if value is None:
        return
    count = select(func.count()).select_from(values).where(values.c.plugin == plugin)
    if not forgotten and (tx.connection.scalar(count) or 0) >= KEYS_MAX:
        raise Conflict(f"A plugin keeps at most {KEYS_MAX} values.", field="key")
    tx.connection.execute(values.insert().values(plugin=plugin, key=key, value=value))


def keys(connection: Connection, plugin: str, prefix: str) -> Sequence[str]:
    mine = (values.c.plugin == plugin) & begins_with(values.c.key, prefix)
    return sorted(connection.scalars(select(values.c.key).where(mine)))
