"""From a mix to the loudness at which podcasts are played: one gain, and a limiter on true peaks.

One gain for the whole episode keeps what was quiet quiet. The limiter takes some of it away again,
so the gain is looked for by trying: most episodes need two or three times.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av

from salon_recording.production.filters import Chain, chain
from salon_recording.production.levels import Level, measure

LOUDNESS_LUFS = -16.0  # EBU R128 for the ear, at the level podcasts are played
LIMIT_DB = -2.3  # before coding, which adds a little: at most -1 dBTP is promised
GAIN_MAX_DB = 40.0
MEASUREMENTS_MAX = 5
LIMITED = 1.3  # a limited sound needs more gain than it lacks loudness
CLOSE_ENOUGH_LU = 0.15
BOTH_EARS = "pan=stereo|c0=c0|c1=c0"  # a plain conversion costs 3 dB


def frames_of(pieces: Sequence[Path]) -> Iterator[av.AudioFrame]:
    """Yield the sound of files after one another."""
    position = 0
    for path in pieces:
        with av.open(str(path)) as container:
            for frame in container.decode(audio=0):
                frame.pts = position
                position += frame.samples
                yield frame


def mastered(gain_db: float) -> Chain:
    """Return the filters: a gain, and a limiter that looks at four times as many samples."""
    return chain(
        f"volume={gain_db:.2f}dB:precision=float,aresample=192000,"
        f"alimiter=limit={10 ** (LIMIT_DB / 20):.4f}:level=0:attack=5:release=60,"
        "aresample=48000"
    )


def both_ears(gain_db: float, channels: int) -> Chain:
    """Return the same for two ears, in the coders' kind of samples."""
    wide = () if channels > 1 else chain(BOTH_EARS)
    return (*mastered(gain_db), *chain("aformat=sample_fmts=fltp"), *wide)


def find_gain_db(
    pieces: Sequence[Path], progress: Callable[[float], None]
) -> tuple[float, Level] | None:
    """Return the gain and how loud the episode is with it; None where nobody is heard."""
    raw = measure(frames_of(pieces))
    progress(0.2)
    if not raw.is_heard:
        return None
    gain_db = min(GAIN_MAX_DB, LOUDNESS_LUFS - raw.loudness_lufs)
    found = measure(frames_of(pieces), mastered(gain_db), peak=True)
    for attempt in range(1, MEASUREMENTS_MAX):
        progress(0.2 + 0.8 * attempt / MEASUREMENTS_MAX)
        missing = LOUDNESS_LUFS - found.loudness_lufs
        if abs(missing) <= CLOSE_ENOUGH_LU or (missing > 0 and gain_db >= GAIN_MAX_DB):
            break
        gain_db = min(GAIN_MAX_DB, gain_db + missing * LIMITED)
        found = measure(frames_of(pieces), mastered(gain_db), peak=True)
    return gain_db, found
