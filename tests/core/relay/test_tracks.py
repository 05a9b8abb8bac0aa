"""Tracks that are played into a room: files, tracks without a pace, tracks that break."""

import asyncio
import math
import struct
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaPlayer
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, CodecContext, Packet
from tests.core.relay.conftest import ROOM, Door, Ledger

from salon.errors import Invalid
from salon.relay.control import SlotsChanged, SpeakingChanged
from salon.relay.local import LocalRelay
from salon.relay.tracks import Playing, TrackEncoder, level_dbov

RATE_HZ = 48_000
WITHIN_S = 10.0


def sine(hz: float, samples: int, *, rate_hz: int = RATE_HZ, amplitude: int = 8_000) -> list[int]:
    return [round(amplitude * math.sin(2 * math.pi * hz * i / rate_hz)) for i in range(samples)]


def frame(samples: list[int], *, layout: str = "mono", rate_hz: int = RATE_HZ) -> AudioFrame:
    """Return a frame of samples, interleaved."""
    sides = 2 if layout == "stereo" else 1
    made = AudioFrame(format="s16", layout=layout, samples=len(samples) // sides)
    made.planes[0].update(struct.pack(f"<{len(samples)}h", *samples))
    made.sample_rate, made.time_base = rate_hz, Fraction(1, rate_hz)
    return made


def tone_file(file: Path, hz: int, seconds: float) -> Path:
    """Write a WAV as people have them: 44.1 kHz, both sides alike."""
    samples = sine(hz, round(seconds * 44_100), rate_hz=44_100)
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(44_100)
        wav.writeframes(struct.pack(f"<{2 * len(samples)}h", *(s for s in samples for _ in "lr")))
    return file


def played(file: Path) -> MediaStreamTrack:
    """Return a file as aiortc plays it."""
    track = MediaPlayer(str(file)).audio
    assert track is not None
    return track


class Track:
    """A track of frames that are there at once; then it ends, or raises."""

    kind = "audio"

    def __init__(self, frames: list[Any], fault: Exception | None = None) -> None:
        self.frames = frames
        self.fault = fault or MediaStreamError()
        self.stops = 0

    async def recv(self) -> Any:
        if not self.frames:
            raise self.fault
        return self.frames.pop(0)

    def stop(self) -> None:
        self.stops += 1


async def test_a_file_is_heard_in_the_room_and_leaves_it_at_its_end(
    relay: LocalRelay, door: Door, ledger: Ledger, tmp_path: Path
) -> None:
    ben = await door.join("ben")
    source = await relay.open_source(ROOM, "42")
    playing = Playing(played(tone_file(tmp_path / "song.wav", 440, 0.8)), source, music=False)
    carried = asyncio.create_task(playing.run())
    await ledger.until(lambda e: e == SpeakingChanged(ROOM, (source.peer_id,)))
    assert await ben.hears(440)
    await playing.ended()
    await carried
    await ledger.until(lambda e: e == SlotsChanged(ROOM, (None, None)))


async def test_a_track_without_a_pace_is_played_as_fast_as_it_sounds(relay: LocalRelay) -> None:
    track = Track([frame(sine(440, RATE_HZ // 2))])
    playing = Playing(track, await relay.open_source(ROOM, "42"), music=False)
    loop = asyncio.get_running_loop()
    since_s = loop.time()
    await playing.run()
    assert 0.4 < loop.time() - since_s < 1.5
    assert track.stops == 1
    assert relay.counters().get("dropped.over_rate", 0) == 0


@pytest.mark.parametrize(
    ("frames", "fault", "raised"),
    [
        ([], ValueError("no such file"), "no such file"),
        ([b"opus"], None, "gave bytes"),
        ([frame(sine(440, 960)), frame(sine(440, 882), rate_hz=44_100)], None, "Resampler"),
    ],
)
async def test_a_track_that_breaks_is_told_and_leaves_the_room(
    relay: LocalRelay, frames: list[Any], fault: Exception | None, raised: str
) -> None:
    track = Track(frames, fault)
    source = await relay.open_source(ROOM, "42")
    playing = Playing(track, source, music=False)
    with (
        pytest.raises(ValueError, match=raised)
        if raised != "gave bytes"
        else pytest.raises(Invalid, match=raised)
    ):
        await playing.run()
    with pytest.raises((ValueError, Invalid), match=raised):
        await playing.ended()
    assert not source.is_open
    assert track.stops == 1


async def test_closing_ends_a_track_that_gives_nothing(relay: LocalRelay) -> None:
    class Mute(Track):
        async def recv(self) -> Any:
            await asyncio.Event().wait()

    track = Mute([])
    playing = Playing(track, await relay.open_source(ROOM, "42"), music=False)
    carried = asyncio.create_task(playing.run())
    await asyncio.sleep(0)
    await playing.close()
    await playing.close()
    await playing.ended()
    await asyncio.wait({carried})
    assert track.stops == 1


async def test_a_track_ends_with_its_room(relay: LocalRelay) -> None:
    endless = Track([frame(sine(440, 960)) for _ in range(2_000)])
    playing = Playing(endless, await relay.open_source(ROOM, "42"), music=False)
    carried = asyncio.create_task(playing.run())
    await asyncio.sleep(0)
    await relay.close_room(ROOM)
    async with asyncio.timeout(WITHIN_S):
        await playing.ended()
        await carried
    assert endless.frames


def decoded(packets: list[bytes], layout: str) -> list[tuple[int, ...]]:
    """Return samples by side, decoded by libopus."""
    codec = CodecContext.create("libopus", "r")
    codec.layout, codec.sample_rate, codec.format = layout, RATE_HZ, "s16"
    sides: list[tuple[int, ...]] = [() for _ in codec.layout.channels]
    for opus in packets:
        for one in codec.decode(Packet(opus)):
            count = one.samples * len(sides)
            samples = struct.unpack(f"<{count}h", bytes(one.planes[0])[: 2 * count])
            sides = [side + samples[at :: len(sides)] for at, side in enumerate(sides)]
    return sides


def test_music_keeps_its_sides_apart_and_within_what_a_voice_may_send() -> None:
    encoder = TrackEncoder(music=True)
    left, right = sine(440, RATE_HZ), sine(880, RATE_HZ, amplitude=200)
    both = [sample for pair in zip(left, right, strict=True) for sample in pair]
    packets = [*encoder.encode(frame(both, layout="stereo")), *encoder.finish()]
    sizes = sum(len(packet.opus) for packet in packets)
    assert 60_000 < 8 * sizes < 110_000
    heard_left, heard_right = decoded([packet.opus for packet in packets], "stereo")
    assert max(heard_left) > 6_000
    assert max(heard_right) < 1_000


def test_every_packet_has_the_level_of_its_sound() -> None:
    encoder = TrackEncoder(music=False)
    samples = [0] * 960 + sine(440, 960, amplitude=32_767) + sine(440, 960, amplitude=328)
    packets = [*encoder.encode(frame(samples)), *encoder.finish()]
    assert [packet.level_dbov for packet in packets][:3] == [-127, -3, -43]


@pytest.mark.parametrize(
    ("samples", "level"), [([], -127), ([0], -127), ([-32_768], 0), ([32_767, -32_768], 0)]
)
def test_levels_are_those_of_rfc_6464(samples: list[int], level: int) -> None:
    assert level_dbov(samples) == level
