"""The relay in a process of its own: the same sound, and back with all that was open."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Sequence

import orjson
import pytest
from tests.core.relay.conftest import ROOM, Door, Ledger, counted
from tests.core.relay.test_local import REFUSED, Sink
from tests.core.relay.workers import (
    WITHIN_S,
    a_worker,
    kill,
    next_process,
    ready_again,
    until,
)

from salon.errors import Unavailable
from salon.relay import wire
from salon.relay.audio import AudioPacket, Voice
from salon.relay.control import LevelsHeard, PeerLost, SlotsChanged, SpeakingChanged
from salon.relay.local import SINKS_PER_ROOM
from salon.relay.remote import RemoteRelay
from salon.relay.worker import READ_BYTES, Worker


@pytest.fixture
async def relay() -> AsyncIterator[RemoteRelay]:
    async with a_worker() as relay:
        yield relay


async def test_two_people_hear_each_other_and_who_talks_is_told(door: Door, ledger: Ledger) -> None:
    anna = await door.join("anna", 440)
    ben = await door.join("ben", 1_000)
    assert await anna.hears(1_000)
    assert await ben.hears(440)
    await ledger.until(lambda e: e == SpeakingChanged(ROOM, ("anna", "ben")))


async def test_who_is_muted_is_silent_and_heard_again_later(door: Door, relay: RemoteRelay) -> None:
    await door.join("anna", 440)
    ben = await door.join("ben")
    assert await ben.hears(440)
    await relay.allow("anna", speak=False, hear=True)
    assert await ben.hears_silence()
    await relay.allow("anna", speak=True, hear=True)
    assert await ben.hears(440)


async def test_a_sink_gets_every_packet_in_order_up_to_its_end(
    door: Door, relay: RemoteRelay
) -> None:
    sink = Sink(25)
    attachment = await relay.attach(ROOM, sink)
    await door.join("anna", 440)
    async with asyncio.timeout(WITHIN_S):
        await sink.has_enough.wait()
    await attachment.close()
    await attachment.close()
    assert {p.voice for p in sink.packets} == {Voice("anna", "of anna")}
    assert sink.has_every_number
    assert attachment.dropped_packets == 0


async def test_a_source_is_heard_and_falls_silent(
    door: Door, relay: RemoteRelay, ledger: Ledger
) -> None:
    sink = Sink(60)
    attachment = await relay.attach(ROOM, sink, capacity_packets=200)
    await door.join("anna", 440)
    async with asyncio.timeout(WITHIN_S):
        await sink.has_enough.wait()
    await attachment.close()
    await relay.remove_peer("anna")
    ben = await door.join("ben")
    source = await relay.open_source(ROOM, "42")
    for packet in sink.packets:
        source.put(packet.opus, level_dbov=packet.level_dbov)
        await asyncio.sleep(0.015)
    assert await ben.hears(440)
    await source.close()
    await ledger.until(lambda e: e == SlotsChanged(ROOM, (None, None)))


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_is_refused_as_without_a_process(
    relay: RemoteRelay, kind: str
) -> None:
    await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    ask, error = REFUSED[kind]
    with pytest.raises(error):
        await ask(relay)  # type: ignore[misc]


async def test_after_a_kill_peers_are_lost_and_the_room_its_sinks_and_sources_are_back(
    door: Door, relay: RemoteRelay, ledger: Ledger
) -> None:
    sink = Sink(1)
    await relay.attach(ROOM, sink)
    await relay.open_source(ROOM, "42")
    await relay.watch_levels(ROOM, told=True)
    await door.join("anna", 440)
    port = relay.port
    dead = kill(relay)
    await ledger.until(lambda e: e == PeerLost(ROOM, "anna"))
    await ready_again(relay)
    assert relay.process_id != dead
    assert relay.port == port
    sink.packets.clear()
    sink.has_enough.clear()
    await relay.remove_peer("anna")
    await door.join("anna again", 440)
    ben = await door.join("ben")
    assert await ben.hears(440)
    async with asyncio.timeout(WITHIN_S):
        await sink.has_enough.wait()
    await ledger.until(lambda e: isinstance(e, LevelsHeard) and "anna again" in e.levels_dbov)


async def test_what_was_closed_while_no_worker_was_there_stays_closed(relay: RemoteRelay) -> None:
    await relay.open_room(8, slots=2)
    attachment = await relay.attach(8, Sink(1))
    kill(relay)
    await relay.close_room(8)
    await attachment.close()
    await ready_again(relay)
    await counted(relay, "rooms", 1)
    assert relay.counters()["rooms"] == 1


async def test_a_question_that_meets_a_fault_is_refused_and_the_worker_goes_on(
    relay: RemoteRelay,
) -> None:
    process_id = relay.process_id
    with pytest.raises(Unavailable):
        await relay.add_peer(ROOM, 5, "1", may_speak=True)  # type: ignore[arg-type]
    assert await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    assert relay.process_id == process_id


async def test_an_answer_that_no_frame_holds_is_refused_and_the_next_one_is_given() -> None:
    ours, theirs = socket.socketpair()
    worker = Worker(*await asyncio.open_unix_connection(sock=theirs))
    answers = iter(["a" * wire.FRAME_MAX_BYTES, "short"])

    async def measure(**_given: object) -> str:
        return next(answers)

    worker._asked = {"measure": measure}
    for id_ in (1, 2):
        await worker._take(wire.JSON, orjson.dumps({"id": id_, "ask": "measure", "with": {}}))
    ((_, refused), (_, got)) = wire.Frames().feed(ours.recv(READ_BYTES))
    assert wire.json_of(refused)["refused"]["code"] == "unavailable"
    assert wire.json_of(got) == {"id": 2, "got": "short"}
    ours.close()
    worker._writer.close()


async def test_a_worker_tells_its_measures_and_one_that_fell_is_told_as_away(
    door: Door, relay: RemoteRelay
) -> None:
    await door.join("anna", 440)
    await counted(relay, "taken.sound", 1)
    (before,) = await relay.measure(ROOM)
    assert (before.is_there, before.is_apart, before.restarts) == (True, True, 0)
    assert (before.port, before.peers, before.rooms[0].room_id) == (relay.port, 1, ROOM)
    assert [line.owner for line in before.rooms[0].lines] == ["of anna"]
    kill(relay)
    await until(lambda: relay.process_id is None)
    (away,) = await relay.measure(ROOM)
    assert (away.is_there, away.port, away.restarts) == (False, relay.port, 1)


async def test_nobodys_question_comes_before_a_new_worker_was_told_how_to_begin(
    relay: RemoteRelay,
) -> None:
    await counted(relay, "rooms", 1)
    dead, seen = kill(relay), set()
    await until(lambda: "rooms" not in relay.counters())
    asked: list[asyncio.Task[None]] = []
    async with asyncio.timeout(WITHIN_S):
        while "rooms" not in relay.counters():  # of the new one
            if relay.process_id not in seen:
                seen.add(relay.process_id)
                asked.clear()
            if len(asked) < 200:
                asked.append(asyncio.create_task(relay.allow("anna", speak=True, hear=True)))
            await asyncio.sleep(0)
    await asyncio.gather(*asked)
    assert len(seen - {None, dead}) == 1


async def test_a_room_that_is_opened_while_no_worker_is_there_is_open_in_the_next(
    relay: RemoteRelay,
) -> None:
    kill(relay)
    await relay.open_room(8, slots=2)
    await ready_again(relay)
    assert await relay.add_peer(8, "anna", "1", may_speak=True)


async def test_a_room_that_closes_ends_for_people_before_its_sinks_have_written(
    relay: RemoteRelay, door: Door, ledger: Ledger
) -> None:
    written = asyncio.Event()

    class Slow(Sink):
        async def receive(self, packets: Sequence[AudioPacket]) -> None:
            await super().receive(packets)
            await written.wait()

    sink = Slow(1)
    await relay.attach(ROOM, sink)
    await door.join("anna", 440)
    await asyncio.wait_for(sink.has_enough.wait(), WITHIN_S)
    await counted(relay, "peers", 1)
    closing = asyncio.create_task(relay.close_room(ROOM))
    await until(lambda: relay.counters()["peers"] == 0)
    assert not closing.done()
    written.set()
    await closing


async def places_for_sinks(relay: RemoteRelay) -> int:
    taken = [await relay.attach(ROOM, Sink(1)) for _ in range(SINKS_PER_ROOM)]
    return len(taken)


async def test_a_sink_that_is_closed_while_a_new_worker_begins_is_not_kept_there(
    relay: RemoteRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [await relay.attach(ROOM, Sink(1)) for _ in range(2)]
    closing: list[asyncio.Task[None]] = []
    monkeypatch.setattr(first, "moved", lambda: closing.append(asyncio.create_task(second.close())))
    kill(relay)
    await until(lambda: bool(closing))
    await asyncio.gather(*closing)
    await ready_again(relay)
    await first.close()
    assert await places_for_sinks(relay) == SINKS_PER_ROOM


async def test_sinks_that_nobody_waits_for_any_more_take_no_place(relay: RemoteRelay) -> None:
    kill(relay, signal.SIGSTOP)
    asked = [asyncio.create_task(relay.attach(ROOM, Sink(1))) for _ in range(SINKS_PER_ROOM)]
    await asyncio.wait(asked, timeout=0.05)
    for one in asked:
        one.cancel()
    await asyncio.wait(asked)
    kill(relay, signal.SIGCONT)
    assert await places_for_sinks(relay) == SINKS_PER_ROOM


async def test_who_is_removed_before_the_offer_has_come_is_not_in_the_room(
    relay: RemoteRelay,
) -> None:
    coming = asyncio.create_task(relay.add_peer(ROOM, "anna", "1", may_speak=True))
    await asyncio.wait({coming}, timeout=0)
    await relay.remove_peer("anna")
    with pytest.raises(Unavailable):
        await coming
    assert await relay.add_peer(ROOM, "anna", "1", may_speak=True)


async def test_an_address_that_is_changed_while_a_new_worker_begins_is_the_one_in_use(
    relay: RemoteRelay,
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    await next_process(relay, kill(relay))
    await relay.rebind(["127.0.0.1"], port)
    offer = await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    assert relay.port == port
    assert f"127.0.0.1 {port} typ host" in offer
