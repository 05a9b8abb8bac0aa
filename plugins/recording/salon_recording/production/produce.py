"""The process that makes an episode: `python -m salon_recording.production.produce REQUEST.json`.

It reads one request and writes one line of JSON per step to its output; the last one holds the
result, or in one sentence why there is none. Four steps: every track is measured; all are mixed;
the gain is looked for; the files are coded. What each has made is kept in a folder beside the
episode until who asked for it has taken the result, so that another process can go on where this
one fell. The files appear under their names only when complete, the MP3 last.
"""

import errno
import json
import os
import resource
import sys
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import av
import av.logging

from salon_recording.failure import Failure
from salon_recording.production.encoding import Coding, codings, encode
from salon_recording.production.filters import filtered, frames_of
from salon_recording.production.levels import Gain, Level, even_gain, measure, spells
from salon_recording.production.mastering import both_ears, find_gain_db
from salon_recording.production.mastering import frames_of as frames_of_files
from salon_recording.production.mixing import HEADROOM_DB, Mixer
from salon_recording.production.outlets import hand_to
from salon_recording.production.picture import bars, write_peaks
from salon_recording.production.request import Request
from salon_recording.production.tracks import Track, sound_of, tracks_of
from salon_recording.production.voices import channels_of
from salon_recording.production.work import Work, to_disk, work_folder

NICENESS = 10
FAILED = 1
DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REPORT_STEP = 0.02
MEASURED_AT_ONCE = 2
MS_SAMPLES = 48
PEAKS, TURNS = "peaks.json", "turns.json"

Report = Callable[[str, float, str], None]  # a step, how much of it is done, whose voice


class NothingSaid(Exception):
    """The parts hold no voice."""


def produce(asked: Request, report: Report) -> dict[str, Any]:
    """Make the files that are asked for and return what they are like.

    Raises NothingSaid, ValueError (a file that is none of ours), OSError, av.FFmpegError.
    """
    with Work(work_folder(asked.target), asked.digest) as work:
        return _Production(asked, work, report).run()


class _Production:
    def __init__(self, asked: Request, work: Work, report: Report) -> None:
        self._asked = asked
        self._work = work
        self._report = report
        pieces = [one for one in asked.segments if one.is_piece and one.parts]
        widths = [channels_of(source.path) for piece in pieces for source in piece.sources]
        self._channels = max(widths, default=1)
        self._codings = [one for one in codings() if one.suffix in asked.formats]
        self._tracks = tracks_of(asked.segments, self._channels)

    def run(self) -> dict[str, Any]:
        levels = self._measured()
        heard = [(track, level) for track, level in levels if level.is_heard]
        if not heard:
            raise NothingSaid("Nobody is heard in this part of the recording.")
        mixed = self._mixed(heard)
        loudness = self._work.once("loudness", partial(self._loudness, mixed))
        if self._asked.is_whole:
            self._write_turns(heard)
        self._encoded(mixed, float(loudness["gain_db"]))
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
            whose = self._tracks[number].source.voice
            self._report("level", len(done) / len(self._tracks), whose)
            found = self._level(number)
            done.append(number)
            return found

        with ThreadPoolExecutor(MEASURED_AT_ONCE) as threads:
            levels = list(threads.map(level, range(len(self._tracks))))
        return list(zip(self._tracks, levels, strict=True))

    def _level(self, number: int) -> Level:
        track = self._tracks[number]
        path = self._work.path(f"level-{number}.bin")

        def find() -> dict[str, Any]:
            layout = "mono" if track.channels == 1 else "stereo"
            found = measure(frames_of(sound_of(track, track.first), layout))
            _keep(path, found.momentary_lufs.tobytes())
            return {"loudness_lufs": found.loudness_lufs}

        facts = self._work.once(f"level {number}", find)
        momentary = array("f")
        momentary.frombytes(path.read_bytes())
        return Level(float(facts["loudness_lufs"]), 0.0, momentary)

    def _mixed(self, heard: Sequence[tuple[Track, Level]]) -> list[Path]:
        gains: list[tuple[Track, Gain]] = [
            (track, even_gain(level, is_piece=track.is_piece, headroom_db=HEADROOM_DB))
            for track, level in heard
        ]
        mixer = Mixer(gains, self._asked.samples, self._channels)
        paths = [self._work.path(f"mix-{number}.flac") for number in range(mixer.pieces)]

        def write(number: int) -> dict[str, Any]:
            mixer.write(number, paths[number])
            to_disk(paths[number])
            return {}

        for number in range(len(paths)):
            self._work.once(f"mix {number}", partial(write, number))
            self._report("mix", (number + 1) / len(paths), "")
        return paths

    def _loudness(self, mixed: Sequence[Path]) -> dict[str, Any]:
        found = find_gain_db(mixed, lambda done: self._report("measure", done, ""))
        if found is None:
            raise NothingSaid("Nobody is heard in this part of the recording.")
        gain_db, level = found
        return {
            "gain_db": gain_db,
            "loudness_lufs": level.loudness_lufs,
            "true_peak_dbtp": level.true_peak_dbtp,
            "bars": bars(level.momentary_lufs),
        }

    def _encoded(self, mixed: Sequence[Path], gain_db: float) -> None:
        """Make what is not made yet, all of it in one pass over the mix."""
        made: dict[str, Callable[[Any], None]] = {
            one.suffix: partial(self._encode, one) for one in self._codings
        }
        if self._asked.is_whole:
            made[PEAKS] = self._peaks
        missing = [name for name in made if not self._work.is_done(name)]
        if missing:
            hand_to([made[name] for name in missing], self._mastered(mixed, gain_db))
        for name in missing:
            to_disk(self._made(name))
            self._work.once(name, dict)

    def _mastered(self, mixed: Sequence[Path], gain_db: float) -> Any:
        given = 0
        for frame in filtered(frames_of_files(mixed), both_ears(gain_db, self._channels)):
            yield frame
            given += frame.samples
            self._report("encode", min(1.0, given / self._asked.samples), "")

    def _encode(self, coding: Coding, frames: Any) -> None:
        encode(coding, frames, self._asked, self._made(coding.suffix))

    def _peaks(self, frames: Any) -> None:
        write_peaks(frames, self._asked.samples, self._made(PEAKS))

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
        sounds = [one.suffix for one in reversed(self._codings)]
        for suffix in (TURNS, PEAKS, *sounds):
            made, named = self._made(suffix), target.with_suffix(f".{suffix}")
            if made.exists():  # else a process before this one was here
                made.replace(named)
            if suffix in sounds:
                sizes[suffix] = named.stat().st_size
        to_disk(target.parent)
        return sizes


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
    try:
        asked = Request.of(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
        result = produce(asked, _Reporter())
    except (NothingSaid, ValueError, OSError, av.FFmpegError) as error:
        say({"failed": _failure(error), "detail": _sentence(error)})
        return FAILED
    say({"result": result})
    return 0


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
