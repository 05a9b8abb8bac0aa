"""Making an episode, as its own process; judged by ffmpeg and ffprobe."""

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salon_recording.production import produce as making
from salon_recording.production.produce import produce
from salon_recording.production.request import Request

Writing = Callable[..., Path]

SETTINGS = {
    "title": "The night the lift got stuck",
    "artist": "Zoë & Wen",
    "album": "Out loud",
    "comment": "",
    "date": "2026-11-25",
    "chapters": [],
    "formats": ["mp3"],
}
WHOLE = {"formats": ["mp3", "opus", "m4a"]}


def _order(directory: Path, voices: list[Path], **settings: Any) -> dict[str, Any]:
    """Return what the process is asked for: one take, of 14 seconds where nothing else is said."""
    segment = _segment(voices, *settings.pop("parts_s", [[0.0, 14.0]]))
    target = str(directory / "episode.mp3")
    return {"segments": [segment], "target": target, **SETTINGS, **settings}


def _segment(voices: list[Path], *parts_s: list[float]) -> dict[str, Any]:
    sources = [{"path": str(path), "voice": path.stem} for path in voices]
    return {"kind": "take", "parts_s": parts_s, "sources": sources}


def _make(directory: Path, voices: list[Path], **settings: Any) -> tuple[Path, dict[str, Any]]:
    """Return the episode's path, and its result; made in this process."""
    asked = Request.of(_order(directory, voices, **settings))
    return asked.target, produce(asked, lambda *_: None)


