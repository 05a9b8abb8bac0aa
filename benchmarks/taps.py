"""What it costs to hear a room as samples, and to play a track into one: shares of a core.

A minute of one voice is handed to the decoder as fast as it takes it; its CPU is compared with the
minute. A track of noise, without a pace of its own, is played for some seconds; the CPU of this
process, which codes it, is compared with those.
"""

import asyncio
import random
import struct
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from _figures import Figure, at_most, figure, note, publish, scaled
from _server import cpu_s
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from salon.relay.audio import AudioPacket, AudioSink, SampleBlock, Voice
from salon.relay.control import Attachment
from salon.relay.decoding import Decoding
from salon.relay.tracks import Playing, TrackEncoder

PACKETS = 3_000
AT_ONCE = 50
PLAYED_S = 10
FRAME_SAMPLES = 960
RATE_HZ = 48_000
FRAMES_PER_S = RATE_HZ // FRAME_SAMPLES
DECODED_LIMIT_PERCENT = 1.0
PLAYED_LIMIT_PERCENT = 5.0


async def measure() -> Sequence[Figure]:
    decoded = await decoded_percent(scaled(PACKETS, least=AT_ONCE))
    mono, stereo = [await played_percent(scaled(PLAYED_S), music=of) for of in (False, True)]
    return [
        share("one voice decoded to 16 kHz", decoded, DECODED_LIMIT_PERCENT),
        share("a track played as a voice", mono, PLAYED_LIMIT_PERCENT),
        share("a track played as music", stereo, PLAYED_LIMIT_PERCENT),
    ]


def share(what: str, percent: float, limit_percent: float) -> Figure:
    return figure(what, percent, "% of a core", ("limit", limit_percent), at_most(1))


def noise(number: int) -> AudioFrame:
    """Return 20 ms of noise, which costs the encoder most."""
    chance = random.Random(number)
    samples = [chance.randint(-6_000, 6_000) for _ in range(FRAME_SAMPLES)]
    frame = AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
    frame.planes[0].update(struct.pack(f"<{FRAME_SAMPLES}h", *samples))
    frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
    return frame


# -- decoding


class Counter:
    """A sink of samples that counts them."""

    def __init__(self) -> None:
        self.blocks = 0
        self._came = asyncio.Event()

    async def receive(self, blocks: Sequence[SampleBlock]) -> None:
        self.blocks += len(blocks)
        self._came.set()

    async def has(self, blocks: int) -> None:
        while self.blocks < blocks:
            self._came.clear()
            await self._came.wait()


class Fed:
    """An attachment to no room: the benchmark hands over its packets itself."""

    is_open = True
    dropped_packets = 0

    async def close(self) -> None:
        """Nothing listens."""


async def decoded_percent(packets: int) -> float:
    encoder = TrackEncoder(music=False)
    voice = Voice("speaker", "1")
    spoken = [one for number in range(packets) for one in encoder.encode(noise(number))]
    said = [
        AudioPacket(voice, one.opus, number, number * FRAME_SAMPLES, 0.0, one.level_dbov)
        for number, one in enumerate(spoken)
    ]
    fed: list[AudioSink] = []

    async def attach(sink: AudioSink) -> Attachment:
        fed.append(sink)
        return Fed()

    counter, decoding = Counter(), Decoding(log_level="error", log_format="auto")
    attached = await decoding.attach(
        counter, attach, rate_hz=16_000, owners=None, capacity_packets=packets
    )
    pid = decoding.process_id
    if pid is None:
        raise RuntimeError("the decoder has ended")
    before_s = cpu_s(pid)
    for begin in range(0, len(said), AT_ONCE):
        await fed[0].receive(said[begin : begin + AT_ONCE])
        await counter.has(min(len(said), begin + AT_ONCE))
    busy_s = cpu_s(pid) - before_s
    await attached.close()
    note(f"decoded: {len(said)} packets, {1e6 * busy_s / len(said):.0f} us each")
    return 100 * busy_s / len(said) * FRAMES_PER_S


# -- playing


class Noise:
    """A track that has everything at once; who plays it sets the pace."""

    kind = "audio"

    def __init__(self, seconds: int) -> None:
        self._frames = [noise(number) for number in range(seconds * FRAMES_PER_S)]

    async def recv(self) -> Any:
        if not self._frames:
            raise MediaStreamError
        return self._frames.pop()

    def stop(self) -> None:
        """There is nothing to end."""


class Heard:
    """A source that sends to nobody."""

    peer_id = "track"
    is_open = True

    def put(
        self, opus: bytes, *, samples: int = FRAME_SAMPLES, level_dbov: int | None = None
    ) -> None:
        """Let it pass."""

    async def close(self) -> None:
        """It was never open."""


async def played_percent(seconds: int, *, music: bool) -> float:
    playing = Playing(Noise(seconds), Heard(), music=music)
    before_s = time.process_time()
    await playing.run()
    busy_s = time.process_time() - before_s
    note(f"played: {1e6 * busy_s / seconds / FRAMES_PER_S:.0f} us for each packet")
    return 100 * busy_s / seconds


if __name__ == "__main__":
    publish("taps", measure)
