"""Files of sound as samples of 16 bits, 48 kHz: a voice of a take, or a piece.

Both yield exactly what is asked for: silence where a file holds nothing, or what cannot be decoded.
A voice is mono, whatever was sent. Sound moves in small pieces: memory does not grow with length.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import av

from salon_recording.ogg import SAMPLE_RATE_HZ, STILLNESS, read_packets
from salon_recording.production.filters import SAMPLE_BYTES, SECOND_SAMPLES

WARM_UP_SAMPLES = SAMPLE_RATE_HZ  # then a decoder says to the bit what it would have said


def voice_pcm(path: Path, start: int, end: int) -> Iterator[bytes]:
    """Yield a voice from one sample of its take to another.

    Raises ValueError for a file that is no Ogg/Opus file, FileNotFoundError for none.
    """
    return _whole(_voice(path, start, end), start, end, 1)


def hushed(
    pieces: Iterable[bytes], start: int, silent: Sequence[tuple[int, int]]
) -> Iterator[bytes]:
    """Yield a voice that begins at a sample, with silence where it is not to be heard."""
    at = start
    for pcm in pieces:
        end = at + len(pcm) // SAMPLE_BYTES
        for first, last in silent:
            since, until = max(at, first), min(end, last)
            if since < until:
                before, after = (since - at) * SAMPLE_BYTES, (until - at) * SAMPLE_BYTES
                pcm = pcm[:before] + bytes(after - before) + pcm[after:]  # noqa: PLW2901 the same piece
        yield pcm
        at = end


def piece_pcm(path: Path, start: int, end: int, channels: int) -> Iterator[bytes]:
    """Yield a piece from one of its samples to another. Raises av.FFmpegError for no sound."""
    return _whole(_piece(path, start, end, channels), start, end, channels)


def channels_of(path: Path) -> int:
    """Return 2 for a piece of several channels, else 1. Raises av.FFmpegError, ValueError."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise ValueError("a piece without sound")
        return min(2, container.streams.audio[0].channels)


def _whole(
    found: Iterator[tuple[int, bytes]], start: int, end: int, channels: int
) -> Iterator[bytes]:
    """Fill what is missing between positions, before and after them."""
    at = start
    for position, pcm in found:
        yield from silence(position - at, channels)
        yield pcm
        at = position + len(pcm) // (SAMPLE_BYTES * channels)
    yield from silence(end - at, channels)


def silence(samples: int, channels: int) -> Iterator[bytes]:
    """Yield that many samples of silence."""
    for at in range(0, samples, SECOND_SAMPLES):
        yield bytes(min(SECOND_SAMPLES, samples - at) * SAMPLE_BYTES * channels)


def _voice(path: Path, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    decoder: Any = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = SAMPLE_RATE_HZ, "mono"
    for one in read_packets(path, start - WARM_UP_SAMPLES):
        if one.position + one.samples <= start - WARM_UP_SAMPLES:
            continue
        if one.position >= end:
            return
        if one.opus == STILLNESS:  # hours of it: nothing to decode
            continue
        pcm = _decoded(decoder, one.opus, one.samples)
        first, last = max(0, start - one.position), min(one.samples, end - one.position)
        if first < last:
            yield one.position + first, pcm[first * SAMPLE_BYTES : last * SAMPLE_BYTES]


def _decoded(decoder: Any, opus: bytes, samples: int) -> bytes:
    """Return exactly `samples`; a packet that cannot be decoded is silence, not the end."""
    try:
        frames = decoder.decode(av.Packet(opus))
    except av.FFmpegError:
        frames = []
    pcm = b"".join(bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES] for frame in frames)
    return pcm[: samples * SAMPLE_BYTES].ljust(samples * SAMPLE_BYTES, b"\0")


def _piece(path: Path, start: int, end: int, channels: int) -> Iterator[tuple[int, bytes]]:
    layout = "stereo" if channels > 1 else "mono"
    size = SAMPLE_BYTES * channels
    at = 0
    with av.open(str(path)) as container:
        for pcm in _resampled(container, layout):
            first, last = max(0, start - at), min(len(pcm) // size, end - at)
            if first < last:
                yield at + first, pcm[first * size : last * size]
            at += len(pcm) // size
            if at >= end:
                return


def _resampled(container: Any, layout: str) -> Iterator[bytes]:
    """Yield a container's sound; what is broken in its midst ends it."""
    resampler = av.AudioResampler(format="s16", layout=layout, rate=SAMPLE_RATE_HZ)
    size = SAMPLE_BYTES * (2 if layout == "stereo" else 1)
    frames = container.decode(audio=0)
    while True:
        try:
            frame = next(frames, None)
        except av.FFmpegError:
            frame = None
        for one in resampler.resample(frame):
            yield bytes(one.planes[0])[: one.samples * size]
        if frame is None:
            return
