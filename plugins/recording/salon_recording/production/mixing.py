"""The sum of all tracks, even and side by side, as files of two minutes each.

A piece of two minutes is a step of its own: after a crash the mix goes on at the last one, and two
processes mix two at a time. Sound moves in blocks of a second, and only tracks that are heard in a
piece are open, so memory grows with the voices that are heard at once and with nothing else.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.crew import Told
from salon_recording.production.filters import (
    SAMPLE_BYTES,
    SECOND_SAMPLES,
    add_source,
    frame_of,
    link,
    pulled,
    write_flac,
)
from salon_recording.production.levels import Gain, Meter
from salon_recording.production.tracks import Track, sound_of

PIECE_SAMPLES = 120 * SAMPLE_RATE_HZ
HEADROOM_DB = -12.0  # many voices at once, before they are measured

UPMIX = "pan=stereo|c0=c0|c1=c0"  # a plain conversion costs 3 dB


class Playing:
    """One track while it is mixed: its sound and its gain, from a sample of the episode on."""

    def __init__(self, track: Track, gain: Gain, since: int) -> None:
        self.track = track
        self._size = SAMPLE_BYTES * track.channels
        self._at = max(track.first, since)
        self._pieces = sound_of(track, self._at)
        self._gains = gain.pieces(self._at - track.first)
        self._sound = bytearray()
        self._gain = array("f")

    def read(self, first: int, count: int) -> "tuple[bytes, array[float]]":
        """Return the next samples, and the factor of each; they follow those read last."""
        missing = max(0, min(count, self._at - first))
        wanted = count - missing
        while len(self._sound) < wanted * self._size:
            pcm = next(self._pieces, None)
            self._sound += bytes(wanted * self._size) if pcm is None else pcm
        while len(self._gain) < wanted * self.track.channels:
            factors = next(self._gains)
            self._gain.extend(factors if self.track.channels == 1 else _doubled(factors))
        self._at = max(self._at, first + count)
        size, samples = wanted * self._size, wanted * self.track.channels
        pcm = bytes(missing * self._size) + self._sound[:size]
        gain = array("f", bytes(4 * missing * self.track.channels)) + self._gain[:samples]
        del self._sound[:size], self._gain[:samples]
        return bytes(pcm), gain


def _doubled(factors: "array[float]") -> "array[float]":
    both = array("f", bytes(8 * len(factors)))
    both[::2] = both[1::2] = factors
    return both


@dataclass(frozen=True, slots=True)
class Piece:
    """What is heard from one sample of an episode to another."""

    tracks: Sequence[tuple[Track, Gain]]
    begin: int
    end: int
    channels: int

    def write(self, target: Path, _: Told) -> "array[float]":
        """Write it as FLAC and return how loud it is, each 100 ms.

        Raises OSError, av.FFmpegError, and what reading raises.
        """
        playing = [Playing(track, gain, self.begin) for track, gain in self.tracks]
        meter = Meter()
        write_flac(meter.passing(self._mixed(playing)), target)
        return meter.momentary_lufs

    def _mixed(self, playing: Sequence[Playing]) -> Iterator[av.AudioFrame]:
        graph, inputs = self._graph([one.track.channels for one in playing])
        for at in range(self.begin, self.end, SECOND_SAMPLES):
            count = min(SECOND_SAMPLES, self.end - at)
            bed = bytes(count * SAMPLE_BYTES * self.channels)
            inputs[0].push(frame_of(bed, at - self.begin, _layout(self.channels)))
            for one, (sound, factor) in zip(playing, inputs[1], strict=True):
                layout = _layout(one.track.channels)
                pcm, gain = one.read(at, count)
                sound.push(frame_of(pcm, at - self.begin, layout))
                factor.push(frame_of(gain, at - self.begin, layout))
            yield from pulled(graph)
        inputs[0].push(None)
        for sound, factor in inputs[1]:
            sound.push(None)
            factor.push(None)
        yield from pulled(graph)

    def _graph(self, channels: Sequence[int]) -> tuple[Graph, tuple[Any, list[tuple[Any, Any]]]]:
        """Return a graph with an input for silence, and two for each track: sound and gain."""
        graph = Graph()
        layout = _layout(self.channels)
        total: Any = graph.add("amix", f"inputs={len(channels) + 1}:normalize=0:duration=first")
        bed: Any = add_source(graph, "bed", layout, "s16")
        bed.link_to(total, 0, 0)
        inputs = []
        for number, count in enumerate(channels):
            sound: Any = add_source(graph, f"sound{number}", _layout(count), "s16")
            factor: Any = add_source(graph, f"gain{number}", _layout(count), "flt")
            product: Any = graph.add("amultiply")
            sound.link_to(product, 0, 0)
            factor.link_to(product, 0, 1)
            if count < self.channels:
                wide: Any = graph.add("pan", UPMIX.partition("=")[2])
                product.link_to(wide)
                product = wide
            product.link_to(total, 0, number + 1)
            inputs.append((sound, factor))
        link(graph, total, (("aformat", f"sample_fmts=s32:channel_layouts={layout}"),))
        return graph, (bed, inputs)


def pieces_of(tracks: Sequence[tuple[Track, Gain]], samples: int, channels: int) -> list[Piece]:
    """Return an episode's tracks piece by piece. `channels` is 2 when any track has two."""
    ends = [*range(PIECE_SAMPLES, samples, PIECE_SAMPLES), samples]
    return [
        Piece(
            [one for one in tracks if one[0].first < end and one[0].last > begin],
            begin, end, channels,
        )
        for begin, end in pairwise([0, *ends])
    ]  # fmt: skip


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"
