"""The process that makes an episode: `python -m salon_recording.produce REQUEST.json`.

It reads one request file and writes one line of JSON per step to its output; the last one holds the
result, or in one sentence why there is none. The episode appears under its name only when complete.
"""

import errno
import json
import os
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import av.logging

from salon_recording import sound
from salon_recording.failure import Failure
from salon_recording.ogg import SAMPLE_RATE_HZ

NICENESS = 10
FAILED = 1
DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REPORT_STEP = 0.02


def produce(request: dict[str, Any], report: Callable[[str, float], None]) -> dict[str, Any]:
    """Make the file that the request describes and return what it is like.

    Raises NothingSaid, ValueError (a file that is none of ours), OSError, av.FFmpegError.
    """
    segments = _segments(request["segments"])
    samples = sum(segment.window.samples for segment in segments)
    target = Path(request["target"])
    mixed, part = target.with_suffix(".mix.flac"), target.with_suffix(".part")
    tags = sound.Tags(
        **{name: request[name] for name in ("title", "artist", "album", "comment", "date")},
        chapters=tuple((round(at_s * 1_000), title) for at_s, title in request["chapters"]),
    )
    try:
        heard = sound.mix(segments, mixed, lambda done: report("mix", done))
        gain_db, level = sound.find_gain_db(mixed, lambda done: report("measure", done))
        sound.encode_mp3(mixed, samples, gain_db, tags, part, lambda done: report("encode", done))
        _to_disk(part)
        part.replace(target)
        _to_disk(target.parent)
    finally:
        mixed.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    return {
        "bytes": target.stat().st_size,
        "duration_ms": _duration_ms(target),
        "loudness_lufs": level.loudness_lufs,
        "true_peak_dbtp": level.true_peak_dbtp,
        "bars": sound.bars(level.momentary_lufs),
        "heard": [[lufs > sound.NOTHING_LUFS for lufs in of_segment] for of_segment in heard],
    }


def _segments(asked: Sequence[dict[str, Any]]) -> Sequence[sound.Segment]:
    """Return what is heard one after the other; times of a take, in samples."""
    last = len(asked) - 1
    return [
        sound.Segment(
            tuple(Path(source["path"]) for source in one["sources"]),
            sound.Window(
                tuple((_samples(start), _samples(end)) for start, end in one["parts_s"]),
                before=number > 0,
                after=number < last,
            ),
            is_piece=one["kind"] == "piece",
        )
        for number, one in enumerate(asked)
    ]


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)


def _duration_ms(path: Path) -> int:
    with av.open(str(path)) as container:
        return round((container.duration or 0) * 1_000 / av.time_base)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Reporter:
    """Writes a line when something has moved noticeably."""

    def __init__(self) -> None:
        self._last: tuple[str, float] = ("", 0.0)

    def __call__(self, step: str, done: float) -> None:
        if step == self._last[0] and done - self._last[1] < REPORT_STEP:
            return
        self._last = (step, done)
        say({"step": step, "done": round(done, 3)})


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    os.nice(NICENESS)  # whoever is talking comes first
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    av.logging.set_level(None)
    request = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    try:
        result = produce(request, _Reporter())
    except (sound.NothingSaid, ValueError, OSError, av.FFmpegError) as error:
        say({"failed": _failure(error), "detail": _sentence(error)})
        return FAILED
    say({"result": result})
    return 0


def _failure(error: Exception) -> Failure:
    if isinstance(error, sound.NothingSaid):
        return Failure.NOTHING_SAID
    if isinstance(error, OSError):
        return Failure.DISK_FULL if error.errno in DISK_IS_FULL else Failure.DISK
    return Failure.UNREADABLE


def _sentence(error: Exception) -> str:
    """Return why there is no episode, for the log: without the paths of the server's files."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(reason)[:500]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
