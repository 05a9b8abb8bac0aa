"""How the server is, for those who keep it: media workers, rooms, and lines: the worst, and one
room's.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from salon.clock import Clock
from salon.domain import wire
from salon.domain.accounts import Account
from salon.relay.control import Relay
from salon.relay.measures import LineMeasures, RoomMeasures, WorkerMeasures
from salon.services.access import Access
from salon.services.files import FileMeasures, Files
from salon.services.live import Live
from salon.services.trials import ROOM as TRIALS_ROOM

MS_PER_S = 1_000
WORST_TOLD = 10


@dataclass(frozen=True, slots=True)
class ParticipantLine:
    """How the line of somebody in a room is."""

    room_id: int
    account_id: int
    line: LineMeasures


class Measures:
    """Asks the relay when somebody looks; keeps nothing but when the server started."""

    def __init__(
        self, *, relay: Relay, live: Live, access: Access, files: Files, clock: Clock
    ) -> None:
        self._relay = relay
        self._files = files
        self._live = live
        self._access = access
        self._started_at = clock.now()

    async def look(self, actor: Account, room_id: int | None) -> dict[str, Any]:
        """Return workers, the rooms that the actor may view, their worst lines, and those of one.

        Raises Denied, NotFound (no such room, or not to be seen).
        """
        self._access.everywhere(actor, "server.manage")
        if room_id is not None:
            self._access.room(actor, room_id)
        workers = await self._relay.measure(room_id)
        rooms = [
            room
            for worker in workers
            for room in worker.rooms
            if room.room_id != TRIALS_ROOM and self._access.may_view(actor, room.room_id)
        ]
        lines = [line for room in rooms for line in self._lines(room)]
        worst = heapq.nlargest(WORST_TOLD, lines, key=lambda one: one.line.badness)
        return {
            "started_at": wire.time(self._started_at),
            "workers": [_worker(worker) for worker in workers],
            "rooms": [_room(room, self._people(room.room_id)) for room in rooms],
            "worst": [{"room_id": str(one.room_id), **_line(one)} for one in worst],
            "lines": [_line(one) for one in lines if one.room_id == room_id],
            "files": _files(await self._files.measure()),
        }

    async def all(self) -> tuple[Sequence[WorkerMeasures], Sequence[ParticipantLine]]:
        """Return how every worker and room is, and the worst lines; for nobody in particular."""
        workers = [_without_trials(worker) for worker in await self._relay.measure()]
        rooms = [room for worker in workers for room in worker.rooms]
        return workers, [line for room in rooms for line in self._lines(room)]

    def _people(self, room_id: int) -> int:
        live = self._live.known(room_id)
        return 0 if live is None else len(live.participants)

    def _lines(self, room: RoomMeasures) -> Iterator[ParticipantLine]:
        for line in room.lines:
            # A line at the door is nobody's place, and nobody is told of it.
            participant = self._live.by_peer(room.room_id, line.peer_id)
            if participant is not None:
                yield ParticipantLine(room.room_id, participant.account_id, line)


def _without_trials(worker: WorkerMeasures) -> WorkerMeasures:
    return replace(
        worker, rooms=tuple(room for room in worker.rooms if room.room_id != TRIALS_ROOM)
    )


def _files(measured: FileMeasures) -> dict[str, Any]:
    return {
        "kept_bytes": measured.kept_bytes,
        "most_bytes": measured.most_bytes,
        "free_bytes": measured.free_bytes,
        "disk_bytes": measured.disk_bytes,
    }


def _worker(worker: WorkerMeasures) -> dict[str, Any]:
    return {
        "port": worker.port,
        "has_tcp": worker.has_tcp,
        "is_there": worker.is_there,
        "is_apart": worker.is_apart,
        "restarts": worker.restarts,
        "at_s": worker.at_s,
        "cpu_s": worker.cpu_s,
        "memory_bytes": worker.memory_bytes,
        "peers": worker.peers,
        "received": worker.received,
        "forwarded": worker.forwarded,
        "dropped": worker.dropped,
    }


def _room(room: RoomMeasures, people: int) -> dict[str, Any]:
    return {
        "room_id": str(room.room_id),
        "people": people,
        "received": room.received,
        "forwarded": room.forwarded,
        "dropped": room.dropped,
        "loss_worst": room.loss_worst,
    }


def _line(one: ParticipantLine) -> dict[str, Any]:
    line = one.line
    return {
        "account_id": str(one.account_id),
        "transport": line.transport,
        "loss_up": line.loss_up,
        "loss_down": line.loss_down,
        "jitter_up_ms": _ms(line.jitter_up_s),
        "jitter_down_ms": _ms(line.jitter_down_s),
        "round_trip_ms": _ms(line.round_trip_s),
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * MS_PER_S
