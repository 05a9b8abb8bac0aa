"""Background jobs of plugins and the core: rows claimed one by one, retried with growing pauses.

A job that was running when the server died waits again. A plugin that does not run keeps its jobs.
The core's own are tried until they succeed.
Schedules put a job of their name into the queue when it is due and none is there.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from salon.clock import Clock
from salon.errors import Invalid, SalonError, Unavailable
from salon.host import Host
from salon.plugin.contributions import Job, JobHandler, Schedule
from salon.store import jobs as stored
from salon.store.base import CoreTransaction
from salon.store.jobs import QueuedJob, State
from salon.store.store import Store

WORKERS = 2
FIRST_PAUSE = timedelta(seconds=10)
PAUSES = 6  # each four times as long as the one before; the last, three hours, repeats
IDLE_S = 30.0  # how long to sleep when nothing is due, unless something is enqueued
WRITE_AGAIN_S = 5.0
KEPT_FOR = timedelta(days=1)
FAILED_KEPT_FOR = timedelta(days=7)  # for who does not look every day
SCHEDULE_ATTEMPTS = 1
CORE = "core"  # stands where a plugin's name does; no plugin may be called that
FOREVER = 2**31
OWN_WITHIN_S = 3_600.0

log = structlog.get_logger(__name__)


class Jobs:
    """Owns the workers; one queue for all plugins, and for what the core promises to get done."""

    def __init__(self, store: Store, host: Host, clock: Clock) -> None:
        self._store = store
        self._host = host
        self._clock = clock
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._busy = 0
        self._own: dict[str, Job] = {}
        self._due_s: dict[tuple[str, str], float] = {}

    def perform(self, name: str, handler: JobHandler, *, attempts: int = FOREVER) -> None:
        """Do the core's jobs of this name so; said before the start."""
        self._own[name] = Job(name, handler, attempts=attempts, timeout_s=OWN_WITHIN_S)

    async def start(self) -> None:
        recovered = await self._store.write(stored.recover)
        if recovered:
            log.info("unfinished jobs wait again", jobs=recovered)
        await self.prune()
        workers = [asyncio.create_task(self._work(), name=f"jobs.{n}") for n in range(WORKERS)]
        self._tasks = [*workers, asyncio.create_task(self._keep_schedules(), name="jobs.schedules")]

    async def prune(self) -> None:
        """Forget what ended long ago. Called by the clock."""
        await self._store.write(
            lambda tx: stored.prune(tx, tx.now - KEPT_FOR, tx.now - FAILED_KEPT_FOR)
        )

    async def stop(self) -> None:
        """End the workers; what they were doing is done again after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def enqueue(
        self, plugin: str, name: str, payload: dict[str, Any], run_at: datetime | None
    ) -> int:
        """Put a declared job into the queue. Raises Invalid for one that was not declared."""
        if self._declared(plugin, name) is None:
            raise Invalid(f"The plugin {plugin!r} declared no job {name!r}.")
        at = run_at or self._clock.now()
        id_ = await self._store.write(lambda tx: stored.add(tx, plugin, name, payload, at))
        self._wake.set()
        return id_

    async def promise(self, name: str, payload: dict[str, Any], run_at: datetime) -> None:
        """Put one of the core's own jobs into the queue, when the database takes it again."""
        await self._keep(lambda tx: stored.add(tx, CORE, name, payload, run_at))
        self._wake.set()

    def look(self) -> None:
        """Look into the queue now: a write has put something there."""
        self._wake.set()

    async def state(self, plugin: str, job_id: int) -> State | None:
        return await self._store.read(lambda c: stored.state(c, plugin, job_id))

    def upcoming(self) -> dict[tuple[str, str], datetime]:
        """Return when each schedule, a (plugin, name), puts its next job into the queue."""
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        return {
            key: now + timedelta(seconds=max(0.0, self._due_s[key] - now_s))
            for plugin, schedule in self._schedules()
            if (key := (plugin, schedule.name)) in self._due_s and self._host.is_running(plugin)
        }

    async def settled(self) -> None:
        """Return when nothing is due and nobody works; for tests."""
        for _look in itertools.count():
            if not await self._is_due() and not self._busy:  # in this order: who claims is busy
                return
            self._wake.set()  # a clock that a test pushed wakes nobody
            await asyncio.sleep(0.01)

    async def _is_due(self) -> bool:
        at = await self._store.read(stored.next_run_at)
        return at is not None and at <= self._clock.now()

    # -- working

    async def _work(self) -> None:
        while True:
            self._wake.clear()  # before looking: what is enqueued from here on wakes again
            self._busy += 1
            try:
                job = await self._claim()
                if job is not None:
                    await self._run(job)
            finally:
                self._busy -= 1
            if job is None:
                await self._sleep()

    async def _claim(self) -> QueuedJob | None:
        known = [(CORE, name) for name in self._own]
        known += [
            (plugin, job.name)
            for plugin, contributed in self._host.contributions.items()
            if self._host.is_running(plugin)
            for job in contributed.jobs
        ]
        try:
            return await self._store.write(lambda tx: stored.claim(tx, known))
        except SalonError as error:
            log.warning("no job could be claimed", reason=error.message)
            return None

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _run(self, job: QueuedJob) -> None:
        declared = self._declared(job.plugin, job.name)
        if declared is None:
            return
        what = f"job {job.name}"
        try:
            if job.attempts > _attempts(declared):
                raise Unavailable("The server ended each time this job ran.")
            if job.plugin == CORE:
                await self._perform_own(declared, job)
            else:
                await self._host.call(
                    job.plugin, what, declared.handler, job.payload, budget_s=declared.timeout_s
                )
        except SalonError as error:
            await self._failed(job, declared, error)
        else:
            await self._keep(lambda tx: stored.finish(tx, job.id))

    @staticmethod
    async def _perform_own(declared: Job | Schedule, job: QueuedJob) -> None:
        try:
            async with asyncio.timeout(declared.timeout_s):
                await declared.handler(job.payload)
        except SalonError:
            raise
        except Exception as error:
            log.exception("a job of the core failed", job=job.name)
            raise Unavailable(f"{type(error).__name__}: {error}") from error

    async def _failed(self, job: QueuedJob, declared: Job | Schedule, error: SalonError) -> None:
        facts = {"plugin": job.plugin, "job": job.name, "attempt": job.attempts}
        if job.attempts >= _attempts(declared):
            log.error("a job failed for good", **facts, reason=error.message)
            await self._keep(lambda tx: stored.fail(tx, job.id, error.message))
            return
        pause = FIRST_PAUSE * 4 ** min(job.attempts - 1, PAUSES)
        log.warning("a job failed and will be tried again", **facts, reason=error.message)
        at = self._clock.now() + pause
        await self._keep(lambda tx: stored.retry(tx, job.id, at, error.message))
        asyncio.get_running_loop().call_later(pause.total_seconds(), self._wake.set)

    async def _keep(self, work: Callable[[CoreTransaction], object]) -> None:
        """Write down what is to be done or how it ended; whoever does so outlives a full disk."""
        while True:
            try:
                await self._store.write(work)
            except SalonError as error:
                log.warning("a job could not be written down", reason=error.message)
                await asyncio.sleep(WRITE_AGAIN_S)
            else:
                return

    def _declared(self, plugin: str, name: str) -> Job | Schedule | None:
        if plugin == CORE:
            return self._own.get(name)
        contributed = self._host.contributions.get(plugin)
        jobs: Sequence[Job | Schedule] = () if contributed is None else contributed.jobs
        return next((job for job in jobs if job.name == name), None)

    # -- schedules

    async def _keep_schedules(self) -> None:
        while True:
            now_s = self._clock.monotonic_s()
            next_s = now_s + IDLE_S
            for plugin, schedule in self._schedules():
                key = (plugin, schedule.name)
                if self._due_s.get(key, 0.0) <= now_s:
                    self._due_s[key] = now_s + schedule.every.total_seconds()
                    await self._enqueue_schedule(plugin, schedule.name)
                next_s = min(next_s, self._due_s[key])
            await asyncio.sleep(max(0.05, next_s - now_s))

    def _schedules(self) -> Sequence[tuple[str, Schedule]]:
        return [
            (plugin, job)
            for plugin, contributed in self._host.contributions.items()
            for job in contributed.jobs
            if isinstance(job, Schedule)
        ]

    async def _enqueue_schedule(self, plugin: str, name: str) -> None:
        def add(tx: CoreTransaction) -> None:
            if not stored.is_queued(tx, plugin, name):
                stored.add(tx, plugin, name, {}, tx.now)

        try:
            await self._store.write(add)
        except SalonError as error:
            log.warning("a schedule was missed", plugin=plugin, job=name, reason=error.message)
        self._wake.set()


def _attempts(declared: Job | Schedule) -> int:
    return declared.attempts if isinstance(declared, Job) else SCHEDULE_ATTEMPTS
