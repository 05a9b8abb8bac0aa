"""What a plugin keeps: its tables, its values, its jobs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from salon.errors import Invalid
from salon.services.facade.limits import check_size
from salon.services.services import Services
from salon.store import kv
from salon.store.base import Transaction
from salon.store.database import TooSlow
from salon.store.jobs import State

T = TypeVar("T")
KEY_MAX = 128
VALUE_MAX_BYTES = 65_536


class PluginDatabase:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    @property
    def version(self) -> int:
        return self._services.store.version_of(self._plugin)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        try:
            return await self._services.store.write_as_plugin(self._plugin, work)
        except TooSlow as error:
            raise self._services.host.count_fault(self._plugin, "write", error) from error

    async def read(self, work: Callable[[Any], T]) -> T:
        try:
            return await self._services.store.read_within(work)
        except TooSlow as error:
            raise self._services.host.count_fault(self._plugin, "read", error) from error


class PluginKeyValues:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._store = services.store

    async def get(self, key: str) -> Any:
        return await self._store.read(lambda c: kv.get(c, self._plugin, key))

    async def set(self, key: str, value: Any) -> None:
        if not 0 < len(key) <= KEY_MAX:
            raise Invalid(f"A key has 1 to {KEY_MAX} characters.", field="key")
        check_size(value, VALUE_MAX_BYTES)
        await self._store.write(lambda tx: kv.put(tx, self._plugin, key, value))

    async def keys(self, prefix: str = "") -> Sequence[str]:
        return await self._store.read(lambda c: kv.keys(c, self._plugin, prefix))


class PluginJobs:
    def __init__(self, plugin: str, services: Services) -> None:
        self._plugin = plugin
        self._services = services

    async def enqueue(
        self, name: str, payload: dict[str, Any], *, run_at: datetime | None = None
    ) -> int:
        check_size(payload, VALUE_MAX_BYTES)
        return await self._services.jobs.enqueue(self._plugin, name, payload, run_at)

    async def state(self, job_id: int) -> State | None:
        return await self._services.jobs.state(self._plugin, job_id)
