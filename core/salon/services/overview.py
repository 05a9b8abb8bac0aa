"""The server at a glance, for those who keep it: its evenings, its first steps, what needs them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from salon.domain import wire
from salon.domain.accounts import Account, AccountKind
from salon.host import Host
from salon.services.access import Access
from salon.services.directory import Directory
from salon.services.doctor import Doctor, Examined
from salon.services.evenings import Evenings
from salon.services.files import Files
from salon.store import applications, jobs
from salon.store.base import Connection
from salon.store.store import Store

LIVELY = 10  # members
HOSTING = "member.manage"


class Overview:
    """Looks when somebody asks; keeps nothing."""

    def __init__(  # noqa: PLR0913 it looks everywhere
        self,
        *,
        store: Store,
        access: Access,
        directory: Directory,
        host: Host,
        files: Files,
        doctor: Doctor,
        evenings: Evenings,
    ) -> None:
        self._store = store
        self._access = access
        self._directory = directory
        self._host = host
        self._files = files
        self._doctor = doctor
        self._evenings = evenings

    async def look(self, actor: Account) -> dict[str, Any]:
        """Return all of it. Who asks at the door is told to who lets people in. Raises Denied."""
        self._access.everywhere(actor, "server.manage")
        talked, examined, failed, files = await asyncio.gather(
            self._evenings.talked(),
            self._doctor.last(),
            self._store.read(jobs.count_failed),
            self._files.measure(),
        )
        asking = self._directory.may(actor, "member.manage")
        waiting = await self._store.read(_waiting) if asking else _NOBODY
        return {
            "talked": [wire.time(hour) for hour in talked],
            "joined": [wire.time(each.created_at) for each in self._people()],
            "steps": self._steps(talked, examined),
            "examined": None if examined is None else examined.body(),
            "plugins": [
                {"title": status.title or status.name, "state": status.state.value}
                for status in self._host.statuses()
                if status.needs_attention
            ],
            "applications": waiting,
            "failed_jobs": failed,
            "files": {"kept_bytes": files.kept_bytes, "most_bytes": files.most_bytes},
        }

    def _people(self) -> Sequence[Account]:
        return [each for each in self._directory.accounts() if each.kind is AccountKind.PERSON]

    def _steps(
        self, talked: Sequence[datetime], examined: Examined | None
    ) -> Sequence[Mapping[str, Any]]:
        community, people = self._directory.community, self._people()
        hosts = [each for each in people if self._directory.may(each, HOSTING)]
        done = {
            "claimed": community.claimed_at is not None,
            "icon": community.icon_id is not None,
            "rules": bool(community.rules.strip()),
            "examined": examined is not None and not examined.closed,
            "somebody": len(people) > 1,
            "talked": bool(talked),
            "second_host": len(hosts) > 1,
            "lively": len(people) >= LIVELY,
        }
        return [{"name": name, "done": is_done} for name, is_done in done.items()]


_NOBODY: Mapping[str, Any] = {"waiting": 0, "since": None}


def _waiting(connection: Connection) -> Mapping[str, Any]:
    oldest = applications.waiting(connection, 1)
    if not oldest:
        return _NOBODY
    since = wire.time(oldest[0].applied_at)
    return {"waiting": applications.count_waiting(connection), "since": since}
