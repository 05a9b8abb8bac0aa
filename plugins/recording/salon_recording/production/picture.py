"""The shape of a sound, for players: how far it swings, and the bars of a small picture.

The file is what audiowaveform writes as JSON, version 2, which wavesurfer and peaks.js read: for
each pixel the least and the greatest sample, in 8 bits.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.crew import Told
from salon_recording.production.filters import filtered
from salon_recording.production.mastering import frames_of
from salon_recording.production.work import to_disk

PIXELS_MAX = 4_000
PIXEL_SAMPLES = 480  # a pixel is a multiple of 10 ms
BARS = 160
QUIETEST_LUFS, RANGE_LU = -45.0, 35.0
LEAST = "lavfi.astats.Overall.Min_level"
GREATEST = "lavfi.astats.Overall.Max_level"
STATISTICS = "metadata=1:reset=1:measure_perchannel=none:measure_overall=Min_level+Max_level"


def write_peaks(pieces: Sequence[Path], samples: int, target: Path, _: Told) -> None:
    """Write the file of a sound of so many samples. Raises OSError, av.FFmpegError."""
    pixel = PIXEL_SAMPLES * max(1, -(-samples // (PIXELS_MAX * PIXEL_SAMPLES)))
    found: list[int] = []
    statistics = (("asetnsamples", f"n={pixel}:p=0"), ("astats", STATISTICS))
    for frame in filtered(frames_of(pieces), statistics):
        found += [_byte(frame.metadata.get(name, "0")) for name in (LEAST, GREATEST)]
    told = {
        "version": 2,
        "channels": 1,
        "sample_rate": SAMPLE_RATE_HZ,
        "samples_per_pixel": pixel,
        "bits": 8,
        "length": len(found) // 2,
        "data": found,
    }
    target.write_text(json.dumps(told, separators=(",", ":")), encoding="ascii")
    to_disk(target)


def _byte(level: str) -> int:
    return max(-128, min(127, round(float(level) * 127)))


def bars(momentary_lufs: Sequence[float], count: int = BARS) -> list[int]:
    """Return the shape of a sound as numbers from 3 to 100, for a picture of it."""
    if not momentary_lufs:
        return []
    count = min(count, len(momentary_lufs))
    step = len(momentary_lufs) / count
    loudest = [
        max(momentary_lufs[int(at * step) : max(int(at * step) + 1, int((at + 1) * step))])
        for at in range(count)
    ]
    return [max(3, min(100, round((lufs - QUIETEST_LUFS) / RANGE_LU * 100))) for lufs in loudest]
