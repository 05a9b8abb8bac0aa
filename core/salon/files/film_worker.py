"""Writes one sound or film anew: a process of its own, with little memory and time, for one file.

`python -m salon.files.film_worker SPEC`, started by `films.py`. It reads a file and fills another;
by standard output goes one line of JSON, empty when all is written, or why it is not.

What was encoded is taken over packet by packet, so nothing gets worse; FFmpeg decodes a few of them
to know what the streams are. What stood around them is not: who made it, where, when, with what
device, its title, comments, chapters, cover, and each track that is neither sound nor film, since
cameras write their way into subtitles and tracks of their own. The index stands first afterwards,
so that a film plays before all of it is there.

In three formats something is beside the packets: tags between those of MP3 (ID3, APE) and comments
among what a decoder of Vorbis needs, which go; in MP4 the name of a codec, which stays.
"""

import errno
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from salon.files.confinement import confine

MEMORY_BYTES = 1024 * 1024 * 1024  # of addresses; an hour of film needs 60 MiB of them in memory
CONTAINERS: Mapping[str, tuple[str, str]] = {  # what reads, and what writes it
    "audio/flac": ("flac", "flac"),
    "audio/mp4": ("mov", "mp4"),
    "audio/mpeg": ("mp3", "mp3"),
    "audio/ogg": ("ogg", "ogg"),
    "audio/wav": ("wav", "wav"),
    "video/mp4": ("mov", "mp4"),
    "video/webm": ("matroska", "webm"),
}
WRITING = {
    "fflags": "+bitexact",  # not even what wrote it, and when
    "movflags": "+faststart",
    "id3v2_version": "0",
}
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_COMMENTS = b"\x03vorbis" + bytes(8) + b"\x01"  # nobody, nothing: Vorbis I, 5.2.1
_HEADERS_OF_VORBIS = 2  # one less than there are: Matroska, "Vorbis" among its codecs
_KBIT_OF_MPEG_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBIT_OF_MPEG_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_RATES = (44_100, 48_000, 32_000, 0)
_HEADER_OF_MP3 = 4


@dataclass(frozen=True, slots=True)
class Spec:
    """What is wanted: one file made into another, which may have so many bytes."""

    source: str
    target: str
    media_type: str
    bytes_max: int
    cpu_s: int


class Refused(Exception):
    """It cannot be written anew; the argument is the reason: "broken", or "full" of the disk."""


def rewrite(spec: Spec) -> None:
    """Fill the target. Raises Refused."""
    import av

    try:
        _copy(spec)
    except Refused:
        raise
    except OSError as error:  # what FFmpeg says of files comes as one too
        raise Refused("full" if error.errno in FULL else "broken") from error
    except (av.FFmpegError, ValueError, ArithmeticError, MemoryError) as error:
        raise Refused("broken") from error


def _copy(spec: Spec) -> None:
    import av

    reads, writes = CONTAINERS[spec.media_type]
    only_files = {"protocol_whitelist": "file"}
    with (
        av.open(spec.source, format=reads, container_options=only_files) as source,
        av.open(spec.target, "w", format=writes, container_options=WRITING) as target,
    ):
        streams = {
            stream.index: _begun(target, stream)
            for stream in source.streams
            if stream.type in {"audio", "video"} and not _is_cover(stream)
        }
        count = 0
        wanted = [source.streams[index] for index in streams]
        for packet in _packets(source, wanted, is_mp3=reads == "mp3"):
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
            count += 1
        if not count:
            raise Refused("broken")


def _is_cover(stream: Any) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _begun(target: Any, stream: Any) -> Any:
    """Return the stream of the target that a stream of the source goes into."""
    begun = target.add_stream_from_template(stream)
    own, new = stream.codec_context, begun.codec_context
    if target.format.name == "mp4" and own.name == "hevc":  # Apple plays one of two names only
        new.codec_tag = "hvc1" if own.codec_tag == "hvc1" else "hev1"
    if own.name == "vorbis":
        new.extradata = _without_comments(own.extradata or b"")
    return begun


def _packets(source: Any, streams: list[Any], *, is_mp3: bool) -> Iterator[Any]:
    """Yield what was encoded, in the order in which it stands; times go up."""
    latest: dict[int, int] = {}
    for packet in source.demux(streams):
        if packet.dts is None:  # the end of a stream
            continue
        whole = _one_frame(packet) if is_mp3 else packet
        if whole is None:
            continue
        index = whole.stream.index
        whole.dts = max(whole.dts, latest.get(index, whole.dts - 1) + 1)
        if whole.pts is not None:
            whole.pts = max(whole.pts, whole.dts)
        latest[index] = whole.dts
        yield whole


def _one_frame(packet: Any) -> Any:
    """Return a packet of MP3 without what was hung on its frame; None for what is no frame."""
    content = bytes(packet)
    size = frame_bytes(content)
    if not size or size > len(content):
        return None
    if size == len(content):
        return packet
    import av

    bare = av.Packet(content[:size])
    bare.stream, bare.time_base = packet.stream, packet.time_base or Fraction(1, _RATES[0])
    bare.pts, bare.dts, bare.duration = packet.pts, packet.dts, packet.duration
    bare.is_keyframe = packet.is_keyframe
    return bare


def frame_bytes(content: bytes) -> int:
    """Return how long the frame of layer III is that begins so (ISO/IEC 11172-3, 2.4.2.3), or 0."""
    if len(content) < _HEADER_OF_MP3 or content[0] != 0xFF or content[1] & 0xE6 != 0xE2:  # noqa: PLR2004
        return 0
    version, padding = content[1] >> 3 & 3, content[2] >> 1 & 1
    is_mpeg_1 = version == 3  # noqa: PLR2004
    kbit = (_KBIT_OF_MPEG_1 if is_mpeg_1 else _KBIT_OF_MPEG_2)[content[2] >> 4]
    rate = _RATES[content[2] >> 2 & 3] >> {3: 0, 2: 1, 0: 2}.get(version, 16)
    return (144 if is_mpeg_1 else 72) * kbit * 1_000 // rate + padding if rate and kbit else 0


def _without_comments(headers: bytes) -> bytes:
    """Return the three headers of Vorbis with an empty one in the middle. Raises Refused."""
    sizes, at = [], 1
    for _ in range(_HEADERS_OF_VORBIS):
        size = 0
        while headers[at : at + 1] == b"\xff":
            size, at = size + 255, at + 1
        sizes.append(size + (headers[at] if at < len(headers) else 0))
        at += 1
    first = headers[at : at + sizes[0]]
    last = headers[at + sum(sizes) :]
    if headers[:1] != bytes((_HEADERS_OF_VORBIS,)) or not last or sizes[0] >= 255:  # noqa: PLR2004
        raise Refused("broken")
    lengths = bytes((_HEADERS_OF_VORBIS, len(first), len(NO_COMMENTS)))
    return lengths + first + NO_COMMENTS + last


def _main(spec: Spec) -> None:
    confine(memory_bytes=MEMORY_BYTES, cpu_s=spec.cpu_s, written_bytes=spec.bytes_max)
    import av.logging

    av.logging.set_level(None)  # of decoders, about the files of strangers
    said = {}
    try:
        rewrite(spec)
    except Refused as refused:
        said = {"refused": str(refused)}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    _main(Spec(**json.loads(sys.argv[1])))
