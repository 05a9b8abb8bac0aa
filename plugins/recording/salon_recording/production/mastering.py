"""From a mix to the loudness at which podcasts are played: one gain, and a limiter on true peaks.

One gain for the whole episode keeps what was quiet quiet. The limiter takes some of it away again,
so the gain is looked for by trying: most episodes need two or three times. Pieces are mastered side
by side, each from a second before it, in which the limiter comes to be as it would have been.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

import av

from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.crew import Told
from salon_recording.production.filters import Chain, chain, write_flac
from salon_recording.production.levels import STEP_SAMPLES, Level, Meter
from salon_recording.production.mixing import PIECE_SAMPLES

LOUDNESS_LUFS = -16.0  # EBU R128 for the ear, at the level podcasts are played
LIMIT_DB = -2.3  # before coding, which adds a little: at most -1 dBTP is promised
GAIN_MAX_DB = 40.0
TRIES_MAX = 5
LIMITED = 1.3  # a limited sound needs more gain than it lacks loudness
CLOSE_ENOUGH_LU = 0.15
LEAD_STEPS = 10  # of 100 ms, heard before a piece
TRAIL_SAMPLES = STEP_SAMPLES  # heard after it, where filters end

Tried = tuple["array[float]", float]  # momentary loudness, and the highest true peak
Try = Callable[[float], Level]


def frames_of(pieces: Sequence[Path], since: int = 0) -> Iterator[av.AudioFrame]:
    """Yield the sound of files after one another, of the first from about a sample on."""
    begin = 0
    for path in pieces:
        end = begin
        with av.open(str(path)) as container:
            if since and not begin:
                container.seek(since * av.time_base // SAMPLE_RATE_HZ)
            for frame in container.decode(audio=0):
                frame.pts = begin + (frame.pts or 0)
                end = frame.pts + frame.samples
                yield frame
        begin = end


def mastered(gain_db: float) -> Chain:
    """Return the filters: a gain, and a limiter that looks at four times as many samples."""
    return chain(
        f"volume={gain_db:.2f}dB:precision=float,aresample=192000,"
        f"alimiter=limit={10 ** (LIMIT_DB / 20):.4f}:level=0:attack=5:release=60,"
        "aresample=48000"
    )


def master(mixed: Sequence[Path], number: int, gain_db: float, target: Path, _: Told) -> Tried:
    """Write a piece of a mix with a gain and a limit, and return how loud it is."""
    begin, lead = (PIECE_SAMPLES, LEAD_STEPS) if number else (0, 0)
    since = begin - lead * STEP_SAMPLES
    until = begin + PIECE_SAMPLES + TRAIL_SAMPLES
    around = frames_of(mixed[max(0, number - 1) : number + 2], since)
    filters = (("atrim", f"start_pts={since}"), *mastered(gain_db))
    meter = Meter(peak=True)
    passing = meter.passing(
        takewhile(lambda frame: (frame.pts or 0) < until, around),
        filters, first=lead, last=lead + PIECE_SAMPLES // STEP_SAMPLES,
    )  # fmt: skip
    write_flac(passing, target)
    return meter.momentary_lufs, meter.true_peak_dbtp


def find_gain(raw: Level, attempt: Try) -> Level:
    """Try gains for a mix that is so loud, and return how loud it is with the last one."""
    gain_db = min(GAIN_MAX_DB, LOUDNESS_LUFS - raw.loudness_lufs)
    found = attempt(gain_db)
    for _ in range(1, TRIES_MAX):
        missing = LOUDNESS_LUFS - found.loudness_lufs
        if abs(missing) <= CLOSE_ENOUGH_LU or (missing > 0 and gain_db >= GAIN_MAX_DB):
            break
        gain_db = min(GAIN_MAX_DB, gain_db + missing * LIMITED)
        found = attempt(gain_db)
    return found
