"""Samples from a process of their own: the right sound, its losses, and what a fall of it costs."""

import asyncio
import math
import os
import signal
import struct
from collections.abc import AsyncIterator, Collection, Sequence
from itertools import pairwise

import pytest
from tests.core.relay.conftest import ROOM, Door, PushedClock
from tests.core.relay.test_local import Sink
from tests.core.relay.test_tracks import RATE_HZ, frame, sine
from tests.core.relay.workers import until

from salon.errors import Conflict, Invalid, NotFound, Unavailable
from salon.relay import decoding as decoding_module
from salon.relay import supervisor
from salon.relay.audio import AudioPacket, SampleBlock, Voice
from salon.relay.decoder import CONCEALED_MAX, VoiceDecoder
from salon.relay.decoding import DecodedAttachment, Decoding
from salon.relay.local import LocalRelay
from salon.relay.tracks import TrackEncoder

ANNA = Voice("anna", "1")
WITHIN_S = 10.0


class Listener:
    """A sink of samples; waits at a gate."""

    def __init__(self) -> None:
        self.blocks: list[SampleBlock] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._came = asyncio.Event()

    async def receive(self, blocks: Sequence[SampleBlock]) -> None:
        self.blocks += blocks
        self._came.set()
        await self.gate.wait()

    async def has(self, count: int) -> list[SampleBlock]:
        """Return so many blocks, as soon as they have come."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.blocks) < count:
                self._came.clear()
                await self._came.wait()
        return self.blocks[:count]


@pytest.fixture
async def decoding() -> AsyncIterator[Decoding]:
    decoding = Decoding(log_level="error", log_format="auto")
    yield decoding
    await decoding.stop()
    assert decoding.process_id is None


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Decoding]:
    """A decoder that somebody listens to all the time."""
    decoding = Decoding(log_level="error", log_format="auto")
    no_room = LocalRelay(PushedClock())
    await no_room.open_room(ROOM, slots=1)
    await listen(decoding, no_room, Listener())
    yield decoding
    await decoding.stop()


async def listen(
    decoding: Decoding,
    relay: LocalRelay,
    sink: Listener,
    *,
    rate_hz: int = 16_000,
    owners: Collection[str] | None = None,
    capacity_packets: int = 200,
) -> DecodedAttachment:
    return await decoding.attach(
        sink,
        lambda packets: relay.attach(ROOM, packets),
        rate_hz=rate_hz,
        owners=owners,
        capacity_packets=capacity_packets,
    )


def loudest_hz(blocks: Sequence[SampleBlock]) -> float:
    """Return the tone of a sound, by how often it crosses zero."""
    pcm = b"".join(block.samples for block in blocks)
    samples: tuple[int, ...] = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    assert max(samples) > 4_000
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(samples))
    return crossings / 2 * blocks[0].rate_hz / len(samples)


async def test_what_somebody_says_comes_as_samples_of_the_rate_asked_for(
    running: Decoding, relay: LocalRelay, door: Door
) -> None:
    sinks = {rate_hz: Listener() for rate_hz in (16_000, 48_000)}
    attached = [await listen(running, relay, sinks[hz], rate_hz=hz) for hz in sinks]
    await door.join("anna", 440)
    for rate_hz, sink in sinks.items():
        blocks = (await sink.has(30))[10:]
        assert {block.voice for block in blocks} == {Voice("anna", "of anna")}
        assert all(len(block.samples) == rate_hz // 50 * 2 for block in blocks)
        assert {b.timestamp - a.timestamp for a, b in pairwise(blocks)} == {960}
        assert abs(loudest_hz(blocks) - 440) < 8
    for attachment in attached:
        await attachment.close()
        await attachment.close()
        assert attachment.dropped_packets == 0


async def test_the_decoder_runs_while_somebody_listens_and_no_longer(
    decoding: Decoding, relay: LocalRelay
) -> None:
    assert decoding.process_id is None
    first = await listen(decoding, relay, Listener())
    second = await listen(decoding, relay, Listener())
    process_id = decoding.process_id
    assert process_id is not None
    assert os.getpriority(os.PRIO_PROCESS, process_id) > os.getpriority(os.PRIO_PROCESS, 0)
    await first.close()
    assert decoding.process_id == process_id
    await second.close()
    assert decoding.process_id is None
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    await (await listen(decoding, relay, Listener())).close()


async def test_only_those_who_are_asked_for_are_decoded(
    running: Decoding, relay: LocalRelay, door: Door
) -> None:
    sink = Listener()
    attachment = await listen(running, relay, sink, owners={"of ben"})
    await door.join("anna", 440)
    await door.join("ben", 660)
    assert {block.voice.peer_id for block in await sink.has(20)} == {"ben"}
    await attachment.close()


async def test_a_decoder_that_stands_still_is_replaced_and_costs_only_what_was_under_way(
    running: Decoding, relay: LocalRelay, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "SILENT_LOOKS", 1)
    sink, packets = Listener(), Sink(1)
    attachment = await listen(running, relay, sink)
    other = await relay.attach(ROOM, packets, capacity_packets=1_000)
    await door.join("anna", 440)
    await sink.has(10)
    process_id = running.process_id
    assert process_id is not None
    os.kill(process_id, signal.SIGSTOP)
    await until(lambda: attachment.dropped_packets > 0)
    count = len(sink.blocks)
    await sink.has(count + 10)
    assert running.process_id != process_id
    await attachment.close()
    assert other.dropped_packets == 0


async def test_a_sink_that_stands_still_loses_the_oldest_of_its_own(
    running: Decoding, relay: LocalRelay, door: Door
) -> None:
    stuck, brisk = Listener(), Listener()
    stuck.gate.clear()
    slow = await listen(running, relay, stuck, capacity_packets=5)
    quick = await listen(running, relay, brisk)
    await door.join("anna", 440)
    await brisk.has(30)
    assert slow.dropped_packets > 0
    assert quick.dropped_packets == 0
    stuck.gate.set()
    await slow.close()
    await quick.close()


async def test_a_sink_that_has_failed_is_decoded_for_no_longer(
    decoding: Decoding, relay: LocalRelay, door: Door
) -> None:
    class Broken(Listener):
        async def receive(self, blocks: Sequence[SampleBlock]) -> None:
            raise ValueError(f"no words in {len(blocks)} blocks")

    await listen(decoding, relay, Broken())
    await door.join("anna", 440)
    await until(lambda: decoding.process_id is None)


async def test_what_cannot_be_decoded_is_refused_and_leaves_nothing(
    decoding: Decoding, relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match="44100"):
        await listen(decoding, relay, Listener(), rate_hz=44_100)
    with pytest.raises(NotFound):
        await decoding.attach(
            Listener(),
            lambda packets: relay.attach(8, packets),
            rate_hz=16_000,
            owners=None,
            capacity_packets=25,
        )
    assert decoding.process_id is None
    monkeypatch.setattr(decoding_module, "SINKS_MAX", 1)
    await listen(decoding, relay, Listener())
    with pytest.raises(Conflict):
        await listen(decoding, relay, Listener())


async def test_a_sink_that_is_still_open_after_its_room_keeps_no_place(
    running: Decoding, relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding_module, "SINKS_MAX", 2)
    await listen(running, relay, Listener())
    with pytest.raises(Conflict):
        await listen(running, relay, Listener())
    await relay.close_room(ROOM)
    await relay.open_room(ROOM, slots=1)
    again = await listen(running, relay, Listener())
    await again.close()


async def test_a_decoder_that_does_not_start_is_told_and_tried_again_by_the_next(
    decoding: Decoding, relay: LocalRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Decoding, "command", ("/nowhere/python",))
        with pytest.raises(Unavailable, match="No decoder"):
            await listen(decoding, relay, Listener())
    await listen(decoding, relay, Listener())
    assert decoding.process_id is not None


def said(seconds: float = 1.0) -> list[AudioPacket]:
    """Return somebody's packets: a tone."""
    encoder = TrackEncoder(music=False)
    spoken = encoder.encode(frame(sine(440, round(seconds * RATE_HZ))))
    return [
        AudioPacket(ANNA, one.opus, number, 960 * number, 0.0, one.level_dbov)
        for number, one in enumerate(spoken)
    ]


