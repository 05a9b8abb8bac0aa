"""How loud a track is, when somebody speaks in it, and what gain makes voices even.

A track is measured once, by EBU R128: its loudness as a whole, and ten times a second that of the
last 400 ms. Where it comes near its own loudness somebody speaks. The gain follows a voice slowly,
from one spell of speech to the next, so that who leans back is raised and nobody is pumped; between
the spells a microphone is turned down, because four open rooms are louder than one.
"""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import av

from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.filters import Chain, filtered

STEP_SAMPLES = SAMPLE_RATE_HZ // 10  # between two momentary values
SMEARED_STEPS = 3  # by which a value, of 400 ms, goes on after the sound has ended
FLOOR_LUFS = -120.0
GATE_LUFS, GATE_BELOW = -70.0, 10.0  # of BS.1770: what is quieter, or has a tenth of the power

SPEECH_BELOW_LU = 14.0  # a voice's loudness: what is quieter is a pause
PAUSE_STEPS = 7  # shorter ones belong to the speech around them
SPELL_STEPS = 2  # shorter ones are knocks on the table
VOICE_LUFS = -17.0
GAIN_MAX_DB = 15.0
MEMORY_S = 15.0  # of speech, over which a voice's loudness is followed
PAUSE_DB = -9.0
OPENING_SAMPLES = 2_400  # 50 ms, ended 50 ms before a spell
CLOSING_SAMPLES = 19_200  # 400 ms, begun 200 ms after one
OPEN_BEFORE_SAMPLES = 2_400
OPEN_AFTER_SAMPLES = 9_600


@dataclass(frozen=True, slots=True)
class Level:
    """What a measurement found. `true_peak_dbtp` is the floor where it was not asked for."""

    loudness_lufs: float
    true_peak_dbtp: float
    momentary_lufs: "array[float]"  # one each 100 ms

    @classmethod
    def of(cls, momentary_lufs: "array[float]", true_peak_dbtp: float = FLOOR_LUFS) -> "Level":
        """Return what momentary values come to as a whole, by the two gates of BS.1770-4."""
        heard = [10 ** (lufs / 10) for lufs in momentary_lufs if lufs > GATE_LUFS]
        if not heard:
            return cls(FLOOR_LUFS, true_peak_dbtp, momentary_lufs)
        gate = sum(heard) / len(heard) / GATE_BELOW
        loud = [power for power in heard if power > gate]
        return cls(10 * math.log10(sum(loud) / len(loud)), true_peak_dbtp, momentary_lufs)

    @classmethod
    def of_all(cls, pieces: "Iterable[tuple[array[float], float]]") -> "Level":
        """Return the level of pieces after one another, of which each has its highest peak."""
        momentary, highest = array("f"), FLOOR_LUFS
        for more, peak in pieces:
            momentary.extend(more)
            highest = max(highest, peak)
        return cls.of(momentary, highest)

    @property
    def is_heard(self) -> bool:
        return self.loudness_lufs > FLOOR_LUFS


class Meter:
    """Measures sound while it passes. Mono is heard by both ears."""

    def __init__(self, *, peak: bool = False) -> None:
        self._measures_peak = peak
        self._highest = 0.0
        self.momentary_lufs = array("f")

    @property
    def true_peak_dbtp(self) -> float:
        return 20 * math.log10(max(self._highest, 1e-6))

    def passing(
        self,
        frames: Iterable[av.AudioFrame],
        before: Chain = (),
        *,
        first: int = 0,
        last: float = math.inf,
    ) -> Iterator[av.AudioFrame]:
        """Yield frames of 100 ms after a chain of filters, from one of them up to another."""
        peak = ":peak=true" if self._measures_peak else ""
        meter = ("ebur128", f"metadata=1:dualmono=true:framelog=quiet{peak}")
        for step, frame in enumerate(filtered(frames, (*before, meter))):
            if not first <= step < last:
                continue
            facts = frame.metadata
            if "lavfi.r128.M" in facts:  # not in the last one of all, when it is shorter
                self.momentary_lufs.append(_lufs(facts["lavfi.r128.M"]))
                self._highest = max(self._highest, float(facts.get("lavfi.r128.true_peak", "0")))
            yield frame
        if not first:  # nothing was before, and those that look back there are of 400 ms, too
            full = self.momentary_lufs[SMEARED_STEPS : SMEARED_STEPS + 1]
            self.momentary_lufs[: len(full) * SMEARED_STEPS] = full * SMEARED_STEPS


