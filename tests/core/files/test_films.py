"""Sounds and films written anew: what was encoded, and nothing that was said about it."""

import io
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition
from tests.core.files.recordings import RATE, TOLD, mp4, recorded

from salon.errors import Unavailable
from salon.files import films
from salon.files.film_worker import frame_bytes
from salon.files.films import Films, NotRewritable
from salon.files.storage import DiskFull

TAG = b"TAG" + b"Canary title".ljust(125, b"\0")  # ID3v1
APE = (
    b"APETAGEX"
    + struct.pack("<IIII8x", 2000, 48, 1, 0)
    + struct.pack("<II", 6, 0)
    + (b"Artist\0Canary")
)


def vorbis_in_webm() -> bytes:
    """Return a sound whose comments stand among what its decoder needs."""
    out = io.BytesIO()
    sound = io.BytesIO(recorded("ogg", {"audio": "vorbis"}))
    with av.open(sound, "r") as source, av.open(out, "w", format="webm") as target:
        stream = target.add_stream_from_template(source.streams[0])
        headers = source.streams[0].codec_context.extradata or b""
        first = headers[3 : 3 + headers[1]]
        last = headers[3 + headers[1] + headers[2] :]
        comment = struct.pack("<II", 0, 1) + struct.pack("<I", 20) + b"ARTIST=Canary Author"
        told = b"\x03vorbis" + comment + b"\x01"
        stream.codec_context.extradata = bytes((2, len(first), len(told))) + first + told + last
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return out.getvalue()


FORMS: Mapping[str, tuple[str, Any]] = {
    "MP4": ("video/mp4", mp4),
    "QuickTime": (
        "video/mp4",
        lambda: recorded("mov", {"video": "libx264", "audio": "aac"}, movflags="use_metadata_tags"),
    ),
    "WebM": ("video/webm", lambda: recorded("webm", {"video": "libvpx", "audio": "libopus"})),
    "M4A": ("audio/mp4", lambda: recorded("ipod", {"audio": "aac"})),
    "MP3": ("audio/mpeg", lambda: recorded("mp3", {"audio": "libmp3lame"}) + TAG),
    "two MP3s in one": (
        "audio/mpeg",
        lambda: (recorded("mp3", {"audio": "libmp3lame"}) + APE + TAG) * 2,
    ),
    "Vorbis": ("audio/ogg", lambda: recorded("ogg", {"audio": "vorbis"})),
    "Vorbis in WebM": ("video/webm", vorbis_in_webm),
    "Opus": ("audio/ogg", lambda: recorded("ogg", {"audio": "libopus"})),
    "FLAC": ("audio/flac", lambda: recorded("flac", {"audio": "flac"})),
    "WAVE": ("audio/wav", lambda: recorded("wav", {"audio": "pcm_s16le"})),
}


async def rewritten(content: bytes, media_type: str, folder: Path) -> bytes:
    source, target = folder / "source", folder / "target"
    source.write_bytes(content)
    await Films().rewrite(source, target, media_type, len(content))
    return target.read_bytes()


def frames(container: Any) -> Iterator[Any]:
    for packet in container.demux(*container.streams.audio, *container.streams.video):
        with suppress(av.InvalidDataError):  # a tag between two sounds, as players skip it
            yield from packet.decode()


def decoded(content: bytes) -> tuple[int, int, list[bytes]]:
    """Return how many samples and pictures come of it, and the pictures."""
    samples, pictures = 0, []
    with av.open(io.BytesIO(content), "r") as container:
        for frame in frames(container):
            if isinstance(frame, av.AudioFrame):
                samples += frame.samples
            else:
                pictures.append(bytes(frame.planes[0]))
    return samples, len(pictures), pictures


@pytest.mark.parametrize("form", FORMS)
async def test_what_is_heard_and_seen_stays_and_nothing_that_was_said_of_it(
    form: str, tmp_path: Path
) -> None:
    media_type, record = FORMS[form]
    content = record()
    assert [word for word in TOLD if word in content]
    made = await rewritten(content, media_type, tmp_path)
    assert [word for word in TOLD if word in made] == []
    before, after = decoded(content), decoded(made)
    assert after[1:] == before[1:]
    assert abs(after[0] - before[0]) <= RATE // 10  # what a coder needs to begin and to end
    with av.open(io.BytesIO(made), "r") as container:
        said = {**container.metadata, **container.streams[0].metadata}
    assert "creation_time" not in said


async def test_a_film_stays_turned_as_it_was_taken_and_plays_where_it_played(
    tmp_path: Path,
) -> None:
    content = bytearray(mp4())
    at = content.index(b"tkhd") + 4 + 40  # the matrix of a track: ISO/IEC 14496-12, 8.3.2
    content[at : at + 36] = struct.pack(">9i", 0, 65_536, 0, -65_536, 0, 0, 0, 0, 1 << 30)
    made = await rewritten(bytes(content), "video/mp4", tmp_path)
    with av.open(io.BytesIO(made), "r") as container:
        assert next(container.decode(video=0)).rotation == -90
    assert made.index(b"moov") < made.index(b"mdat")  # it begins before all of it is there


