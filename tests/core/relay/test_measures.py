"""What the relay tells of itself: per worker, per room, per line."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from tests.core.relay.conftest import HEARD_S, ROOM, Door, counted
from tests.core.relay.test_peer import SOUND, Join, join, offered

from salon.clock import SystemClock
from salon.relay import wire
from salon.relay.control import Relay
from salon.relay.local import PEER_ID_CHARACTERS, LocalRelay
from salon.relay.measures import (
    LINES_TOLD,
    ROOMS_TOLD,
    LineMeasures,
    RoomMeasures,
    WorkerMeasures,
    worst_of,
)
from salon.relay.peer import Peer
from salon.relay.voices import Voices

__all__ = ["join", "offered"]  # fixtures of pages that can misbehave

OTHER = 8
REASONS = 25  # for which packets are dropped, and some more


async def measured(
    relay: Relay, is_it: Callable[[RoomMeasures], bool] = lambda _room: True
) -> tuple[WorkerMeasures, RoomMeasures]:
    """Return the measures when they are so. Nothing tells of them, so they are asked for."""
    async with asyncio.timeout(HEARD_S):
        while True:
            (worker,) = await relay.measure(ROOM)
            room = next(room for room in worker.rooms if room.room_id == ROOM)
            if is_it(room):
                return worker, room
            await asyncio.sleep(0.02)


async def test_a_line_is_told_with_its_losses_and_its_round_trip(
    door: Door, relay: LocalRelay
) -> None:
    await door.join("anna", 440)
    ben = await door.join("ben")
    assert await ben.hears(440)

    def is_known(room: RoomMeasures) -> bool:
        lines = {line.peer_id: line for line in room.lines}
        return lines["anna"].loss_up is not None and lines["ben"].round_trip_s is not None

    worker, room = await measured(relay, is_known)
    lines = {line.peer_id: line for line in room.lines}
    assert (lines["anna"].owner, lines["anna"].transport) == ("of anna", "udp")
    assert lines["anna"].loss_up == 0.0
    assert lines["ben"].loss_up is None  # says nothing: not known is not good
    assert lines["ben"].loss_down in {0.0, None}
    assert 0.0 <= (lines["ben"].round_trip_s or 0.0) < 0.5
    assert (room.peers, worker.peers, worker.port) == (2, 2, relay.port)
    assert worker.received > room.received > 0
    assert worker.forwarded == room.forwarded > 0
    assert worker.cpu_s > 0
    assert worker.memory_bytes > 1_000_000


async def test_what_is_lost_on_the_way_here_is_the_lines_and_the_rooms(
    join: Join, relay: LocalRelay
) -> None:
    anna = await join("anna")
    for _ in range(4):
        anna.say(SOUND)
    anna.sequence += 4
    for _ in range(2):
        anna.say(SOUND)
    _, room = await measured(relay, lambda room: room.loss_worst is not None)
    assert room.loss_worst == pytest.approx(0.4)
    assert room.lines[0].loss_up == pytest.approx(0.4)
    assert room.jitter_worst_s == room.lines[0].jitter_up_s


async def test_what_was_dropped_is_told_where_it_was_dropped(join: Join, relay: LocalRelay) -> None:
    await relay.open_room(OTHER)
    anna = await join("anna")
    anna.say(SOUND, payload_type=96)
    anna.send(b"\xff junk")
    await counted(relay, "dropped.payload_type", 1)
    await counted(relay, "dropped.junk", 1)
    worker, room = await measured(relay)
    other = next(room for room in worker.rooms if room.room_id == OTHER)
    assert room.dropped == {"payload_type": 1}
    assert other.dropped == {}
    assert (worker.dropped["payload_type"], worker.dropped["junk"]) == (1, 1)


async def test_what_a_room_counted_stays_counted_when_it_has_closed(
    join: Join, relay: LocalRelay
) -> None:
    anna = await join("anna")
    anna.say(SOUND, payload_type=96)
    await counted(relay, "dropped.payload_type", 1)
    await relay.close_room(ROOM)
    (worker,) = await relay.measure()
    assert worker.rooms == ()
    assert worker.dropped["payload_type"] == 1


def _line(number: int, loss: float | None = None, jitter_s: float | None = None) -> LineMeasures:
    return LineMeasures(f"peer {number}", "1", "udp", loss, None, jitter_s, None, None)


class _Lines(LocalRelay):
    """A relay in which so many peers are in each room, number 3 with a bad line, 4 a worse one."""

    def __init__(self, peers: Mapping[int, int]) -> None:
        super().__init__(SystemClock())
        numbers = itertools.count()
        for room_id, count in peers.items():
            voices = Voices(
                room_id,
                slots=1,
                packed_from=0,
                monotonic_s=lambda: 0.0,
                send=lambda _d, _p: True,
                tell=lambda _e: None,
            )
            self._rooms[room_id] = voices
            for number in itertools.islice(numbers, count):
                line = _line(number, {3: 0.2, 4: 0.5}.get(number))
                measure = SimpleNamespace(voices=voices, measure=lambda _now_s, line=line: line)
                self._peers[line.peer_id] = cast("Peer", measure)

    async def told(self, room_id: int | None) -> dict[int, list[str]]:
        (worker,) = await self.measure(room_id)
        return {room.room_id: [line.peer_id for line in room.lines] for room in worker.rooms}


async def test_of_all_rooms_the_worst_lines_are_told_and_all_of_the_room_asked_for() -> None:
    many = LINES_TOLD + 10
    relay = _Lines({ROOM: 2, OTHER: many})
    told = await relay.told(ROOM)
    assert told[ROOM] == ["peer 0", "peer 1"]
    assert {"peer 3", "peer 4"} <= set(told[OTHER])
    assert len(told[OTHER]) <= LINES_TOLD
    told = await relay.told(OTHER)
    assert told[OTHER][:2] == ["peer 4", "peer 3"]
    assert len(told[OTHER]) == LINES_TOLD


async def test_of_many_rooms_the_fullest_are_told_and_the_one_asked_for() -> None:
    empty = ROOMS_TOLD + 5
    relay = _Lines({ROOM: 0, OTHER: 0, **{100 + n: 1 for n in range(empty)}})
    told = await relay.told(OTHER)
    assert len(told) == ROOMS_TOLD + 1
    assert OTHER in told
    assert ROOM not in told


def test_of_equal_losses_the_less_steady_line_is_worse() -> None:
    lines = [_line(1, 0.1, 0.01), _line(2, 0.1, 0.03), _line(3, None, 0.5), _line(4)]
    assert [line.peer_id for line in worst_of(lines)] == ["peer 2", "peer 1", "peer 3", "peer 4"]


def test_the_most_that_is_told_fits_a_frame() -> None:
    share = 0.123_456_789_012_345_6
    line = LineMeasures("p" * PEER_ID_CHARACTERS, str(1 << 63), "udp", *[share] * 5)
    every = {f"a long word for why {number}": 10**12 for number in range(REASONS)}
    room = RoomMeasures(1 << 63, 10**6, 10**12, 10**12, every, share, share)
    lines = tuple(replace(room, lines=(line,)) for _ in range(2 * LINES_TOLD))
    rooms = (*lines, room)
    assert len(rooms) == ROOMS_TOLD + 1
    worker = WorkerMeasures(8_081, dropped=every, rooms=rooms)
    assert wire.json_frame({"id": 1 << 31, "got": wire.measured(worker)})


def test_measures_survive_the_way_from_a_worker() -> None:
    room = RoomMeasures(ROOM, 1, 2, 3, {"muted": 4}, None, None, (_line(1),))
    worker = WorkerMeasures(8_081, dropped={"junk": 1}, rooms=(room,))
    frame = wire.json_frame({"id": 1, "got": wire.measured(worker)})
    ((_, body),) = wire.Frames().feed(frame)
    assert wire.measures_of(wire.json_of(body)["got"]) == worker


@pytest.mark.parametrize("got", [None, [], {}, {"rooms": [{}]}, {"rooms": [], "mood": "good"}])
def test_measures_that_no_worker_makes_are_refused(got: object) -> None:
    with pytest.raises(wire.Garbled):
        wire.measures_of(got)
