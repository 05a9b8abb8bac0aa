"""Voices for the tests: tones as Opus packets, and files of them."""

import array
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

from salon_recording.ogg import PACKET_SAMPLES, SAMPLE_RATE_HZ, OggOpusWriter

AMPLITUDE = 6_000


def _tone_packets(tone_hz: float, seconds: float) -> Iterator[bytes]:
    """Yield 20 ms packets of a sine, as a browser would send them."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "mono", "s16"
    encoder.bit_rate = 32_000
    for number in range(round(seconds * SAMPLE_RATE_HZ / PACKET_SAMPLES)):
        first = number * PACKET_SAMPLES
        wave = array.array(
            "h",
            (
                round(AMPLITUDE * math.sin(2 * math.pi * tone_hz * at / SAMPLE_RATE_HZ))
                for at in range(first, first + PACKET_SAMPLES)
            ),
        )
        frame = av.AudioFrame(format="s16", layout="mono", samples=PACKET_SAMPLES)
        frame.planes[0].update(wave.tobytes())
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, first
        yield from (bytes(packet) for packet in encoder.encode(frame))


def _write_voice(path: Path, *spells: tuple[float, float, float]) -> Path:
    """Write a file in which each spell (from_s, seconds, tone_hz) is spoken."""
    writer = OggOpusWriter(path.open("wb"), serial=len(path.name), title=path.stem)
    for from_s, seconds, tone_hz in spells:
        position = round(from_s * SAMPLE_RATE_HZ)
        for packet in _tone_packets(tone_hz, seconds):
            writer.append(packet, position)
            position += PACKET_SAMPLES
    writer.close()
    return path


@pytest.fixture
def tone_packets() -> Callable[[float, float], Iterator[bytes]]:
    """`tone_packets(tone_hz, seconds)` yields Opus packets of 20 ms."""
    return _tone_packets


@pytest.fixture
def write_voice() -> Callable[..., Path]:
    """`write_voice(path, (from_s, seconds, tone_hz), …)` writes a voice's file."""
    return _write_voice
