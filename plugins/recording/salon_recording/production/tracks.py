"""Where each source stands in the episode, and how its parts are joined.

At each seam, between two parts or two segments, one sound goes while the other comes: 20 ms before
the seam to 20 ms after it, at equal power, so that nothing clicks and no room falls silent. What
lies beyond the seam is heard only there. Where a part is very short its seams are, too.
"""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from salon_recording.production.crew import Told
from salon_recording.production.filters import SAMPLE_BYTES, frames_of
from salon_recording.production.levels import Meter
from salon_recording.production.request import Segment, Source
from salon_recording.production.voices import hushed, piece_pcm, voice_pcm

SEAM_SAMPLES = 960  # 20 ms on each side
LOUDEST = 32_767


@dataclass(frozen=True, slots=True)
class Part:
    """From one sample of a source to another; how many are crossed with what is beside it."""

    start: int
    end: int
    before: int = 0
    after: int = 0

    @property
    def samples(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Track:
    """A source in the episode. `begin` is where its first part stands there, in samples."""

    segment: int
    number: int  # of the source in its segment
    source: Source
    is_piece: bool
    channels: int
    begin: int
    parts: tuple[Part, ...]

    @property
    def first(self) -> int:
        """The first sample of the episode in which it can be heard."""
        return self.begin - self.parts[0].before

    @property
    def last(self) -> int:
        """The first sample after it."""
        return self.begin + sum(part.samples for part in self.parts) + self.parts[-1].after


def tracks_of(segments: Sequence[Segment], channels: int) -> tuple[Track, ...]:
    """Return all sources where they stand. Pieces have so many channels; a voice has one."""
    found: list[Track] = []
    begin = 0
    for number, (segment, parts) in enumerate(zip(segments, _seamed(segments), strict=True)):
        if not parts:
            continue
        found += [
            Track(
                number, place, source, segment.is_piece,
                channels if segment.is_piece else 1, begin, parts,
            )
            for place, source in enumerate(segment.sources)
        ]  # fmt: skip
        begin += segment.samples
    return tuple(found)


def _seamed(segments: Sequence[Segment]) -> Iterator[tuple[Part, ...]]:
    """Yield the parts of each segment with how far they are crossed."""
    lengths = [end - start for segment in segments for start, end in segment.parts]
    seams = [min(SEAM_SAMPLES, one // 2, other // 2) for one, other in pairwise(lengths)]
    around = [0, *seams, 0]
    at = 0
    for segment in segments:
        yield tuple(
            Part(start, end, around[at + number], around[at + number + 1])
            for number, (start, end) in enumerate(segment.parts)
        )
        at += len(segment.parts)


def sound_of(track: Track, since: int) -> Iterator[bytes]:
    """Yield a track from a sample of the episode on, or from where it begins, to its end.

    Raises ValueError, OSError, av.FFmpegError for a file that is none.
    """
    at = track.begin
    streams: list[tuple[int, Iterator[bytes]]] = []
    for number, part in enumerate(track.parts):
        skipped = max(0, since - (at - part.before))
        is_last = number == len(track.parts) - 1
        if at + part.samples + part.after > since:
            held = 0 if is_last else 2 * part.after
            streams.append((held, _part(track, part, skipped)))
        at += part.samples
    return _crossed(streams, track.channels)


def level_of(track: Track, _: Told) -> "array[float]":
    """Return how loud a track is, each 100 ms. Raises what `sound_of` raises."""
    meter = Meter()
    layout = "mono" if track.channels == 1 else "stereo"
    for _frame in meter.passing(frames_of(sound_of(track, track.first), layout)):
        pass
    return meter.momentary_lufs


def _part(track: Track, part: Part, skipped: int) -> Iterator[bytes]:
    """Yield a part with what crosses its neighbours, faded there."""
    start, end = part.start - part.before + skipped, part.end + part.after
    path = track.source.path
    if track.is_piece:
        pieces = piece_pcm(path, start, end, track.channels)
    else:
        pieces = hushed(voice_pcm(path, start, end), start, track.source.silent)
    size = SAMPLE_BYTES * track.channels
    since, whole = skipped, part.before + part.samples + part.after
    for pcm in pieces:
        count = len(pcm) // size
        yield _faded(pcm, since, whole, part, track.channels)
        since += count


def _faded(pcm: bytes, since: int, whole: int, part: Part, channels: int) -> bytes:
    """Fade what lies in the seams of a part: its first and its last samples, of `whole`."""
    count = len(pcm) // (SAMPLE_BYTES * channels)
    rising, falling = 2 * part.before, 2 * part.after
    if since >= rising and since + count <= whole - falling:
        return pcm
    samples = array("h", pcm)
    for number in range(count):
        at, left = since + number, whole - since - number - 1
        gain = 1.0
        if at < rising:
            gain = _curve(rising)[at]
        if left < falling:
            gain *= _curve(falling)[left]
        if gain < 1.0:
            for place in range(number * channels, (number + 1) * channels):
                samples[place] = round(samples[place] * gain)
    return samples.tobytes()


@lru_cache(maxsize=16)
def _curve(samples: int) -> tuple[float, ...]:
    """Return the gains of a rise: with those of a fall their squares are 1."""
    return tuple(math.sin(math.pi / 2 * (at + 0.5) / samples) for at in range(samples))


def _crossed(streams: Iterable[tuple[int, Iterator[bytes]]], channels: int) -> Iterator[bytes]:
    """Yield streams after one another; the last samples that each holds back lie over the next."""
    size = SAMPLE_BYTES * channels
    over = b""
    for held, pieces in streams:
        waiting = bytearray()
        for pcm in pieces:
            waiting += pcm
            if len(waiting) < len(over):
                continue
            if over:
                waiting[: len(over)] = _sum(over, bytes(waiting[: len(over)]))
                over = b""
            ready = len(waiting) - held * size
            if ready > 0:
                yield bytes(waiting[:ready])
                del waiting[:ready]
        over = bytes(waiting)
    if over:
        yield over


def _sum(one: bytes, other: bytes) -> bytes:
    pairs = zip(array("h", one), array("h", other), strict=True)
    return array("h", (max(-LOUDEST, min(LOUDEST, a + b)) for a, b in pairs)).tobytes()
