"""The files that people hear: MP3, Opus, and AAC in M4A, each with tags, a cover and chapters."""

import base64
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Disposition

from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.crew import Told
from salon_recording.production.filters import chain, filtered
from salon_recording.production.mastering import frames_of
from salon_recording.production.request import Request
from salon_recording.production.work import to_disk

MS = Fraction(1, 1_000)
FRONT_COVER = 3  # of ID3's list of kinds of pictures, which FLAC's is, too
COVER_BYTES_MAX = 2_000_000
BOTH_EARS = "pan=stereo|c0=c0|c1=c0"  # a plain conversion costs 3 dB
LAME_DB = 0.446  # LAME makes everything 5 % quieter at this bit rate


@dataclass(frozen=True, slots=True)
class Coding:
    """How a format is made."""

    suffix: str
    container: str
    codec: str
    bit_rate: int
    container_options: Mapping[str, str] = field(default_factory=dict)
    codec_options: Mapping[str, str] = field(default_factory=dict)
    gain_db: float = 0.0
    chapter_bytes_max: int | None = None  # of a title; FFmpeg would cut it within a letter


CODINGS: Sequence[Coding] = (  # the slowest first
    Coding(
        "mp3", "mp3", "libmp3lame", 128_000, {"id3v2_version": "3", "write_id3v1": "0"},
        gain_db=LAME_DB,
    ),
    Coding("opus", "opus", "libopus", 96_000),
    Coding(
        "m4a", "mp4", "aac", 128_000, {"movflags": "+faststart", "brand": "M4A "},
        {"aac_coder": "fast"}, chapter_bytes_max=255,
    ),
)  # fmt: skip


def codings() -> Sequence[Coding]:
    """Return what this build of FFmpeg can make; MP3 is always among it."""
    return [one for one in CODINGS if one.suffix == "mp3" or one.codec in av.codecs_available]


def encode(
    coding: Coding, pieces: Sequence[Path], asked: Request, target: Path, told: Told
) -> None:
    """Write a file of a sound that is mastered. Raises OSError, av.FFmpegError."""
    with av.open(
        str(target), "w", format=coding.container, options=dict(coding.container_options)
    ) as container:
        stream: Any = container.add_stream(
            coding.codec, rate=SAMPLE_RATE_HZ, layout="stereo", options=dict(coding.codec_options)
        )
        stream.bit_rate = coding.bit_rate
        container.metadata.update(_tags(asked))
        is_ogg = coding.suffix == "opus"
        if is_ogg:
            container.metadata.update(_chapter_comments(asked))
        else:
            container.set_chapters(_chapters(asked, coding.chapter_bytes_max))
        if asked.cover is not None:
            _add_cover(container, asked.cover, in_comment=is_ogg)
        done = 0
        for frame in _for_both_ears(pieces, coding.gain_db):
            container.mux(stream.encode(frame))
            done += frame.samples
            told(min(1.0, done / asked.samples))
        container.mux(stream.encode(None))
    to_disk(target)


def _for_both_ears(pieces: Sequence[Path], gain_db: float) -> Iterator[av.AudioFrame]:
    """Yield sound for two ears, in the coders' kind of samples."""
    with av.open(str(pieces[0])) as container:
        wide = "" if container.streams.audio[0].channels > 1 else f",{BOTH_EARS}"
    gain = f"volume={gain_db}dB:precision=float,aformat=sample_fmts=fltp"
    yield from filtered(frames_of(pieces), chain(gain + wide))


def _tags(asked: Request) -> dict[str, str]:
    return {**{name: value for name, value in asked.tags.items() if value}, "genre": "Podcast"}


def _chapters(asked: Request, bytes_max: int | None) -> list[Any]:
    ends = [at for at, _ in asked.chapters[1:]] + [asked.samples * 1_000 // SAMPLE_RATE_HZ]
    return [
        {
            "id": number,
            "start": at,
            "end": max(end, at + 1),
            "time_base": MS,
            "metadata": {"title": title.encode()[:bytes_max].decode(errors="ignore")},
        }
        for number, ((at, title), end) in enumerate(zip(asked.chapters, ends, strict=False))
    ]


def _chapter_comments(asked: Request) -> dict[str, str]:
    """Return chapters as comments, which is how Ogg has them (Xiph's Chapter Extension).

    FFmpeg would write them, too, but a second late from the middle of each second on.
    """
    found = {}
    for number, (at_ms, title) in enumerate(asked.chapters):
        seconds, ms = divmod(at_ms, 1_000)
        minutes, hours = seconds // 60 % 60, seconds // 3_600
        found[f"CHAPTER{number:03}"] = f"{hours:02}:{minutes:02}:{seconds % 60:02}.{ms:03}"
        found[f"CHAPTER{number:03}NAME"] = title
    return found


def _add_cover(container: Any, cover: Path, *, in_comment: bool) -> None:
    """Put the show's picture into a file. Raises av.FFmpegError for what is no picture."""
    with av.open(str(cover)) as source:
        picture = source.streams.video[0]
        packet = next(packet for packet in source.demux(picture) if packet.size)
        if packet.size > COVER_BYTES_MAX:
            return
        if in_comment:  # Ogg has no place for pictures, so they stand in a comment (RFC 7845, 5.2)
            container.metadata["METADATA_BLOCK_PICTURE"] = _block(
                bytes(packet), picture.codec_context.name, picture.width, picture.height
            )
            return
        stream = container.add_stream_from_template(picture)
        stream.disposition = Disposition.attached_pic
        stream.metadata["comment"] = "Cover (front)"  # as FFmpeg calls its kind
        packet.stream = stream
        container.mux(packet)


def _block(picture: bytes, codec: str, width: int, height: int) -> str:
    """Return a picture as FLAC has it (RFC 9639, 8.8), in letters."""
    kind = b"image/png" if codec == "png" else b"image/jpeg"
    about = struct.pack(">II", FRONT_COVER, len(kind)) + kind + struct.pack(">I", 0)
    size = struct.pack(">IIIII", width, height, 24, _colours(picture, codec), len(picture))
    return base64.b64encode(about + size + picture).decode()


def _colours(picture: bytes, codec: str) -> int:
    """Return how many colours a PNG's palette has (its chunk PLTE); 0 where it has none."""
    palette = picture.find(b"PLTE") if codec == "png" else -1
    return 0 if palette < 0 else int.from_bytes(picture[palette - 4 : palette], "big") // 3