def _lufs(text: str) -> float:
    value = float(text)
    return FLOOR_LUFS if math.isnan(value) else max(FLOOR_LUFS, value)


Spell = tuple[int, int]


def spells(level: Level) -> tuple[Spell, ...]:
    """Return when somebody speaks, in samples of the track, in order."""
    if not level.is_heard:
        return ()
    least = level.loudness_lufs - SPEECH_BELOW_LU
    found: list[list[int]] = []
    for step, lufs in enumerate(level.momentary_lufs):
        if lufs <= least:
            continue
        if found and step - found[-1][1] <= PAUSE_STEPS - SMEARED_STEPS:
            found[-1][1] = step + 1
        else:
            found.append([step, step + 1])
    spoken = ((first, last - SMEARED_STEPS) for first, last in found)
    return tuple(
        (first * STEP_SAMPLES, last * STEP_SAMPLES)
        for first, last in spoken
        if last - first >= SPELL_STEPS
    )


@dataclass(frozen=True, slots=True)
class Gain:
    """A gain that changes in straight lines between (sample, factor), in order; at least one."""

    points: tuple[tuple[int, float], ...]

    def pieces(self, since: int) -> "Iterator[array[float]]":
        """Yield factors for each sample from one on, without an end."""
        at, before = since, (min(since, self.points[0][0]), self.points[0][1])
        for begin, one in self.points:
            if at < begin:
                slope = (one - before[1]) / (begin - before[0])
                yield from _line(before[1], slope, at - before[0], begin - before[0])
                at = begin
            before = begin, one
        while True:
            yield array("f", [self.points[-1][1]]) * STEP_SAMPLES


def _line(begin: float, slope: float, first: int, last: int) -> "Iterator[array[float]]":
    for at in range(first, last, SAMPLE_RATE_HZ):
        count = min(SAMPLE_RATE_HZ, last - at)
        if slope == 0:
            yield array("f", [begin]) * count
        else:
            yield array("f", (begin + slope * place for place in range(at, at + count)))


def even_gain(level: Level, *, is_piece: bool, headroom_db: float) -> Gain:
    """Return the gain that brings a track to where all voices are, less a headroom."""
    if is_piece:  # music has quiet places on purpose
        wanted = _clamped(VOICE_LUFS - level.loudness_lufs)
        return Gain(((0, _factor(wanted + headroom_db)),))
    points: list[tuple[int, float]] = []
    loudness_lufs = level.loudness_lufs
    rest_db = _clamped(VOICE_LUFS - loudness_lufs) + PAUSE_DB
    for first, last in spells(level):
        loudness_lufs = _followed(loudness_lufs, level.momentary_lufs, first, last)
        gain_db = _clamped(VOICE_LUFS - loudness_lufs)
        opened = first - OPEN_BEFORE_SAMPLES
        points += [
            (opened - OPENING_SAMPLES, rest_db),
            (opened, gain_db),
            (last + OPEN_AFTER_SAMPLES, gain_db),
            (last + OPEN_AFTER_SAMPLES + CLOSING_SAMPLES, gain_db + PAUSE_DB),
        ]
        rest_db = gain_db + PAUSE_DB
    points = points or [(0, rest_db - PAUSE_DB)]
    return Gain(tuple((at, _factor(db + headroom_db)) for at, db in points))


def _followed(before: float, momentary: Sequence[float], first: int, last: int) -> float:
    """Return a voice's loudness after a spell: the longer it was, the more it counts."""
    heard = momentary[first // STEP_SAMPLES : last // STEP_SAMPLES + 1]
    loud = [10 ** (lufs / 10) for lufs in heard if lufs > before - SPEECH_BELOW_LU]
    if not loud:
        return before
    length_s = (last - first) / SAMPLE_RATE_HZ
    share = length_s / (length_s + MEMORY_S)
    power = (1 - share) * 10 ** (before / 10) + share * sum(loud) / len(loud)
    return 10 * math.log10(power)


def _clamped(gain_db: float) -> float:
    return max(-GAIN_MAX_DB, min(GAIN_MAX_DB, gain_db))


def _factor(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))
