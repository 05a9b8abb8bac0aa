"""The process that makes an episode: `python -m salon_recording.production.produce REQUEST.json`.

It reads one request and writes one line of JSON per step to its output; the last one holds the
result, or in one sentence why there is none. Four steps: every track is measured; all are mixed;
the gain is looked for; the files are coded. A crew of two processes does them, unless the episode
is so short that it is made before they have begun. What each has made is kept in a folder beside
the episode until who asked for it has taken the result, so that another process can go on where
this one fell. The files appear under their names only when complete, the MP3 last.
"""

import errno
import json
import os
import resource
import signal
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import av
import av.logging

from salon_recording.failure import Failure
from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.crew import Crew, Job
from salon_recording.production.encoding import codings, encode
from salon_recording.production.levels import FLOOR_LUFS, Level, even_gain, spells
from salon_recording.production.mastering import TRIES_MAX, Tried, find_gain, master
from salon_recording.production.mixing import HEADROOM_DB, pieces_of
from salon_recording.production.picture import bars, write_peaks
from salon_recording.production.request import Request
from salon_recording.production.tracks import Track, level_of, tracks_of
from salon_recording.production.voices import channels_of
from salon_recording.production.work import Work, to_disk, work_folder

NICENESS = 10
FAILED = 1
DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REPORT_STEP = 0.02
CREW = 2
SHORT_SAMPLES = 30 * SAMPLE_RATE_HZ
MS_SAMPLES = 48
PEAKS, TURNS = "peaks.json", "turns.json"

Report = Callable[[str, float, str], None]  # a step, how much of it is done, whose voice


class NothingSaid(Exception):
    """The parts hold no voice."""


def produce(asked: Request, report: Report) -> dict[str, Any]:
    """Make the files that are asked for and return what they are like.

    Raises NothingSaid, ValueError (a file that is none of ours), OSError, av.FFmpegError.
    """
    size = 0 if asked.samples < SHORT_SAMPLES else CREW
    with Work(work_folder(asked.target), asked.digest) as work, Crew(size, work.lock) as crew:
        return _Production(asked, work, crew, report).run()


