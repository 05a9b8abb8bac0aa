"""Where a voice speaks: its file as pieces that a recogniser hears, silence left out.

A file of a voice is mostly silence, which costs a recogniser as much as speech and makes it invent
words. So stretches of sound are found by their level and packed into pieces, with a short pause
between them; `Piece.at` tells where in the take a moment of a piece was. Memory holds one piece.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import mul
from pathlib import Path
from typing import Any

import av

from salon_recording.ogg import SAMPLE_RATE_HZ, SILENCE, STILLNESS, Placed, read_packets
from salon_recording.transcript.passages import Word
from salon_recording.transcript.recogniser import PIECE_S, RATE_HZ

SAMPLE_BYTES = 2
FRAME = RATE_HZ // 50  # 20 ms
QUIET_DBFS = -50.0  # below it nobody talks to others
QUIET = FRAME * (32_768 * 10 ** (QUIET_DBFS / 20)) ** 2  # as the sum of a frame's squares
PAUSE_FRAMES = 30  # 0.6 s end a stretch
EDGE_FRAMES = 10  # 0.2 s before and after it are kept: words begin and end quietly
GAP = bytes(RATE_HZ * SAMPLE_BYTES * 3 // 10)  # between stretches in a piece
PIECE_BYTES = round(PIECE_S * RATE_HZ) * SAMPLE_BYTES
SEARCHED_FRAMES = 300  # the last 6 s, in whose quietest frame too long a stretch is cut
EMPTY_PACKET_BYTES = 2  # what is no longer holds no sound (RFC 6716, 3.1)


@dataclass(slots=True)
class Stretch:
    """Sound without a pause."""

    start_ms: int  # of the take
    samples: bytes


@dataclass(slots=True)
class Piece:
    """Stretches one after the other, as long as a recogniser hears at once."""

    samples: bytearray = field(default_factory=bytearray)
    _places: list[tuple[int, int, int]] = field(default_factory=list)  # in it, in the take, length

    def fits(self, stretch: Stretch) -> bool:
        return not self.samples or (
            len(self.samples) + len(GAP) + len(stretch.samples) <= PIECE_BYTES
        )

    def add(self, stretch: Stretch) -> None:
        if self.samples:
            self.samples += GAP
        length_ms = _ms(len(stretch.samples))
        self._places.append((_ms(len(self.samples)), stretch.start_ms, length_ms))
        self.samples += stretch.samples

    @property
    def end_ms(self) -> int:
        """Where in the take it ends."""
        _, start, length = self._places[-1]
        return start + length

    def at(self, word: Word) -> Word:
        """Return a word of this piece with the take's time, within the stretch it is in."""
        middle = (word.start_ms + word.end_ms) // 2
        inside, start, length = next(
            (place for place in reversed(self._places) if place[0] <= middle), self._places[0]
        )
        begins = min(max(0, word.start_ms - inside), length)
        ends = min(max(begins, word.end_ms - inside), length)
        return Word(start + begins, start + ends, word.text)


def pieces(path: Path) -> Iterator[Piece]:
    """Yield a voice's file, what is spoken in it only.

    Raises ValueError (a file that is none of ours), OSError.
    """
    piece = Piece()
    for stretch in _stretches(path):
        if not piece.fits(stretch):
            yield piece
            piece = Piece()
        piece.add(stretch)
    if piece.samples:
        yield piece


def _stretches(path: Path) -> Iterator[Stretch]:
    """Yield what is loud enough, with its edges, each at most a piece long."""
    begun: bytearray = bytearray()  # frames that are waiting
    first = quiet = 0  # which frame begins them, how many of the last were quiet
    is_spoken = False
    for number, frame in _frames(path):
        if begun and number != first + len(begun) // len(frame):  # silence was skipped
            if is_spoken:
                yield _stretch(first, begun)
            begun, quiet, is_spoken = bytearray(), 0, False
        if not begun:
            first = number
        begun += frame
        is_quiet = _energy(frame) < QUIET
        quiet = quiet + 1 if is_quiet else 0
        is_spoken = is_spoken or not is_quiet
        if not is_spoken and len(begun) > EDGE_FRAMES * len(frame):
            del begun[: len(frame)]
            first += 1
        elif is_spoken and quiet >= PAUSE_FRAMES:
            kept = len(begun) - (PAUSE_FRAMES - EDGE_FRAMES) * len(frame)
            yield _stretch(first, begun[:kept])
            begun, quiet, is_spoken = bytearray(), 0, False
        elif len(begun) >= PIECE_BYTES:
            kept = _quietest(begun)
            yield _stretch(first, begun[:kept])
            first += kept // len(frame)
            del begun[:kept]
    if is_spoken:
        yield _stretch(first, begun)


def _stretch(first: int, samples: bytes | bytearray) -> Stretch:
    return Stretch(first * FRAME * 1_000 // RATE_HZ, bytes(samples))


def _quietest(samples: bytearray) -> int:
    """Return where the quietest frame near the end begins, in bytes."""
    size = FRAME * SAMPLE_BYTES
    count = len(samples) // size
    searched = range(max(1, count - SEARCHED_FRAMES), count)
    return min(searched, key=lambda at: _energy(samples[at * size : (at + 1) * size])) * size


def _energy(frame: bytes | bytearray) -> int:
    values = array("h", bytes(frame))
    return sum(map(mul, values, values))


def _frames(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield frames of 20 ms at 16 kHz with their number since the take began.

    Silence that we wrote ourselves is skipped without being decoded: hours of it cost next to
    nothing. What is cut off at the end of a run is less than a frame.
    """
    size = FRAME * SAMPLE_BYTES
    run: _Run | None = None
    for one in read_packets(path):
        if one.opus in {SILENCE, STILLNESS}:
            run = None
            continue
        if run is None or run.position != one.position:
            run = _Run(one.position)
        run.add(one)
        while len(run.samples) >= size:
            yield run.number, bytes(run.samples[:size])
            del run.samples[:size]
            run.number += 1


class _Run:
    """Packets without silence of ours between them, decoded and brought to 16 kHz."""

    def __init__(self, position: int) -> None:
        self.position = position  # where the next packet stands
        self.number = position * RATE_HZ // SAMPLE_RATE_HZ // FRAME
        self.samples = bytearray()
        self._decoder: Any = av.CodecContext.create("libopus", "r")
        self._decoder.sample_rate, self._decoder.layout = SAMPLE_RATE_HZ, "mono"
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)

    def add(self, one: Placed) -> None:
        """Decode a packet; one that cannot be decoded is silence, not the end."""
        self.position = one.position + one.samples
        wanted = one.samples * RATE_HZ // SAMPLE_RATE_HZ * SAMPLE_BYTES
        if len(one.opus) < EMPTY_PACKET_BYTES:
            self.samples += bytes(wanted)
            return
        try:
            decoded = self._decoder.decode(av.Packet(one.opus))
        except av.FFmpegError:
            self.samples += bytes(wanted)
            return
        for frame in decoded:
            frame.pts = None  # its clock is ours
            for low in self._resampler.resample(frame):
                self.samples += bytes(low.planes[0])[: low.samples * SAMPLE_BYTES]


def _ms(size: int) -> int:
    return size // SAMPLE_BYTES * 1_000 // RATE_HZ
