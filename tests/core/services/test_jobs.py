"""The queue of background jobs, as plugins use it."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from salon.errors import Unavailable
from salon.plugin import Job, Plugin, PluginConfig, Schedule, hookimpl
from salon.store import jobs as stored
from salon.store import kv
from salon.store.base import CoreTransaction
from salon.testing import Person, PushedClock, Refused, Server

ROOT = Path(__file__).resolve().parents[3]
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


class Baker(Plugin[PluginConfig]):
    """Its oven is cold at first."""

    name = "baker"

    @hookimpl
    def register_jobs(self) -> list[Job | Schedule]:
        week = timedelta(days=7)
        return [
            Job("bake", self._bake, attempts=2),
            Schedule("sweep", self._sweep, every=week),
        ]

    async def _bake(self, payload: dict[str, Any]) -> None:
        del payload
        if not await self.salon.kv.get("warm"):
            raise Unavailable("The oven is cold.")

    async def _sweep(self, payload: dict[str, Any]) -> None:
        del payload


@pytest.mark.plugin.with_args(Baker)
async def test_a_job_that_failed_is_shown_with_its_reason_and_can_be_tried_again(
    server: Server, owner: Person, alice: Person, clock: PushedClock
) -> None:
    services, in_a_day = server.app.services, clock.now() + timedelta(days=1)
    await services.jobs.enqueue("baker", "bake", {"of": "somebody"}, in_a_day)
    await services.jobs.enqueue("baker", "bake", {"of": "somebody"}, None)
    await server.settled()
    shown = await owner.command("job.list")
    assert [job["state"] for job in shown["planned"]] == ["waiting", "waiting"]
    late, unlucky = sorted(shown["planned"], key=lambda job: str(job["error"]))
    assert (late["error"], unlucky["error"]) == (None, "The oven is cold.")
    await owner.command("job.retry", job=unlucky["id"])  # sooner than it would
    await server.settled()
    clock.advance(seconds=20)
    await server.settled()
    shown = await owner.command("job.list")
    (job,) = shown["failed"]
    assert (job["id"], job["name"], job["attempts"]) == (unlucky["id"], "bake", 2)
    assert (job["plugin"], job["error"]) == ("baker", "The oven is cold.")
    assert "somebody" not in str(shown)
    (sweep,) = shown["schedules"]
    assert sweep["last_at"] < job["finished_at"] < sweep["next_at"]
    assert (await owner.command("server.overview"))["failed_jobs"] == 1

    for wrong in (late["id"], "1"):  # it did not fail; there is none
        with pytest.raises(Refused) as refused:
            await owner.command("job.retry", job=wrong)
        assert refused.value.error["reason"] == "no_such_job"
    for command in ("job.list", "server.overview"):
        with pytest.raises(Refused) as refused:
            await alice.command(command)
        assert refused.value.code == "denied"

    await services.store.write(lambda tx: kv.put(tx, "baker", "warm", value=True))
    await owner.command("job.retry", job=job["id"])
    await server.settled()
    assert await services.jobs.state("baker", int(job["id"])) == "done"
    (deed,) = (await owner.command("audit.list", action="job.retried", limit=1))["entries"]
    assert deed["details"]["name"] == "bake"


async def test_what_failed_is_kept_a_week_and_what_was_done_a_day(
    server: Server, owner: Person, clock: PushedClock
) -> None:
    services = server.app.services

    def end(tx: CoreTransaction) -> tuple[int, int]:
        done, failed = (stored.add(tx, "gone", "work", {}, tx.now) for _ in range(2))
        stored.finish(tx, done)
        stored.fail(tx, failed, "It went wrong.")
        return done, failed

    done, failed = await services.store.write(end)
    for days, left in ((0, (True, True)), (2, (False, True)), (6, (False, False))):
        clock.advance(days=days)
        await services.jobs.prune()
        states = [await services.jobs.state("gone", id_) for id_ in (done, failed)]
        assert tuple(state is not None for state in states) == left


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_what_each_job_of_the_core_does_is_said_in_words(
    server: Server, language: str
) -> None:
    words = ROOT / "core" / "client" / "words" / f"{language}_overview.ts"
    said = re.findall(r'^  "job\.(\w+)":', words.read_text("utf-8"), re.MULTILINE)
    assert set(said) == set(server.app.services.jobs._own)
