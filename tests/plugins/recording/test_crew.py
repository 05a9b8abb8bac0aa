"""The processes that do an episode's jobs: what they say when one fails, and that none is left."""

import errno
import os
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from salon_recording.production import mastering, mixing
from salon_recording.production.crew import Crew, Fell, Told
from salon_recording.production.levels import Gain
from salon_recording.production.mastering import frames_of as frames_of_files
from salon_recording.production.mastering import master
from salon_recording.production.request import Source
from salon_recording.production.tracks import Part, Track, level_of

Writing = Callable[..., Path]

ROOT = Path(__file__).parents[3]
SECOND = 48_000
OTHER = f"""
import os
from {__name__} import endless
from salon_recording.production.crew import Crew
with Crew(1, os.open(".", os.O_RDONLY)) as crew:
    print("begun", flush=True)
    crew.do(endless, print)
"""


def endless(told: Told) -> None:
    """Go on for ever, and say once that it has begun."""
    told(0.0)
    while True:
        time.sleep(60)


def fall(_told: Told) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk(_told: Told) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Two processes that know the jobs of this file."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = os.open(tmp_path, os.O_RDONLY)
    with Crew(2, folder) as two:
        yield two
    os.close(folder)


def _nobody(_done: float) -> None:
    """Nobody is told."""


def _track(path: Path, seconds: int = 4) -> Track:
    parts = (Part(0, seconds * SECOND),)
    return Track(0, 0, Source(path), is_piece=False, channels=1, begin=0, parts=parts)


def test_a_job_that_fails_says_why_and_the_next_one_is_done(
    crew: Crew, tmp_path: Path, write_voice: Writing
) -> None:
    with pytest.raises(FileNotFoundError):
        crew.do(partial(level_of, _track(tmp_path / "gone.opus")), _nobody)
    (tmp_path / "no.opus").write_bytes(b"not ogg")
    with pytest.raises(ValueError, match=r"no.opus is no Ogg/Opus file"):
        crew.do(partial(level_of, _track(tmp_path / "no.opus")), _nobody)
    voice = write_voice(tmp_path / "1.opus", (0.0, 4.0, 440))
    assert len(crew.do(partial(level_of, _track(voice)), _nobody)) == 40


def test_the_first_job_that_fails_ends_the_others(crew: Crew) -> None:
    with pytest.raises(OSError, match="No space left"):
        crew.each(lambda job: crew.do(job, _nobody), [endless, fill_the_disk, endless])


def test_a_process_that_falls_is_no_failure_of_the_episode(crew: Crew) -> None:
    with pytest.raises(Fell):
        crew.do(fall, _nobody)


def test_nobody_of_a_crew_outlives_who_started_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OTHER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "begun\n"
        assert other.stdout.readline() == "0.0\n"
        children = Path(f"/proc/{other.pid}/task/{other.pid}/children").read_text().split()
        other.kill()
    gone = subprocess.run(["flock", "--wait", "20", str(tmp_path), "true"], check=False)
    assert children
    assert gone.returncode == 0


def _samples(*paths: Path) -> "array[int]":
    found = array("i")
    for frame in frames_of_files(paths):
        found.frombytes(bytes(frame.planes[0])[: 4 * frame.samples])
    return found


def test_pieces_that_are_made_side_by_side_are_as_if_made_in_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write_speech: Writing
) -> None:
    voice = write_speech(tmp_path / "1.opus", "Six people, one cake and forty minutes in a lift.")
    track, gain, length = _track(voice), Gain(((0, 1.0), (4 * SECOND, 4.0))), 4 * SECOND

    def made(name: str) -> "array[int]":
        pieces = mixing.pieces_of([(track, gain)], length, 1)
        mixed = [tmp_path / f"{name}-mix-{number}.flac" for number in range(len(pieces))]
        paths = [tmp_path / f"{name}-master-{number}.flac" for number in range(len(pieces))]
        for piece, path in zip(pieces, mixed, strict=True):
            piece.write(path, _nobody)
        for number, path in enumerate(paths):
            master(mixed, number, 6.0, path, _nobody)
        return _samples(*paths)

    whole = made("whole")
    for module in (mixing, mastering):
        monkeypatch.setattr(module, "PIECE_SAMPLES", 3 * SECOND // 2)
    assert made("parts") == whole
    assert len(whole) == length
    assert max(whole) > 2**29  # the limiter had something to do
