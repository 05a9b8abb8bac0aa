"""Voices that are tones: Opus packets of 20 ms, and files of them."""

import array
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import av

from salon_recording.ogg import PACKET_SAMPLES, SAMPLE_RATE_HZ, OggOpusWriter

AMPLITUDE = 6_000


def encoded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield Opus packets of pieces of 20 ms, 16 bit mono, as a browser would send them."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "mono", "s16"
    encoder.bit_rate = 32_000
    for number, pcm in enumerate(pieces):
        frame = av.AudioFrame(format="s16", layout="mono", samples=PACKET_SAMPLES)
        frame.planes[0].update(pcm)
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, number * PACKET_SAMPLES
        yield from (bytes(packet) for packet in encoder.encode(frame))


def tone_packets(tone_hz: float, seconds: float) -> Iterator[bytes]:
    """Yield packets of a sine."""
    firsts = range(0, round(seconds * SAMPLE_RATE_HZ), PACKET_SAMPLES)
    return encoded(_sine(tone_hz, first) for first in firsts)


def _sine(tone_hz: float, first: int) -> bytes:
    turn = 2 * math.pi * tone_hz / SAMPLE_RATE_HZ
    samples = range(first, first + PACKET_SAMPLES)
    return array.array("h", (round(AMPLITUDE * math.sin(turn * at)) for at in samples)).tobytes()


def write_voice(path: Path, *spells: tuple[float, float, float]) -> Path:
    """Write a file in which each spell (from_s, seconds, tone_hz) is spoken."""
    writer = OggOpusWriter(path.open("wb"), serial=len(path.name), title=path.stem)
    for from_s, seconds, tone_hz in spells:
        position = round(from_s * SAMPLE_RATE_HZ)
        for packet in tone_packets(tone_hz, seconds):
            writer.append(packet, position)
            position += PACKET_SAMPLES
    writer.close()
    return path