@pytest.mark.parametrize("beside", ["where a camera was", "a cover"])
async def test_what_is_neither_sound_nor_film_is_left_out(beside: str, tmp_path: Path) -> None:
    """Cameras that fly write where they are into a track; a cover is a photo of its own."""
    out = io.BytesIO()
    with av.open(io.BytesIO(mp4()), "r") as source, av.open(out, "w", format="mp4") as target:
        film = target.add_stream_from_template(source.streams.video[0])
        other: Any
        if beside == "a cover":
            other = target.add_stream("mjpeg")
            other.width, other.height, other.pix_fmt = 64, 48, "yuvj420p"
            other.disposition = Disposition.attached_pic
        else:
            other = target.add_data_stream("bin_data")
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = film
                target.mux(packet)
        said = av.Packet(b"Canary +48.8584")
        said.stream, said.pts, said.dts, said.duration = other, 0, 0, 1
        target.mux(said)
    assert b"Canary" in out.getvalue()
    made = await rewritten(out.getvalue(), "video/mp4", tmp_path)
    assert b"Canary" not in made
    with av.open(io.BytesIO(made), "r") as container:
        assert [stream.type for stream in container.streams] == ["video"]


async def test_a_film_of_an_iphone_keeps_the_name_of_its_codec_that_iphones_play(
    tmp_path: Path,
) -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mov") as container:
        shown: Any = container.add_stream(
            "libx265", rate=10, options={"x265-params": "log-level=0"}
        )
        shown.width, shown.height, shown.pix_fmt = 64, 64, "yuv420p"
        shown.codec_context.codec_tag = "hvc1"
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
        container.mux(shown.encode(picture))
        container.mux(shown.encode(None))
    made = await rewritten(out.getvalue(), "video/mp4", tmp_path)
    assert b"hvc1" in made
    assert b"hev1" not in made


async def test_what_cannot_be_written_anew_is_named_in_bounded_time(tmp_path: Path) -> None:
    film, sound = mp4(), recorded("mp3", {"audio": "libmp3lame"})
    for content, media_type in (
        (film[:24], "video/mp4"),
        (film[: film.index(b"moov")], "video/mp4"),
        (sound, "video/mp4"),
        (b"\0\0\0\x18ftypmp42" + b"<script>canary()</script>" * 100, "video/mp4"),
        (b"ID3\x04\0\0\0\0\0\x21TIT2" + b"<script>canary()</script>" * 100, "audio/mpeg"),
        (b"OggS\0" + os.urandom(4_000), "audio/ogg"),
    ):
        with pytest.raises(NotRewritable):
            await rewritten(content, media_type, tmp_path)


async def test_bytes_that_were_changed_anywhere_are_survived(tmp_path: Path) -> None:
    film = mp4()
    endless = bytearray(film)
    at = endless.index(b"stsz") + 8
    endless[at : at + 8] = struct.pack(">II", 1, 0xFFFF_FFFF)  # four thousand million samples
    await rewritten(bytes(endless), "video/mp4", tmp_path)
    for seed in range(6):
        noise = np.random.default_rng(seed)
        broken = bytearray(film)
        for place in noise.integers(8, len(film), 40):
            broken[place] = int(noise.integers(256))
        with suppress(NotRewritable):
            assert len(await rewritten(bytes(broken), "video/mp4", tmp_path)) < 2 * len(film)


async def test_what_grows_is_stopped_and_a_full_disk_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(films, "GROWS_BYTES", -len(mp4()))
    with pytest.raises(NotRewritable):
        await rewritten(mp4(), "video/mp4", tmp_path)
    monkeypatch.undo()
    (tmp_path / "source").write_bytes(mp4())
    with pytest.raises(DiskFull):
        await Films().rewrite(tmp_path / "source", Path("/dev/full"), "video/mp4", len(mp4()))


async def test_a_worker_that_hangs_is_killed_and_the_next_film_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "source")  # which nobody ever writes to
    writers = Films()
    monkeypatch.setattr(films, "WITHIN_S", 0.3)
    with pytest.raises(NotRewritable):
        await writers.rewrite(tmp_path / "source", tmp_path / "target", "video/mp4", 0)
    assert writers.process_id is None
    monkeypatch.undo()
    (tmp_path / "film").write_bytes(mp4())
    await writers.rewrite(tmp_path / "film", tmp_path / "target", "video/mp4", len(mp4()))


async def test_more_films_than_may_wait_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(films, "WAITING_MAX", 0)
    with pytest.raises(Unavailable):
        await rewritten(b"", "video/mp4", tmp_path)


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (b"\xff\xfb\x90\x64", 417),  # MPEG-1, 128 kbit/s, 44.1 kHz
        (b"\xff\xfb\x92\x64", 418),  # padded
        (b"\xff\xf3\x40\xc4", 104),  # MPEG-2, 32 kbit/s, 22.05 kHz
        (b"\xff\xe3\x40\xc4", 208),  # MPEG-2.5, 32 kbit/s, 11.025 kHz
        (b"\xff\xfb\x00\x64", 0),  # of no known rate
        (b"\xff\xfd\x90\x64", 0),  # layer II
        (b"ID3\x04", 0),
        (b"\xff", 0),
    ],
)
def test_a_frame_of_mp3_is_as_long_as_its_header_says(header: bytes, size: int) -> None:
    assert frame_bytes(header) == size
