"""What a crash does not undo, what other players read in the files, and who is made how loud."""

import json
import re
import subprocess
from array import array
from base64 import b64decode
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen.flac import Picture

from salon_recording.cover import cover_png
from salon_recording.production.levels import Level, even_gain, spells
from salon_recording.production.pace import Pace
from salon_recording.production.produce import produce
from salon_recording.production.request import Request
from salon_recording.production.work import Work, work_folder

Writing = Callable[..., Path]

CHAPTERS = [[0, "Who is in the lift"], [1.5, "Forty minutes, “more or less”"]]
HOSTILE = "../lift; TITLE=x\\=#[CHAPTER] <script>&amp;\"'%00 \u202egnp.exe עברית 🎙️ " + "é" * 120


class Fell(BaseException):
    """The process is gone."""


def _order(directory: Path, *voices: Path, until_s: float = 4.0, **settings: Any) -> Request:
    sources = [{"path": str(path), "voice": path.stem} for path in voices]
    order = {
        "segments": [{"kind": "take", "parts_s": [[0.0, until_s]], "sources": sources}],
        "title": "The night the lift got stuck",
        "artist": "Zoë & Wen",
        "album": "Out loud",
        "comment": "https://example.org/e/lift",
        "date": "2026-11-25",
        "chapters": CHAPTERS,
        "target": str(directory / "12-1.mp3"),
    }
    return Request.of(order | settings)


def _ignore(_step: str, _done: float, _voice: str) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("fatal", ["mix", "measure", "encode"])
def test_what_was_done_before_a_crash_is_not_done_again(
    fatal: str, tmp_path: Path, write_voice: Writing
) -> None:
    voice = write_voice(tmp_path / "7.opus", (0.0, 4.0, 440))
    asked = _order(tmp_path, voice, formats=["mp3"])

    def fall(step: str, _done: float, _voice: str) -> None:
        if step == fatal:
            raise Fell

    with pytest.raises(Fell):
        produce(asked, fall)
    assert not asked.target.exists()
    if fatal != "mix":
        voice.unlink()  # all that was read of it is in the mix
    steps: list[str] = []
    said = produce(asked, lambda step, *_: steps.append(step))
    assert said["heard"] == [[True]]
    assert asked.target.stat().st_size == said["sizes"]["mp3"]


def test_a_journal_that_was_torn_loses_its_last_line_only(tmp_path: Path) -> None:
    with Work(tmp_path / "work", "a") as work:
        work.once("one", lambda: {"found": 1})
        work.once("two", lambda: {"found": 2})
    journal = tmp_path / "work" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-3])
    with Work(tmp_path / "work", "a") as work:
        assert work.once("one", lambda: {"found": 0}) == {"found": 1}
        assert work.once("two", lambda: {"found": 3}) == {"found": 3}
    with Work(tmp_path / "work", "another order") as work:
        assert not work.is_done("one")


def test_every_format_has_its_loudness_tags_cover_and_chapters(
    tmp_path: Path, write_speech: Writing
) -> None:
    voice = write_speech(tmp_path / "7.opus", "Six people, one cake and forty minutes.")
    cover = tmp_path / "cover.png"
    cover.write_bytes(cover_png(155))
    chapters = [CHAPTERS[0], [1.5, HOSTILE]]
    asked = _order(tmp_path, voice, until_s=3.0, cover=str(cover), title=HOSTILE, chapters=chapters)
    said = produce(asked, _ignore)
    assert set(said["sizes"]) == {"mp3", "opus", "m4a"}
    for suffix, size in said["sizes"].items():
        path = tmp_path / f"12-1.{suffix}"
        assert path.stat().st_size == size
        assert _loudness(path) == pytest.approx(-16.0, abs=0.5)
        assert _true_peak(path) <= -1.0
        assert _tagged(path) == (HOSTILE, "Zoë & Wen", "Out loud")
        title = HOSTILE.encode()[:255].decode(errors="ignore") if suffix == "m4a" else HOSTILE
        assert _chapters(path) == [(0.0, CHAPTERS[0][1]), (1.5, title)], suffix
    read: dict[str, Any] = {one: mutagen.File(tmp_path / f"12-1.{one}") for one in said["sizes"]}
    assert read["mp3"].tags.getall("APIC")[0].data == cover.read_bytes()
    assert [frame.sub_frames["TIT2"].text for frame in read["mp3"].tags.getall("CHAP")] == [
        [title] for _, title in chapters
    ]
    assert bytes(read["m4a"]["covr"][0]) == cover.read_bytes()
    assert [chapter.start for chapter in read["m4a"].chapters] == [0.0, 1.5]
    block = Picture(b64decode(read["opus"]["metadata_block_picture"][0]))  # type: ignore[no-untyped-call] # its author gave no types
    assert block.data == cover.read_bytes()
    assert read["opus"]["CHAPTER001"] == ["00:00:01.500"]
    checked = subprocess.run(
        ["opusinfo", str(tmp_path / "12-1.opus")], capture_output=True, text=True, check=True
    )
    assert "WARNING" not in checked.stdout + checked.stderr