def _run(directory: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Return the last words of the process that makes an episode."""
    (directory / "order.json").write_text(json.dumps(order))
    module = "salon_recording.production.produce"
    command = [sys.executable, "-m", module, str(directory / "order.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def _ffmpeg(path: Path, filters: str) -> str:
    command = ["ffmpeg", "-hide_banner", "-i", str(path), "-af", filters, "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stderr


def _found(pattern: str, text: str) -> list[float]:
    return [float(number) for number in re.findall(pattern, text)]


@pytest.mark.parametrize("done_by", ["this process", "a crew"])
def test_two_voices_become_an_episode_at_minus_sixteen_lufs(
    done_by: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write_voice: Writing
) -> None:
    if done_by == "a crew":
        monkeypatch.setattr(making, "SHORT_SAMPLES", 0)
    loud = write_voice(tmp_path / "1.opus", (0.0, 7.0, 440))
    late = write_voice(tmp_path / "2.opus", (7.0, 7.0, 700))
    episode, said = _make(tmp_path, [loud, late])
    heard = _ffmpeg(episode, "ebur128=peak=true").rsplit("Summary:", 1)[1]
    assert _found(r"I:\s+(\S+) LUFS", heard)[0] == pytest.approx(-16.0, abs=0.5)
    assert _found(r"Peak:\s+(\S+) dBFS", heard)[0] <= -1.5
    assert said["heard"] == [[True, True]]
    assert said["sizes"]["mp3"] == episode.stat().st_size
    assert said["duration_ms"] == pytest.approx(14_000, abs=50)


def test_speech_has_the_wanted_loudness_and_no_peak_above_the_limit(
    tmp_path: Path, write_speech: Writing
) -> None:
    first = write_speech(tmp_path / "1.opus", "Six people, one cake and forty minutes. " * 3)
    second = write_speech(tmp_path / "2.opus", "You cannot panic with a cake. " * 3, "en-us")
    episode, said = _make(tmp_path, [first, second])
    heard = _ffmpeg(episode, "ebur128=peak=true").rsplit("Summary:", 1)[1]
    assert _found(r"I:\s+(\S+) LUFS", heard)[0] == pytest.approx(-16.0, abs=0.5)
    assert _found(r"Peak:\s+(\S+) dBFS", heard)[0] <= -1.5
    assert said["loudness_lufs"] == pytest.approx(-16.0, abs=0.5)


def test_voices_and_gaps_stand_where_they_were_to_twenty_milliseconds(
    tmp_path: Path, write_voice: Writing
) -> None:
    first = write_voice(tmp_path / "1.opus", (1.0, 2.0, 440))
    second = write_voice(tmp_path / "2.opus", (5.0, 2.0, 700), (9.5, 2.0, 700))
    episode, _ = _make(tmp_path, [first, second], parts_s=[[0.5, 13.0]])
    heard = _ffmpeg(episode, "silencedetect=n=-45dB:d=0.5")
    starts, ends = _found(r"silence_start: (\S+)", heard), _found(r"silence_end: (\S+)", heard)
    assert starts == pytest.approx([0.0, 2.5, 6.5, 11.0], abs=0.02)
    assert ends[:3] == pytest.approx([0.5, 4.5, 9.0], abs=0.02)


def test_chapters_and_tags_are_in_the_file(tmp_path: Path, write_voice: Writing) -> None:
    voice = write_voice(tmp_path / "1.opus", (0.0, 6.0, 440))
    chapters = [[0, "Who is in the lift"], [2.5, "Forty minutes"]]
    episode, _ = _make(tmp_path, [voice], chapters=chapters)
    probe = [
        "ffprobe",
        "-v",
        "error",
        "-show_chapters",
        "-show_format",
        "-of",
        "json",
        str(episode),
    ]
    found = json.loads(subprocess.run(probe, capture_output=True, check=True).stdout)
    told = [(float(c["start_time"]), c["tags"]["title"]) for c in found["chapters"]]
    assert told == [(0.0, "Who is in the lift"), (2.5, "Forty minutes")]
    assert found["format"]["tags"]["artist"] == "Zoë & Wen"
    assert int(found["format"]["bit_rate"]) == pytest.approx(128_000, rel=0.05)


def test_a_voice_that_was_not_given_is_not_in_the_episode(
    tmp_path: Path, write_voice: Writing
) -> None:
    kept = write_voice(tmp_path / "1.opus", (0.0, 4.0, 440))
    write_voice(tmp_path / "2.opus", (0.0, 4.0, 2_000))
    episode, _ = _make(tmp_path, [kept], parts_s=[[0.0, 4.0]])
    level = _ffmpeg(episode, "bandpass=f=2000:width_type=h:w=100,bandpass=f=2000,volumedetect")
    assert _found(r"max_volume: (\S+) dB", level)[0] < -45


def test_a_voice_is_not_heard_in_the_moments_it_left_out_and_the_others_are(
    tmp_path: Path, write_voice: Writing
) -> None:
    spells = ((0.0, 2.0, 2_000), (4.0, 2.0, 2_000), (8.0, 2.0, 2_000))
    shy = write_voice(tmp_path / "1.opus", *spells)
    other = write_voice(tmp_path / "2.opus", (0.0, 10.0, 440))
    order = _order(tmp_path, [shy, other], parts_s=[[1.0, 5.0], [7.0, 10.0]])
    order["segments"][0]["sources"][0]["silent_s"] = [[3.8, 6.2]]
    episode = Request.of(order).target
    produce(Request.of(order), lambda *_: None)
    loudest = r"max_volume: (\S+) dB"

    def heard(tone_hz: int, at: str) -> float:
        tone = f"bandpass=f={tone_hz}:width_type=h:w=100,bandpass=f={tone_hz}:width_type=h:w=100"
        return _found(loudest, _ffmpeg(episode, f"atrim={at},{tone},volumedetect"))[0]

    first, left_out, last = (heard(2_000, at) for at in ("0.2:0.8", "3.1:3.8", "5.2:6.8"))
    assert min(first, last) > -35
    assert left_out < min(first, last) - 30
    assert heard(440, "3.1:3.8") > -35


def test_a_part_in_which_nobody_speaks_is_told_in_a_sentence(
    tmp_path: Path, write_voice: Writing
) -> None:
    voice = write_voice(tmp_path / "1.opus", (0.0, 2.0, 440))
    said = _run(tmp_path, _order(tmp_path, [voice], parts_s=[[5.0, 9.0]]))
    sentence = "Nobody is heard in this part of the recording."
    assert said == {"failed": "nothing_said", "detail": sentence}
    assert not (tmp_path / "episode.mp3").exists()


def test_a_full_disk_is_told_without_the_servers_paths(
    tmp_path: Path, write_voice: Writing
) -> None:
    voice = write_voice(tmp_path / "1.opus", (0.0, 4.0, 440))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        said = _run(tmp_path, _order(tmp_path, [voice], parts_s=[[0.0, 4.0]]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert said == {"failed": "disk_full", "detail": "File too large"}
    assert not (tmp_path / "episode.mp3").exists()


def test_a_voice_whose_file_is_gone_is_told_without_the_servers_paths(tmp_path: Path) -> None:
    said = _run(tmp_path, _order(tmp_path, [tmp_path / "1.opus"]))
    assert said == {"failed": "disk", "detail": "No such file or directory"}


def test_a_failure_leaves_the_earlier_episode_as_it_was(
    tmp_path: Path, write_voice: Writing
) -> None:
    voice = write_voice(tmp_path / "1.opus", (0.0, 4.0, 440))
    episode, _ = _make(tmp_path, [voice], parts_s=[[0.0, 4.0]])
    before = episode.read_bytes()
    voice.write_bytes(b"not ogg")
    said = _run(tmp_path, _order(tmp_path, [voice], parts_s=[[0.0, 3.0]]))
    assert said == {"failed": "unreadable", "detail": "1.opus is no Ogg/Opus file"}
    assert episode.read_bytes() == before


@pytest.mark.parametrize("order", [{}, {"segments": [{}]}, {"segments": 3}, ["no", "order"]])
def test_what_is_no_order_is_refused(order: Any) -> None:
    with pytest.raises(ValueError, match="no order of an episode"):
        Request.of(order)


def test_what_is_said_at_the_end_of_eight_hours_becomes_an_episode(
    tmp_path: Path, write_voice: Writing
) -> None:
    late_s = 8 * 3_600.0
    voice = write_voice(tmp_path / "1.opus", (0.0, 1.0, 440), (late_s, 2.0, 700))
    episode, said = _make(tmp_path, [voice], parts_s=[[late_s - 1, late_s + 2]])
    assert said["duration_ms"] == 3_000
    heard = _ffmpeg(episode, "silencedetect=n=-45dB:d=0.5")
    assert _found(r"silence_end: (\S+)", heard) == pytest.approx([1.0], abs=0.02)


def test_what_is_cut_out_is_not_heard_and_its_seam_is_crossed(
    tmp_path: Path, write_voice: Writing
) -> None:
    spells = ((0.0, 3.0, 440), (3.0, 3.0, 1_500), (6.0, 3.0, 440))
    voice = write_voice(tmp_path / "1.opus", *spells)
    short = write_voice(tmp_path / "2.opus", (0.0, 1.0, 700))
    episode, said = _make(tmp_path, [voice, short], parts_s=[[0.0, 2.9], [6.1, 9.0], [30.0, 31.0]])
    assert said["duration_ms"] == pytest.approx(6_800, abs=60)
    cut_out = _ffmpeg(episode, "bandpass=f=1500:width_type=h:w=100,bandpass=f=1500,volumedetect")
    kept = _ffmpeg(episode, "bandpass=f=440:width_type=h:w=100,bandpass=f=440,volumedetect")
    loudest = r"max_volume: (\S+) dB"
    assert _found(loudest, cut_out)[0] < _found(loudest, kept)[0] - 20
    dips = _found(r"silence_start: (\S+)", _ffmpeg(episode, "silencedetect=n=-30dB:d=0.005"))
    assert not [at for at in dips if abs(at - 2.9) < 0.2]
    click = _ffmpeg(episode, "highpass=f=6000:p=2,highpass=f=6000:p=2,atrim=2.8:3.0,volumedetect")
    assert _found(loudest, click)[0] < -50


def test_segments_of_several_takes_follow_one_another_by_their_own_clocks(
    tmp_path: Path, write_voice: Writing
) -> None:
    first = write_voice(tmp_path / "1.opus", (0.0, 4.0, 440))
    guest = write_voice(tmp_path / "2.opus", (0.0, 4.0, 700))
    second = write_voice(tmp_path / "3.opus", (10.0, 4.0, 1_500))
    segments = [
        _segment([second], [10.0, 13.0]),
        _segment([first, guest], [0.0, 2.0]),
        _segment([guest], [30.0, 31.0]),  # nobody says anything: it is as long as it is
        _segment([second], [11.0, 12.0]),
    ]
    episode, said = _make(tmp_path, [], segments=segments)
    assert said["heard"] == [[True], [True, True], [False], [True]]
    assert said["duration_ms"] == 7_000
    band = "bandpass=f=1500:width_type=h:w=100"
    late = _ffmpeg(episode, f"{band},{band},silencedetect=n=-40dB:d=0.5")
    assert _found(r"silence_start: (\S+)", late) == pytest.approx([3.0], abs=0.05)
    assert _found(r"silence_end: (\S+)", late) == pytest.approx([6.0], abs=0.05)


def test_a_quiet_voice_is_raised_and_a_loud_one_lowered(
    tmp_path: Path, write_speech: Writing
) -> None:
    text = "Six people, one cake and forty minutes."
    loud = write_speech(tmp_path / "1.opus", text)
    quiet = write_speech(tmp_path / "2.opus", text, gain=0.25)
    pair = [loud, quiet]
    for number, voice in enumerate(pair):
        alone = _segment([voice], [0.0, 3.0])
        other = _segment([pair[1 - number]], [0.0, 3.0])
        order = _order(tmp_path, []) | {"segments": [alone, other]}
        asked = Request.of(order)
        produce(asked, lambda *_: None)
        halves = [
            _ffmpeg(asked.target, f"atrim={at}:{at + 3},ebur128").rsplit("Summary:", 1)[1]
            for at in (0, 3)
        ]
        first, second = (_found(r"I:\s+(\S+) LUFS", half)[0] for half in halves)
        assert abs(first - second) < 3.0  # they were 12 apart


def test_a_piece_stands_between_two_segments_in_stereo(
    tmp_path: Path, write_voice: Writing
) -> None:
    voice = write_voice(tmp_path / "1.opus", (0.0, 4.0, 440))
    jingle = tmp_path / "jingle.wav"
    tones = "sine=f=900:d=3[l];sine=f=1300:d=3[r];[l][r]amerge"
    command = ["ffmpeg", "-v", "error", "-filter_complex", tones, str(jingle)]
    subprocess.run(command, check=True)
    talk = _segment([voice], [0.0, 2.0])
    piece = {"kind": "piece", "parts_s": [[0.0, 3.0]], "sources": [{"path": str(jingle)}]}
    asked = Request.of(_order(tmp_path, []) | {"segments": [talk, piece, talk]})
    said = produce(asked, lambda *_: None)
    assert said["heard"] == [[True], [True], [True]]
    assert said["duration_ms"] == 7_000

    def loudest(at: int, channel: int, tone_hz: int) -> float:
        only = f"bandpass=f={tone_hz}:width_type=h:w=80"
        filters = f"atrim={at}:{at + 1},pan=mono|c0=c{channel},{only},{only},volumedetect"
        return _found(r"max_volume: (\S+) dB", _ffmpeg(asked.target, filters))[0]

    assert loudest(3, 0, 900) > -20
    assert loudest(3, 1, 900) < -35
    assert loudest(3, 1, 1_300) > -20
    assert loudest(0, 0, 440) > -20
    assert loudest(6, 1, 440) > -20
    assert loudest(6, 1, 1_300) < -35
