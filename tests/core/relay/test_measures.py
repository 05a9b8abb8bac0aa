"""What the relay tells of itself: per worker, per room, per line."""

import asyncio
from collections.abc import Callable

import pytest
from tests.core.relay.conftest import HEARD_S, ROOM, Door, counted
from tests.core.relay.test_peer import SOUND, Join, join, offered

from salon.relay import wire
from salon.relay.control import Relay
from salon.relay.local import LocalRelay
from salon.relay.measures import LINES_TOLD, LineMeasures, RoomMeasures, WorkerMeasures
from salon.relay.voices import Voices

__all__ = ["join", "offered"]  # fixtures of pages that can misbehave

OTHER = 8


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


async def test_lines_are_told_of_the_room_that_was_asked_for_only(
    join: Join, relay: LocalRelay
) -> None:
    await join("anna")
    (worker,) = await relay.measure()
    assert [(room.peers, room.lines) for room in worker.rooms] == [(1, ())]


def _line(number: int, loss: float | None = None) -> LineMeasures:
    return LineMeasures(f"peer {number}", "1", "udp", loss, None, None, None, None)


def test_of_many_lines_the_worst_are_told() -> None:
    voices = Voices(
        ROOM,
        slots=1,
        packed_from=0,
        monotonic_s=lambda: 0.0,
        send=lambda _d, _p: None,
        tell=lambda _e: None,
    )
    lines = [_line(number) for number in range(2_000)] + [_line(2_000, 0.5)]
    room = voices.measure(lines, in_full=True)
    assert (room.peers, len(room.lines)) == (2_001, LINES_TOLD)
    assert room.lines[0].peer_id == "peer 2000"


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
