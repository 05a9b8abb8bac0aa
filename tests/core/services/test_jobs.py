"""The queue of background jobs, as plugins use it."""

from typing import Any

import pytest

from salon.plugin import Job, Plugin, PluginConfig, hookimpl
from salon.store import kv
from salon.testing import Person, Server


class Busy(Plugin[PluginConfig]):
    """Writes down which of its jobs ran."""

    name = "busy"

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [Job("count", self._count)]

    async def _count(self, payload: dict[str, Any]) -> None:
        await self.salon.kv.set(f"{payload['number']}", value=True)


@pytest.mark.plugin.with_args(Busy)
async def test_whoever_waits_for_the_jobs_waits_for_one_that_was_just_claimed(
    server: Server, owner: Person
) -> None:
    services = server.app.services
    for number in range(50):
        await services.jobs.enqueue("busy", "count", {"number": number}, None)
        await server.settled()
        kept = await services.store.read(lambda connection: kv.keys(connection, "busy", ""))
        assert len(kept) == number + 1
