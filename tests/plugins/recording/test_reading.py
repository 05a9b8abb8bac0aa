"""Files that somebody brought: what is sound, what is a picture, and what is neither."""

import io
import struct
import subprocess
import zlib
from pathlib import Path

import av
import pytest

from salon_recording.cover import cover_png
from salon_recording.programmes import reading
from salon_recording.programmes.reading import Refused, read_cover, read_sound

NO_SOUND = {
    "nothing": b"",
    "words": b"hello",
    "a list of other files": b"ffconcat version 1.0\nfile /etc/hostname\n",
    "a stream of other files": b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/hostname\n",
    "a picture": cover_png(120),
    "the head of a sound": b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0",
    "noise": bytes(range(256)) * 64,
}


def _tone(path: Path, *more: str) -> Path:
    command = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        "sine=440:d=1",
        *more,
        str(path),
    ]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize("ending", ["mp3", "m4a", "wav"])
def test_sound_of_any_usual_kind_becomes_opus_without_what_it_said_of_itself(
    tmp_path: Path, ending: str
) -> None:
    source = _tone(tmp_path / f"in.{ending}", "-metadata", "title=Secret", "-ac", "1")
    made = tmp_path / "out"
    said = read_sound(io.BytesIO(source.read_bytes()), str(made))
    assert said["duration_ms"] == pytest.approx(1_000, abs=60)
    with av.open(str(made)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.channels) in {("opus", 2), ("libopus", 2)}
        assert "Secret" not in str({**container.metadata, **stream.metadata})


@pytest.mark.parametrize("what", NO_SOUND)
def test_what_is_no_sound_is_refused(tmp_path: Path, what: str) -> None:
    with pytest.raises((Refused, av.FFmpegError)):
        read_sound(io.BytesIO(NO_SOUND[what]), str(tmp_path / "out"))


def test_a_sound_that_is_too_long_is_refused_before_all_of_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_MS", 500)
    source = _tone(tmp_path / "in.wav")
    with pytest.raises(Refused, match="too_long"):
        read_sound(io.BytesIO(source.read_bytes()), str(tmp_path / "out"))


def test_a_cover_becomes_a_square_of_one_size(tmp_path: Path) -> None:
    wide = tmp_path / "wide.jpg"
    picture = ["-f", "lavfi", "-i", "testsrc=s=320x90:d=0.04", "-frames:v", "1", str(wide)]
    subprocess.run(["ffmpeg", "-loglevel", "error", *picture], check=True)
    read_cover(io.BytesIO(wide.read_bytes()), str(tmp_path / "out"))
    made = (tmp_path / "out").read_bytes()
    assert struct.unpack(">II", made[16:24]) == (1_400, 1_400)


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_size(tmp_path: Path) -> None:
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + head
    bomb = (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )
    with pytest.raises((Refused, av.FFmpegError)):
        read_cover(io.BytesIO(bomb + b"\0" * 64), str(tmp_path / "out"))