class _Production:
    def __init__(self, asked: Request, work: Work, crew: Crew, report: Report) -> None:
        self._asked = asked
        self._work = work
        self._crew = crew
        self._report = report
        pieces = [one for one in asked.segments if one.is_piece and one.parts]
        widths = [channels_of(source.path) for piece in pieces for source in piece.sources]
        self._channels = max(widths, default=1)
        self._tracks = tracks_of(asked.segments, self._channels)

    def run(self) -> dict[str, Any]:
        levels = self._measured()
        heard = [(track, level) for track, level in levels if level.is_heard]
        if not heard:
            raise NothingSaid("Nobody is heard in this part of the recording.")
        raw, mixed = self._mixed(heard)
        mastered = [path.with_name(f"master-{n}.flac") for n, path in enumerate(mixed)]
        loudness = self._work.once("loudness", partial(self._loudness, raw, mixed, mastered))
        if self._asked.is_whole:
            self._write_turns(heard)
        self._encoded(mastered)
        sizes = self._published()
        return {
            "sizes": sizes,
            "duration_ms": round(self._asked.samples / MS_SAMPLES),
            "loudness_lufs": loudness["loudness_lufs"],
            "true_peak_dbtp": loudness["true_peak_dbtp"],
            "bars": loudness["bars"],
            "heard": self._heard(levels),
        }

    # -- the steps

    def _measured(self) -> list[tuple[Track, Level]]:
        done: list[int] = []

        def level(number: int) -> Level:
            track = self._tracks[number]
            self._report("level", len(done) / len(self._tracks), track.source.voice)
            found = self._metered(f"level {number}", partial(level_of, track))
            done.append(number)
            return Level.of(found)

        levels = self._crew.each(level, range(len(self._tracks)))
        return list(zip(self._tracks, levels, strict=True))

    def _mixed(self, heard: Sequence[tuple[Track, Level]]) -> tuple[Level, list[Path]]:
        """Return how loud the mix is, and its pieces."""
        gains = [
            (track, even_gain(level, is_piece=track.is_piece, headroom_db=HEADROOM_DB))
            for track, level in heard
        ]
        pieces = pieces_of(gains, self._asked.samples, self._channels)
        paths = [self._work.path(f"mix-{number}.flac") for number in range(len(pieces))]
        done: list[int] = []

        def mix(number: int) -> Tried:
            job = partial(pieces[number].write, paths[number])
            found = self._metered(f"mix {number}", job)
            done.append(number)
            self._report("mix", len(done) / len(paths), "")
            return found, FLOOR_LUFS

        return Level.of_all(self._crew.each(mix, range(len(paths)))), paths

    def _metered(self, step: str, job: Job) -> "array[float]":
        """Do once what finds momentary loudness, and return that."""
        path = self._work.path(f"{step.replace(' ', '-')}.bin")

        def find() -> dict[str, Any]:
            _keep(path, self._crew.do(job, _nobody).tobytes())
            return {}

        self._work.once(step, find)
        momentary = array("f")
        momentary.frombytes(path.read_bytes())
        return momentary

    def _loudness(
        self, raw: Level, mixed: Sequence[Path], mastered: Sequence[Path]
    ) -> dict[str, Any]:
        if not raw.is_heard:
            raise NothingSaid("Nobody is heard in this part of the recording.")
        done: list[int] = []

        def attempt(gain_db: float) -> Level:
            def one(number: int) -> Tried:
                self._report("measure", len(done) / len(mixed) / TRIES_MAX, "")
                job = partial(master, mixed, number, gain_db, mastered[number])
                found: Tried = self._crew.do(job, _nobody)
                done.append(number)
                return found

            return Level.of_all(self._crew.each(one, range(len(mixed))))

        level = find_gain(raw, attempt)
        return {
            "loudness_lufs": level.loudness_lufs,
            "true_peak_dbtp": level.true_peak_dbtp,
            "bars": bars(level.momentary_lufs),
        }

    def _encoded(self, mastered: Sequence[Path]) -> None:
        """Make what is not made yet; the first is the slowest, and says how far it is."""
        asked = self._asked
        jobs: dict[str, Job] = {
            one.suffix: partial(encode, one, mastered, asked, self._made(one.suffix))
            for one in codings()
            if one.suffix in asked.formats
        }
        if asked.is_whole:
            jobs[PEAKS] = partial(write_peaks, mastered, asked.samples, self._made(PEAKS))
        missing = [name for name in jobs if not self._work.is_done(name)]

        def make(name: str) -> None:
            self._crew.do(jobs[name], self._encoding if name == missing[0] else _nobody)
            self._work.once(name, dict)

        self._crew.each(make, missing)

    def _encoding(self, done: float) -> None:
        self._report("encode", done, "")

    def _made(self, suffix: str) -> Path:
        return self._work.path(f"made.{suffix}")

    # -- what comes of them

    def _heard(self, levels: Sequence[tuple[Track, Level]]) -> list[list[bool]]:
        """Return of each source of each segment whether it is heard."""
        loud = {(track.segment, track.number) for track, level in levels if level.is_heard}
        return [
            [(number, place) in loud for place in range(len(segment.sources))]
            for number, segment in enumerate(self._asked.segments)
        ]

    def _write_turns(self, heard: Sequence[tuple[Track, Level]]) -> None:
        """Write who speaks when: [[voice, ms, ms], …] by the episode's time."""
        turns = [
            [track.source.voice, *(round((track.first + at) / MS_SAMPLES) for at in spell)]
            for track, level in heard
            for spell in spells(level)
        ]
        turns.sort(key=lambda turn: turn[1:])
        _keep(self._made(TURNS), json.dumps(turns, separators=(",", ":")).encode())

    def _published(self) -> dict[str, int]:
        """Give the files their names, the MP3's last, and return their sizes."""
        target = self._asked.target
        sizes: dict[str, int] = {}
        sounds = [name for name in reversed(self._asked.formats) if self._work.is_done(name)]
        for suffix in (TURNS, PEAKS, *sounds):
            made, named = self._made(suffix), target.with_suffix(f".{suffix}")
            if made.exists():  # else a process before this one was here
                made.replace(named)
            if suffix in sounds:
                sizes[suffix] = named.stat().st_size
        to_disk(target.parent)
        return sizes


def _nobody(_done: float) -> None:
    """Nobody is told."""


def _keep(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    to_disk(path)


class _Reporter:
    """Writes a line when something has moved noticeably."""

    def __init__(self) -> None:
        self._last: tuple[str, float, str] = ("", 0.0, "")

    def __call__(self, step: str, done: float, voice: str) -> None:
        last_step, last_done, last_voice = self._last
        if (step, voice) == (last_step, last_voice) and done - last_done < REPORT_STEP:
            return
        self._last = (step, done, voice)
        say({"step": step, "done": round(done, 3), "voice": voice})


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    os.nice(NICENESS)  # whoever is talking comes first
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    av.logging.set_level(None)
    signal.signal(signal.SIGTERM, _ended)  # what is under way is gone when this process is
    try:
        asked = Request.of(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
        result = produce(asked, _Reporter())
    except (NothingSaid, ValueError, OSError, av.FFmpegError) as error:
        say({"failed": _failure(error), "detail": _sentence(error)})
        return FAILED
    say({"result": result})
    return 0


def _ended(number: int, _frame: Any) -> None:
    raise SystemExit(128 + number)


def _failure(error: Exception) -> Failure:
    if isinstance(error, NothingSaid):
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
