"""The queue of background jobs, as plugins use it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from salon.errors import Unavailable
from salon.plugin import Job, Plugin, PluginConfig, hookimpl
from salon.store import jobs as stored
from salon.store import kv
from salon.store.base import CoreTransaction
from salon.testing import Person, Server

pytestmark = pytest.mark.databases


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


@pytest.mark.plugin.with_args(Busy)
async def test_jobs_of_a_plugin_that_is_away_do_not_stand_in_the_way_of_others(
    server: Server, owner: Person
) -> None:
    services = server.app.services

    def queue(tx: CoreTransaction) -> None:
        for _ in range(150):
            stored.add(tx, "gone", "work", {}, tx.now)
        stored.add(tx, "busy", "count", {"number": 7}, tx.now)

    await services.store.write(queue)

    def claim(tx: CoreTransaction) -> stored.QueuedJob | None:
        return stored.claim(tx, [("busy", "count"), ("busy", "other")])

    claimed = await services.store.write(claim)
    assert claimed is not None
    assert claimed.payload == {"number": 7}
    assert await services.store.write(claim) is None
    assert await services.store.write(lambda tx: stored.claim(tx, [])) is None


@pytest.mark.plugin.with_args(Busy)
async def test_a_worker_outlives_a_database_that_is_away(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = server.app.services
    monkeypatch.setattr("salon.services.jobs.WRITE_AGAIN_S", 0.01)
    failures = [Unavailable("The disk is full.")] * 4
    write = services.store.write

    async def failing(work: Callable[[CoreTransaction], Any]) -> Any:
        if failures and services.jobs._busy:
            raise failures.pop()
        return await write(work)

    monkeypatch.setattr(services.store, "write", failing)
    for number in range(3):
        await services.jobs.enqueue("busy", "count", {"number": number}, None)
    async with asyncio.timeout(10):
        await server.settled()
    assert len(await services.store.read(lambda c: kv.keys(c, "busy", ""))) == 3
    assert not any(task.done() for task in services.jobs._tasks)


@pytest.mark.plugin.with_args(Busy)
async def test_a_job_that_ends_the_server_each_time_is_given_up(
    server: Server, owner: Person
) -> None:
    services = server.app.services

    def die(tx: CoreTransaction) -> int:
        id_ = stored.add(tx, "busy", "count", {"number": 1}, tx.now)
        for _ in range(3):  # what three dead servers leave behind
            assert stored.claim(tx, [("busy", "count")]) is not None
            stored.recover(tx)
        return id_

    job = await services.store.write(die)
    await services.jobs.enqueue("busy", "count", {"number": 2}, None)
    await server.settled()
    assert await services.jobs.state("busy", job) == "failed"
    assert await services.store.read(lambda c: kv.keys(c, "busy", "")) == ["2"]
