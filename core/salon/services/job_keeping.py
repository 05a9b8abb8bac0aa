"""Background jobs as those who keep the server see them: now, planned, failed, and once more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.domain.audit import Target
from salon.errors import NotFound
from salon.services.access import Access
from salon.services.jobs import Jobs
from salon.store import audit
from salon.store import jobs as stored
from salon.store.base import Connection, CoreTransaction
from salon.store.jobs import SeenJob
from salon.store.store import Store

SHOWN_MAX = 100


class JobKeeping:
    """Looking, and trying again. What a job is about stays with it: only its name is told."""

    def __init__(self, store: Store, access: Access, jobs: Jobs, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._jobs = jobs
        self._clock = clock

    async def list(self, actor: Account) -> dict[str, Any]:
        """Return what runs or is due, what waits for its time, what failed, and the schedules."""
        self._access.everywhere(actor, "server.manage")
        now = self._clock.now()

        def read(connection: Connection) -> tuple[Sequence[SeenJob], ...]:
            return (
                stored.due(connection, now, SHOWN_MAX),
                stored.planned(connection, now, SHOWN_MAX),
                stored.failed(connection, SHOWN_MAX),
            )

        due, planned, failed = await self._store.read(read)
        ended = await self._store.read(stored.last_ended)
        return {
            "now": [_told(job) for job in due],
            "planned": [_told(job) for job in planned],
            "failed": [_told(job) for job in failed],
            "schedules": [
                {
                    "plugin": plugin,
                    "name": name,
                    "next_at": wire.time(at),
                    "last_at": _time(ended.get((plugin, name))),
                }
                for (plugin, name), at in self._jobs.upcoming().items()
            ],
        }

    async def again(self, actor: Account, job_id: int) -> None:
        """Let a job that failed, or waits after it failed, run now with all its attempts.

        Raises Denied, NotFound (no such job, or it did not fail).
        """
        self._access.everywhere(actor, "server.manage")

        def again(tx: CoreTransaction) -> None:
            name = stored.again(tx, job_id)
            if name is None:
                raise NotFound("This job does not wait to be tried again.", reason="no_such_job")
            audit.record(tx, actor, "job.retried", Target("job", str(job_id), name))

        await self._store.write(again)
        self._jobs.look()


def _told(job: SeenJob) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "plugin": job.plugin,
        "name": job.name,
        "state": job.state,
        "attempts": job.attempts,
        "run_at": wire.time(job.run_at),
        "finished_at": _time(job.finished_at),
        "error": job.error,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else wire.time(at)
