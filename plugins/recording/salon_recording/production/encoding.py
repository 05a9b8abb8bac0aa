"""The files that people hear: MP3, Opus, and AAC in M4A, each with tags, a cover and chapters.

The MP3's sound is coded by LAME itself, and FFmpeg puts it into its file: the LAME in PyAV's wheels
is built without the processor's vector instructions and takes four times as long.
"""

import base64
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import lameenc
from av.stream import Disposition

from salon_recording.ogg import SAMPLE_RATE_HZ
from salon_recording.production.crew import Told
from salon_recording.production.filters import (
    SAMPLE_BYTES,
    SECOND_SAMPLES,
    chain,
    filtered,
    frame_of,
)
from salon_recording.production.mastering import frames_of
from salon_recording.production.request import Request
from salon_recording.production.work import to_disk

MS = Fraction(1, 1_000)
FRONT_COVER = 3  # of ID3's list of kinds of pictures, which FLAC's is, too
COVER_BYTES_MAX = 2_000_000
BOTH_EARS = "pan=stereo|c0=c0|c1=c0"  # a plain conversion costs 3 dB
LAME_DB = 0.446  # LAME makes everything 5 % quieter at this bit rate
LAME_QUALITY = 3  # of 0, the best, to 9; what LAME itself takes for a constant bit rate


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
        "m4a", "mp4", "aac", 128_000, {"movflags": "+faststart", "brand": "M4A "},
        {"aac_coder": "fast"}, chapter_bytes_max=255,
    ),
    Coding("opus", "opus", "libopus", 96_000),
    Coding(
        "mp3", "mp3", "libmp3lame", 128_000, {"id3v2_version": "3", "write_id3v1": "0"},
        gain_db=LAME_DB,
    ),
)  # fmt: skip


def codings() -> Sequence[Coding]:
    """Return what this build of FFmpeg can make; MP3 is always among it."""
    return [one for one in CODINGS if one.suffix == "mp3" or one.codec in av.codecs_available]


def encode(
    coding: Coding, pieces: Sequence[Path], asked: Request, target: Path, told: Told
) -> None:
    """Write a file of a sound that is mastered. Raises OSError, av.FFmpegError."""
    with (
        av.open(
            str(target), "w", format=coding.container, options=dict(coding.container_options)
        ) as container,
        _coded(container, coding, pieces, asked, target, told) as packets,
    ):
        container.metadata.update(_tags(asked))
        is_ogg = coding.suffix == "opus"
        if is_ogg:
            container.metadata.update(_chapter_comments(asked))
        else:
            container.set_chapters(_chapters(asked, coding.chapter_bytes_max))
        if asked.cover is not None:
            _add_cover(container, asked.cover, in_comment=is_ogg)
        for packet in packets:
            container.mux(packet)
    to_disk(target)


@contextmanager
def _coded(
    container: Any, coding: Coding, pieces: Sequence[Path], asked: Request, target: Path, told: Told
) -> Iterator[Iterator[Any]]:
    """Give a container its stream, and have what goes into it."""
    stream = container.add_stream(
        coding.codec, rate=SAMPLE_RATE_HZ, layout="stereo", options=dict(coding.codec_options)
    )
    stream.bit_rate = coding.bit_rate
    if coding.suffix != "mp3":
        yield _encoded(stream, coding, pieces, asked, told)
        return
    bare = target.with_name(f"{target.name}.bare")
    samples = _write_lame(coding, pieces, asked, bare, told)
    with av.open(str(bare), format="mp3") as made:
        yield _moved(made, stream, samples)
    bare.unlink()


def _encoded(
    stream: Any, coding: Coding, pieces: Sequence[Path], asked: Request, told: Told
) -> Iterator[Any]:
    done = 0
    for frame in _for_both_ears(pieces, coding.gain_db, "fltp"):
        yield from stream.encode(frame)
        done += frame.samples
        told(min(1.0, done / asked.samples))
    yield from stream.encode(None)


def _write_lame(
    coding: Coding, pieces: Sequence[Path], asked: Request, target: Path, told: Told
) -> int:
    """Write frames of MP3 and nothing else; return how many samples are in them."""
    encoder: Any = lameenc.Encoder()
    encoder.silence()  # it would write to standard output
    encoder.set_channels(2)
    encoder.set_in_sample_rate(SAMPLE_RATE_HZ)
    encoder.set_bit_rate(coding.bit_rate // 1_000)
    encoder.set_quality(LAME_QUALITY)
    done = 0
    with target.open("wb") as file:
        for frame in _for_both_ears(pieces, coding.gain_db, "s16"):
            size = frame.samples * 2 * SAMPLE_BYTES
            file.write(encoder.encode(bytes(frame.planes[0])[:size]))
            done += frame.samples
            told(min(1.0, done / asked.samples))
        file.write(encoder.flush())
    return done


def _moved(made: Any, stream: Any, samples: int) -> Iterator[Any]:
    """Yield frames of MP3 for another file, with what in the first and the last is not sound.

    Players leave that out by what the file says (the delay and the padding of LAME's tag).
    """
    silence = frame_of(bytes(SECOND_SAMPLES * 2 * SAMPLE_BYTES), 0, "stereo")
    skipped = stream.encode(silence)[0].get_sidedata("skip_samples")  # as FFmpeg's LAME has it
    (begin,) = struct.unpack("<I", bytes(skipped)[:4])
    coded, before = 0, None
    for packet in made.demux(audio=0):
        if not packet.size:  # says only that it was the last
            continue
        packet.stream = stream
        if before is None:
            packet.set_sidedata(skipped)
        else:
            yield before
        before = packet
        coded += stream.codec_context.frame_size
    if before is not None:
        skipped.update(struct.pack("<IIBB", 0, max(0, coded - begin - samples), 0, 0))
        before.set_sidedata(skipped)
        yield before


def _for_both_ears(
    pieces: Sequence[Path], gain_db: float, sample_format: str
) -> Iterator[av.AudioFrame]:
    """Yield sound for two ears, in a coder's kind of samples."""
    with av.open(str(pieces[0])) as container:
        wide = "" if container.streams.audio[0].channels > 1 else f",{BOTH_EARS}"
    gain = f"volume={gain_db}dB:precision=float{wide},aformat=sample_fmts={sample_format}"
    yield from filtered(frames_of(pieces), chain(gain))


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
