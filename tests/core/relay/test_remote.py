"""The relay in a process of its own: the same sound, and back by itself when the process dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from tests.core.relay.conftest import ROOM, Door, Ledger, counted
from tests.core.relay.test_local import REFUSED, Sink

from salon.errors import Unavailable
from salon.relay import wire
from salon.relay.audio import AudioPacket, Voice
from salon.relay.control import PeerLost, SlotsChanged, SpeakingChanged
from salon.relay.remote import RemoteRelay, WorkerSettings

WITHIN_S = 10.0


@pytest.fixture
async def relay() -> AsyncIterator[RemoteRelay]:
    relay = RemoteRelay(WorkerSettings(log_level="error"))
    await relay.start()
    await relay.rebind(["127.0.0.1"], 0)
    await relay.open_room(ROOM, slots=2)
    yield relay
    await relay.stop()


async def ready_again(relay: RemoteRelay) -> None:
    """Return when a worker takes people in again."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                await relay.add_peer(ROOM, "a look", "1", may_speak=False)
            except Unavailable:
                await asyncio.sleep(0.02)
            else:
                await relay.remove_peer("a look")
                return


def kill(relay: RemoteRelay, number: int = signal.SIGKILL) -> int:
    assert relay.process_id is not None
    os.kill(relay.process_id, number)
    return relay.process_id


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
    packets = sink.packets
    assert {p.voice for p in packets} == {Voice("anna", "of anna")}
    assert [p.sequence - packets[0].sequence for p in packets] == list(range(len(packets)))
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


async def test_a_worker_that_stands_still_is_replaced(relay: RemoteRelay) -> None:
    dead = kill(relay, signal.SIGSTOP)
    with pytest.raises(Unavailable):
        await relay.add_peer(ROOM, "anna", "1", may_speak=True)
    await ready_again(relay)
    assert relay.process_id != dead


async def test_what_was_closed_while_no_worker_was_there_stays_closed(relay: RemoteRelay) -> None:
    await relay.open_room(8, slots=2)
    attachment = await relay.attach(8, Sink(1))
    kill(relay)
    await relay.close_room(8)
    await attachment.close()
    await ready_again(relay)
    await counted(relay, "rooms", 1)
    assert relay.counters()["rooms"] == 1


async def test_a_worker_ends_with_its_core(relay: RemoteRelay) -> None:
    process_id = relay.process_id
    assert process_id is not None
    await relay.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


PACKET = AudioPacket(Voice("anna", "1"), b"\x78sound", 3, 2_880, 12.5, None)


def test_packets_of_a_sink_survive_the_way() -> None:
    loud = AudioPacket(Voice("ben", "2"), b"", 2**40, 2**41, 0.0, -127)
    (frame,) = wire.packets_frames(7, 3, [PACKET, loud])
    ((kind, body),) = wire.Frames().feed(frame)
    assert kind == wire.PACKETS
    assert wire.packets_of(body) == (7, 3, [PACKET, loud])


def test_a_frame_that_comes_byte_by_byte_is_one_frame() -> None:
    frames = wire.Frames()
    came = [f for byte in wire.json_frame({"id": 1}) for f in frames.feed(bytes((byte,)))]
    assert came == [(wire.JSON, b'{"id":1}')]


GARBLED = {
    "too long": b"\x7f\xff\xff\xff\x00",
    "empty": b"\x00\x00\x00\x00\x00",
    "of no kind": b"\x00\x00\x00\x02\x09x",
}


@pytest.mark.parametrize("kind", GARBLED)
def test_a_stream_that_is_not_of_this_protocol_is_refused(kind: str) -> None:
    with pytest.raises(wire.Garbled):
        list(wire.Frames().feed(GARBLED[kind]))


def test_packets_that_are_cut_are_refused() -> None:
    (frame,) = wire.packets_frames(7, 0, [PACKET])
    ((_, body),) = wire.Frames().feed(frame)
    for end in range(len(body)):
        if end == 8:  # no packet at all is a whole batch
            continue
        with pytest.raises(wire.Garbled):
            wire.packets_of(body[:end])


@pytest.mark.parametrize("said", [b"[]", b"{", b'{"told": "nothing"}', b'{"told": "lost"}'])
def test_what_a_worker_never_says_is_refused(said: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.event_of(wire.json_of(said))
