"""Tracks that are played into a room: frames of samples become a source's Opus packets.

A track is any audio `MediaStreamTrack` of aiortc, known by its structure. It is coded in a thread
of the core's: libopus works without Python's lock, so that nothing waits for it. The media worker
sees packets only.
"""

import asyncio
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any, Protocol

from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler, CodecContext

from salon.errors import Invalid
from salon.relay.audio import PACKET_SAMPLES, SAMPLE_RATE_HZ, SILENT_DBOV
from salon.relay.control import Source

SPEECH_BITS_PER_S = 32_000  # what browsers choose for a voice
MUSIC_BITS_PER_S = 96_000  # of both sides together
FRAME_SAMPLES_MAX = 10 * SAMPLE_RATE_HZ  # of what a track may give at once
FULL_SCALE = 32_768
LATE_S = 0.1  # that a packet may be, and the next ones make good

_SPEECH = {"application": "voip", "frame_duration": "20", "fec": "1", "packet_loss": "10"}
_MUSIC = {"application": "audio", "frame_duration": "20", "vbr": "constrained"}  # to its budget


class Track(Protocol):
    """An audio track as aiortc has them; it sets the pace."""

    @property
    def kind(self) -> str:
        """What it carries: only "audio" can be played."""

    async def recv(self) -> Any:
        """Return the next `av.AudioFrame`, when it is due. Raises MediaStreamError at the end."""

    def stop(self) -> None:
        """End; called once when it is no longer played."""


def check_audible(track: Track) -> None:
    """Raise Invalid for a track that cannot be played."""
    if track.kind != "audio":
        raise Invalid(f"a track of kind {track.kind!r}, only audio can be heard", field="track")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One packet of 20 ms and how loud it is (RFC 6464)."""

    opus: bytes
    level_dbov: int


class TrackEncoder:
    """Frames of any rate and layout in, packets out. For one thread at a time."""

    def __init__(self, *, music: bool) -> None:
        layout = "stereo" if music else "mono"
        self._channels = 2 if music else 1
        self._resampler = AudioResampler("s16", layout, SAMPLE_RATE_HZ, PACKET_SAMPLES)
        self._codec = CodecContext.create("libopus", "w")
        self._codec.sample_rate = SAMPLE_RATE_HZ
        self._codec.time_base = Fraction(1, SAMPLE_RATE_HZ)
        self._codec.layout, self._codec.format = layout, "s16"
        self._codec.bit_rate = MUSIC_BITS_PER_S if music else SPEECH_BITS_PER_S
        self._codec.options = _MUSIC if music else _SPEECH
        self._levels: deque[int] = deque()  # of frames whose packet has not come yet

    def encode(self, frame: Any) -> list[Spoken]:
        """Return the packets that a frame completes. Raises Invalid for what is no sound."""
        if not isinstance(frame, AudioFrame) or not 0 < frame.samples <= FRAME_SAMPLES_MAX:
            raise Invalid(f"a track gave {type(frame).__name__}, expected an av.AudioFrame")
        frame.pts = None  # a track's pace is when it gives, not what it writes on it
        return list(self._packets(self._resampler.resample(frame)))

    def finish(self) -> list[Spoken]:
        """Return what is left when the track has ended."""
        return [*self._packets(self._resampler.resample(None)), *self._coded(None)]

    def _packets(self, frames: list[Any]) -> Iterator[Spoken]:
        for frame in frames:
            frame.pts = None
            self._levels.append(self._level_dbov(frame))
            yield from self._coded(frame)

    def _coded(self, frame: Any) -> Iterator[Spoken]:
        for packet in self._codec.encode(frame):
            level_dbov = self._levels.popleft() if self._levels else SILENT_DBOV
            yield Spoken(bytes(packet), level_dbov)

    def _level_dbov(self, frame: Any) -> int:
        samples = memoryview(frame.planes[0]).cast("h")[: frame.samples * self._channels].tolist()
        return level_dbov(samples)


def level_dbov(samples: list[int]) -> int:
    """Return the level of 16-bit samples: -127 (silent) to 0 (RFC 6464, 3)."""
    power = sum(map(mul, samples, samples)) / max(1, len(samples))
    if power == 0:
        return SILENT_DBOV
    return max(SILENT_DBOV, min(0, round(10 * math.log10(power / FULL_SCALE**2))))


class Playing:
    """One track on its way into a room; `run` in a task carries it."""

    def __init__(self, track: Track, source: Source, *, music: bool) -> None:
        self._track = track
        self._source = source
        self._encoder = TrackEncoder(music=music)
        self._due_s = 0.0
        self._task: asyncio.Task[Any] | None = None
        self._is_over = asyncio.Event()
        self._error: Exception | None = None

    @property
    def peer_id(self) -> str:
        """The name of its voice in what sinks get."""
        return self._source.peer_id

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self._is_over.is_set()

    async def run(self) -> None:
        """Play to the end of the track, or of its room. Raises what the track raises."""
        self._task = asyncio.current_task()
        try:
            await self._play()
        except Exception as error:
            self._error = error
            raise
        finally:
            self._is_over.set()
            await self._source.close()
            self._track.stop()

    async def _play(self) -> None:
        while self._source.is_open:
            try:
                frame = await self._track.recv()
            except MediaStreamError:
                await self._say(await asyncio.to_thread(self._encoder.finish))
                return
            await self._say(await asyncio.to_thread(self._encoder.encode, frame))

    async def _say(self, packets: list[Spoken]) -> None:
        """Hand packets over, each when the one before it has sounded."""
        loop = asyncio.get_running_loop()
        for packet in packets:
            await asyncio.sleep(max(0.0, self._due_s - loop.time()))
            if not self._source.is_open:
                return
            self._source.put(packet.opus, level_dbov=packet.level_dbov)
            if loop.time() - self._due_s > LATE_S:
                self._due_s = loop.time()
            self._due_s += PACKET_SAMPLES / SAMPLE_RATE_HZ

    async def ended(self) -> None:
        """Return when it is over. Raises what the track raised."""
        await self._is_over.wait()
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        """Fall silent now, whatever the track does. Twice is once."""
        await self._source.close()
        if self._task is None:  # it finds its source closed when it begins
            self._is_over.set()
        elif not self.is_over:
            self._task.cancel()
            await self._is_over.wait()