def decoded(packets: Sequence[AudioPacket]) -> list[SampleBlock]:
    voice = VoiceDecoder(48_000)
    return [block for packet in packets for block in voice.decode(packet)]


def loudness(block: SampleBlock) -> float:
    samples: tuple[int, ...] = struct.unpack(f"<{len(block.samples) // 2}h", block.samples)
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


def test_a_short_loss_is_filled_with_sound_and_marked() -> None:
    packets = said()
    blocks = decoded(packets[:20] + packets[22:])
    assert [block.timestamp for block in blocks] == [packet.timestamp for packet in packets]
    assert [number for number, block in enumerate(blocks) if block.is_concealed] == [20, 21]
    assert loudness(blocks[20]) > loudness(blocks[19]) / 4


def test_a_long_loss_and_a_pause_are_gaps_in_the_timestamps() -> None:
    packets = said()
    blocks = decoded(packets[:10] + packets[40:])
    assert sum(block.is_concealed for block in blocks) == CONCEALED_MAX
    assert len(blocks) == 10 + CONCEALED_MAX + len(packets) - 40
    first, second = said(0.1)[:2]
    later = AudioPacket(ANNA, second.opus, second.sequence, 48_000, 1.0, None)
    assert [(b.timestamp, b.is_concealed) for b in decoded([first, later])] == [
        (0, False),
        (48_000, False),
    ]


def test_a_packet_that_comes_after_a_later_one_is_left_out() -> None:
    first, second, third, *_ = said(0.1)
    blocks = decoded([first, third, second, third])
    assert [block.timestamp for block in blocks] == [0, 960, 1_920]


@pytest.mark.parametrize("opus", [b"", b"\xff", b"\x0b\xff", bytes((0xFB, 0xFF)) + bytes(20)])
def test_what_libopus_refuses_is_refused_and_the_voice_goes_on(opus: bytes) -> None:
    voice = VoiceDecoder(48_000)
    first, second, *_ = said(0.1)
    list(voice.decode(first))
    with pytest.raises(ValueError):  # noqa: PT011 the words are libopus'
        list(voice.decode(AudioPacket(ANNA, opus, 1, 960, 0.0, None)))
    assert [block.timestamp for block in voice.decode(second)] == [960]
