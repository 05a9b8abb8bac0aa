"""Sinks that are slow, sinks that fail, sources that pause."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from tests.core.relay.conftest import ROOM
from tests.core.relay.test_peer import Join, join, offered

from salon.errors import Invalid
from salon.relay.audio import SILENCE_OPUS, AudioPacket, Voice
from salon.relay.local import LocalRelay
from salon.relay.taps import LocalSource, Tap

__all__ = ["join", "offered"]  # fixtures of pages that can misbehave

ANNA = Voice("anna", "1")


def _packets(count: int) -> list[AudioPacket]:
    return [AudioPacket(ANNA, b"x", number, number * 960, 0.0, None) for number in range(count)]


class Sink:
    """Keeps what it gets; waits at a gate, fails when told to."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()
        self.fault: Exception | None = None
        self.got: list[int] = []
        self.calls = 0

    async def receive(self, packets: Sequence[AudioPacket]) -> None:
        self.calls += 1
        self.entered.set()
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.got += [packet.sequence for packet in packets]


@pytest.fixture
async def sink() -> Sink:
    return Sink()


@pytest.fixture
async def tap(sink: Sink) -> AsyncIterator[Tap[AudioPacket]]:
    tap: Tap[AudioPacket] = Tap(sink, 4, lambda _tap: None)
    yield tap
    await tap.close()


async def test_closing_hands_over_what_waits(tap: Tap[AudioPacket], sink: Sink) -> None:
    for packet in _packets(3):
        tap.put(packet)
    await tap.close()
    assert sink.got == [0, 1, 2]
    assert tap.dropped_packets == 0


async def test_a_full_sink_buffer_loses_the_oldest_packet_and_counts_it(
    tap: Tap[AudioPacket], sink: Sink
) -> None:
    for packet in _packets(6):
        tap.put(packet)
    await tap.close()
    assert sink.got == [2, 3, 4, 5]
    assert tap.dropped_packets == 2


async def test_a_slow_sink_gets_the_next_packets_in_one_batch(
    tap: Tap[AudioPacket], sink: Sink
) -> None:
    sink.gate.clear()
    first, *rest = _packets(4)
    tap.put(first)
    await sink.entered.wait()
    for packet in rest:
        tap.put(packet)
    sink.gate.set()
    await tap.close()
    assert (sink.calls, sink.got) == (2, [0, 1, 2, 3])


async def test_a_sink_that_fails_is_not_called_again_and_its_packets_count_as_lost(
    tap: Tap[AudioPacket], sink: Sink
) -> None:
    sink.fault = ValueError("disk full")
    tap.put(_packets(1)[0])
    await tap.close()
    tap.put(_packets(1)[0])
    assert (sink.calls, tap.dropped_packets) == (1, 2)


async def test_a_sink_that_stalls_loses_its_own_and_neither_people_nor_other_sinks_notice(
    join: Join, relay: LocalRelay, sink: Sink
) -> None:
    anna, ben, other = await join("anna"), await join("ben"), Sink()
    sink.gate.clear()
    stalled = await relay.attach(ROOM, sink, capacity_packets=5)
    attached = await relay.attach(ROOM, other)
    words = [b"\x78word %d" % number for number in range(40)]
    heard = []
    for word in words:
        anna.say(word)
        heard.append((await ben.hear()).payload)
    await attached.close()
    assert heard == words
    assert len(other.got) == len(words)
    assert (attached.dropped_packets, stalled.dropped_packets > 20) == (0, True)
    sink.gate.set()


async def test_closing_twice_is_closing_once(tap: Tap[AudioPacket]) -> None:
    await tap.close()
    await tap.close()


@pytest.mark.parametrize("capacity", [0, -1, 6_001])
async def test_a_buffer_without_a_sensible_limit_is_refused(sink: Sink, capacity: int) -> None:
    with pytest.raises(Invalid, match="buffer"):
        Tap(sink, capacity, lambda _tap: None)


class Speaker:
    """A source whose clock and listener are the test."""

    def __init__(self) -> None:
        self.now_s = 50.0
        self.said: list[AudioPacket] = []
        self.ended = 0
        self.source = LocalSource(
            ANNA, monotonic_s=lambda: self.now_s, say=self._say, ended=self._end
        )

    def _say(self, packet: AudioPacket, _samples: int) -> None:
        self.said.append(packet)

    def _end(self) -> None:
        self.ended += 1


def test_a_source_counts_its_packets_and_samples() -> None:
    speaker = Speaker()
    for _ in range(3):
        speaker.source.put(SILENCE_OPUS, level_dbov=-40)
        speaker.now_s += 0.02
    assert [packet.timestamp for packet in speaker.said] == [0, 960, 1_920]
    assert [packet.sequence for packet in speaker.said] == [1, 2, 3]
    assert speaker.source.peer_id == "anna"


def test_a_pause_of_a_source_is_a_gap_in_its_timestamps() -> None:
    speaker = Speaker()
    speaker.source.put(SILENCE_OPUS)
    speaker.now_s += 1.02
    speaker.source.put(SILENCE_OPUS)
    assert [packet.timestamp for packet in speaker.said] == [0, 960 + 48_000]


@pytest.mark.parametrize(
    "put",
    [
        lambda source: source.put(b""),
        lambda source: source.put(bytes(1_276)),
        lambda source: source.put(SILENCE_OPUS, samples=480),
        lambda source: source.put(SILENCE_OPUS, level_dbov=3),
    ],
)
def test_what_is_no_packet_of_sound_is_refused(put: Callable[[LocalSource], None]) -> None:
    speaker = Speaker()
    with pytest.raises(Invalid):
        put(speaker.source)
    assert speaker.said == []


async def test_a_closed_source_says_nothing_and_ends_once() -> None:
    speaker = Speaker()
    await speaker.source.close()
    await speaker.source.close()
    speaker.source.put(SILENCE_OPUS)
    assert (speaker.said, speaker.ended) == ([], 1)