def _meter(path: Path) -> str:
    meter = ["ffmpeg", "-hide_banner", "-i", str(path), "-map", "0:a"]
    done = subprocess.run(
        [*meter, "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        errors="replace",  # it cuts long titles within a letter
        check=True,
    )
    return done.stderr.rsplit("Summary:", 1)[1]


def _number(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    assert match is not None
    return float(match[1])


def _loudness(path: Path) -> float:
    return _number(r"I:\s+(\S+) LUFS", _meter(path))


def _true_peak(path: Path) -> float:
    return _number(r"Peak:\s+(\S+) dBFS", _meter(path))


def _probed(path: Path) -> dict[str, Any]:
    probe = ["ffprobe", "-v", "error", "-show_chapters", "-show_format", "-show_streams"]
    done = subprocess.run([*probe, "-of", "json", str(path)], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _tagged(path: Path) -> tuple[str, ...]:
    found = _probed(path)
    tags = found["format"].get("tags") or found["streams"][0]["tags"]
    named = {name.lower(): value for name, value in tags.items()}
    if "title" not in named:  # those of Ogg belong to the stream
        named = {name.lower(): value for name, value in found["streams"][0]["tags"].items()}
    return named["title"], named["artist"], named["album"]


def _chapters(path: Path) -> list[tuple[float, str]]:
    return [(float(c["start_time"]), c["tags"]["title"]) for c in _probed(path)["chapters"]]


def test_players_learn_how_far_a_sound_swings_and_who_speaks_when(
    tmp_path: Path, write_voice: Writing
) -> None:
    first = write_voice(tmp_path / "7.opus", (0.0, 2.0, 440), (8.0, 2.0, 440))
    second = write_voice(tmp_path / "8.opus", (4.0, 2.0, 700))
    told: list[tuple[str, str]] = []
    asked = _order(tmp_path, first, second, until_s=12.0)
    produce(asked, lambda step, _done, voice: told.append((step, voice)))
    assert {voice for step, voice in told if step == "level"} == {"7", "8"}
    assert {voice for step, voice in told if step != "level"} == {""}
    peaks = json.loads((tmp_path / "12-1.peaks.json").read_text())
    assert (peaks["version"], peaks["bits"], peaks["sample_rate"]) == (2, 8, 48_000)
    assert peaks["length"] == len(peaks["data"]) // 2
    per_s = peaks["sample_rate"] / peaks["samples_per_pixel"]
    assert peaks["length"] == pytest.approx(12 * per_s, abs=2)
    swings = peaks["data"][1::2]
    assert max(swings[: round(1.9 * per_s)]) > 20
    assert max(swings[round(2.2 * per_s) : round(3.8 * per_s)]) <= 2
    turns = json.loads((tmp_path / "12-1.turns.json").read_text())
    assert [voice for voice, _, _ in turns] == ["7", "8", "7"]
    for (_, began, ended), at_ms in zip(turns, (0, 4_000, 8_000), strict=True):
        assert began == pytest.approx(at_ms, abs=250)
        assert ended == pytest.approx(at_ms + 2_000, abs=250)


@pytest.mark.parametrize("size", [1, 60])
def test_a_voice_without_a_whole_packet_is_silence_beside_the_others(
    size: int, tmp_path: Path, write_voice: Writing
) -> None:
    whole = write_voice(tmp_path / "7.opus", (0.0, 2.0, 440))
    torn = write_voice(tmp_path / "8.opus", (0.0, 2.0, 440))
    torn.write_bytes(torn.read_bytes()[: 47 + size])  # the head, and a part of the tags
    said = produce(_order(tmp_path, whole, torn, formats=["mp3"]), _ignore)
    assert said["heard"] == [[True, False]]
    assert said["duration_ms"] == 4_000


def _level(*spoken: tuple[int, float]) -> Level:
    """Return what a meter says of spells of so many tenths of a second, so loud."""
    values = array("f")
    for tenths, lufs in spoken:
        values.extend([lufs] * tenths)
    return Level(-20.0, 0.0, values)


def test_short_pauses_belong_to_the_speech_around_them_and_long_ones_end_a_turn() -> None:
    level = _level((10, -20.0), (4, -60.0), (10, -20.0), (30, -60.0), (10, -20.0))
    tenth = 4_800
    assert spells(level) == ((0, 21 * tenth), (54 * tenth, 61 * tenth))


def test_a_voice_that_fades_is_raised_again_and_its_pauses_are_turned_down() -> None:
    level = _level((100, -20.0), (30, -70.0), (300, -26.0))
    gain = even_gain(level, is_piece=False, headroom_db=0.0)
    factors: array[float] = array("f")
    for piece in gain.pieces(0):
        factors.extend(piece)
        if len(factors) >= 430 * 4_800:
            break
    loud, pause, quiet = factors[50 * 4_800], factors[115 * 4_800], factors[400 * 4_800]
    assert pause < loud / 2
    assert quiet > loud * 1.4
    steps = (abs(a - b) for a, b in pairwise(factors))
    assert max(steps) < 0.01  # nothing clicks


def test_the_time_that_is_left_is_told_once_it_can_be_known() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.progress("mix", 0.5).left_s is None  # a crash before had left that much done
    now[0] = 10.0
    told = pace.progress("encode", 0.5)
    assert (told.step, told.within, told.done) == ("encode", 0.5, 0.75)
    assert told.left_s == pytest.approx(5.26, abs=0.5)


def test_only_one_process_works_on_an_episode(tmp_path: Path, write_voice: Writing) -> None:
    asked = _order(tmp_path, write_voice(tmp_path / "7.opus", (0.0, 4.0, 440)), formats=["mp3"])
    with Work(work_folder(asked.target), asked.digest):
        held = subprocess.run(
            ["flock", "--nonblock", str(work_folder(asked.target)), "true"], check=False
        )
    assert held.returncode == 1
