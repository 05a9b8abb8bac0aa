"""The server's own ears and voices: sinks with bounded buffers, and sources. Never in the way."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import structlog

from salon.errors import Invalid
from salon.relay.audio import (
    PACKET_SAMPLES,
    SAMPLE_RATE_HZ,
    SILENT_DBOV,
    SINK_PACKETS_MAX,
    AudioPacket,
    Voice,
)
from salon.relay.rtp import opus_samples

CLOSE_S = 10.0  # for a sink to take the last of its buffer
PAUSE_S = 0.2  # later than this is a pause, and the timestamps follow the clock again

Heard = TypeVar("Heard")
Heard_contra = TypeVar("Heard_contra", contravariant=True)

log = structlog.get_logger(__name__)


class Sink(Protocol[Heard_contra]):
    """Any sink: of packets, of samples, of levels."""

    async def receive(self, heard: Sequence[Heard_contra], /) -> None: ...


class Tap(Generic[Heard]):
    """One sink's buffer and the task that empties it; an `Attachment` to its customer."""

    def __init__(
        self, sink: Sink[Heard], capacity_packets: int, ended: Callable[["Tap[Heard]"], Any]
    ) -> None:
        if not 1 <= capacity_packets <= SINK_PACKETS_MAX:
            raise Invalid(f"a sink's buffer holds 1 to {SINK_PACKETS_MAX} packets")
        self._sink = sink
        self._ended = ended
        self._waiting: deque[Heard] = deque(maxlen=capacity_packets)
        self._dropped_packets = 0
        self._came = asyncio.Event()
        self._is_closing = False
        self._task = asyncio.create_task(self._deliver(), name="relay.tap")

    @property
    def dropped_packets(self) -> int:
        return self._dropped_packets

    @property
    def is_open(self) -> bool:
        return not self._is_closing

    @property
    def has_failed(self) -> bool:
        """Whether the sink is not called any more."""
        return self._task.done()

    def put(self, packet: Heard) -> None:
        """Queue without waiting. If the buffer is full, the oldest is lost and counted."""
        if self._task.done():
            self._dropped_packets += 1
            return
        if len(self._waiting) == self._waiting.maxlen:
            self._dropped_packets += 1
        self._waiting.append(packet)
        self._came.set()

    async def _deliver(self) -> None:
        while self._waiting or not self._is_closing:
            await self._came.wait()
            self._came.clear()
            batch = tuple(self._waiting)
            self._waiting.clear()
            if not batch:
                continue
            try:
                await self._sink.receive(batch)
            except Exception:  # foreign code: it ends here, the room goes on
                self._dropped_packets += len(batch) + len(self._waiting)
                log.exception("a sink failed and is no longer called")
                return

    async def close(self) -> None:
        self._ended(self)
        self._is_closing = True
        self._came.set()
        done, _ = await asyncio.wait({self._task}, timeout=CLOSE_S)
        if not done:
            self._dropped_packets += len(self._waiting)
            self._task.cancel()
            log.warning("a sink did not take its last packets in time", waited_s=CLOSE_S)


class LocalSource:
    """A voice of the server's; numbers what a plugin says."""

    def __init__(
        self,
        voice: Voice,
        *,
        monotonic_s: Callable[[], float],
        say: Callable[[AudioPacket, int], None],
        ended: Callable[[], None],
    ) -> None:
        self._voice = voice
        self._monotonic_s = monotonic_s
        self._say = say
        self._ended = ended
        self._is_open = True
        self._sequence = 0
        self._timestamp = 0  # of the next packet
        self._due_s: float | None = None  # when the next packet follows without a pause

    @property
    def peer_id(self) -> str:
        return self._voice.peer_id

    @property
    def is_open(self) -> bool:
        return self._is_open

    def put(
        self, opus: bytes, *, samples: int = PACKET_SAMPLES, level_dbov: int | None = None
    ) -> None:
        check_spoken(opus, samples, level_dbov)
        if not self._is_open:
            return
        now_s = self._monotonic_s()
        self._catch_up(now_s)
        self._sequence += 1
        packet = AudioPacket(
            self._voice, bytes(opus), self._sequence, self._timestamp, now_s, level_dbov
        )
        self._timestamp += samples
        self._due_s = (now_s if self._due_s is None else self._due_s) + samples / SAMPLE_RATE_HZ
        self._say(packet, samples)

    def _catch_up(self, now_s: float) -> None:
        if self._due_s is not None and now_s - self._due_s > PAUSE_S:
            self._timestamp += round((now_s - self._due_s) * SAMPLE_RATE_HZ)
            self._due_s = now_s

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._ended()


def check_spoken(opus: bytes, samples: int, level_dbov: int | None) -> None:
    """Raise Invalid if this is not what a source may say."""
    try:
        spoken = opus_samples(opus)
    except ValueError as error:
        raise Invalid(f"what a source says is no Opus packet: {error}", field="opus") from error
    if spoken != samples:
        raise Invalid(f"the packet has {spoken} samples, not {samples}", field="samples")
    if level_dbov is not None and not SILENT_DBOV <= level_dbov <= 0:
        raise Invalid(f"a level is {SILENT_DBOV} to 0, not {level_dbov}", field="level_dbov")
